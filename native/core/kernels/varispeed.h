// Reading a signal between its samples, at any speed; and the largest magnitude of one.
#pragma once

#include <stdint.h>

#include "core/isa.h"

namespace prosodia {

// A low pass at `phases` + 1 fractions of a sample, one row of `taps` (a multiple of 16) each.
struct PhaseBank {
  const float* rows;
  int phases, taps;
};

struct VarispeedKernel {
  // out[k] = Σ in[floor(p) + j] row(p - floor(p))[j], p = (first + k) · speed, rows interpolated linearly.
  void (*read)(const float* in, const PhaseBank& bank, int64_t first, double speed, int64_t count, float* out);
  // Bits of the largest |in[i]|; 0x7f800000 and more where one is not finite.
  uint32_t (*peak_bits)(const float* in, int64_t count);
};

PROSODIA_KERNEL_TABLE(VarispeedKernel, kVarispeedKernel)

}  // namespace prosodia
