// Batch normalisation of each column, as Keras computes it: over all rows and steps of a batch while training, by what
// was seen then while predicting.
#pragma once

#include "core/train/layer.h"

namespace prosodia::train {

struct BatchNormOptions {
  double momentum;  // of what was seen: seen · momentum + batch · (1 − momentum)
  double epsilon;   // added to the variance
};

class BatchNormLayer : public Layer {
 public:
  BatchNormLayer(Port& input, int width, BatchNormOptions options, int capacity);

  void Forward(const Pass& pass, RowRange rows) override;
  void Backward(const Pass& pass, RowRange rows) override;
  // Scale and offset.
  std::vector<Parameter*> parameters() override { return {&scale_, &offset_}; }
  // Mean and variance seen.
  std::vector<Matrix*> statistics() override { return {&mean_seen_, &variance_seen_}; }
  bool together() const override { return true; }
  int panels() const override { return scale_.value.panels(); }
  // Gradients are complete when Backward is: it needs them itself.
  void UpdatePanel(const AdamRates& rates, int panel) override;

 private:
  // Over all rows of the batch, one panel: mean and deviation, and what was seen.
  void Measure(const Pass& pass, int panel);
  void SumGradients(const Pass& pass, int panel);
  std::size_t BatchRows(const Pass& pass) const { return std::size_t(output_.steps) * std::size_t(pass.rows); }

  Port& input_;
  const BatchNormOptions options_;
  Parameter scale_, offset_;
  Matrix mean_seen_, variance_seen_;
  Matrix mean_, factor_;  // of the batch; factor = 1 / √(variance + ε)
  Matrix normal_;         // (x − mean) · factor
};

}  // namespace prosodia::train
