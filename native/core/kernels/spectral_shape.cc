#include "core/kernels/spectral_shape.h"

#include "core/kernels/exponential.h"
#include "core/kernels/simd_reduce.h"

namespace prosodia::PROSODIA_ISA {
namespace {

constexpr float kRolloffShare = 0.85f;
constexpr float kTiny = 1e-10f;           // librosa's amin
constexpr float kLog2Tiny = -33.2192809489f;
constexpr float kLeastSum = 1.17549e-38f;  // below, librosa leaves a spectrum as it is
constexpr float kDbPerOctave = 3.0102999566398120f;
constexpr float kLoudnessPower = 0.3f;

F32 Row(const float* rows, int row) { return Load(rows + long(row) * kLanes); }

// `now` one lane later, with the last lane of `before` first.
F32 OneLater(F32 before, F32 now) {
  I32 index;
  for (int i = 0; i < kLanes; i++) index[i] = kLanes - 1 + i;
  return Shuffle(before, now, index);
}

// Kahan's sum: a thousand logarithms of one size would lose three digits.
void AddExactly(F32 value, F32& sum, F32& lost) {
  const F32 missed = value - lost, next = sum + missed;
  lost = (next - sum) - missed;
  sum = next;
}

F32 SumOfBins(const float* power, int first, int end) {
  F32 sum{};
  for (int bin = first; bin < end; bin++) sum += Row(power, bin);
  return sum;
}

F32 Loudness(const MelTables& mel, const float* power) {
  const float* weight = mel.weight;
  F32 loudness{};
  for (int band = 0; band < mel.n_mels; band++) {
    F32 sum{};
    for (int i = 0; i < mel.count[band]; i++) sum += Row(power, mel.first[band] + i) * *weight++;
    const F32 root = Exp(Log2(Max(sum, Broadcast(kTiny))) * (kLoudnessPower * 0.693147181f));
    loudness += Select(sum > kTiny, root, F32{});
  }
  return loudness;
}

void Shape(const SpectralTables& t, const float* power, float* before, float* magnitude, float* out) {
  F32 sum{}, weighted{}, logs{}, lost{}, powers{}, low_slope{}, mid_slope{};
  for (int bin = 0; bin < t.bins; bin++) {
    const F32 value = Row(power, bin), root = Sqrt(value), kept = Max(value, Broadcast(kTiny)), level = Log2(kept);
    Store(magnitude + long(bin) * kLanes, root);
    sum += root;
    weighted += root * t.hz[bin];
    AddExactly(level - kLog2Tiny, logs, lost);
    powers += kept;
    if (bin < t.slope_end) {
      low_slope += level * t.low_slope[bin];
      mid_slope += level * t.mid_slope[bin];
    }
  }
  const F32 scale = Select(sum > kLeastSum, 1.0f / sum, F32{});
  const F32 centroid = weighted * scale, threshold = sum * kRolloffShare;
  F32 spread{}, flux{}, running{}, rolloff{};
  for (int bin = 0; bin < t.bins; bin++) {
    const F32 root = Row(magnitude, bin), share = root * scale, from_centre = t.hz[bin] - centroid;
    spread += share * from_centre * from_centre;
    const F32 change = share - OneLater(Row(before, bin), share);
    flux += change * change;
    Store(before + long(bin) * kLanes, share);
    running += root;
    rolloff += Select(running < threshold, Broadcast(1), F32{});
  }
  const float per_bin = 1.0f / float(t.bins);
  const auto put = [out](SpectralValue value, F32 values) { Store(out + long(value) * kLanes, values); };
  put(kCentroidHz, centroid);
  put(kBandwidthHz, Sqrt(spread));
  put(kRolloffBin, Min(rolloff, Broadcast(float(t.bins - 1))));
  put(kFlatness, Exp(logs * (per_bin * 0.693147181f)) * kTiny / (powers * per_bin));
  put(kFlux, Sqrt(flux));
  put(kLoudness, Loudness(t.mel, power));
  put(kLowEnergy, Log2(Max(SumOfBins(power, t.low_first, t.low_end), Broadcast(kTiny))) * kDbPerOctave);
  put(kMidEnergy, Log2(Max(SumOfBins(power, t.mid_first, t.mid_end), Broadcast(kTiny))) * kDbPerOctave);
  put(kLowSlope, low_slope * kDbPerOctave);
  put(kMidSlope, mid_slope * kDbPerOctave);
}

}  // namespace

extern const SpectralShapeKernel kSpectralShapeKernel;
const SpectralShapeKernel kSpectralShapeKernel = {Shape};

}  // namespace prosodia::PROSODIA_ISA
