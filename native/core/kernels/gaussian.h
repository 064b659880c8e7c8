// Gaussian numbers, the same bytes on every instruction set: sixteen generators side by side whatever the vector's
// width, sums in one fixed order, and (see CMakeLists.txt) no fused multiply-add.
#pragma once

#include <stdint.h>

#include "core/isa.h"

namespace prosodia {

inline constexpr int kGenerators = 16;

// One xoshiro128+ generator per column.
struct GeneratorState {
  uint32_t words[4][kGenerators];
};

struct GaussianKernel {
  // Fills out with numbers of mean 0 and variance 1 and returns the sum of their squares.
  double (*draw)(GeneratorState* state, int64_t count, float* out);
  double (*sum_squares)(const float* in, int64_t count);
  // out[i] = in[i] + gain · out[i].
  void (*mix)(const float* in, float gain, int64_t count, float* out);
};

PROSODIA_KERNEL_TABLE(GaussianKernel, kGaussianKernel)

}  // namespace prosodia
