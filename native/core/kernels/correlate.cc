#include "core/kernels/correlate.h"

#include "core/kernels/simd_reduce.h"

namespace prosodia::PROSODIA_ISA {

// kVectors · kLanes lags at once; kUnroll sums in flight for each hide the latency of the multiply-add.
template <int kVectors, int kUnroll>
static PROSODIA_INLINE void CorrelateBlock(const float* a, const float* b, int count, float* out) {
  F32 sums[kUnroll][kVectors] = {};
  int j = 0;
  for (; j + kUnroll <= count; j += kUnroll) {
    for (int u = 0; u < kUnroll; u++) {
      const F32 scale = Broadcast(a[j + u]);
      for (int k = 0; k < kVectors; k++) sums[u][k] += scale * Load(b + j + u + k * kLanes);
    }
  }
  for (; j < count; j++) {
    for (int k = 0; k < kVectors; k++) sums[0][k] += Broadcast(a[j]) * Load(b + j + k * kLanes);
  }
  for (int k = 0; k < kVectors; k++) {
    F32 sum = sums[0][k];
    for (int u = 1; u < kUnroll; u++) sum += sums[u][k];
    Store(out + k * kLanes, sum);
  }
}

static void Correlate(const float* a, const float* b, int count, int lags, float* out) {
  int vectors = (lags + kLanes - 1) / kLanes;
  for (; vectors > 8; vectors -= 8, b += 8 * kLanes, out += 8 * kLanes) CorrelateBlock<8, 1>(a, b, count, out);
  switch (vectors) {
    case 1: return CorrelateBlock<1, 8>(a, b, count, out);
    case 2: return CorrelateBlock<2, 4>(a, b, count, out);
    case 3: return CorrelateBlock<3, 3>(a, b, count, out);
    case 4: return CorrelateBlock<4, 2>(a, b, count, out);
    case 5: return CorrelateBlock<5, 2>(a, b, count, out);
    case 6: return CorrelateBlock<6, 1>(a, b, count, out);
    case 7: return CorrelateBlock<7, 1>(a, b, count, out);
    case 8: return CorrelateBlock<8, 1>(a, b, count, out);
  }
}

static void Normalise(float* values, const float* energies, float energy, float tiny, int count) {
  for (int i = 0; i < count; i++) values[i] /= __builtin_sqrtf((energy + tiny) * (energies[i] + tiny));
}

static int Peaks(const float* values, int count, float threshold, int* places, int most) {
  int found = 0;
  for (int i = 0; i < count; i += kLanes) {
    const int rest = count - i;
    if (rest < kLanes) {
      for (int k = i; k < count && found < most; k++) {
        if (values[k] > threshold && values[k] > values[k - 1] && values[k] >= values[k + 1]) places[found++] = k;
      }
      break;
    }
    const F32 here = Load(values + i);
    uint32_t bits = SignBits((here > Broadcast(threshold)) & (here > Load(values + i - 1)) & (here >= Load(values + i + 1)));
    for (; bits != 0 && found < most; bits &= bits - 1) places[found++] = i + __builtin_ctz(bits);
  }
  return found;
}

static float SumSquares(const float* in, int count) {
  F32 sums[4] = {};
  int i = 0;
  for (; i + 4 * kLanes <= count; i += 4 * kLanes) {
    for (int k = 0; k < 4; k++) {
      const F32 value = Load(in + i + k * kLanes);
      sums[k] += value * value;
    }
  }
  float rest = 0;
  for (; i < count; i++) rest += in[i] * in[i];
  return Sum((sums[0] + sums[1]) + (sums[2] + sums[3])) + rest;
}

static SpliceChoice BestSplice(const SpliceQuery& query, float* scratch) {
  Correlate(query.from, query.to, query.window, query.candidates, scratch);
  const F32 energy = Broadcast(query.from_energy + query.tiny);
  F32 best = Broadcast(-1e30f), place = {};
  for (int i = 0; i < query.candidates; i += kLanes) {
    const F32 index = LaneIndex() + Broadcast(float(i));
    const F32 product = Load(scratch + i);
    const F32 drift = Broadcast(query.first_drift) + index * query.drift_step;
    F32 score = (product + product) / (energy + Load(query.to_energies + i)) - query.drift_penalty * drift * drift;
    score = Select(index < Broadcast(float(query.candidates)), score, Broadcast(-1e30f));
    const I32 better = score > best;
    best = Select(better, score, best);
    place = Select(better, index, place);
  }
  SpliceChoice choice = {int(place[0]), best[0]};
  for (int lane = 1; lane < kLanes; lane++) {
    const int candidate = int(place[lane]);
    if (best[lane] > choice.score || (best[lane] == choice.score && candidate < choice.candidate)) {
      choice = {candidate, best[lane]};
    }
  }
  return choice;
}

static void CrossFade(const float* a, const float* b, const float* fade, float loss, int count, float* out) {
  for (int i = 0; i < count; i++) {
    const float in = fade[i], gone = 1 - in;
    out[i] = (b[i] * in + a[i] * gone) / __builtin_sqrtf(1 - loss * (in * gone));
  }
}

extern const CorrelateKernel kCorrelateKernel = {Correlate, Normalise, Peaks, SumSquares, BestSplice, CrossFade};

}  // namespace prosodia::PROSODIA_ISA
