// A mono clip that is asked for a piece at a time, so that samples go from where they are (an array, the bytes of a
// file) straight to where they are used.
#pragma once

#include <cstddef>
#include <functional>

#include "core/wav.h"

namespace prosodia {

struct SampleSource {
  std::size_t count = 0;
  int sample_rate_hz = 0;
  // Samples first … first + count − 1, which the clip must have. Any pieces, in any order, on one thread.
  std::function<void(std::size_t first, std::size_t count, float* to)> read;
  // The memory that `read` copies from, where whoever reads may write over samples that have been read and will not be
  // again; null otherwise.
  float* spent = nullptr;
  // All samples as they lie in memory, not looked at yet (see RequireFinite); null where `read` has to make them.
  const float* samples = nullptr;
};

// Both read memory that must outlive the source; both refuse a sample that is NaN or infinite by
// std::invalid_argument, naming its place in the clip.
SampleSource SourceOf(const float* samples, std::size_t count, int sample_rate_hz);
SampleSource SourceOf(const WavLayout& wav);

// Samples first … first + count − 1 of the clip with zeros before and after it.
void ReadPadded(const SampleSource& clip, long long first, std::size_t count, float* to);

// Throws std::invalid_argument naming the first sample that is NaN or infinite; the first given is number `first`.
void RequireFinite(const float* samples, std::size_t count, std::size_t first = 0);

}  // namespace prosodia
