#include "core/prosody/trim.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace prosodia {

static constexpr long kSmoothed = 2;  // frames to either side
static constexpr double kSilence = 1e-9;

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
  return {first - std::min(first, margin), std::min(frames, last + margin + 1)};
}

}  // namespace prosodia
