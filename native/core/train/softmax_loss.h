// Softmax cross-entropy from logits, as Keras computes it for a last layer with softmax.
#pragma once

#include <cstdint>

#include "core/train/layer.h"

namespace prosodia::train {

// What a row should come out as.
struct RowTarget {
  int label;
  const float* probabilities;  // one a class; null: the label alone
  double weight;               // multiplies the loss
};

struct RowLoss {
  double loss;    // weight · Σ target · −ln p
  int predicted;  // the class with the largest logit, the first of equals
};

// Row `row` of the logits against its target; writes their gradient for a mean over `batch_rows`.
RowLoss SoftmaxLoss(Port& logits, std::size_t row, const RowTarget& target, int batch_rows);

// Probabilities of one row.
void Softmax(const Matrix& logits, std::size_t row, float* probabilities);

}  // namespace prosodia::train
