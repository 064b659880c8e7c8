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
  // Whether the track's frame is a voice to be shifted.
  bool IsVoice(const F0Frame& frame, int64_t index, double sample_rate_hz) const;
  // Replaces the marked stretch of `out` and returns where it ends.
  double Synthesise(const std::vector<double>& marks, double ratio, int64_t count, float* out) const;
  // The half of a grain when shifting up, for the spacing of the output's marks on its side.
  double Widened(double spacing, double ratio) const;
  // `grain` has its halves, hold and gain; the clip's `mark` comes to `place`.
  void AddGrain(double place, double mark, Grain grain, int64_t count, float* out) const;

  F0Tracker tracker_;
  PitchMarker marker_;
  const GrainKernel& kernel_;
};

}  // namespace prosodia
