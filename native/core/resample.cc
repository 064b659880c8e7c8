#include "core/resample.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "core/block_resampler.h"
#include "core/errors.h"
#include "core/limits.h"
#include "core/plan_cache.h"
#include "core/polyphase.h"

namespace prosodia {

std::shared_ptr<const ResamplePlan> ResamplePlanFor(int from_hz, int to_hz) {
  if (from_hz < 1 || to_hz < 1 || from_hz > kMaxSampleRateHz || to_hz > kMaxSampleRateHz) {
    throw std::invalid_argument("Expected sample rates from 1 to " + std::to_string(kMaxSampleRateHz) +
                                " Hz but received " + std::to_string(from_hz) + " and " + std::to_string(to_hz));
  }
  // Never destroyed: a team's threads may still run while the process exits.
  static auto* cache = new PlanCache<std::pair<int, int>, ResamplePlan>(8);
  return cache->Get({from_hz, to_hz}, [](const std::pair<int, int>& rates) {
    auto plan = std::make_shared<ResamplePlan>();
    const auto& [from, to] = rates;
    plan->blocks = BlockPlan::Make(from, to, PROSODIA_SELECT(kTwoStepFftKernel, ChosenIsa()));
    if (!plan->blocks) {
      plan->polyphase = std::make_shared<PolyphasePlan>(from, to, PROSODIA_SELECT(kPolyphaseKernel, ChosenIsa()));
    }
    return plan;
  });
}

std::size_t ResampledLength(std::size_t count, int from_hz, int to_hz) {
  if (count > kMaxClipSamples) {
    throw LimitError("a clip of " + std::to_string(count) + " samples is more than the limit of " +
                     std::to_string(kMaxClipSamples));
  }
  const std::size_t length = (count * std::size_t(to_hz) + from_hz - 1) / from_hz;
  if (length > kMaxClipSamples) {
    throw LimitError("a clip would have " + std::to_string(length) + " samples at " + std::to_string(to_hz) +
                     " Hz, more than the limit of " + std::to_string(kMaxClipSamples));
  }
  return length;
}

SampleSource ResampledSource(const SampleSource& clip, int to_hz) {
  const std::size_t length = ResampledLength(clip.count, clip.sample_rate_hz, to_hz);
  if (clip.sample_rate_hz == to_hz || clip.count == 0) return {length, to_hz, clip.read};
  const auto plan = ResamplePlanFor(clip.sample_rate_hz, to_hz);
  const SampleSource made = plan->blocks ? BlockSource(clip, plan->blocks, to_hz, length)
                                         : PolyphaseSource(clip, plan->polyphase, to_hz, length);
  // Finite samples near the largest float may still add up past it.
  return {length, to_hz, [made](std::size_t first, std::size_t wanted, float* to) {
            if (wanted == 0) return;
            made.read(first, wanted, to);
            RequireFinite(to, wanted, first);
          }};
}

std::vector<float> Resample(const float* samples, std::size_t count, int from_hz, int to_hz) {
  const SampleSource resampled = ResampledSource(SourceOf(samples, count, from_hz), to_hz);
  std::vector<float> out(resampled.count);
  resampled.read(0, out.size(), out.data());
  return out;
}

}  // namespace prosodia
