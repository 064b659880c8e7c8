#include "core/train/lstm_operator.h"

#include <algorithm>

#include "core/train/config.h"

namespace prosodia::train {

// Before any member allocates by it; the ranges are those of a network of this layer, whose last step a dense layer reads.
static const LstmShape& Checked(const LstmShape& shape) {
  NetworkConfig config;
  config.steps = shape.steps;
  config.width = shape.width;
  config.batch_rows = shape.batch_rows;
  config.threads = shape.threads;
  config.adam = {1e-3, 0.9, 0.999, 1e-7};
  LayerConfig lstm{LayerKind::kLstm}, dense{LayerKind::kDense};
  lstm.units = shape.units;
  dense.units = 1;
  config.layers = {lstm, dense};
  CheckConfig(config);
  return shape;
}

static Port InputPort(const LstmShape& shape) {
  const int panel = Parameter::Gemm().panel;
  const std::size_t rows = std::size_t(shape.steps) * std::size_t(shape.batch_rows);
  Port port;
  port.steps = shape.steps;
  port.wants_gradient = shape.input_gradient;
  port.value = Matrix(rows, shape.width, panel);
  if (shape.input_gradient) port.gradient = Matrix(rows, shape.width, panel);
  return port;
}

// One row of a batch between row-major steps × columns and the panels of a time-major matrix.
template <bool kIn>
static void CopyRow(float* plain, int steps, Matrix& matrix, const Port& port, const Pass& pass, int row) {
  for (int step = 0; step < steps; step++, plain += matrix.columns())
    for (int panel = 0; panel < matrix.panels(); panel++) {
      float* other = matrix.At(panel, port.Row(pass, step, row));
      float* part = plain + panel * matrix.panel();
      kIn ? std::copy_n(part, matrix.PanelColumns(panel), other) : std::copy_n(other, matrix.PanelColumns(panel), part);
    }
}

LstmOperator::LstmOperator(const LstmShape& shape)
    : shape_(Checked(shape)),
      input_(InputPort(shape)),
      layer_(input_, shape.width, shape.units, shape.sequences, shape.batch_rows),
      team_(std::min(shape.threads, shape.batch_rows)) {}

RowRange LstmOperator::Share(int rows, int thread) const {
  return {rows * thread / team_.size(), rows * (thread + 1) / team_.size()};
}

void LstmOperator::Refresh() {
  for (int panel = 0; panel < layer_.panels(); panel++) layer_.RefreshPanel(panel);
}

void LstmOperator::Forward(const float* inputs, int rows, float* outputs) {
  const Pass pass{rows, 0, 0, true};
  Port& output = layer_.output();
  team_.Run([&](int thread) {
    const RowRange mine = Share(rows, thread);
    if (mine.count() == 0) return;
    for (int row = mine.from; row < mine.to; row++)
      CopyRow<true>(const_cast<float*>(inputs) + std::size_t(row) * input_row_size(), shape_.steps, input_.value, input_,
                    pass, row);
    layer_.Forward(pass, mine);
    for (int row = mine.from; row < mine.to; row++)
      CopyRow<false>(outputs + std::size_t(row) * output_row_size(), output.steps, output.value, output, pass, row);
  });
  pending_rows_ = rows;
}

void LstmOperator::Backward(const float* output_gradient, float* input_gradient) {
  const Pass pass{pending_rows_, 0, 0, true};
  Port& output = layer_.output();
  next_panel_.store(0, std::memory_order_relaxed);
  team_.Run([&](int thread) {
    const RowRange mine = Share(pass.rows, thread);
    if (mine.count() > 0) {
      for (int row = mine.from; row < mine.to; row++)
        CopyRow<true>(const_cast<float*>(output_gradient) + std::size_t(row) * output_row_size(), output.steps,
                      output.gradient, output, pass, row);
      layer_.Backward(pass, mine);
      for (int row = mine.from; input_.wants_gradient && row < mine.to; row++)
        CopyRow<false>(input_gradient + std::size_t(row) * input_row_size(), shape_.steps, input_.gradient, input_, pass,
                       row);
    }
    team_.Barrier();
    for (int panel; (panel = next_panel_.fetch_add(1, std::memory_order_relaxed)) < layer_.panels();)
      layer_.GradientPanel(pass, panel);
  });
  pending_rows_ = 0;  // the activations have become gradients
}

void LstmOperator::Update(const AdamRates& rates) {
  next_panel_.store(0, std::memory_order_relaxed);
  team_.Run([&](int) {
    for (int panel; (panel = next_panel_.fetch_add(1, std::memory_order_relaxed)) < layer_.panels();)
      layer_.UpdatePanel(rates, panel);
  });
}

}  // namespace prosodia::train
