// Long short-term memory as Keras computes it: gates input, forget, candidate, output; tanh and logistic activations.
#pragma once

#include "core/train/layer.h"

namespace prosodia::train {

class LstmLayer : public Layer {
 public:
  // `capacity`: the most rows of a batch. Without `sequences` only the last step is handed on.
  LstmLayer(Port& input, int input_width, int units, bool sequences, int capacity);

  void Forward(const Pass& pass, RowRange rows) override;
  void Backward(const Pass& pass, RowRange rows) override;
  std::vector<Parameter*> parameters() override { return {&kernel_, &recurrent_, &bias_}; }
  int panels() const override { return kernel_.value.panels(); }
  void GradientPanel(const Pass& pass, int panel) override;
  void UpdatePanel(const AdamRates& rates, int panel) override;
  void RefreshPanel(int panel) override;

 private:
  void ForwardStep(const Pass& pass, RowRange rows, int step);
  void BackwardStep(const Pass& pass, RowRange rows, int step);

  Port& input_;
  const int steps_;
  const bool sequences_;
  const int unit_panels_;
  Parameter kernel_, recurrent_, bias_;
  Matrix kernel_transposed_, recurrent_transposed_;
  Matrix gates_;  // activations after the forward pass, gradients of the sums after the backward pass
  Matrix cell_, tanh_cell_, cell_gradient_;
};

}  // namespace prosodia::train
