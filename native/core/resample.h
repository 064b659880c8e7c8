// Sample rate conversion by any rational ratio, linear in phase. The response is LowPass's (low_pass.h).
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/sample_source.h"

namespace prosodia {

class BlockPlan;
class PolyphasePlan;

// Blocks where the ratio allows them, otherwise the polyphase filter.
struct ResamplePlan {
  std::shared_ptr<const BlockPlan> blocks;
  std::shared_ptr<const PolyphasePlan> polyphase;
};

// The plan for two rates on the chosen instruction set, made once and kept (the last few pairs). Throws
// std::invalid_argument for rates out of range, LimitError for a filter longer than is made.
std::shared_ptr<const ResamplePlan> ResamplePlanFor(int from_hz, int to_hz);

// ceil(count · to / from), as librosa.resample. Throws LimitError past kMaxClipSamples.
std::size_t ResampledLength(std::size_t count, int from_hz, int to_hz);

// The same clip at another rate, computed when it is read; the signal is zero beyond its ends. Equal rates give the clip
// itself. Throws as ResampledLength and ResamplePlanFor do; reading throws std::invalid_argument for a sample that is
// not finite (and says which), or that sums with others past the largest float.
SampleSource ResampledSource(const SampleSource& clip, int to_hz);

// `samples` at another rate, read as a whole.
std::vector<float> Resample(const float* samples, std::size_t count, int from_hz, int to_hz);

}  // namespace prosodia
