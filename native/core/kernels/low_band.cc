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
    F32 rows[kLanes];
    for (int row = 0; row < kLanes; row++) {
      const float* from = in + (i + row) * factor;
      F32 sum = Load(taps) * Load(from);
      for (int j = kLanes; j < tap_count; j += kLanes) sum += Load(taps + j) * Load(from + j);
      rows[row] = sum;
    }
    Store(out + i, SumRows(rows));
  }
  for (; i < count; i++) out[i] = DecimateOne(in + i * factor, taps, tap_count);
}

static void Energies(const float* in, int64_t count, float* out) {
  for (int64_t i = 0; i < count + kEnergyBlock; i += kLanes) {
    const F32 value = Load(in + i);
    Store(out + i, value * value);
  }
  // Windows of 2, 4, 8, 16 by doubling: exact sums, no drift of a running one. In place, since it only looks ahead.
  for (int step = 1; step < kEnergyBlock; step *= 2) {
    for (int64_t i = 0; i < count; i += kLanes) Store(out + i, Load(out + i) + Load(out + i + step));
  }
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
  for (int step = 1; step < kEnergyBlock; step *= 2) {
    for (int64_t i = 0; i < count; i += kLanes) Store(out + i, Max(Load(out + i), Load(out + i + step)));
  }
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
