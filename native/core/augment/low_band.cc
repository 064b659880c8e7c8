#include "core/augment/low_band.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace prosodia {

static constexpr double kBandRateHz = 5512.5;  // 22.05 kHz / 4: room for two formants, a period of 300 Hz is 18 samples
static constexpr int64_t kSlack = 512;         // zeros after the band, for whole vectors and wide windows

static int64_t RoundUp(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

// A sinc under a Hann window, four band samples long, of unit gain at 0 Hz.
static std::vector<float> LowPassTaps(int factor, double pass) {
  const int count = 4 * factor;
  std::vector<double> sinc(count);
  double sum = 0;
  for (int i = 0; i < count; i++) {
    const double at = i - 0.5 * (count - 1);
    const double angle = std::numbers::pi * at;
    const double value = at == 0 ? pass / factor : std::sin(angle * pass / factor) / angle;
    sinc[i] = value * (0.5 + 0.5 * std::cos(angle / (0.5125 * count)));
    sum += sinc[i];
  }
  std::vector<float> taps(RoundUp(count, 16), 0.f);
  std::transform(sinc.begin(), sinc.end(), taps.begin(), [sum](double tap) { return float(tap / sum); });
  return taps;
}

BandPlan::BandPlan(double sample_rate_hz, double pass, double margin_sec)
    : factor(std::max(1, int(std::lround(sample_rate_hz / kBandRateHz)))),
      rate_hz(sample_rate_hz / factor),
      margin(RoundUp(int64_t(std::ceil(margin_sec * sample_rate_hz)) + 128 * factor, factor)),
      delay(2 * factor),
      taps(LowPassTaps(factor, pass)) {
  if (factor == 1) {  // nothing to take away
    taps.assign(16, 0.f);
    taps[0] = 1;
    delay = 0;
  }
}

void LowBand::Fill(const float* in, int64_t count, const BandPlan& plan) {
  margin_ = plan.margin;
  first_ = margin_ / plan.factor;
  band_count_ = RoundUp((2 * margin_ + count) / plan.factor + 1, 16);
  const size_t total = size_t(plan.factor * band_count_) + plan.taps.size();
  samples_.resize(total);
  std::fill_n(samples_.begin(), margin_, 0.f);
  std::copy_n(in, count, samples_.begin() + margin_);
  std::fill(samples_.begin() + margin_ + count, samples_.end(), 0.f);
  band_.resize(size_t(band_count_ + kSlack));
  energies_.resize(size_t(band_count_ + kSlack));
  kernel_.decimate(samples_.data(), plan.taps.data(), int(plan.taps.size()), plan.factor, band_count_, band_.data());
  std::fill(band_.begin() + band_count_, band_.end(), 0.f);
  kernel_.energies(band_.data(), band_count_, energies_.data());
  std::fill(energies_.begin() + band_count_, energies_.end(), 0.f);
}

}  // namespace prosodia
