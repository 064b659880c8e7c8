// White Gaussian noise at an exact signal-to-noise ratio.
#pragma once

#include <cstdint>

#include "core/isa.h"
#include "core/kernels/gaussian.h"

namespace prosodia {

// out = in + noise, with noise scaled so that Σ in² / Σ noise² is exactly the ratio asked for, whatever was drawn. Silence
// stays silent. The same seed gives the same bytes on every instruction set. `out` must not overlap `in`.
void AddNoise(const float* in, int64_t count, double snr_db, uint64_t seed, float* out, Isa isa = ChosenIsa());

}  // namespace prosodia
