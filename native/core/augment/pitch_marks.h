// One mark per period of a voiced stretch, a whole period of the same waveform apart: where PSOLA takes its grains.
#pragma once

#include <cstdint>
#include <vector>

#include "core/prosody/f0_track.h"

namespace prosodia {

// Frames first … last of a track, all voiced.
struct VoicedRun {
  int64_t first, last;
};

class PitchMarker {
 public:
  explicit PitchMarker(Isa isa) : kernel_(PROSODIA_SELECT(kCorrelateKernel, isa)) {}

  // Marks of `run` in the clip that `tracker` last tracked (`frames` is its result), in rising order, as sample positions
  // with a fraction, from `earliest` on; fewer than three where the run is too short to shift.
  const std::vector<double>& Mark(const F0Tracker& tracker, const std::vector<F0Frame>& frames, VoicedRun run,
                                  int64_t count, double earliest);

 private:
  struct Step {
    double lag;         // samples to the next mark
    float correlation;  // of the two periods
  };

  float PeriodAt(double position) const;
  double LoudestPeak(const F0Tracker& tracker, double first, double last) const;
  Step FindStep(int64_t mark, float period, bool forward);
  // Walks from `start` until past `end`; a mark one period beyond it still counts when it resembles its neighbour.
  void Walk(double start, double end, bool forward, std::vector<double>* marks);

  const CorrelateKernel& kernel_;
  const float* samples_ = nullptr;
  const std::vector<F0Frame>* frames_ = nullptr;
  VoicedRun run_ = {0, 0};
  int64_t hop_ = 1, count_ = 0, least_window_ = 1;
  float longest_ = 1;
  std::vector<double> marks_, earlier_;
  std::vector<float> products_, energies_;
};

}  // namespace prosodia
