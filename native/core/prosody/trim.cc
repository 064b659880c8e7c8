#include "core/prosody/trim.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace prosodia {

static constexpr long kSmoothed = 2;  // frames to either side
static constexpr double kSilence = 1e-9;
// Above what the rounding of 16 bits gives in frames of 25 ms at 16 kHz, 2.4e-8; with dither 9.6e-8.
static constexpr float kRecorded = 1e-7f;

FrameRange TrimmedRange(const float* power, std::size_t frames, double below_peak_db, std::size_t margin) {
  if (frames == 0) return {0, 0};
  std::vector<double> level(frames), smooth(frames);
  for (std::size_t i = 0; i < frames; i++) level[i] = 10 * std::log10(double(power[i]) + kSilence);
  const long count = long(frames);
  for (long i = 0; i < count; i++) {
    const long from = std::max(0L, i - kSmoothed), to = std::min(count - 1, i + kSmoothed);
    double sum = 0;
    for (long j = from; j <= to; j++) sum += level[j];
    smooth[i] = sum / double(to - from + 1);
  }
  const double least = *std::max_element(smooth.begin(), smooth.end()) - below_peak_db;
  const auto loud = [least](double value) { return value >= least; };
  const std::size_t first = std::size_t(std::find_if(smooth.begin(), smooth.end(), loud) - smooth.begin());
  const std::size_t last = frames - 1 - std::size_t(std::find_if(smooth.rbegin(), smooth.rend(), loud) - smooth.rbegin());
  FrameRange range{first - std::min(first, margin), std::min(frames, last + margin + 1)};
  while (range.first < first && power[range.first] < kRecorded) range.first++;
  while (range.end > last + 1 && power[range.end - 1] < kRecorded) range.end--;
  return range;
}

FrameRange SpeechRange(const float* samples, std::size_t count, int sample_rate_hz, double below_peak_db,
                       double margin_sec) {
  if (count == 0) return {0, 0};
  const std::size_t hop = std::max<std::size_t>(1, std::size_t(std::lround(0.01 * sample_rate_hz)));
  const std::size_t half = std::max<std::size_t>(1, std::size_t(std::lround(0.0125 * sample_rate_hz)));
  std::vector<float> power((count + hop - 1) / hop);
  for (std::size_t frame = 0; frame < power.size(); frame++) {
    const std::size_t centre = frame * hop, from = centre - std::min(centre, half), to = std::min(count, centre + half);
    double squares = 0;
    for (std::size_t i = from; i < to; i++) squares += double(samples[i]) * samples[i];
    power[frame] = float(squares / double(2 * half));
  }
  const std::size_t margin = std::size_t(std::lround(margin_sec * sample_rate_hz));
  const FrameRange loud = TrimmedRange(power.data(), power.size(), below_peak_db, 0);
  const std::size_t first = loud.first * hop;
  return {first - std::min(first, margin), std::min(count, loud.end * hop + margin)};
}

}  // namespace prosodia
