#include "core/sample_source.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

#include "core/kernels/spectrum.h"

namespace prosodia {

SampleSource SourceOf(const float* samples, std::size_t count, int sample_rate_hz) {
  const auto read = [samples](std::size_t first, std::size_t wanted, float* to) {
    if (wanted == 0) return;
    std::memcpy(to, samples + first, wanted * sizeof(float));
    RequireFinite(to, wanted, first);
  };
  return {count, sample_rate_hz, read, nullptr, samples};
}

SampleSource SourceOf(const WavLayout& wav) {
  return {wav.frames, wav.sample_rate_hz, [wav](std::size_t first, std::size_t wanted, float* to) {
            ReadWavSamples(wav, first, wanted, to);
            const bool integers = wav.encoding != WavLayout::Encoding::kFloat32 &&
                                  wav.encoding != WavLayout::Encoding::kFloat64;
            if (!integers) RequireFinite(to, wanted, first);
          }};
}

void ReadPadded(const SampleSource& clip, long long first, std::size_t count, float* to) {
  const std::size_t lead = first < 0 ? std::min(count, std::size_t(-first)) : 0;
  const std::size_t from = first < 0 ? 0 : std::min(clip.count, std::size_t(first));
  const std::size_t kept = std::min(clip.count - from, count - lead);
  std::fill_n(to, lead, 0.0f);
  if (kept > 0) clip.read(from, kept, to + lead);
  std::fill(to + lead + kept, to + count, 0.0f);
}

void RequireFinite(const float* samples, std::size_t count, std::size_t first) {
  const long bad = PROSODIA_SELECT(kSpectrumKernel, ChosenIsa()).first_not_finite(samples, long(count));
  if (bad < 0) return;
  throw std::invalid_argument("sample " + std::to_string(first + std::size_t(bad)) + " is " +
                              (samples[bad] != samples[bad] ? "NaN" : samples[bad] > 0 ? "Infinity" : "-Infinity"));
}

}  // namespace prosodia
