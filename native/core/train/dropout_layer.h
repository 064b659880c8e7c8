// Inverted dropout; while predicting it hands its input on.
#pragma once

#include "core/kernels/dropout_mask.h"
#include "core/train/layer.h"

namespace prosodia::train {

// The mask of one layer (`number`: its place in the model) at one step. Elements count through [batch, step, unit].
DropoutKey MakeDropoutKey(std::uint32_t seed, std::uint32_t step, std::uint32_t number, double rate);

class DropoutLayer : public Layer {
 public:
  // 0 ≤ rate < 1.
  DropoutLayer(Port& input, int width, double rate, std::uint32_t number, int capacity);

  void Forward(const Pass& pass, RowRange rows) override;
  void Backward(const Pass& pass, RowRange rows) override;

 private:
  // One matrix to another over every step, through the mask; `to_input` tells which way.
  void Apply(const Pass& pass, RowRange rows, bool to_input);

  Port& input_;
  const double rate_;
  const std::uint32_t number_;
};

}  // namespace prosodia::train
