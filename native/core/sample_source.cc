#include "core/sample_source.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/aligned.h"
#include "core/kernels/spectrum.h"
#include "core/limits.h"
#include "core/resample.h"

namespace prosodia {

SampleSource SourceOf(const float* samples, std::size_t count, int sample_rate_hz) {
  return {count, sample_rate_hz, [samples](std::size_t first, std::size_t wanted, float* to) {
            if (wanted == 0) return;
            std::memcpy(to, samples + first, wanted * sizeof(float));
            RequireFinite(to, wanted, first);
          }};
}

SampleSource SourceOf(const WavLayout& wav) {
  return {wav.frames, wav.sample_rate_hz, [wav](std::size_t first, std::size_t wanted, float* to) {
            ReadWavSamples(wav, first, wanted, to);
            const bool integers = wav.encoding != WavLayout::Encoding::kFloat32 &&
                                  wav.encoding != WavLayout::Encoding::kFloat64;
            if (!integers) RequireFinite(to, wanted, first);
          }};
}

SampleSource ResampledSource(const SampleSource& clip, int to_hz) {
  const std::size_t length = ResampledLength(clip.count, clip.sample_rate_hz, to_hz);
  if (clip.sample_rate_hz == to_hz || clip.count == 0) return {length, to_hz, clip.read};
  const auto plan = ResamplePlanFor(clip.sample_rate_hz, to_hz);
  return {length, to_hz, [clip, plan](std::size_t first, std::size_t wanted, float* to) {
            if (wanted == 0) return;
            // The inputs that the outputs' windows reach; the clip is zero beyond its ends.
            const ResampleTables& tables = plan->tables();
            const std::size_t taps = tables.taps, place = first * tables.down;
            const std::size_t begin = place / tables.up, last = (first + wanted - 1) * tables.down / tables.up;
            const std::size_t total = last - begin + 1 + 2 * taps;
            static thread_local AlignedFloats scratch;
            float* padded = scratch.Reserve(total);
            const std::size_t lead = taps - std::min(taps, begin), from = begin - std::min(taps, begin);
            const std::size_t kept = std::min(clip.count - from, total - lead);
            std::fill_n(padded, lead, 0.0f);
            clip.read(from, kept, padded + lead);
            std::fill(padded + lead + kept, padded + total, 0.0f);
            plan->kernel().run(tables, padded, static_cast<long long>(place % tables.up),
                               static_cast<long long>(wanted), to);
            RequireFinite(to, wanted, first);  // finite samples near the largest float may still add up past it
            if (total > (std::size_t{1} << 24)) scratch = AlignedFloats();
          }};
}

void RequireFinite(const float* samples, std::size_t count, std::size_t first) {
  const long bad = PROSODIA_SELECT(kSpectrumKernel, ChosenIsa()).first_not_finite(samples, long(count));
  if (bad < 0) return;
  throw std::invalid_argument("sample " + std::to_string(first + std::size_t(bad)) + " is " +
                              (samples[bad] != samples[bad] ? "NaN" : samples[bad] > 0 ? "Infinity" : "-Infinity"));
}

}  // namespace prosodia
