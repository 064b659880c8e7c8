// FFTs of any power of two of one long signal: what convolution with a room stands on.
#pragma once

#include <stdint.h>

#include "core/isa.h"

namespace prosodia {

struct ComplexFftKernel {
  // Forward transform of `size` (a power of two) complex numbers, real and imaginary parts apart, in natural order.
  // `cosines` and `sines` hold cos and sin of 2πk/size for k < size/2; the scratch is as long as the data, and the
  // result is in the data. Exchanging real and imaginary parts gives the inverse times `size`.
  void (*transform)(float* real, float* imag, float* scratch_real, float* scratch_imag, const float* cosines,
                    const float* sines, int64_t size);
  // (a, b) *= (c, d) · scale, as complex numbers.
  void (*multiply)(float* real, float* imag, const float* other_real, const float* other_imag, float scale,
                   int64_t size);
};

PROSODIA_KERNEL_TABLE(ComplexFftKernel, kComplexFftKernel)

}  // namespace prosodia
