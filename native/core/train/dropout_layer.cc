#include "core/train/dropout_layer.h"

#include <cmath>
#include <cstring>

namespace prosodia::train {

// Each bit depends on all others; constants of Wellons' hash prospector ("lowbias32").
static std::uint32_t Mix(std::uint32_t x) {
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return x ^ (x >> 16);
}

DropoutKey MakeDropoutKey(std::uint32_t seed, std::uint32_t step, std::uint32_t number, double rate) {
  DropoutKey key{};
  key.before = Mix(Mix(Mix(seed ^ 0x9e3779b9u) + step) + number);
  key.between = Mix(key.before + 0x9e3779b9u);
  key.threshold = std::uint32_t(std::floor(rate * 4294967296.0));
  key.scale = float(1 / (1 - rate));
  return key;
}

DropoutLayer::DropoutLayer(Port& input, int width, double rate, std::uint32_t number, int capacity)
    : input_(input), rate_(rate), number_(number) {
  const int panel = Parameter::Gemm().panel;
  const std::size_t rows = std::size_t(input.steps) * std::size_t(capacity);
  output_.value = Matrix(rows, width, panel);
  output_.gradient = Matrix(rows, width, panel);
  output_.steps = input.steps;
  output_.wants_gradient = input.wants_gradient;
}

void DropoutLayer::Forward(const Pass& pass, RowRange rows) { Apply(pass, rows, false); }

void DropoutLayer::Backward(const Pass& pass, RowRange rows) {
  if (input_.wants_gradient) Apply(pass, rows, true);
}

void DropoutLayer::Apply(const Pass& pass, RowRange rows, bool to_input) {
  const DropoutKernel& kernel = PROSODIA_SELECT(kDropoutKernel, ChosenIsa());
  const DropoutKey key = MakeDropoutKey(pass.seed, pass.step, number_, rate_);
  const bool all_pass = !pass.training || rate_ == 0;
  const int panel = output_.value.panel();
  const std::uint32_t width = std::uint32_t(output_.value.columns()), steps = std::uint32_t(output_.steps);
  for (int step = 0; step < output_.steps; step++) {
    const std::size_t in = input_.Row(pass, step, rows.from), out = output_.Row(pass, step, rows.from);
    for (int part = 0; part < output_.value.panels(); part++) {
      const float* from = to_input ? output_.gradient.At(part, out) : input_.value.At(part, in);
      float* to = to_input ? input_.gradient.At(part, in) : output_.value.At(part, out);
      if (all_pass) {
        std::memcpy(to, from, std::size_t(rows.count()) * std::size_t(panel) * sizeof(float));
        continue;
      }
      const std::uint32_t first =
          (std::uint32_t(rows.from) * steps + std::uint32_t(step)) * width + std::uint32_t(part * panel);
      kernel.apply(key, {from, to, rows.count(), first, steps * width}, panel);
    }
  }
}

}  // namespace prosodia::train
