// FFTs of 4 to 128 points held in local variables, `kLanes` transforms at once (one per lane): complex and real input.
// A real one and complex ones behind it make every power of two from 64 to 16,384 points (see spectrum.cc).
#pragma once

#include "core/kernels/simd.h"

#define ALWAYS_INLINE __attribute__((always_inline))

namespace prosodia::PROSODIA_ISA {

struct C {
  F32 r, i;
};
static PROSODIA_INLINE C operator+(C a, C b) { return {a.r + b.r, a.i + b.i}; }
static PROSODIA_INLINE C operator-(C a, C b) { return {a.r - b.r, a.i - b.i}; }
static PROSODIA_INLINE C Conjugate(C a) { return {a.r, -a.i}; }
static PROSODIA_INLINE C Times(C a, float r, float i) { return {a.r * r - a.i * i, a.r * i + a.i * r}; }

// cos(2πk/256) by Taylor's series on the first eighth of the circle: exact to double precision, at compile time.
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
constexpr int kCirclePoints = 256;  // twice the longest transform, for OddRealFft
constexpr double CosOnCircle(int k) {
  if (k > kCirclePoints / 2) k = kCirclePoints - k;
  if (k > kCirclePoints / 4) return -CosOnCircle(kCirclePoints / 2 - k);
  return k <= kCirclePoints / 8 ? SeriesCos(kTau * k / kCirclePoints)
                                : SeriesSin(kTau * (kCirclePoints / 4 - k) / kCirclePoints);
}
struct Circle {
  float cos[kCirclePoints];
  constexpr Circle() : cos() {
    for (int k = 0; k < kCirclePoints; k++) cos[k] = float(CosOnCircle(k));
  }
};
static constexpr Circle kCircle;

template <int N>
static PROSODIA_INLINE float CosOf(int k) {
  static_assert(N <= kCirclePoints);
  return kCircle.cos[k * (kCirclePoints / N) % kCirclePoints];
}
template <int N>
static PROSODIA_INLINE float MinusSinOf(int k) { return CosOf<N>(k + N / 4); }

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

// N points: load(n) gives input n, store(k, value) takes output k; each is called once for every index.
// N = A · B: A-point transforms over the inputs B apart, twiddles, then B-point transforms.
template <int N, class LoadPoint, class StorePoint>
static PROSODIA_INLINE void Fft(LoadPoint load, StorePoint store) {
  if constexpr (N <= 8) {
    C x[N];
#pragma GCC unroll 8
    for (int n = 0; n < N; n++) x[n] = load(n);
    if constexpr (N == 2) {
      const C sum = x[0] + x[1];
      x[1] = x[0] - x[1];
      x[0] = sum;
    }
    if constexpr (N == 4) Fft4(x[0], x[1], x[2], x[3]);
    if constexpr (N == 8) Fft8(x);
#pragma GCC unroll 8
    for (int k = 0; k < N; k++) store(k, x[k]);
  } else {
    constexpr int kA = N <= 32 ? 4 : 8, kB = N / kA;
    C t[kA][kB];
#pragma GCC unroll 8
    for (int b = 0; b < kB; b++) {
      Fft<kA>([&](int a) ALWAYS_INLINE { return load(a * kB + b); },
              [&](int a, C value) ALWAYS_INLINE {
                t[a][b] = a * b == 0 ? value : Times(value, CosOf<N>(a * b), MinusSinOf<N>(a * b));
              });
    }
#pragma GCC unroll 8
    for (int a = 0; a < kA; a++) {
      Fft<kB>([&](int b) ALWAYS_INLINE { return t[a][b]; },
              [&](int k, C value) ALWAYS_INLINE { store(a + kA * k, value); });
    }
  }
}

// Outputs 0 … N/2 of real input; 0 and N/2 are real.
static PROSODIA_INLINE void RealFft4(const F32* x, C* out) {
  const F32 even = x[0] + x[2], odd = x[1] + x[3];
  out[0] = {even + odd, F32{}};
  out[1] = {x[0] - x[2], x[3] - x[1]};
  out[2] = {even - odd, F32{}};
}

static PROSODIA_INLINE void RealFft8(const F32* x, C* out) {
  const F32 s0 = x[0] + x[4], s1 = x[1] + x[5], s2 = x[2] + x[6], s3 = x[3] + x[7];
  const F32 d0 = x[0] - x[4], d1 = x[1] - x[5], d2 = x[2] - x[6], d3 = x[3] - x[7];
  const F32 even = s0 + s2, odd = s1 + s3, p = d1 - d3, q = d1 + d3;
  const float s = 0.70710678118654752f;
  out[0] = {even + odd, F32{}};
  out[1] = {d0 + s * p, -(s * q) - d2};
  out[2] = {s0 - s2, s3 - s1};
  out[3] = {d0 - s * p, d2 - s * q};
  out[4] = {even - odd, F32{}};
}

// The odd bins of the 2N-point transform of N real points followed by N zeros: store(k, bin 2k + 1), k < N/2.
// Bins N/2 … N − 1 of them are the others' conjugates, so that N/2 complex points give them all.
template <int N, class LoadPoint, class StorePoint>
static PROSODIA_INLINE void OddRealFft(LoadPoint load, StorePoint store) {
  Fft<N / 2>(
      [&](int n) ALWAYS_INLINE -> C {
        const C z = {load(n), -load(n + N / 2)};
        return n == 0 ? z : Times(z, CosOf<2 * N>(n), MinusSinOf<2 * N>(n));
      },
      [&](int j, C value) ALWAYS_INLINE {
        if (2 * j < N / 2) {
          store(2 * j, value);
        } else {
          store(N - 1 - 2 * j, Conjugate(value));
        }
      });
}

// N real points: load(n) gives input n, store(k, value) takes output k ≤ N/2. N = A · B as above; of the A-point
// transforms' outputs the first and the middle one are real, and those past the middle are conjugates.
template <int N, class LoadPoint, class StorePoint>
static PROSODIA_INLINE void RealFft(LoadPoint load, StorePoint store) {
  if constexpr (N <= 8) {
    F32 x[N];
    C out[N / 2 + 1];
#pragma GCC unroll 8
    for (int n = 0; n < N; n++) x[n] = load(n);
    if constexpr (N == 4) RealFft4(x, out);
    if constexpr (N == 8) RealFft8(x, out);
#pragma GCC unroll 8
    for (int k = 0; k <= N / 2; k++) store(k, out[k]);
  } else {
    constexpr int kA = N <= 32 ? 4 : 8, kB = N / kA;
    F32 first[kB], middle[kB];
    C t[kA / 2][kB];
#pragma GCC unroll 8
    for (int b = 0; b < kB; b++) {
      RealFft<kA>([&](int a) ALWAYS_INLINE { return load(a * kB + b); },
                  [&](int a, C value) ALWAYS_INLINE {
                    if (a == 0) {
                      first[b] = value.r;
                    } else if (a == kA / 2) {
                      middle[b] = value.r;
                    } else {
                      t[a][b] = b == 0 ? value : Times(value, CosOf<N>(a * b), MinusSinOf<N>(a * b));
                    }
                  });
    }
    RealFft<kB>([&](int b) ALWAYS_INLINE { return first[b]; },
                [&](int k, C value) ALWAYS_INLINE { store(kA * k, value); });
#pragma GCC unroll 8
    for (int a = 1; a < kA / 2; a++) {
      Fft<kB>([&](int b) ALWAYS_INLINE { return t[a][b]; },
              [&](int k, C value) ALWAYS_INLINE {
                const int bin = a + kA * k;
                if (bin < N / 2) {
                  store(bin, value);
                } else {
                  store(N - bin, Conjugate(value));
                }
              });
    }
    OddRealFft<kB>([&](int b) ALWAYS_INLINE { return middle[b]; },
                   [&](int k, C value) ALWAYS_INLINE { store(kA / 2 + kA * k, value); });
  }
}

}  // namespace prosodia::PROSODIA_ISA
