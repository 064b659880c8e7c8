#include "core/resample.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/errors.h"
#include "core/limits.h"
#include "core/plan_cache.h"
#include "core/sample_source.h"

namespace prosodia {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kPassband = 0.913;      // of the lower Nyquist frequency
constexpr double kAttenuationDb = 126;   // 20 bits and one to spare
// Rows of the grid for ratios with too many phases to tabulate: linear interpolation between 4,096 rows of a filter
// at full bandwidth is off by (π / 4096)² / 8 = −143 dB.
constexpr double kGridRows = 4096;

double BesselI0(double x) {
  double term = 1, sum = 1;
  for (int k = 1; term > 1e-18 * sum; k++) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

// J. F. Kaiser's formulas for β and the length, in input samples to either side.
struct Kaiser {
  double cutoff, half_length, beta, scale;
  explicit Kaiser(double ratio) {
    const double band = std::min(1.0, ratio);
    cutoff = band * (1 + kPassband) / 2;
    half_length = (kAttenuationDb - 7.95) / (2.285 * kPi * band * (1 - kPassband)) / 2;
    beta = 0.1102 * (kAttenuationDb - 8.7);
    scale = 1 / BesselI0(beta);
  }
  double operator()(double t) const {
    const double place = t / half_length;
    if (std::abs(place) >= 1) return 0;
    const double x = kPi * cutoff * t, sinc = x == 0 ? 1 : std::sin(x) / x;
    return cutoff * sinc * BesselI0(beta * std::sqrt(1 - place * place)) * scale;
  }
};

}  // namespace

ResamplePlan::ResamplePlan(int from_hz, int to_hz, const ResampleKernel& kernel) : kernel_(kernel) {
  if (from_hz < 1 || to_hz < 1 || from_hz > kMaxSampleRateHz || to_hz > kMaxSampleRateHz) {
    throw std::invalid_argument("Expected sample rates from 1 to " + std::to_string(kMaxSampleRateHz) +
                                " Hz but received " + std::to_string(from_hz) + " and " + std::to_string(to_hz));
  }
  const int common = std::gcd(from_hz, to_hz);
  const double ratio = double(to_hz) / from_hz;
  const Kaiser kaiser(ratio);
  const double taps = (std::floor(2 * kaiser.half_length / 16) + 1) * 16;
  double rows = to_hz / common;
  tables_.exact = rows * taps <= double(kMaxFilterTaps) / 4;
  if (!tables_.exact) rows = std::max(32.0, std::ceil(kGridRows * std::min(1.0, ratio)));
  if ((rows + 1) * taps > double(kMaxFilterTaps)) {
    throw LimitError("resampling from " + std::to_string(from_hz) + " to " + std::to_string(to_hz) +
                     " Hz needs a filter of " + std::to_string(taps) + " taps, more than is made");
  }
  tables_.up = to_hz / common;
  tables_.down = from_hz / common;
  tables_.taps = int(taps);
  tables_.phases = int(rows);
  const int stored = tables_.exact ? tables_.phases : tables_.phases + 1;
  filter_.reserve(std::size_t(stored) * tables_.taps);
  for (int row = 0; row < stored; row++) {
    for (int j = 0; j < tables_.taps; j++) {
      filter_.push_back(float(kaiser(double(row) / tables_.phases + tables_.taps / 2 - 1 - j)));
    }
  }
  tables_.filter = filter_.data();
}

std::shared_ptr<const ResamplePlan> ResamplePlanFor(int from_hz, int to_hz) {
  // Never destroyed: a team's threads may still run while the process exits.
  static auto* cache = new PlanCache<std::pair<int, int>, ResamplePlan>(8);
  return cache->Get({from_hz, to_hz}, [](const std::pair<int, int>& rates) {
    return std::make_shared<const ResamplePlan>(rates.first, rates.second,
                                                PROSODIA_SELECT(kResampleKernel, ChosenIsa()));
  });
}

std::size_t ResampledLength(std::size_t count, int from_hz, int to_hz) {
  if (count > kMaxClipSamples) {
    throw LimitError("a clip of " + std::to_string(count) + " samples is more than the limit of " +
                     std::to_string(kMaxClipSamples));
  }
  const std::size_t length = (count * std::size_t(to_hz) + from_hz - 1) / from_hz;
  if (length > kMaxClipSamples) {
    throw LimitError("a clip would have " + std::to_string(length) + " samples at " + std::to_string(to_hz) +
                     " Hz, more than the limit of " + std::to_string(kMaxClipSamples));
  }
  return length;
}

std::vector<float> Resample(const float* samples, std::size_t count, int from_hz, int to_hz) {
  const SampleSource resampled = ResampledSource(SourceOf(samples, count, from_hz), to_hz);
  std::vector<float> out(resampled.count);
  resampled.read(0, out.size(), out.data());
  return out;
}

}  // namespace prosodia
