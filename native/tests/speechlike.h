// Signals whose pitch is known exactly, and a ruler for it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace prosodia::test {

// Harmonics of f0_hz below 45 % of the rate under three vowel formants, peak 0.5.
inline std::vector<float> Vowel(double f0_hz, double rate_hz, double seconds) {
  std::vector<double> sum(size_t(seconds * rate_hz), 0.0);
  const auto formant = [](double hz, double centre, double width) { return 1 / (1 + std::pow((hz - centre) / width, 2)); };
  for (int k = 1; k * f0_hz < 0.45 * rate_hz; k++) {
    const double hz = k * f0_hz;
    const double gain = (formant(hz, 650, 120) + 0.7 * formant(hz, 1200, 150) + 0.3 * formant(hz, 2500, 250) + 0.02) / k;
    for (size_t i = 0; i < sum.size(); i++) sum[i] += gain * std::cos(2 * std::numbers::pi * hz * double(i) / rate_hz + 0.3 * k);
  }
  double peak = 0;
  for (double x : sum) peak = std::max(peak, std::fabs(x));
  std::vector<float> clip(sum.size());
  std::transform(sum.begin(), sum.end(), clip.begin(), [peak](double x) { return float(0.5 * x / peak); });
  return clip;
}

// The pitch in the middle of a clip that lies within a semitone and a half of `near_hz`: the best lag of about one period,
// sharpened over four and then twelve.
inline double MeasurePitch(const std::vector<float>& clip, double rate_hz, double near_hz) {
  const int64_t window = int64_t(0.15 * rate_hz), start = int64_t(clip.size()) / 2 - window;
  const auto correlation = [&](int64_t lag) {
    double product = 0, left = 0, right = 0;
    for (int64_t i = start; i < start + window; i++) {
      const double a = clip[i], b = clip[i + lag];
      product += a * b;
      left += a * a;
      right += b * b;
    }
    return product / std::sqrt(left * right + 1e-30);
  };
  double period = rate_hz / near_hz, tolerance = 0.09;
  for (int periods : {1, 4, 12}) {
    int64_t best = 0;
    double peak = -2;
    for (int64_t lag = int64_t(periods * period * (1 - tolerance)); lag <= int64_t(periods * period * (1 + tolerance)) + 1; lag++) {
      const double value = correlation(lag);
      if (value > peak) peak = value, best = lag;
    }
    const double before = correlation(best - 1), after = correlation(best + 1), bend = before - 2 * peak + after;
    period = (double(best) + (bend < 0 ? 0.5 * (before - after) / bend : 0)) / periods;
    tolerance = 0.3 / (periods * 4);
  }
  return rate_hz / period;
}

inline double Cents(double hz, double reference_hz) { return 1200 * std::log2(hz / reference_hz); }

inline double Rms(const std::vector<float>& clip) {
  double sum = 0;
  for (float x : clip) sum += double(x) * x;
  return std::sqrt(sum / double(std::max<size_t>(1, clip.size())));
}

}  // namespace prosodia::test
