#include "core/train/parameter.h"

#include <algorithm>
#include <array>

namespace prosodia::train {

void WeightGradient(const Matrix& inputs, std::size_t input_row, const Matrix& outputs, std::size_t output_row,
                    std::size_t depth, int panel, Matrix& gradient) {
  constexpr std::size_t kBlock = 128;
  const GemmKernel& gemm = Parameter::Gemm();
  if (depth == 0) std::memset(gradient.At(panel, 0), 0, gradient.stride() * sizeof(float));
  for (std::size_t from = 0; from < depth; from += kBlock) {
    const int rows = int(std::min(kBlock, depth - from));
    for (int part = 0; part < inputs.panels(); part++) {
      gemm.outer(inputs.At(part, input_row + from), outputs.At(panel, output_row + from), rows,
                 inputs.PanelColumns(part), from > 0, gradient.At(panel, std::size_t(part) * std::size_t(gemm.panel)));
    }
  }
}

void TransposePanel(const Matrix& weights, int panel, Matrix& transposed) {
  constexpr std::size_t kWidest = 64;
  const GemmKernel& gemm = Parameter::Gemm();
  const std::size_t width = std::size_t(gemm.panel);
  alignas(64) std::array<float, kWidest * kWidest> last{};
  for (std::size_t row = 0; row < weights.rows(); row += width) {
    const float* block = weights.At(panel, row);
    if (weights.rows() - row < width) {  // what is below the last row must read as zero
      std::copy(block, block + (weights.rows() - row) * width, last.begin());
      block = last.data();
    }
    gemm.transpose(block, transposed.At(int(row / width), std::size_t(panel) * width));
  }
}

}  // namespace prosodia::train
