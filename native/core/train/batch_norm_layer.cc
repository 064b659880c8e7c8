#include "core/train/batch_norm_layer.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace prosodia::train {

static constexpr std::size_t kWidest = 64;  // no panel is wider

BatchNormLayer::BatchNormLayer(Port& input, int width, BatchNormOptions options, int capacity)
    : input_(input), options_(options), scale_(1, width), offset_(1, width) {
  const int panel = Parameter::Gemm().panel;
  const std::size_t rows = std::size_t(input.steps) * std::size_t(capacity);
  output_.value = Matrix(rows, width, panel);
  output_.gradient = Matrix(rows, width, panel);
  output_.steps = input.steps;
  normal_ = Matrix(rows, width, panel);
  mean_seen_ = Matrix(1, width, panel);
  variance_seen_ = Matrix(1, width, panel);
  mean_ = Matrix(1, width, panel);
  factor_ = Matrix(1, width, panel);
}

// Sums are taken in double precision and in the order of the rows: the same on any number of threads.
void BatchNormLayer::Measure(const Pass& pass, int panel) {
  const std::size_t width = std::size_t(mean_.panel()), count = BatchRows(pass);
  const float* from = input_.value.At(panel, input_.Row(pass, 0, 0));
  std::array<double, kWidest> sum{}, square{};
  for (std::size_t row = 0; row < count; row++)
    for (std::size_t c = 0; c < width; c++) sum[c] += double(from[row * width + c]);
  for (std::size_t row = 0; row < count; row++)
    for (std::size_t c = 0; c < width; c++) {
      const double apart = double(from[row * width + c]) - sum[c] / double(count);
      square[c] += apart * apart;
    }
  float *mean_seen = mean_seen_.At(panel, 0), *variance_seen = variance_seen_.At(panel, 0);
  for (std::size_t c = 0; c < width; c++) {
    const double mean = sum[c] / double(count), variance = square[c] / double(count);
    mean_.At(panel, 0)[c] = float(mean);
    factor_.At(panel, 0)[c] = float(1 / std::sqrt(variance + options_.epsilon));
    if (!pass.learning) continue;
    mean_seen[c] = float(mean_seen[c] * options_.momentum + mean * (1 - options_.momentum));
    variance_seen[c] = float(variance_seen[c] * options_.momentum + variance * (1 - options_.momentum));
  }
}

void BatchNormLayer::Forward(const Pass& pass, RowRange rows) {
  if (pass.training) pass.Share(panels(), [&](int panel) { Measure(pass, panel); });
  const std::size_t width = std::size_t(mean_.panel());
  std::array<float, kWidest> factor{};
  for (int panel = 0; panel < panels(); panel++) {
    const float* mean = (pass.training ? mean_ : mean_seen_).At(panel, 0);
    for (std::size_t c = 0; c < width; c++)
      factor[c] = pass.training ? factor_.At(panel, 0)[c]
                                : float(1 / std::sqrt(double(variance_seen_.At(panel, 0)[c]) + options_.epsilon));
    const float *scale = scale_.value.At(panel, 0), *offset = offset_.value.At(panel, 0);
    for (int step = 0; step < output_.steps; step++) {
      const std::size_t out = output_.Row(pass, step, rows.from);
      const float* x = input_.value.At(panel, input_.Row(pass, step, rows.from));
      float *normal = normal_.At(panel, out), *y = output_.value.At(panel, out);
      for (std::size_t i = 0; i < std::size_t(rows.count()) * width; i++) {
        const std::size_t c = i % width;
        normal[i] = (x[i] - mean[c]) * factor[c];
        y[i] = normal[i] * scale[c] + offset[c];
      }
    }
  }
}

void BatchNormLayer::SumGradients(const Pass& pass, int panel) {
  const std::size_t width = std::size_t(mean_.panel()), count = BatchRows(pass);
  const float *dy = output_.gradient.At(panel, 0), *normal = normal_.At(panel, 0);
  std::array<double, kWidest> scale{}, offset{};
  for (std::size_t row = 0; row < count; row++)
    for (std::size_t c = 0; c < width; c++) {
      scale[c] += double(dy[row * width + c]) * double(normal[row * width + c]);
      offset[c] += double(dy[row * width + c]);
    }
  std::copy_n(scale.begin(), width, scale_.gradient.At(panel, 0));
  std::copy_n(offset.begin(), width, offset_.gradient.At(panel, 0));
}

// dx = scale · factor · (dy − mean of dy − x̂ · mean of dy·x̂), Ioffe and Szegedy 2015.
void BatchNormLayer::Backward(const Pass& pass, RowRange rows) {
  pass.Share(panels(), [&](int panel) { SumGradients(pass, panel); });
  if (!input_.wants_gradient) return;
  const std::size_t width = std::size_t(mean_.panel());
  const float count = float(BatchRows(pass));
  for (int panel = 0; panel < panels(); panel++) {
    const float *scale = scale_.value.At(panel, 0), *factor = factor_.At(panel, 0);
    const float *of_scale = scale_.gradient.At(panel, 0), *of_offset = offset_.gradient.At(panel, 0);
    for (int step = 0; step < output_.steps; step++) {
      const std::size_t out = output_.Row(pass, step, rows.from);
      const float *dy = output_.gradient.At(panel, out), *normal = normal_.At(panel, out);
      float* dx = input_.gradient.At(panel, input_.Row(pass, step, rows.from));
      for (std::size_t i = 0; i < std::size_t(rows.count()) * width; i++) {
        const std::size_t c = i % width;
        dx[i] = scale[c] * factor[c] * (dy[i] - of_offset[c] / count - normal[i] * of_scale[c] / count);
      }
    }
  }
}

void BatchNormLayer::UpdatePanel(const AdamRates& rates, int panel) {
  for (Parameter* parameter : parameters()) parameter->UpdatePanel(rates, panel);
}

}  // namespace prosodia::train
