// A weight with its gradient and what Adam remembers of it.
#pragma once

#include "core/isa.h"
#include "core/kernels/adam_step.h"
#include "core/kernels/gemm.h"
#include "core/train/matrix.h"

namespace prosodia::train {

struct Parameter {
  Matrix value, gradient, first, second;

  Parameter(int rows, int columns, int blocks = 1)
      : value(std::size_t(rows), columns, Gemm().panel, blocks),
        gradient(std::size_t(rows), columns, Gemm().panel, blocks),
        first(std::size_t(rows), columns, Gemm().panel, blocks),
        second(std::size_t(rows), columns, Gemm().panel, blocks) {}

  static const GemmKernel& Gemm() { return PROSODIA_SELECT(kGemmKernel, ChosenIsa()); }

  std::size_t count() const { return value.rows() * std::size_t(value.columns()); }

  void UpdatePanel(const AdamRates& rates, int panel) {
    PROSODIA_SELECT(kAdamKernel, ChosenIsa())
        .step(rates, gradient.At(panel, 0), first.At(panel, 0), second.At(panel, 0), value.At(panel, 0),
              value.stride());
  }
};

// gradient panel = inputsᵀ · outputs over `depth` rows, in blocks of rows that stay in the first-level cache.
void WeightGradient(const Matrix& inputs, std::size_t input_row, const Matrix& outputs, std::size_t output_row,
                    std::size_t depth, int panel, Matrix& gradient);

// Rows panel · width … of `transposed` from one panel of `weights`.
void TransposePanel(const Matrix& weights, int panel, Matrix& transposed);

}  // namespace prosodia::train
