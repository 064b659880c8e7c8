#include "core/kernels/low_band.h"

#include "core/kernels/simd_reduce.h"

namespace prosodia::PROSODIA_ISA {

static float DecimateOne(const float* in, const float* taps, int tap_count) {
  F32 sum = {};
  for (int j = 0; j < tap_count; j += kLanes) sum += Load(taps + j) * Load(in + j);
  return Sum(sum);
}

static void Decimate(const float* in, const float* taps, int tap_count, int factor, int64_t count, float* out) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    F32 rows[kLanes] = {};
    for (int j = 0; j < tap_count; j += kLanes) {
      const F32 tap = Load(taps + j);
      const float* from = in + i * factor + j;
#pragma GCC unroll 16
      for (int row = 0; row < kLanes; row++) rows[row] += tap * Load(from + row * factor);
    }
    Store(out + i, SumRows(rows));
  }
  for (; i < count; i++) out[i] = DecimateOne(in + i * factor, taps, tap_count);
}

static PROSODIA_INLINE F32 Plus(F32 a, F32 b) { return a + b; }

// Joins values[i … i+15] into values[i], by fours and then fours of those: exact sums, no drift of a running one. In place,
// since it only looks ahead.
template <F32 (*kJoin)(F32, F32)>
static PROSODIA_INLINE void JoinSixteen(int64_t count, float* values) {
  for (int step = 1; step < kEnergyBlock; step *= 4) {
    for (int64_t i = 0; i < count; i += kLanes) {
      const float* from = values + i;
      const F32 near = kJoin(Load(from), Load(from + step));
      Store(values + i, kJoin(near, kJoin(Load(from + 2 * step), Load(from + 3 * step))));
    }
  }
}

static void Energies(const float* in, int64_t count, float* out) {
  for (int64_t i = 0; i < count + kEnergyBlock; i += kLanes) {
    const F32 value = Load(in + i);
    Store(out + i, value * value);
  }
  JoinSixteen<Plus>(count, out);
}

static void Widen(const float* energies, int blocks, int64_t count, float* out) {
  for (int64_t i = 0; i < count; i += kLanes) {
    F32 sum = Load(energies + i);
    for (int k = 1; k < blocks; k++) sum += Load(energies + i + k * kEnergyBlock);
    Store(out + i, sum);
  }
}

static void RunningMax(const float* in, int64_t count, float* out) {
  for (int64_t i = 0; i < count + kEnergyBlock; i += kLanes) Store(out + i, Load(in + i));
  JoinSixteen<Max>(count, out);
}

static float Largest(const float* in, int64_t count) {
  F32 best = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) best = Max(best, Load(in + i));
  if (i < count) best = Max(best, LoadPart(in + i, int(count - i)));
  return MaxLane(best);
}

static int64_t NextRise(const float* energies, const float* recent, int blocks, float floor, float ratio, int64_t from,
                        int64_t to) {
  const F32 least = Broadcast(floor), times = Broadcast(ratio);
  for (int64_t i = from; i < to; i += kLanes) {
    F32 before = Load(recent + i - 2 * kEnergyBlock);
    for (int k = 2; k <= blocks; k++) before = Max(before, Load(recent + i - (k + 1) * kEnergyBlock));
    const uint32_t risen = SignBits(Load(energies + i) > Max(least, before * times));
    if (risen == 0) continue;
    const int64_t found = i + __builtin_ctz(risen);
    return found < to ? found : to;
  }
  return to;
}

extern const LowBandKernel kLowBandKernel = {Decimate, Energies, Widen, RunningMax, Largest, NextRise};

}  // namespace prosodia::PROSODIA_ISA
