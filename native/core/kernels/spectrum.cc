#include "core/kernels/spectrum.h"

#include "core/kernels/fft.h"
#include "core/kernels/smooth_fft.h"

namespace prosodia::PROSODIA_ISA {
namespace {

struct Scratch {
  float* hops;   // see FillTable and FillRows
  F32* columns;  // inner columns of outer / 2 + 1 complex points: the FFT between its passes
  F32* power;    // bin k at PlaceOf(k)
};

// Of a table whose hops are quarters of a frame.
constexpr int kQuarterStride = kLanes + 4;
// Where a vector is as long as a cache line, a load that is not aligned takes two lines: such a table has aligned rows.
constexpr bool kAlignedRows = kLanes == 16;

// Whether hops are quarters of a frame of a common size: then the compiler knows the places of a frame's samples.
bool IsQuartered(const SpectrumTables& t) {
  return t.is_power_of_two && t.n_fft >= 512 && t.n_fft <= 4096 && 4 * t.hop == t.n_fft && t.stride == kQuarterStride;
}

bool HasAlignedRows(const SpectrumTables& t) { return kAlignedRows && IsQuartered(t); }

constexpr int ColumnStride(int outer) { return outer + 2 + kSpectrumPad; }

long RoundUp(long value) { return (value + 15) / 16 * 16; }

// Place of aligned row `m`. Rows `inner` apart are read together; without a row between them all would be in one cache set.
PROSODIA_INLINE long RowPlace(long m, int inner) { return (m + m / inner) * kLanes; }

long HopFloats(const SpectrumTables& t) {
  const long table = RoundUp(t.rows) * t.stride + t.extra + kLanes;
  return RoundUp(HasAlignedRows(t) ? RowPlace(t.rows, t.inner) + 4L * t.rows : table);
}
// Between the passes of a power of two; the two lines of any other length.
long ColumnFloats(const SpectrumTables& t) {
  return RoundUp((t.is_power_of_two ? long(t.inner) * ColumnStride(t.outer) : 2L * t.n_fft) * kLanes);
}

long ScratchFloats(const SpectrumTables& t) {
  return HopFloats(t) + ColumnFloats(t) + long(PlaceOf(t.n_fft / 2, t.outer) + kBandGroup) * kLanes;
}

Scratch Divide(const SpectrumTables& t, float* scratch) {
  float* columns = scratch + HopFloats(t);
  return {scratch, (F32*)columns, (F32*)(columns + ColumnFloats(t))};
}

// tile[i] takes sample i of each of kLanes hops.
PROSODIA_INLINE void LoadTile(const float* samples, long hop, F32* tile) {
#pragma GCC unroll 16
  for (int c = 0; c < kLanes; c++) tile[c] = Load(samples + c * hop);
  Transpose(tile);
}

// Brings hops extra … extra + lanes − 1 of `samples` into the table, sample m of hop c at hops[m · stride + c]; the hops
// before are there from the last block.
void FillTable(const SpectrumTables& t, const float* samples, bool is_first, float* hops) {
  const int rows = t.rows, extra = t.extra;
  const long hop = t.hop, stride = t.stride;
  if (is_first) {
    for (int c = 0; c < extra; c++) {
      for (int m = 0; m < rows; m++) hops[m * stride + c] = samples[c * hop + m];
    }
  } else {
    // Four at a time, a few too many: the rest of the row is overwritten below.
    for (int c = 0; c < extra; c += 4) {
      for (int m = 0; m < rows; m++) memcpy(hops + m * stride + c, hops + m * stride + c + kLanes, 4 * sizeof(float));
    }
  }
  const float* from = samples + extra * hop;
  for (int m = 0; m < rows; m += kLanes) {
    F32 tile[kLanes];
    LoadTile(from + m, hop, tile);
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; i++) Store(hops + extra + (m + i) * stride, tile[i]);
  }
}

// The same for quarters of a frame: the latest hops in aligned rows, the three before them behind all rows, by fours.
void FillRows(const SpectrumTables& t, const float* samples, bool is_first, float* hops) {
  const int rows = t.rows, inner = t.inner;
  const long hop = t.hop;
  float* tails = hops + RowPlace(rows, inner);
  for (int first = 0; first < rows; first += inner) {
    float* to = hops + RowPlace(first, inner);
    for (int m = first; m < first + inner; m++) {
      if (is_first) {
        for (int c = 0; c < 3; c++) tails[4 * m + 1 + c] = samples[c * hop + m];
      } else {
        memcpy(tails + 4 * m, to + (m - first + 1) * kLanes - 4, 4 * sizeof(float));
      }
    }
    for (int m = first; m < first + inner; m += kLanes) {
      F32 tile[kLanes];
      LoadTile(samples + 3 * hop + m, hop, tile);
#pragma GCC unroll 16
      for (int i = 0; i < kLanes; i++) Store(to + (m - first + i) * kLanes, tile[i]);
    }
  }
}

void FillHops(const SpectrumTables& t, const float* samples, bool is_first, float* hops) {
  if (HasAlignedRows(t)) return FillRows(t, samples, is_first, hops);
  FillTable(t, samples, is_first, hops);
}

// How FirstPass finds sample n2 + inner · n1 of each lane's frame.
enum class Hops { kPlaces, kQuarters, kAlignedQuarters };

template <int kOuter, int kInner, Hops kHops>
PROSODIA_INLINE F32 Sample(const SpectrumTables& t, const float* hops, int n2, int n1) {
  constexpr int kQuarter = kOuter / 4, kRows = kQuarter * kInner;
  const int row = n1 % kQuarter, hop = n1 / kQuarter;
  if constexpr (kHops == Hops::kPlaces) return Load(hops + t.place[n2 * kOuter + n1]);
  if constexpr (kHops == Hops::kQuarters) return Load(hops + (row * kInner + n2) * kQuarterStride + hop);
  const F32 latest = Load(hops + RowPlace(row * kInner, kInner) + n2 * kLanes);
  const F32 before = LoadFours(hops + RowPlace(kRows, kInner) + 4 * (row * kInner + n2));
  switch (hop) {
    case 0: return ShiftIn<3>(before, latest);
    case 1: return ShiftIn<2>(before, latest);
    case 2: return ShiftIn<1>(before, latest);
    default: return latest;
  }
}

// Window and the first pass: of each column n2 the `outer` real points n2 + inner · n1, turned by what the second
// pass needs. Its outputs past the middle would be conjugates of those before.
template <int kOuter, int kInner, Hops kHops>
void FirstPass(const SpectrumTables& t, const float* hops, F32* columns) {
  for (int n2 = 0; n2 < kInner; n2++) {
    const float* window = t.window + n2 * kOuter;
    const float* twiddle = t.twiddle + n2 * kOuter;
    F32* out = columns + n2 * ColumnStride(kOuter);
    RealFft<kOuter>(
        [=](int n1) ALWAYS_INLINE { return Sample<kOuter, kInner, kHops>(t, hops, n2, n1) * window[n1]; },
        [=](int k1, C value) ALWAYS_INLINE {
          const bool is_real = k1 == 0 || k1 == kOuter / 2;
          const C turned = is_real ? value : Times(value, twiddle[2 * k1], twiddle[2 * k1 + 1]);
          out[2 * k1] = turned.r;
          if (!is_real) out[2 * k1 + 1] = turned.i;
        });
  }
}

PROSODIA_INLINE F32 Norm(C a) { return a.r * a.r + a.i * a.i; }

// The second pass: row k1 of the columns gives bins k1 + outer · k2, those past the middle mirrored.
template <int kOuter, int kInner>
void SecondPass(const F32* columns, F32* power) {
  constexpr int kStride = ColumnStride(kOuter);
  const auto store = [=](int bin, C value) ALWAYS_INLINE { power[PlaceOf(bin, kOuter)] = Norm(value); };
  RealFft<kInner>([=](int n2) ALWAYS_INLINE { return columns[n2 * kStride]; },
                  [=](int k2, C value) ALWAYS_INLINE { store(kOuter * k2, value); });
  for (int k1 = 1; k1 < kOuter / 2; k1++) {
    const F32* row = columns + 2 * k1;
    F32* up = power + k1;
    F32* down = power - k1;  // from the place that bin outer · k would have without the padding before it
    Fft<kInner>([=](int n2) ALWAYS_INLINE -> C { return {row[n2 * kStride], row[n2 * kStride + 1]}; },
                [=](int k2, C value) ALWAYS_INLINE {
                  if (k2 < kInner / 2) {
                    up[PlaceOf(kOuter * k2, kOuter)] = Norm(value);
                  } else {
                    down[PlaceOf(kOuter * (kInner - k2), kOuter) - kSpectrumPad] = Norm(value);
                  }
                });
  }
  OddRealFft<kInner>([=](int n2) ALWAYS_INLINE { return columns[n2 * kStride + kOuter]; },
                     [=](int k2, C value) ALWAYS_INLINE { store(kOuter / 2 + kOuter * k2, value); });
}

template <int kOuter, int kInner>
void Transform(const SpectrumTables& t, const Scratch& s) {
  constexpr bool kCommon = kOuter * kInner >= 512 && kOuter * kInner <= 4096;
  constexpr Hops kQuartered = !kCommon ? Hops::kPlaces : kAlignedRows ? Hops::kAlignedQuarters : Hops::kQuarters;
  if (IsQuartered(t)) {
    FirstPass<kOuter, kInner, kQuartered>(t, s.hops, s.columns);
  } else {
    FirstPass<kOuter, kInner, Hops::kPlaces>(t, s.hops, s.columns);
  }
  SecondPass<kOuter, kInner>(s.columns, s.power);
}

void SmoothTransform(const SpectrumTables& t, const Scratch& s) {
  for (int n = 0; n < t.n_fft; n++) s.columns[n] = Load(s.hops + t.place[n]) * t.window[n];
  SmoothPower({t.twiddle, t.n_fft}, s.columns, s.columns + t.n_fft, s.power);
}

void PowerSpectrum(const SpectrumTables& t, const Scratch& s) {
  if (!t.is_power_of_two) return SmoothTransform(t, s);
  switch (t.n_fft) {
    case 64: return Transform<8, 8>(t, s);
    case 128: return Transform<16, 8>(t, s);
    case 256: return Transform<16, 16>(t, s);
    case 512: return Transform<32, 16>(t, s);
    case 1024: return Transform<32, 32>(t, s);
    case 2048: return Transform<64, 32>(t, s);
    case 4096: return Transform<64, 64>(t, s);
    case 8192: return Transform<128, 64>(t, s);
    default: return Transform<128, 128>(t, s);
  }
}

// Bands come in whole groups of bins, so that the loop over them ends where the processor foresees it.
PROSODIA_INLINE F32 BandPower(const F32* power, const float* weight, int groups) {
  F32 sum[kBandGroup] = {};
  for (; groups > 0; groups--, power += kBandGroup, weight += kBandGroup) {
#pragma GCC unroll 4
    for (int i = 0; i < kBandGroup; i++) sum[i] += power[i] * weight[i];
  }
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

// What lies between the bins has weight zero, and must be a number for that.
void ClearPadding(const SpectrumTables& t, F32* power) {
  const int last = PlaceOf(t.n_fft / 2, t.outer);
  for (int i = 1; i < kBandGroup; i++) power[last + i] = F32{};
  for (int bin = t.outer; bin <= t.n_fft / 2; bin += t.outer) {
    for (int i = 1; i <= kSpectrumPad; i++) power[PlaceOf(bin, t.outer) - i] = F32{};
  }
}

bool Mel(const SpectrumTables& t, const float* samples, bool is_first, float* scratch, float* mel, float* peak) {
  const Scratch s = Divide(t, scratch);
  if (is_first) ClearPadding(t, s.power);
  FillHops(t, samples, is_first, s.hops);
  PowerSpectrum(t, s);
  const float* weight = t.band_weight;
  F32 loudest = Broadcast(-1e30f);
  for (int band = 0; band < t.n_mels; band++) {
    const F32 power = BandPower(s.power + t.band_place[band], weight, t.band_groups[band]);
    weight += t.band_groups[band] * kBandGroup;
    const F32 level = Log2(Max(power, Broadcast(1e-10f))) * 3.0102999566398120f;  // 10·log10, librosa's amin
    loudest = Max(level, loudest);
    Store(mel + long(band) * kLanes, level);
  }
  Store(peak, loudest);
  const F32 constant = s.power[0];  // every sample of a frame is in it
  return Sum(constant - constant) == 0;
}

void Power(const SpectrumTables& t, const float* samples, bool is_first, float* scratch, float* power) {
  const Scratch s = Divide(t, scratch);
  FillHops(t, samples, is_first, s.hops);
  PowerSpectrum(t, s);
  for (int bin = 0; bin <= t.n_fft / 2; bin++) Store(power + long(bin) * kLanes, s.power[PlaceOf(bin, t.outer)]);
}

void Emit(const F32* columns, int count, int frames, float* out, int out_stride) {
  for (int c = 0; c < count; c++) {
    float lane[kLanes];
    Store(lane, columns[c]);
    for (int f = 0; f < frames; f++) out[long(f) * out_stride + c] = lane[f];
  }
}

// kTile coefficients at once: their sums stay in registers. A cosine takes the same value, or its negative where the
// coefficient is odd, in the band as far from the other end: both levels are weighed together.
template <int kTile>
void CepstrumTile(const CepstrumTables& t, int first, const float* mel, F32 floor, F32 pivot, int frames,
                  float* out, int out_stride) {
  const auto level = [=](int band) ALWAYS_INLINE { return Max(Load(mel + long(band) * kLanes), floor) - pivot; };
  F32 sum[kTile] = {};
  const float* dct = t.dct + first;
  for (int band = 0; 2 * band < t.n_mels; band++, dct += t.n_coefficients) {
    const int mirror = t.n_mels - 1 - band;
    const F32 low = level(band), high = mirror == band ? F32{} : level(mirror);
    const F32 both[2] = {first % 2 == 0 ? low + high : low - high, first % 2 == 0 ? low - high : low + high};
#pragma GCC unroll 16
    for (int c = 0; c < kTile; c++) sum[c] += both[c % 2] * dct[c];
  }
  if (first == 0) sum[0] += Broadcast(float(t.constant * pivot[0]));
  Emit(sum, kTile, frames, out + first, out_stride);
}

void Cepstrum(const CepstrumTables& t, const float* mel, float floor_db, float pivot_db, int frames, float* out,
              int out_stride) {
  const F32 floor = Broadcast(floor_db), pivot = Broadcast(pivot_db);
  int first = 0;
  for (; first + 13 <= t.n_coefficients; first += 13) {
    CepstrumTile<13>(t, first, mel, floor, pivot, frames, out, out_stride);
  }
  for (; first + 4 <= t.n_coefficients; first += 4) {
    CepstrumTile<4>(t, first, mel, floor, pivot, frames, out, out_stride);
  }
  for (; first < t.n_coefficients; first++) CepstrumTile<1>(t, first, mel, floor, pivot, frames, out, out_stride);
}

void Levels(int n_mels, const float* mel, float floor_db, int frames, float* out, int out_stride) {
  const F32 floor = Broadcast(floor_db);
  for (int band = 0; band < n_mels; band++) {
    const F32 level = Max(Load(mel + long(band) * kLanes), floor);
    Emit(&level, 1, frames, out + band, out_stride);
  }
}

// Adding up the lanes costs as much as looking at some hundred samples.
constexpr long kLookedAtOnce = 32 * kLanes;

long FirstNotFinite(const float* samples, long count) {
  long i = 0;
  for (; i + kLookedAtOnce <= count; i += kLookedAtOnce) {
    // x − x is 0 for a finite x and NaN otherwise.
    F32 sum[4] = {};
    for (long v = 0; v < kLookedAtOnce; v += 4 * kLanes) {
#pragma GCC unroll 4
      for (int k = 0; k < 4; k++) {
        const F32 x = Load(samples + i + v + k * kLanes);
        sum[k] += x - x;
      }
    }
    if (Sum((sum[0] + sum[1]) + (sum[2] + sum[3])) != 0) break;
  }
  for (; i < count; i++) {
    if (samples[i] - samples[i] != 0) return i;
  }
  return -1;
}

}  // namespace

extern const SpectrumKernel kSpectrumKernel;
const SpectrumKernel kSpectrumKernel = {kLanes, ScratchFloats, Mel, Power, Cepstrum, Levels, FirstNotFinite};

}  // namespace prosodia::PROSODIA_ISA
