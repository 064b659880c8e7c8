#include "core/kernels/polyphase.h"

#include "core/kernels/simd_reduce.h"

namespace prosodia::PROSODIA_ISA {
namespace {

// Outputs `up` apart share a filter row; this many at once, so that a row is loaded once for all of them, and as many
// sums as hide the latency of the multiply-adds.
constexpr int kShared = kLanes > 8 ? kLanes : 8;

const float* WindowOf(const PolyphaseTables& t, const float* padded, long long position) {
  return padded + position + t.taps / 2 + 1;
}

void SharedDot(int taps, const float* filter, const float* const* windows, float* out) {
  F32 sum[kShared] = {};
  for (int j = 0; j < taps; j += kLanes) {
    const F32 h = Load(filter + j);
#pragma GCC unroll 16
    for (int r = 0; r < kShared; r++) sum[r] += h * Load(windows[r] + j);
  }
  for (int r = 0; r < kShared; r += kLanes) Store(out + r, SumRows(sum + r));
}

void RunExact(const PolyphaseTables& t, const float* padded, long long phase, long long count, float* out) {
  const long long period = kShared * t.up;
  for (long long start = 0, base = 0; start < count; start += period, base += kShared * t.down) {
    for (long long k = 0; k < t.up && start + k < count; k++) {
      const long long offset = phase + k * t.down, position = base + offset / t.up;
      const float* windows[kShared];
      int valid = 0;
      for (int r = 0; r < kShared; r++) {
        if (start + k + r * t.up < count) valid = r + 1;
        windows[r] = WindowOf(t, padded, position + (valid - 1) * t.down);  // past the end: the last once more
      }
      float values[kShared];
      SharedDot(t.taps, t.filter + (offset % t.up) * t.taps, windows, values);
      for (int r = 0; r < valid; r++) out[start + k + r * t.up] = values[r];
    }
  }
}

void RunInterpolated(const PolyphaseTables& t, const float* padded, long long phase, long long count, float* out) {
  for (long long k = 0; k < count; k++) {
    const long long at = phase + k * t.down, position = at / t.up;
    const double place = double(at % t.up) / double(t.up) * t.phases;
    const int row = int(place);
    const float* window = WindowOf(t, padded, position);
    const float* h0 = t.filter + (long long)row * t.taps;
    const float* h1 = h0 + t.taps;
    F32 low{}, high{};
    for (int j = 0; j < t.taps; j += kLanes) {
      const F32 x = Load(window + j);
      low += x * Load(h0 + j);
      high += x * Load(h1 + j);
    }
    const float a = Sum(low), b = Sum(high);
    out[k] = a + (b - a) * float(place - row);
  }
}

void Run(const PolyphaseTables& t, const float* padded, long long phase, long long count, float* out) {
  if (t.exact) {
    RunExact(t, padded, phase, count, out);
  } else {
    RunInterpolated(t, padded, phase, count, out);
  }
}

}  // namespace

extern const PolyphaseKernel kPolyphaseKernel;
const PolyphaseKernel kPolyphaseKernel = {Run};

}  // namespace prosodia::PROSODIA_ISA
