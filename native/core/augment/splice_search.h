// Decides, at every hop of a time stretch, whether the clip runs on or jumps, and where to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/augment/low_band.h"
#include "core/kernels/correlate.h"

namespace prosodia {

// Where the output goes on; `to` equals the place it would have reached by itself where there is no splice.
struct Splice {
  int64_t to;
  float similarity;  // correlation of the two sides, [-1, 1]
};

// Sizes at one sample rate, in full-rate samples unless they say band.
struct StretchPlan {
  explicit StretchPlan(double sample_rate_hz);

  double sample_rate_hz;
  BandPlan band;
  int64_t hop, fade;         // output between decisions; length of a cross-fade
  int64_t guard;             // kept free of splices around an onset
  int64_t most_drift;        // beyond it onsets are protected no longer
  int window_blocks;         // compared window, in kEnergyBlock band samples
  int64_t reach;             // band samples searched to either side of the aim
  int64_t least_lag, most_lag;  // band samples: the shortest period looked for; the longest jump
  float penalty;             // per sample of drift, squared
  float past_aim;            // a splice aims this far beyond zero drift, so that drift is zero on average
};

class SpliceSearch {
 public:
  explicit SpliceSearch(Isa isa) : band_(isa), kernel_(PROSODIA_SELECT(kCorrelateKernel, isa)), plan_(22050) {}

  // Takes in a clip; `faster` when it is to become shorter.
  void Prepare(const float* in, int64_t count, double sample_rate_hz, bool faster);

  // The output stands at clip sample `at` (in [0, count + most_drift]) where it should stand at `ideal` (in [0, count]).
  Splice Choose(int64_t at, int64_t ideal);

  // Readable from -plan().band.margin to count + plan().band.margin.
  const float* samples() const { return band_.samples(); }
  const StretchPlan& plan() const { return plan_; }

 private:
  struct Bounds {
    int64_t first, last;  // clip samples a splice may go to
  };

  // The onsets around `at`: the one behind must not sound again, the one ahead must not be jumped over or blended.
  Bounds BetweenOnsets(int64_t at);
  // Best splice on the band, or `at` if running on is as good.
  int64_t SearchBand(int64_t at, int64_t ideal, Bounds bounds);
  // Best of the band samples first … last to follow `from`.
  SpliceChoice Best(int64_t from, int64_t first, int64_t last, float first_drift, float penalty);
  // Moves a splice to the sample that fits best at the full rate.
  Splice Refine(int64_t at, int64_t to);

  LowBand band_;
  const CorrelateKernel& kernel_;
  StretchPlan plan_;
  std::vector<int64_t> onsets_;
  std::vector<float> recent_, products_, energies_;
  int64_t count_ = 0;
  std::size_t next_onset_ = 0;
  double carry_ = 0;  // fraction of a sample that splices so far owe
  float tiny_ = 0, silence_ = 0, past_aim_ = 0;
};

}  // namespace prosodia
