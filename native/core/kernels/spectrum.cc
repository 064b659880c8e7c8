#include "core/kernels/spectrum.h"

#include "core/kernels/fft.h"

namespace prosodia::PROSODIA_ISA {
namespace {

#define ALWAYS_INLINE __attribute__((always_inline))

constexpr int kRowPad = 2;  // vectors: rows of the two-pass FFT must not all start in the same cache set

struct Scratch {
  float* hops;   // rows × stride: hops[m · stride + c] = sample m of hop c
  F32* columns;  // outer × (2 · inner + kRowPad) vectors: the FFT between its passes
  F32* power;    // n_fft / 2 + 1
};

long RoundUp(long value) { return (value + 15) / 16 * 16; }

long HopFloats(const SpectrumTables& t) { return RoundUp(RoundUp(t.rows) * t.stride); }
long ColumnFloats(const SpectrumTables& t) { return long(t.outer) * (2 * t.inner + kRowPad) * kLanes; }

long ScratchFloats(const SpectrumTables& t) {
  return HopFloats(t) + RoundUp(ColumnFloats(t)) + long(t.n_fft / 2 + 1) * kLanes;
}

Scratch Divide(const SpectrumTables& t, float* scratch) {
  float* columns = scratch + HopFloats(t);
  return {scratch, (F32*)columns, (F32*)(columns + RoundUp(ColumnFloats(t)))};
}

// Brings hops extra … extra + lanes − 1 of `samples` into the table; the ones before are there from the last block.
void FillHops(const SpectrumTables& t, const float* samples, bool is_first, float* hops) {
  for (int m = 0; m < t.rows; m++) {
    float* row = hops + long(m) * t.stride;
    if (is_first) {
      for (int c = 0; c < t.extra; c++) row[c] = samples[long(c) * t.hop + m];
    } else {
      for (int c = 0; c < t.extra; c++) row[c] = row[c + kLanes];
    }
  }
  for (int m = 0; m < t.rows; m += kLanes) {
    F32 tile[kLanes];
#pragma GCC unroll 16
    for (int c = 0; c < kLanes; c++) tile[c] = Load(samples + long(t.extra + c) * t.hop + m);
    Transpose(tile);
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; i++) Store(hops + long(m + i) * t.stride + t.extra, tile[i]);
  }
}

// Window and the first pass: for each column n2, `outer` points n2 + inner · n1 of the sequence x[2n] + i·x[2n+1].
template <int kOuter>
void FirstPass(const SpectrumTables& t, const float* hops, F32* columns) {
  const int inner = t.inner, row = 2 * inner + kRowPad;
  for (int n2 = 0; n2 < inner; n2++) {
    const float* window = t.window + 2 * n2;
    const int32_t* place = t.place + 2 * n2;
    const float* twiddle = t.twiddle + 2 * long(n2) * kOuter;
    F32* out = columns + 2 * n2;
    Fft<kOuter>(
        [=](int n1) ALWAYS_INLINE -> C {
          const int at = 2 * inner * n1;
          return {Load(hops + place[at]) * window[at], Load(hops + place[at + 1]) * window[at + 1]};
        },
        [=](int k1, C value) ALWAYS_INLINE {
          const C turned = Times(value, twiddle[2 * k1], twiddle[2 * k1 + 1]);
          out[long(k1) * row] = turned.r;
          out[long(k1) * row + 1] = turned.i;
        });
  }
}

// |X[k]|² and |X[n/2 − k]|² of the real transform from Z[k] and Z[n/2 − k] of the complex one.
PROSODIA_INLINE void SplitPower(C a, C b, const float* turn, F32* at_k, F32* at_mirror) {
  const C even = {a.r + b.r, a.i - b.i}, odd = {a.i + b.i, b.r - a.r};
  const C turned = Times(odd, turn[0], turn[1]);
  const C x = even + turned, y = even - turned;
  *at_k = x.r * x.r + x.i * x.i;
  *at_mirror = y.r * y.r + y.i * y.i;
}

template <int kInner>
PROSODIA_INLINE void RowTransform(const F32* row, C* out) {
  Fft<kInner>([=](int n) ALWAYS_INLINE -> C { return {row[2 * n], row[2 * n + 1]}; },
              [=](int k, C value) ALWAYS_INLINE { out[k] = value; });
}

// The second pass: row k1 gives Z[k1 + outer · k2]; rows k1 and outer − k1 together give all they need for the split.
template <int kInner>
void SecondPass(const SpectrumTables& t, const F32* columns, F32* power) {
  const int outer = t.outer, half = t.n_fft / 2;
  const long row = 2 * kInner + kRowPad;
  C a[kInner], b[kInner];
  RowTransform<kInner>(columns, a);
  const F32 sum = a[0].r + a[0].i, difference = a[0].r - a[0].i;
  power[0] = 4.0f * sum * sum;
  power[half] = 4.0f * difference * difference;
  for (int k2 = 1; k2 <= kInner / 2; k2++) {
    const int k = outer * k2;
    SplitPower(a[k2], a[kInner - k2], t.split + 2 * k, power + k, power + half - k);
  }
  for (int k1 = 1; k1 < outer / 2; k1++) {
    RowTransform<kInner>(columns + k1 * row, a);
    RowTransform<kInner>(columns + (outer - k1) * row, b);
    for (int k2 = 0; k2 < kInner; k2++) {
      const int k = k1 + outer * k2;
      SplitPower(a[k2], b[kInner - 1 - k2], t.split + 2 * k, power + k, power + half - k);
    }
  }
  RowTransform<kInner>(columns + (outer / 2) * row, a);
  for (int k2 = 0; k2 < kInner / 2; k2++) {
    const int k = outer / 2 + outer * k2;
    SplitPower(a[k2], a[kInner - 1 - k2], t.split + 2 * k, power + k, power + half - k);
  }
}

void PowerSpectrum(const SpectrumTables& t, const Scratch& s) {
  switch (t.outer) {
    case 4: FirstPass<4>(t, s.hops, s.columns); break;
    case 8: FirstPass<8>(t, s.hops, s.columns); break;
    case 16: FirstPass<16>(t, s.hops, s.columns); break;
    case 32: FirstPass<32>(t, s.hops, s.columns); break;
    default: FirstPass<64>(t, s.hops, s.columns); break;
  }
  switch (t.inner) {
    case 8: SecondPass<8>(t, s.columns, s.power); break;
    case 16: SecondPass<16>(t, s.columns, s.power); break;
    case 32: SecondPass<32>(t, s.columns, s.power); break;
    case 64: SecondPass<64>(t, s.columns, s.power); break;
    default: SecondPass<128>(t, s.columns, s.power); break;
  }
}

// Four sums hide the latency of the multiply-adds.
PROSODIA_INLINE F32 WeightedSum(const F32* power, const float* weight, int count) {
  F32 s0{}, s1{}, s2{}, s3{};
  int i = 0;
  for (; i + 4 <= count; i += 4) {
    s0 += power[i] * weight[i];
    s1 += power[i + 1] * weight[i + 1];
    s2 += power[i + 2] * weight[i + 2];
    s3 += power[i + 3] * weight[i + 3];
  }
  for (; i < count; i++) s0 += power[i] * weight[i];
  return (s0 + s1) + (s2 + s3);
}

void Mel(const SpectrumTables& t, const float* samples, bool is_first, float* scratch, float* mel, float* peak) {
  const Scratch s = Divide(t, scratch);
  FillHops(t, samples, is_first, s.hops);
  PowerSpectrum(t, s);
  const float* weight = t.mel_weight;
  F32 loudest = Broadcast(-1e30f);
  for (int band = 0; band < t.n_mels; band++) {
    const F32 power = WeightedSum(s.power + t.mel_first[band], weight, t.mel_count[band]);
    weight += t.mel_count[band];
    const F32 level = Log2(Max(power, Broadcast(1e-10f))) * 3.0102999566398120f;  // 10·log10, librosa's amin
    loudest = Max(level, loudest);
    Store(mel + long(band) * kLanes, level);
  }
  Store(peak, loudest);
}

void Power(const SpectrumTables& t, const float* samples, bool is_first, float* scratch, float* power) {
  const Scratch s = Divide(t, scratch);
  FillHops(t, samples, is_first, s.hops);
  PowerSpectrum(t, s);
  for (int bin = 0; bin <= t.n_fft / 2; bin++) Store(power + long(bin) * kLanes, s.power[bin]);
}

void Emit(const F32* columns, int count, int frames, float* out, int out_stride) {
  for (int c = 0; c < count; c++) {
    float lane[kLanes];
    Store(lane, columns[c]);
    for (int f = 0; f < frames; f++) out[long(f) * out_stride + c] = lane[f];
  }
}

// kTile coefficients at once: their sums stay in registers.
template <int kTile>
void CepstrumTile(const CepstrumTables& t, int first, const float* mel, F32 floor, F32 pivot, int frames,
                  float* out, int out_stride) {
  F32 sum[kTile] = {};
  const float* dct = t.dct + first;
  for (int band = 0; band < t.n_mels; band++, dct += t.n_coefficients) {
    const F32 level = Max(Load(mel + long(band) * kLanes), floor) - pivot;
#pragma GCC unroll 16
    for (int c = 0; c < kTile; c++) sum[c] += level * dct[c];
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

long FirstNotFinite(const float* samples, long count) {
  long i = 0;
  for (; i + 4 * kLanes <= count; i += 4 * kLanes) {
    // x − x is 0 for a finite x and NaN otherwise.
    F32 sum{};
#pragma GCC unroll 4
    for (int v = 0; v < 4; v++) {
      const F32 x = Load(samples + i + v * kLanes);
      sum += x - x;
    }
    if (Sum(sum) != 0) break;
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
