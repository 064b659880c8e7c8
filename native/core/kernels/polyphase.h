// The kernel of the polyphase resampler. See polyphase.h for the filter.
#pragma once

#include "core/isa.h"

namespace prosodia {

// Output k lies at input (phase + k · down) / up, 0 ≤ phase < up. Sample n of the input is at padded[n + taps].
struct PolyphaseTables {
  long long up, down;
  int taps;    // of one phase; a multiple of 16
  int phases;  // `up` when each phase has its own row, otherwise the grid that is interpolated between
  bool exact;
  const float* filter;  // (exact ? phases : phases + 1) rows of `taps`
};

struct PolyphaseKernel {
  void (*run)(const PolyphaseTables&, const float* padded, long long phase, long long count, float* out);
};

PROSODIA_KERNEL_TABLE(PolyphaseKernel, kPolyphaseKernel)

}  // namespace prosodia
