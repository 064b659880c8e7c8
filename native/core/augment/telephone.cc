#include "core/augment/telephone.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "core/resample.h"

namespace prosodia {

static constexpr double kLowHz = 300, kHighHz = 3400;
static constexpr double kFilterSec = 0.030;  // under a Blackman window its slopes are 180 Hz wide
static constexpr int kLineRateHz = 8000;

// A Blackman-windowed sinc low pass of unit gain; all-pass from the Nyquist rate on.
static std::vector<double> LowPass(double cutoff_hz, double rate_hz, int64_t half) {
  std::vector<double> taps(size_t(2 * half + 1));
  if (cutoff_hz >= rate_hz / 2) {
    taps[size_t(half)] = 1;
    return taps;
  }
  double sum = 0;
  for (int64_t i = -half; i <= half; i++) {
    const double angle = std::numbers::pi * double(i), inside = angle / double(half + 1);
    const double sinc = i == 0 ? 2 * cutoff_hz / rate_hz : std::sin(angle * 2 * cutoff_hz / rate_hz) / angle;
    const double tap = sinc * (0.42 + 0.5 * std::cos(inside) + 0.08 * std::cos(2 * inside));
    taps[size_t(i + half)] = tap;
    sum += tap;
  }
  for (double& tap : taps) tap /= sum;
  return taps;
}

void Telephone::Band(const float* in, int64_t count, double sample_rate_hz, float* out) {
  const int64_t half = std::max<int64_t>(1, std::llround(0.5 * kFilterSec * sample_rate_hz));
  if (filter_rate_hz_ != sample_rate_hz) {
    const std::vector<double> high = LowPass(kHighHz, sample_rate_hz, half), low = LowPass(kLowHz, sample_rate_hz, half);
    filter_.resize(high.size());
    std::transform(high.begin(), high.end(), low.begin(), filter_.begin(),
                   [](double above, double below) { return float(above - below); });
    filter_rate_hz_ = sample_rate_hz;
  }
  convolver_.Run(in, count, filter_, half, out);
}

void Telephone::MuLaw(const float* in, int64_t count, double sample_rate_hz, float* out) {
  std::vector<float> line = Resample(in, size_t(count), int(sample_rate_hz), kLineRateHz), passed(line.size());
  Band(line.data(), int64_t(line.size()), kLineRateHz, passed.data());
  std::transform(passed.begin(), passed.end(), passed.begin(), ThroughMuLaw);
  const std::vector<float> back = Resample(passed.data(), passed.size(), kLineRateHz, int(sample_rate_hz));
  const int64_t length = std::min(count, int64_t(back.size()));
  std::copy_n(back.begin(), length, out);
  std::fill(out + length, out + count, 0.f);
}

float ThroughMuLaw(float sample) {
  constexpr int kBias = 132, kMost = 32635;  // of 16-bit samples
  const int magnitude = int(std::lround(std::min(std::fabs(sample) * 32768.f, float(kMost)))) + kBias;
  const int segment = int(std::bit_width(uint32_t(magnitude))) - 8;      // 0 … 7
  const int step = (magnitude >> (segment + 3)) & 15;
  const int decoded = (((step << 3) + kBias) << segment) - kBias;
  return std::copysign(float(decoded) / 32768.f, sample);
}

}  // namespace prosodia
