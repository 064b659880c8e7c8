// The pitch of speech over time: normalised cross-correlation on the low band, the best path through its peaks by dynamic
// programming (the method of RAPT, Talkin 1995).
#pragma once

#include <cstdint>
#include <vector>

#include "core/augment/low_band.h"
#include "core/kernels/correlate.h"

namespace prosodia {

struct F0Frame {
  float period;    // full-rate samples, with a fraction; 0 where the frame is unvoiced
  float strength;  // correlation of neighbouring periods, 0 … 1; 0 where unvoiced
  float correlation;  // the largest of any period, 0 … 1, voiced or not; 0 below 0.3
};

// One per thread; scratch is kept between clips.
class F0Tracker {
 public:
  static constexpr double kLowestHz = 58, kHighestHz = 800;

  explicit F0Tracker(Isa isa = ChosenIsa());

  // 1 + count / hop() frames; frame i is centred on sample i · hop(). Rates below 2 kHz come out unvoiced. The peak of
  // `in` must be finite and moderate. The result is valid until the next call.
  const std::vector<F0Frame>& Track(const float* in, int64_t count, double sample_rate_hz);

  // Samples between frames at the rate last tracked: about 6 ms.
  int64_t hop() const { return plan_.hop; }
  // The clip last tracked; `samples()` is readable two longest periods and more beyond both ends.
  const LowBand& band() const { return band_; }
  const BandPlan& band_plan() const { return plan_.band; }
  // Energy around frame i's centre, over about 23 ms.
  float FrameEnergy(int64_t frame) const {
    return band_.energies()[frame * plan_.band_hop - plan_.window_blocks * kEnergyBlock / 2];
  }
  // How much the signal around frame i's centre resembles what comes `samples` after it, -1 … 1.
  float ResemblanceAfter(int64_t frame, float samples) const;

 private:
  struct Plan {
    explicit Plan(double sample_rate_hz);

    double sample_rate_hz;
    BandPlan band;
    int window_blocks;           // correlated window, in kEnergyBlock band samples
    int64_t band_hop, hop;
    int64_t lead;                // the window starts this many band samples before the frame's centre
    int first_lag, lags;         // correlated, in band samples
    int least_lag, most_lag;     // allowed
  };
  static constexpr int kCandidates = 6;
  struct Candidate {
    float lag, score, log_lag;
  };
  struct Candidates {
    int count;
    float highest;  // peak of the correlation
    Candidate list[kCandidates];
  };

  void FindCandidates(int64_t frame, Candidates* found);
  void AddCandidate(int place, Candidates* found) const;
  void FindPath();

  LowBand band_;
  const CorrelateKernel& kernel_;
  Plan plan_;
  std::vector<Candidates> candidates_;
  std::vector<float> correlations_, scores_;
  std::vector<int> peaks_;
  std::vector<int8_t> came_from_;
  std::vector<F0Frame> frames_;
  float tiny_ = 0, silence_ = 0;
};

}  // namespace prosodia
