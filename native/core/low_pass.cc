#include "core/low_pass.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace prosodia {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kPassband = 0.913;     // of the lower Nyquist frequency
constexpr double kAttenuationDb = 126;  // 20 bits and one to spare

double BesselI0(double x) {
  double term = 1, sum = 1;
  for (int k = 1; term > 1e-18 * sum; k++) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

}  // namespace

LowPass::LowPass(double ratio) {
  const double band = std::min(1.0, ratio);
  cutoff_ = band * (1 + kPassband) / 2;
  half_length_ = (kAttenuationDb - 7.95) / (2.285 * kPi * band * (1 - kPassband)) / 2;
  beta_ = 0.1102 * (kAttenuationDb - 8.7);
  scale_ = 1 / BesselI0(beta_);
}

double LowPass::operator()(double t) const {
  const double place = t / half_length_;
  if (std::abs(place) >= 1) return 0;
  const double x = kPi * cutoff_ * t, sinc = x == 0 ? 1 : std::sin(x) / x;
  return cutoff_ * sinc * BesselI0(beta_ * std::sqrt(1 - place * place)) * scale_;
}

}  // namespace prosodia
