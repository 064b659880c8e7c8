// Pitch shift that keeps formants: time-domain pitch-synchronous overlap-add (Moulines & Charpentier 1990). Unvoiced parts
// are the input itself.
#pragma once

#include <cstdint>
#include <vector>

#include "core/augment/pitch_marks.h"
#include "core/kernels/grain.h"
#include "core/prosody/f0_track.h"

namespace prosodia {

// One per thread; scratch is kept between clips.
class PitchShifter {
 public:
  explicit PitchShifter(Isa isa = ChosenIsa());

  // Multiplies the pitch by `ratio`; writes `count` samples. A ratio of 1 copies. The peak of `in` must be finite and
  // moderate (see Augmenter, which sees to it).
  void Run(const float* in, int64_t count, double ratio, double sample_rate_hz, float* out);

 private:
  // Replaces the marked stretch of `out` and returns where it ends.
  double Synthesise(const std::vector<double>& marks, double ratio, int64_t count, float* out) const;
  void AddGrain(double place, double mark, double left, double right, float gain, int64_t count, float* out) const;

  F0Tracker tracker_;
  PitchMarker marker_;
  const GrainKernel& kernel_;
};

}  // namespace prosodia
