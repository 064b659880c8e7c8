#include "core/train/lstm_layer.h"

#include "core/kernels/lstm_cell.h"

namespace prosodia::train {

static constexpr int kGates = 4;

static const LstmKernel& Cell() { return PROSODIA_SELECT(kLstmKernel, ChosenIsa()); }

LstmLayer::LstmLayer(Port& input, int input_width, int units, bool sequences, int capacity)
    : input_(input),
      steps_(input.steps),
      sequences_(sequences),
      unit_panels_((units + Parameter::Gemm().panel - 1) / Parameter::Gemm().panel),
      kernel_(input_width, kGates * units, kGates),
      recurrent_(units, kGates * units, kGates),
      bias_(1, kGates * units, kGates) {
  const int panel = Parameter::Gemm().panel;
  const std::size_t rows = std::size_t(steps_) * std::size_t(capacity);
  const std::size_t padded = std::size_t(kGates * unit_panels_ * panel);
  output_.value = Matrix(rows, units, panel);
  output_.gradient = Matrix(rows, units, panel);
  output_.steps = sequences ? steps_ : 1;
  output_.skip = sequences ? 0 : steps_ - 1;
  gates_ = Matrix(rows, kGates * units, panel, kGates);
  cell_ = Matrix(rows, units, panel);
  tanh_cell_ = Matrix(rows, units, panel);
  cell_gradient_ = Matrix(std::size_t(capacity), units, panel);
  recurrent_transposed_ = Matrix(padded, units, panel);
  if (input.wants_gradient) kernel_transposed_ = Matrix(padded, input_width, panel);
}

void LstmLayer::Forward(const Pass& pass, RowRange rows) {
  for (int step = 0; step < steps_; step++) ForwardStep(pass, rows, step);
}

void LstmLayer::ForwardStep(const Pass& pass, RowRange rows, int step) {
  const GemmKernel& gemm = Parameter::Gemm();
  const std::size_t now = std::size_t(step) * std::size_t(pass.rows) + std::size_t(rows.from);
  const std::size_t before = now - std::size_t(step > 0 ? pass.rows : 0);
  Matrix& hidden = output_.value;
  const std::size_t floats = std::size_t(rows.count()) * std::size_t(gemm.panel);
  GemmOperand operands[2] = {
      {input_.value.At(0, input_.Row(pass, step, rows.from)), input_.value.stride(), nullptr, int(kernel_.value.rows())},
      {hidden.At(0, before), hidden.stride(), nullptr, int(recurrent_.value.rows())},
  };
  for (int unit = 0; unit < unit_panels_; unit++) {
    LstmCell cell{};
    for (int gate = 0; gate < kGates; gate++) {
      const int panel = gate * unit_panels_ + unit;
      operands[0].b = kernel_.value.At(panel, 0);
      operands[1].b = recurrent_.value.At(panel, 0);
      cell.gates[gate] = gates_.At(panel, now);
      gemm.multiply(operands, step > 0 ? 2 : 1, rows.count(), GemmStart::kRow, bias_.value.At(panel, 0),
                    cell.gates[gate]);
    }
    cell.previous_cell = step > 0 ? cell_.At(unit, before) : nullptr;
    cell.cell = cell_.At(unit, now);
    cell.tanh_cell = tanh_cell_.At(unit, now);
    cell.hidden = hidden.At(unit, now);
    Cell().forward(cell, floats);
  }
}

void LstmLayer::Backward(const Pass& pass, RowRange rows) {
  for (int step = steps_ - 1; step >= 0; step--) BackwardStep(pass, rows, step);
}

void LstmLayer::BackwardStep(const Pass& pass, RowRange rows, int step) {
  const GemmKernel& gemm = Parameter::Gemm();
  const bool last = step == steps_ - 1;
  const std::size_t now = std::size_t(step) * std::size_t(pass.rows) + std::size_t(rows.from);
  const std::size_t batch = std::size_t(pass.rows);
  const int depth = gates_.panels() * gemm.panel;
  for (int unit = 0; unit < unit_panels_; unit++) {
    float* hidden_gradient = output_.gradient.At(unit, now);
    if (!last) {
      const GemmOperand later{gates_.At(0, now + batch), gates_.stride(), recurrent_transposed_.At(unit, 0), depth};
      // Without sequences the next layer left no gradient at the earlier steps.
      gemm.multiply(&later, 1, rows.count(), sequences_ ? GemmStart::kAdd : GemmStart::kZero, nullptr,
                    hidden_gradient);
    }
    LstmCellGradient cell{};
    for (int gate = 0; gate < kGates; gate++) cell.gates[gate] = gates_.At(gate * unit_panels_ + unit, now);
    cell.previous_cell = step > 0 ? cell_.At(unit, now - batch) : nullptr;
    cell.tanh_cell = tanh_cell_.At(unit, now);
    cell.hidden_gradient = hidden_gradient;
    cell.cell_gradient = cell_gradient_.At(unit, std::size_t(rows.from));
    cell.last = last;
    Cell().backward(cell, std::size_t(rows.count()) * std::size_t(gemm.panel));
  }
  if (!input_.wants_gradient) return;
  for (int panel = 0; panel < input_.gradient.panels(); panel++) {
    const GemmOperand gates{gates_.At(0, now), gates_.stride(), kernel_transposed_.At(panel, 0), depth};
    gemm.multiply(&gates, 1, rows.count(), GemmStart::kZero, nullptr,
                  input_.gradient.At(panel, input_.Row(pass, step, rows.from)));
  }
}

void LstmLayer::GradientPanel(const Pass& pass, int panel) {
  const std::size_t batch = std::size_t(pass.rows);
  const std::size_t all = std::size_t(steps_) * batch;
  WeightGradient(output_.value, 0, gates_, batch, all - batch, panel, recurrent_.gradient);
  WeightGradient(input_.value, input_.Row(pass, 0, 0), gates_, 0, all, panel, kernel_.gradient);
  Parameter::Gemm().column_sums(gates_.At(panel, 0), int(all), bias_.gradient.At(panel, 0));
}

void LstmLayer::UpdatePanel(const AdamRates& rates, int panel) {
  for (Parameter* parameter : parameters()) parameter->UpdatePanel(rates, panel);
  RefreshPanel(panel);
}

void LstmLayer::RefreshPanel(int panel) {
  TransposePanel(recurrent_.value, panel, recurrent_transposed_);
  if (input_.wants_gradient) TransposePanel(kernel_.value, panel, kernel_transposed_);
}

}  // namespace prosodia::train
