#include "core/train/softmax_loss.h"

#include <cmath>

namespace prosodia::train {

static float At(const Matrix& matrix, std::size_t row, int column) {
  return matrix.At(column / matrix.panel(), row)[column % matrix.panel()];
}

static int Largest(const Matrix& logits, std::size_t row) {
  int best = 0;
  for (int c = 1; c < logits.columns(); c++)
    if (At(logits, row, c) > At(logits, row, best)) best = c;
  return best;
}

static double SumOfExponentials(const Matrix& logits, std::size_t row, double largest) {
  double sum = 0;
  for (int c = 0; c < logits.columns(); c++) sum += std::exp(double(At(logits, row, c)) - largest);
  return sum;
}

RowLoss SoftmaxLoss(Port& logits, std::size_t row, int true_class, int batch_rows) {
  const Matrix& value = logits.value;
  const int predicted = Largest(value, row);
  const double largest = At(value, row, predicted);
  const double sum = SumOfExponentials(value, row, largest);
  for (int c = 0; c < value.columns(); c++) {
    const double probability = std::exp(double(At(value, row, c)) - largest) / sum;
    logits.gradient.At(c / value.panel(), row)[c % value.panel()] =
        float((probability - (c == true_class ? 1 : 0)) / batch_rows);
  }
  return {std::log(sum) + largest - double(At(value, row, true_class)), predicted};
}

void Softmax(const Matrix& logits, std::size_t row, float* probabilities) {
  const double largest = At(logits, row, Largest(logits, row));
  const double sum = SumOfExponentials(logits, row, largest);
  for (int c = 0; c < logits.columns(); c++)
    probabilities[c] = float(std::exp(double(At(logits, row, c)) - largest) / sum);
}

}  // namespace prosodia::train
