#include "core/polyphase.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "core/aligned.h"
#include "core/errors.h"
#include "core/limits.h"
#include "core/low_pass.h"

namespace prosodia {
namespace {

// Rows of the grid for ratios with too many phases to tabulate: linear interpolation between 4,096 rows of a filter
// at full bandwidth is off by (π / 4096)² / 8 = −143 dB.
constexpr double kGridRows = 4096;
constexpr std::size_t kKeptFloats = std::size_t{1} << 24;  // 64 MiB of scratch; more is given back

}  // namespace

PolyphasePlan::PolyphasePlan(int from_hz, int to_hz, const PolyphaseKernel& kernel) : kernel_(kernel) {
  const int common = std::gcd(from_hz, to_hz);
  const double ratio = double(to_hz) / from_hz;
  const LowPass low_pass(ratio);
  const double taps = (std::floor(2 * low_pass.half_length() / 16) + 1) * 16;
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
      filter_.push_back(float(low_pass(double(row) / tables_.phases + tables_.taps / 2 - 1 - j)));
    }
  }
  tables_.filter = filter_.data();
}

void PolyphasePlan::Read(const SampleSource& clip, std::size_t first, std::size_t count, float* to) const {
  // The inputs that the outputs' windows reach; the clip is zero beyond its ends.
  const std::size_t taps = tables_.taps, place = first * tables_.down;
  const std::size_t begin = place / tables_.up, last = (first + count - 1) * tables_.down / tables_.up;
  const std::size_t total = last - begin + 1 + 2 * taps;
  static thread_local AlignedFloats scratch;
  float* padded = scratch.Reserve(total);
  ReadPadded(clip, static_cast<long long>(begin) - static_cast<long long>(taps), total, padded);
  kernel_.run(tables_, padded, static_cast<long long>(place % tables_.up), static_cast<long long>(count), to);
  if (total > kKeptFloats) scratch = AlignedFloats();
}

SampleSource PolyphaseSource(const SampleSource& clip, std::shared_ptr<const PolyphasePlan> plan, int to_hz,
                             std::size_t length) {
  return {length, to_hz, [clip, plan](std::size_t first, std::size_t count, float* to) {
            plan->Read(clip, first, count, to);
          }};
}

}  // namespace prosodia
