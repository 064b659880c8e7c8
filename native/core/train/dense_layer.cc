#include "core/train/dense_layer.h"

#include "core/kernels/dense_relu.h"

namespace prosodia::train {

static const ReluKernel& Relu() { return PROSODIA_SELECT(kReluKernel, ChosenIsa()); }

DenseLayer::DenseLayer(Port& input, int input_width, int units, Activation activation, int capacity)
    : input_(input), activation_(activation), kernel_(input_width, units), bias_(1, units) {
  const int panel = Parameter::Gemm().panel;
  const std::size_t rows = std::size_t(input.steps) * std::size_t(capacity);
  output_.value = Matrix(rows, units, panel);
  output_.gradient = Matrix(rows, units, panel);
  output_.steps = input.steps;
  if (input.wants_gradient) kernel_transposed_ = Matrix(std::size_t(kernel_.value.panels() * panel), input_width, panel);
}

void DenseLayer::Forward(const Pass& pass, RowRange rows) {
  const GemmKernel& gemm = Parameter::Gemm();
  for (int step = 0; step < output_.steps; step++) {
    const std::size_t in = input_.Row(pass, step, rows.from), out = output_.Row(pass, step, rows.from);
    for (int panel = 0; panel < panels(); panel++) {
      const GemmOperand operand{input_.value.At(0, in), input_.value.stride(), kernel_.value.At(panel, 0),
                                int(kernel_.value.rows())};
      float* sums = output_.value.At(panel, out);
      gemm.multiply(&operand, 1, rows.count(), GemmStart::kRow, bias_.value.At(panel, 0), sums);
      if (activation_ == Activation::kRelu) Relu().forward(sums, std::size_t(rows.count()) * std::size_t(gemm.panel));
    }
  }
}

void DenseLayer::Backward(const Pass& pass, RowRange rows) {
  const GemmKernel& gemm = Parameter::Gemm();
  const std::size_t floats = std::size_t(rows.count()) * std::size_t(gemm.panel);
  for (int step = 0; step < output_.steps; step++) {
    const std::size_t in = input_.Row(pass, step, rows.from), out = output_.Row(pass, step, rows.from);
    if (activation_ == Activation::kRelu) {
      for (int panel = 0; panel < panels(); panel++)
        Relu().backward(output_.value.At(panel, out), output_.gradient.At(panel, out), floats);
    }
    if (!input_.wants_gradient) continue;
    for (int panel = 0; panel < input_.gradient.panels(); panel++) {
      const GemmOperand operand{output_.gradient.At(0, out), output_.gradient.stride(), kernel_transposed_.At(panel, 0),
                                panels() * gemm.panel};
      gemm.multiply(&operand, 1, rows.count(), GemmStart::kZero, nullptr, input_.gradient.At(panel, in));
    }
  }
}

void DenseLayer::GradientPanel(const Pass& pass, int panel) {
  const std::size_t all = std::size_t(output_.steps) * std::size_t(pass.rows);
  WeightGradient(input_.value, input_.Row(pass, 0, 0), output_.gradient, 0, all, panel, kernel_.gradient);
  Parameter::Gemm().column_sums(output_.gradient.At(panel, 0), int(all), bias_.gradient.At(panel, 0));
}

void DenseLayer::UpdatePanel(const AdamRates& rates, int panel) {
  kernel_.UpdatePanel(rates, panel);
  bias_.UpdatePanel(rates, panel);
  RefreshPanel(panel);
}

void DenseLayer::RefreshPanel(int panel) {
  if (input_.wants_gradient) TransposePanel(kernel_.value, panel, kernel_transposed_);
}

}  // namespace prosodia::train
