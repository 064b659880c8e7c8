// Sample rate conversion by any rational ratio: a windowed-sinc polyphase filter (Kaiser, linear phase).
//
// With f the lower of the two rates' Nyquist frequencies: flat to 0.913·f, −120 dB and less from f on, as soxr's HQ.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/kernels/resample.h"

namespace prosodia {

class ResamplePlan {
 public:
  ResamplePlan(int from_hz, int to_hz, const ResampleKernel& kernel);
  ResamplePlan(const ResamplePlan&) = delete;
  ResamplePlan& operator=(const ResamplePlan&) = delete;

  const ResampleTables& tables() const { return tables_; }
  const ResampleKernel& kernel() const { return kernel_; }

 private:
  const ResampleKernel& kernel_;
  std::vector<float> filter_;
  ResampleTables tables_{};
};

// The plan for two rates on the chosen instruction set, made once and kept (the last few pairs).
std::shared_ptr<const ResamplePlan> ResamplePlanFor(int from_hz, int to_hz);

// ceil(count · to / from), as librosa.resample. Throws LimitError past kMaxClipSamples.
std::size_t ResampledLength(std::size_t count, int from_hz, int to_hz);

// `samples` at another rate; the signal is zero beyond its ends. Equal rates give a copy. Throws std::invalid_argument
// for a sample that is not finite (and says which).
std::vector<float> Resample(const float* samples, std::size_t count, int from_hz, int to_hz);

}  // namespace prosodia
