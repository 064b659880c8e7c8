// output = activation(input · kernel + bias) at every step.
#pragma once

#include "core/train/layer.h"

namespace prosodia::train {

enum class Activation { kLinear, kRelu };

class DenseLayer : public Layer {
 public:
  DenseLayer(Port& input, int input_width, int units, Activation activation, int capacity);

  void Forward(const Pass& pass, RowRange rows) override;
  void Backward(const Pass& pass, RowRange rows) override;
  std::vector<Parameter*> parameters() override { return {&kernel_, &bias_}; }
  int panels() const override { return kernel_.value.panels(); }
  void GradientPanel(const Pass& pass, int panel) override;
  void UpdatePanel(const AdamRates& rates, int panel) override;
  void RefreshPanel(int panel) override;

 private:
  Port& input_;
  const Activation activation_;
  Parameter kernel_, bias_;
  Matrix kernel_transposed_;
};

}  // namespace prosodia::train
