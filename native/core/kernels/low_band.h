// Decimation and running energies: what splices and periods are searched on.
#pragma once

#include <stdint.h>

#include "core/isa.h"

namespace prosodia {

// Energies are sums of squares over windows of this many samples, and over multiples of it.
inline constexpr int kEnergyBlock = 16;

struct LowBandKernel {
  // out[i] = Σ taps[j] in[factor·i + j], j < tap_count (a multiple of 16); reads factor·(count-1) + tap_count samples.
  void (*decimate)(const float* in, const float* taps, int tap_count, int factor, int64_t count, float* out);
  // out[i] = Σ in[i + j]², j < 16. `count` is a multiple of 16; reads and overwrites 16 samples beyond it.
  void (*energies)(const float* in, int64_t count, float* out);
  // out[i] = Σ energies[i + 16k], k < blocks; in place if out is energies. `count` is a multiple of 16.
  void (*widen)(const float* energies, int blocks, int64_t count, float* out);
  // out[i] = max of in[i … i+15]. `count` is a multiple of 16; reads and overwrites 16 samples beyond it.
  void (*running_max)(const float* in, int64_t count, float* out);
  // Largest of count values, 0 if none is positive.
  float (*largest)(const float* in, int64_t count);
  // First i in [from, to) with energies[i] > floor and energies[i] > ratio · recent[i - 16·k - 16] for every
  // 1 <= k <= blocks; `to` if there is none.
  int64_t (*next_rise)(const float* energies, const float* recent, int blocks, float floor, float ratio, int64_t from,
                       int64_t to);
};

PROSODIA_KERNEL_TABLE(LowBandKernel, kLowBandKernel)

}  // namespace prosodia
