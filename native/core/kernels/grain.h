// Windowed, fractionally shifted pieces of signal, added up: the synthesis half of PSOLA.
#pragma once

#include <stdint.h>

#include "core/isa.h"

namespace prosodia {

inline constexpr int kGrainTaps = 16;

struct Grain {
  int64_t first, last;   // output samples it covers, both included
  double centre;         // where its middle falls in the output; may lie between samples
  int64_t shift;         // output sample k is read at in[k + shift + fraction]
  const float* taps;     // kGrainTaps that interpolate there
  float left, right;     // widths of the window's halves, in samples, > 0
  float hold;            // part of the right half, from the middle on, where the window is still 1; in [0, 1)
  float gain;
};

// A half Hann slope from nothing, `width` samples before `edge` (after it where negative), to everything at it.
struct Slope {
  double edge, width;
};

struct GrainKernel {
  // out[k] += gain · in(k + shift + fraction) · window((k - centre) / half), first <= k <= last, with Hann slopes; reads
  // in[first + shift - 7 … last + shift + 24]. `out` has `count` samples.
  void (*add)(const Grain& grain, const float* in, int64_t count, float* out);
  // out[k] *= 1 - slope(k), where the slope is: what a grain at the edge leaves of the signal it fades into.
  void (*fade_out)(const Slope& slope, int64_t count, float* out);
};

PROSODIA_KERNEL_TABLE(GrainKernel, kGrainKernel)

}  // namespace prosodia
