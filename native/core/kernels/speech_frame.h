// What one frame's 64 band levels say of it: power, loudness, energies of two regions, slopes, cepstrum.
#pragma once

#include <stdint.h>

#include "core/isa.h"

namespace prosodia {

inline constexpr int kSpeechBands = 64;
inline constexpr int kCepstrumRow = 32;  // coefficients made at once; callers use the first ones

// Weights over the bands; those of powers are 0 or 1.
struct SpeechBandTables {
  float low_energy[kSpeechBands];   // of powers
  float mid_energy[kSpeechBands];   // of powers
  float low_slope[kSpeechBands];    // of levels
  float mid_slope[kSpeechBands];    // of levels
  float dct[kSpeechBands * kCepstrumRow];
};

struct SpeechFrame {
  float loudness, low_energy, mid_energy, low_slope, mid_slope, mean_level, peak_level;
};

struct SpeechFrameKernel {
  // levels[i] = ln of 10^(db[i] / 10), with db first limited to [floor_db, ceiling_db]; power[f] = Σ e^level over frame
  // f's bands. Both arrays are frames × kSpeechBands.
  void (*levels)(const float* db, long frames, float floor_db, float ceiling_db, float* levels, float* power);
  // Everything of one frame's levels; `cepstrum` takes kCepstrumRow values.
  void (*describe)(const SpeechBandTables& tables, const float* levels, SpeechFrame* frame, float* cepstrum);
};

PROSODIA_KERNEL_TABLE(SpeechFrameKernel, kSpeechFrameKernel)

}  // namespace prosodia
