// What a telephone leaves of speech: 300 to 3400 Hz, and where asked the eight bits of G.711.
#pragma once

#include <cstdint>
#include <vector>

#include "core/augment/convolver.h"

namespace prosodia {

class Telephone {
 public:
  explicit Telephone(Isa isa) : convolver_(isa) {}

  // Band-passes by a linear phase filter without delay (half power and less outside 300 … 3400 Hz, -70 dB from 100 Hz
  // further out; all above 300 Hz where the rate leaves no more).
  void Band(const float* in, int64_t count, double sample_rate_hz, float* out);

  // The same at 8 kHz, each sample through mu-law and back, and back to the clip's rate. Samples beyond ±1 clip.
  void MuLaw(const float* in, int64_t count, double sample_rate_hz, float* out);

 private:
  Convolver convolver_;
  double filter_rate_hz_ = 0;
  std::vector<float> filter_;
};

// One sample through ITU-T G.711 mu-law and back.
float ThroughMuLaw(float sample);

}  // namespace prosodia
