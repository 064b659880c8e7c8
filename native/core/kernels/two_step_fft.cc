#include "core/kernels/two_step_fft.h"

#include "core/kernels/mixed_fft.h"

namespace prosodia::PROSODIA_ISA {
namespace {

// Few, so that the code stays small; any pair of them makes a transform. None is shorter than a vector.
constexpr int kLengths[] = {16, 30, 32, 40, 49, 63, 64, 72, 80, 84, 96, 0};

// An odd number of vectors: rows a power of two apart would share a few cache sets.
constexpr int RowStride(int outer) { return (outer + 2 * kLanes - 1) / (2 * kLanes) * (2 * kLanes) + kLanes; }

// The last vector of a row overlaps the one before instead of reaching past the end.
constexpr int Place(int first, int count) { return first + kLanes <= count ? first : count - kLanes; }

template <int kOuter>
PROSODIA_INLINE void StoreTurned(const F32* columns, float* to) {
  constexpr int kStride = RowStride(kOuter);
#pragma GCC unroll 1
  for (int first = 0; first < kOuter; first += kLanes) {
    const int k = Place(first, kOuter);
    F32 tile[kLanes];
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; i++) tile[i] = columns[k + i];
    Transpose(tile);
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; i++) Store(to + i * kStride + k, tile[i]);
  }
}

// One column per lane. Leaves point k of column n at n · stride + k.
template <int kOuter>
void Columns(const TwoStepTables& t, const float* real, const float* imag, float* work_real, float* work_imag) {
  const int inner = t.inner;
  for (int first = 0; first < inner; first += kLanes) {
    const int n = Place(first, inner);
    const float *x = real + n, *y = imag + n, *cosines = t.cosines + n, *sines = t.minus_sines + n;
    F32 out_real[kOuter], out_imag[kOuter];
    MixedFft<kOuter>([=](int a) ALWAYS_INLINE -> C { return {Load(x + a * inner), Load(y + a * inner)}; },
                     [&](int k, C value) ALWAYS_INLINE {
                       if (k > 0) {
                         const F32 c = Load(cosines + k * inner), s = Load(sines + k * inner);
                         value = {value.r * c - value.i * s, value.r * s + value.i * c};
                       }
                       out_real[k] = value.r;
                       out_imag[k] = value.i;
                     });
    StoreTurned<kOuter>(out_real, work_real + n * RowStride(kOuter));
    StoreTurned<kOuter>(out_imag, work_imag + n * RowStride(kOuter));
  }
}

// One row k of the columns' outputs per lane: its points are the spectrum's k + outer · j.
template <int kInner>
void Rows(const TwoStepTables& t, const float* work_real, const float* work_imag, float* real, float* imag) {
  const int outer = t.outer, stride = RowStride(outer);
  for (int first = 0; first < outer; first += kLanes) {
    const int k = Place(first, outer);
    const float *x = work_real + k, *y = work_imag + k;
    MixedFft<kInner>([=](int n) ALWAYS_INLINE -> C { return {Load(x + n * stride), Load(y + n * stride)}; },
                     [=](int j, C value) ALWAYS_INLINE {
                       Store(real + k + j * outer, value.r);
                       Store(imag + k + j * outer, value.i);
                     });
  }
}

template <class Call>
PROSODIA_INLINE void WithLength(int length, Call call) {
  switch (length) {
    case 16: return call.template operator()<16>();
    case 30: return call.template operator()<30>();
    case 32: return call.template operator()<32>();
    case 40: return call.template operator()<40>();
    case 49: return call.template operator()<49>();
    case 63: return call.template operator()<63>();
    case 64: return call.template operator()<64>();
    case 72: return call.template operator()<72>();
    case 80: return call.template operator()<80>();
    case 84: return call.template operator()<84>();
    case 96: return call.template operator()<96>();
  }
}

long Scratch(const TwoStepTables& t) { return 2L * t.inner * RowStride(t.outer); }

void Transform(const TwoStepTables& t, const float* real, const float* imag, float* work, float* out_real,
               float* out_imag) {
  float* work_imag = work + Scratch(t) / 2;
  WithLength(t.outer, [&]<int kOuter>() { Columns<kOuter>(t, real, imag, work, work_imag); });
  WithLength(t.inner, [&]<int kInner>() { Rows<kInner>(t, work, work_imag, out_real, out_imag); });
}

void Reshape(int from, int to, int kept, const float* response, const float* in, float* out) {
  for (int k = 0; k <= kept; k++) out[k] = in[k] * response[k];
  for (int k = kept + 1; k < to - kept; k++) out[k] = 0;
  for (int k = to - kept; k < to; k++) out[k] = in[from - to + k] * response[k];
}

}  // namespace

extern const TwoStepFftKernel kTwoStepFftKernel;
const TwoStepFftKernel kTwoStepFftKernel = {kLanes, kLengths, Scratch, Transform, Reshape};

}  // namespace prosodia::PROSODIA_ISA
