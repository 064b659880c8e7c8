// Windowed, fractionally shifted pieces of signal, added up: the synthesis half of PSOLA.
#pragma once

#include <stdint.h>

#include "core/isa.h"

namespace prosodia {

struct Grain {
  int64_t first, last;   // output samples it covers, both included
  double centre;         // where its middle falls in the output; may lie between samples
  int64_t shift;         // output sample k is read at in[k + shift + fraction]
  float fraction;        // in [0, 1)
  float left, right;     // widths of the window's halves, in samples, > 0
  float gain;
};

struct GrainKernel {
  // out[k] += gain · in(k + shift + fraction) · hann((k - centre) / half), first <= k <= last, by four-point cubic
  // (Catmull-Rom) interpolation: reads in[first + shift - 1 … last + shift + 2].
  void (*add)(const Grain& grain, const float* in, float* out);
};

PROSODIA_KERNEL_TABLE(GrainKernel, kGrainKernel)

}  // namespace prosodia
