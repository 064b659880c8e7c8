// Fourier sums of a few contours at once, at single frequencies.
#pragma once

#include "core/isa.h"

namespace prosodia {

inline constexpr int kModulationRow = 16;

struct ModulationKernel {
  // Sums over rows f < count of row f times the cosine and the sine of turn f · bin, and of turn f · (bin + 1); the tables
  // hold one turn in `period` steps, a power of two. `sums` takes 4 × kModulationRow.
  void (*turn)(const float* rows, long count, const float* cosine, const float* sine, int period, int bin, float* sums);
};

PROSODIA_KERNEL_TABLE(ModulationKernel, kModulationKernel)

}  // namespace prosodia
