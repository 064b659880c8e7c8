// Noise at an exact signal-to-noise ratio.
#pragma once

#include <cstdint>
#include <vector>

#include "core/isa.h"
#include "core/kernels/gaussian.h"

namespace prosodia {

// out = in + noise, with noise scaled so that Σ in² / Σ noise² is exactly the ratio asked for, whatever was drawn. Silence
// stays silent. The same seed gives the same bytes on every instruction set. `out` must not overlap `in`.

// White and Gaussian.
void AddNoise(const float* in, int64_t count, double snr_db, uint64_t seed, float* out, Isa isa = ChosenIsa());

// Gaussian, of a power that falls with frequency: 3 dB an octave, to 0.5 dB from 0.0005 of the sample rate to 0.4 of it.
void AddPinkNoise(const float* in, int64_t count, double snr_db, uint64_t seed, float* out, Isa isa = ChosenIsa());

// A recording at the clip's rate from a place drawn by the seed on, begun again at its end. Throws std::invalid_argument
// where only silence is found.
void AddRecordedNoise(const float* in, int64_t count, const std::vector<float>& recording, double snr_db, uint64_t seed,
                      float* out, Isa isa = ChosenIsa());

}  // namespace prosodia
