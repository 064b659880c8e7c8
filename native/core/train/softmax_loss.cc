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

RowLoss SoftmaxLoss(Port& logits, std::size_t row, const RowTarget& target, int batch_rows) {
  const Matrix& value = logits.value;
  const int predicted = Largest(value, row);
  const double largest = At(value, row, predicted);
  const double sum = SumOfExponentials(value, row, largest);
  double loss = 0;
  for (int c = 0; c < value.columns(); c++) {
    const double logit = At(value, row, c), wanted = target.probabilities ? double(target.probabilities[c]) : c == target.label;
    if (wanted > 0) loss += target.weight * wanted * (std::log(sum) + largest - logit);
    logits.gradient.At(c / value.panel(), row)[c % value.panel()] =
        float(target.weight * (std::exp(logit - largest) / sum - wanted) / batch_rows);
  }
  return {loss, predicted};
}

void Softmax(const Matrix& logits, std::size_t row, float* probabilities) {
  const double largest = At(logits, row, Largest(logits, row));
  const double sum = SumOfExponentials(logits, row, largest);
  for (int c = 0; c < logits.columns(); c++)
    probabilities[c] = float(std::exp(double(At(logits, row, c)) - largest) / sum);
}

}  // namespace prosodia::train
