// Complex FFTs of 4 to 128 points held in local variables, `kLanes` transforms at once (one per lane).
// Two of them in a row make every power of two from 32 to 8,192 points (Cooley-Tukey, decimation in time).
#pragma once

#include "core/kernels/simd.h"

namespace prosodia::PROSODIA_ISA {

struct C {
  F32 r, i;
};
static PROSODIA_INLINE C operator+(C a, C b) { return {a.r + b.r, a.i + b.i}; }
static PROSODIA_INLINE C operator-(C a, C b) { return {a.r - b.r, a.i - b.i}; }
static PROSODIA_INLINE C Times(C a, float r, float i) { return {a.r * r - a.i * i, a.r * i + a.i * r}; }

// cos(2πk/128) by Taylor's series on the first eighth of the circle: exact to double precision, at compile time.
constexpr double kTau = 6.283185307179586476925286766559;
constexpr double SeriesCos(double x) {
  double term = 1, sum = 1;
  for (int n = 1; n <= 10; n++) {
    term *= -x * x / ((2 * n - 1) * (2 * n));
    sum += term;
  }
  return sum;
}
constexpr double SeriesSin(double x) {
  double term = x, sum = x;
  for (int n = 1; n <= 10; n++) {
    term *= -x * x / ((2 * n) * (2 * n + 1));
    sum += term;
  }
  return sum;
}
constexpr double Cos128(int k) {
  k &= 127;
  if (k > 64) k = 128 - k;
  if (k > 32) return -Cos128(64 - k);
  return k <= 16 ? SeriesCos(kTau * k / 128) : SeriesSin(kTau * (32 - k) / 128);
}
struct Circle {
  float cos[128];
  constexpr Circle() : cos() {
    for (int k = 0; k < 128; k++) cos[k] = float(Cos128(k));
  }
};
static constexpr Circle kCircle;

template <int N>
static PROSODIA_INLINE float CosOf(int k) { return kCircle.cos[(k * (128 / N)) & 127]; }
template <int N>
static PROSODIA_INLINE float MinusSinOf(int k) { return kCircle.cos[(k * (128 / N) + 32) & 127]; }

// In place, natural order in and out.
static PROSODIA_INLINE void Fft4(C& a, C& b, C& c, C& d) {
  const C t0 = a + c, t1 = a - c, t2 = b + d, t3 = b - d;
  a = t0 + t2;
  c = t0 - t2;
  b = {t1.r + t3.i, t1.i - t3.r};
  d = {t1.r - t3.i, t1.i + t3.r};
}

static PROSODIA_INLINE void Fft8(C* x) {
  C e0 = x[0], e1 = x[2], e2 = x[4], e3 = x[6], o0 = x[1], o1 = x[3], o2 = x[5], o3 = x[7];
  Fft4(e0, e1, e2, e3);
  Fft4(o0, o1, o2, o3);
  const float s = 0.70710678118654752f;
  const F32 a = o1.r + o1.i, b = o1.i - o1.r;  // o1 · (1 − i)
  const F32 c = o3.i - o3.r, d = o3.r + o3.i;  // o3 · (−1 − i), the second negated
  x[0] = e0 + o0;
  x[4] = e0 - o0;
  x[1] = {e1.r + s * a, e1.i + s * b};
  x[5] = {e1.r - s * a, e1.i - s * b};
  x[2] = {e2.r + o2.i, e2.i - o2.r};
  x[6] = {e2.r - o2.i, e2.i + o2.r};
  x[3] = {e3.r + s * c, e3.i - s * d};
  x[7] = {e3.r - s * c, e3.i + s * d};
}

template <int N>
static PROSODIA_INLINE void FftSmall(C* x) {
  if constexpr (N == 4) Fft4(x[0], x[1], x[2], x[3]);
  if constexpr (N == 8) Fft8(x);
}

// N points: load(n) gives input n, store(k, value) takes output k; each is called once for every index.
// N = A · B: A-point transforms over the inputs B apart, twiddles, then B-point transforms.
template <int N, class LoadPoint, class StorePoint>
static PROSODIA_INLINE void Fft(LoadPoint load, StorePoint store) {
  if constexpr (N <= 8) {
    C x[N];
#pragma GCC unroll 8
    for (int n = 0; n < N; n++) x[n] = load(n);
    FftSmall<N>(x);
#pragma GCC unroll 8
    for (int k = 0; k < N; k++) store(k, x[k]);
  } else if constexpr (N <= 64) {
    constexpr int kA = N <= 32 ? 4 : 8, kB = N / kA;
    C t[kA][kB];
#pragma GCC unroll 8
    for (int b = 0; b < kB; b++) {
      C x[kA];
#pragma GCC unroll 8
      for (int a = 0; a < kA; a++) x[a] = load(a * kB + b);
      FftSmall<kA>(x);
      t[0][b] = x[0];
#pragma GCC unroll 8
      for (int a = 1; a < kA; a++) {
        t[a][b] = b == 0 ? x[a] : Times(x[a], CosOf<N>(a * b), MinusSinOf<N>(a * b));
      }
    }
#pragma GCC unroll 8
    for (int a = 0; a < kA; a++) {
      FftSmall<kB>(t[a]);
#pragma GCC unroll 8
      for (int b = 0; b < kB; b++) store(a + kA * b, t[a][b]);
    }
  } else {  // 128 = 8 · 16
    C t[8][16];
    for (int b = 0; b < 16; b++) {
      C x[8];
      for (int a = 0; a < 8; a++) x[a] = load(a * 16 + b);
      Fft8(x);
      for (int a = 0; a < 8; a++) t[a][b] = Times(x[a], CosOf<128>(a * b), MinusSinOf<128>(a * b));
    }
    for (int a = 0; a < 8; a++) {
      const C* row = t[a];
      Fft<16>([row](int n) { return row[n]; }, [&store, a](int k, C value) { store(a + 8 * k, value); });
    }
  }
}

}  // namespace prosodia::PROSODIA_ISA
