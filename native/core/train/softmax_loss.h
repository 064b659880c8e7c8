// Softmax cross-entropy from logits, as Keras computes it for a last layer with softmax.
#pragma once

#include <cstdint>

#include "core/train/layer.h"

namespace prosodia::train {

struct RowLoss {
  double loss;    // −ln p(class)
  int predicted;  // the class with the largest logit, the first of equals
};

// Row `row` of the logits against its class; writes their gradient for a mean over `batch_rows`.
RowLoss SoftmaxLoss(Port& logits, std::size_t row, int true_class, int batch_rows);

// Probabilities of one row.
void Softmax(const Matrix& logits, std::size_t row, float* probabilities);

}  // namespace prosodia::train
