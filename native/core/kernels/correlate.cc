#include "core/kernels/correlate.h"

#include "core/kernels/simd_reduce.h"

namespace prosodia::PROSODIA_ISA {

// kVectors · kLanes lags at once. Samples a whole vector apart, kTaps of them, share what is loaded of b: of the loads that
// a plain loop needs, kVectors + kTaps - 1 in kVectors · kTaps are left. kSets sums in flight for each vector hide the
// latency of the multiply-add where vectors are few.
template <int kVectors, int kTaps, int kSets>
static PROSODIA_INLINE void CorrelateBlock(const float* a, const float* b, int count, float* out) {
  F32 sums[kSets][kVectors] = {};
  int j = 0;
  for (; j + kTaps * kLanes <= count; j += kTaps * kLanes) {
    for (int i = j; i < j + kLanes; i++) {
      F32 scales[kTaps];
      for (int t = 0; t < kTaps; t++) scales[t] = Broadcast(a[i + t * kLanes]);
#pragma GCC unroll 16
      for (int k = 0; k < kVectors + kTaps - 1; k++) {
        const F32 value = Load(b + i + k * kLanes);
#pragma GCC unroll 8
        for (int t = 0; t < kTaps; t++) {
          if (k - t >= 0 && k - t < kVectors) sums[t % kSets][k - t] += scales[t] * value;
        }
      }
    }
  }
  for (; j + kSets <= count; j += kSets) {
    for (int set = 0; set < kSets; set++) {
      const F32 scale = Broadcast(a[j + set]);
      for (int k = 0; k < kVectors; k++) sums[set][k] += scale * Load(b + j + set + k * kLanes);
    }
  }
  for (; j < count; j++) {
    for (int k = 0; k < kVectors; k++) sums[0][k] += Broadcast(a[j]) * Load(b + j + k * kLanes);
  }
  for (int k = 0; k < kVectors; k++) {
    for (int set = 1; set < kSets; set++) sums[0][k] += sums[set][k];
    Store(out + k * kLanes, sums[0][k]);
  }
}

static void Correlate(const float* a, const float* b, int count, int lags, float* out) {
  int vectors = (lags + kLanes - 1) / kLanes;
  for (; vectors > 8; vectors -= 8, b += 8 * kLanes, out += 8 * kLanes) CorrelateBlock<8, 4, 1>(a, b, count, out);
  switch (vectors) {
    case 1: return CorrelateBlock<1, 4, 4>(a, b, count, out);
    case 2: return CorrelateBlock<2, 4, 4>(a, b, count, out);
    case 3: return CorrelateBlock<3, 4, 2>(a, b, count, out);
    case 4: return CorrelateBlock<4, 4, 2>(a, b, count, out);
    case 5: return CorrelateBlock<5, 4, 2>(a, b, count, out);
    case 6: return CorrelateBlock<6, 4, 1>(a, b, count, out);
    case 7: return CorrelateBlock<7, 4, 1>(a, b, count, out);
    case 8: return CorrelateBlock<8, 4, 1>(a, b, count, out);
  }
}

static void Normalise(float* values, const float* energies, float energy, float tiny, int count) {
  for (int i = 0; i < count; i++) values[i] /= __builtin_sqrtf((energy + tiny) * (energies[i] + tiny));
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

// out[lag] = Σ b[j + lag]², j < count, slid along in double precision.
static void LagEnergies(const float* b, int count, int lags, float* out) {
  for (int lag = 0; lag < lags; lag += kLanes) {
    const F32 gone = Load(b + lag), come = Load(b + lag + count);
    Store(out + lag, come * come - gone * gone);
  }
  double energy = SumSquares(b, count);
  for (int lag = 0; lag < lags; lag++) {
    const double change = out[lag];
    out[lag] = energy > 1e-30 ? float(energy) : 1e-30f;
    energy += change;
  }
}

static LagPeak Peak(const float* products, const float* b, int count, int lags, float* scratch) {
  LagEnergies(b, count, lags, scratch);
  float best = -1;
  int place = 0;
  // c·|c| / e is ordered as c / sqrt(e) is.
  for (int lag = 0; lag < lags; lag += kLanes) {
    const F32 product = Load(products + lag);
    Store(scratch + lag, product * Abs(product) / Load(scratch + lag));
  }
  for (int lag = 0; lag < lags; lag++) {
    if (scratch[lag] > best) best = scratch[lag], place = lag;
  }
  const auto root = [](float square) { return square < 0 ? -__builtin_sqrtf(-square) : __builtin_sqrtf(square); };
  LagPeak peak = {place, 0, root(scratch[place])};
  if (place == 0 || place == lags - 1) return peak;
  const float before = root(scratch[place - 1]), after = root(scratch[place + 1]), bend = before - 2 * peak.product + after;
  if (bend < 0) peak.offset = 0.5f * (before - after) / bend;
  peak.offset = peak.offset < -0.5f ? -0.5f : peak.offset > 0.5f ? 0.5f : peak.offset;
  return peak;
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

extern const CorrelateKernel kCorrelateKernel = {Correlate, Peak, Normalise, Peaks, SumSquares, BestSplice, CrossFade};

}  // namespace prosodia::PROSODIA_ISA
