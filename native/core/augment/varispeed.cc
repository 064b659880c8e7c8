#include "core/augment/varispeed.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace prosodia {

static constexpr int kPhases = 256;     // linear interpolation between them errs by -88 dB
static constexpr int kCrossings = 16;   // of the sinc on either side
static constexpr double kPass = 0.94;   // of the lower Nyquist rate; the rest is the filter's slope

void Varispeed::MakeBank(double speed) {
  if (speed_ == speed) return;
  const double cutoff = kPass / std::max(1.0, speed), reach = kCrossings * std::max(1.0, speed);
  const int half = int(std::ceil(reach / 8)) * 8;
  taps_ = 2 * half;
  rows_.resize(size_t(taps_) * (kPhases + 1));
  for (int phase = 0; phase <= kPhases; phase++) {
    float* row = &rows_[size_t(phase) * taps_];
    double sum = 0;
    for (int j = 0; j < taps_; j++) {
      const double at = j - (half - 1) - double(phase) / kPhases;  // samples from the place read
      const double angle = std::numbers::pi * at, inside = std::fabs(at) < reach ? at / reach : 1;
      const double sinc = at == 0 ? cutoff : std::sin(angle * cutoff) / angle;
      // Blackman: side lobes at -75 dB.
      const double window = 0.42 + 0.5 * std::cos(std::numbers::pi * inside) + 0.08 * std::cos(2 * std::numbers::pi * inside);
      row[j] = float(sinc * window);
      sum += double(row[j]);
    }
    for (int j = 0; j < taps_; j++) row[j] = float(row[j] / sum);
  }
  speed_ = speed;
}

void Varispeed::Run(const float* in, int64_t count, double speed, int64_t length, float* out) {
  MakeBank(speed);
  const int64_t before = taps_ / 2 - 1;
  const int64_t reach = std::max(count, int64_t(std::ceil(double(length) * speed)) + 1) + taps_;
  padded_.resize(size_t(before + reach));
  std::fill_n(padded_.begin(), before, 0.f);
  std::copy_n(in, count, padded_.begin() + before);
  std::fill(padded_.begin() + before + count, padded_.end(), 0.f);
  kernel_.read(padded_.data(), {rows_.data(), kPhases, taps_}, 0, speed, length, out);
}

}  // namespace prosodia
