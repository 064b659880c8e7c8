#include "core/kernels/grain.h"

#include "core/kernels/simd_reduce.h"

namespace prosodia::PROSODIA_ISA {

// (1 + cos(πu)) / 2 for u >= 0, 0 from 1 on; the polynomial is sin(πv) on [-1/2, 1/2].
static PROSODIA_INLINE F32 HalfHann(F32 u) {
  const F32 v = Min(u, Broadcast(1)) - 0.5f, square = v * v;
  F32 sine = 0.0821458866f * square - 0.5992645293f;
  sine = sine * square + 2.5501640399f;
  sine = sine * square - 5.1677127800f;
  sine = sine * square + 3.1415926536f;
  return 0.5f - 0.5f * (sine * v);
}

static PROSODIA_INLINE F32 Window(const Grain& grain, int64_t k) {
  const F32 away = LaneIndex() + float(double(k) - grain.centre);
  const I32 is_left = away < Broadcast(0);
  const float hold = grain.hold * grain.right;
  const F32 scale = Select(is_left, Broadcast(-1 / grain.left), Broadcast(1 / (grain.right - hold)));
  return grain.gain * HalfHann(Max((away - Select(is_left, F32{}, Broadcast(hold))) * scale, Broadcast(0)));
}

static PROSODIA_INLINE F32 Interpolate(const float* taps, const float* from) {
  F32 sums[2] = {};
#pragma GCC unroll 8
  for (int t = 0; t < kGrainTaps; t += 2) {
    sums[0] += Broadcast(taps[t]) * Load(from + t);
    sums[1] += Broadcast(taps[t + 1]) * Load(from + t + 1);
  }
  return sums[0] + sums[1];
}

static void Add(const Grain& grain, const float* in, int64_t count, float* out) {
  const float* from = in + grain.shift - (kGrainTaps / 2 - 1);
  int64_t k = grain.first;
  for (; k + kLanes - 1 <= grain.last; k += kLanes) {
    Store(out + k, Load(out + k) + Interpolate(grain.taps, from + k) * Window(grain, k));
  }
  const int rest = int(grain.last - k + 1);
  if (rest <= 0) return;
  const F32 grown = Interpolate(grain.taps, from + k) * Window(grain, k);
  if (k + kLanes <= count) {
    const I32 inside = LaneIndex() < Broadcast(float(rest));
    Store(out + k, Load(out + k) + Select(inside, grown, F32{}));
  } else {
    StorePart(out + k, LoadPart(out + k, rest) + grown, rest);
  }
}

static void FadeOut(const Slope& slope, int64_t count, float* out) {
  const double far = slope.edge - slope.width;
  const double low = far < slope.edge ? far : slope.edge, high = far < slope.edge ? slope.edge : far;
  const int64_t first = low > 0 ? int64_t(__builtin_ceil(low)) : 0;
  const int64_t end = high < double(count - 1) ? int64_t(__builtin_floor(high)) + 1 : count;
  const F32 scale = Broadcast(float(1 / (high - low)));
  for (int64_t k = first; k < end; k += kLanes) {
    const F32 left = 1.0f - HalfHann(Abs(LaneIndex() + float(double(k) - slope.edge)) * scale);
    const int rest = int(end - k);
    if (rest >= kLanes) {
      Store(out + k, Load(out + k) * left);
    } else {
      StorePart(out + k, LoadPart(out + k, rest) * left, rest);
    }
  }
}

extern const GrainKernel kGrainKernel = {Add, FadeOut};

}  // namespace prosodia::PROSODIA_ISA
