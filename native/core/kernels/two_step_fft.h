// FFTs of a few thousand points, lengths with factors 2, 3, 5 and 7: what changing a sample rate by spectra stands on.
#pragma once

#include <stdint.h>

#include "core/isa.h"

namespace prosodia {

// outer × inner points: `outer`-point transforms over the points `inner` apart, a turn, then `inner`-point transforms.
struct TwoStepTables {
  int outer, inner;
  const float *cosines, *minus_sines;  // of 2π·k·n / (outer · inner), at k · inner + n for k < outer, n < inner
  int Points() const { return outer * inner; }
};

struct TwoStepFftKernel {
  int lanes;
  // Lengths that `outer` and `inner` may have, ending with 0.
  const int* lengths;
  // Floats of `work` that a transform needs.
  long (*scratch)(const TwoStepTables&);
  // Forward transform in natural order; real and imaginary parts apart, input untouched, no two arrays overlapping.
  // Exchanging real and imaginary parts of either side gives the inverse times the number of points.
  void (*transform)(const TwoStepTables&, const float* real, const float* imag, float* work, float* out_real,
                    float* out_imag);
  // The spectrum of `from` points laid out for `to` points, times `response`: bins 0 … kept and as many negative ones
  // without bin 0; the others become 0.
  void (*reshape)(int from, int to, int kept, const float* response, const float* in, float* out);
};

PROSODIA_KERNEL_TABLE(TwoStepFftKernel, kTwoStepFftKernel)

}  // namespace prosodia
