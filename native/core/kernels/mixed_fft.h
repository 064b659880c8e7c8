// FFTs of lengths with factors 3, 5 and 7 held in local variables, `kLanes` transforms at once (one per lane).
#pragma once

#include "core/kernels/fft.h"

namespace prosodia::PROSODIA_ISA {

// cos(2πk/N) for any k, exact to double precision before it is rounded.
template <int N>
struct CircleOf {
  float cos[N], minus_sin[N];
  constexpr CircleOf() : cos(), minus_sin() {
    for (int k = 0; k < N; k++) {
      cos[k] = float(At(8 * k));
      minus_sin[k] = float(At(8 * k + 2 * N));
    }
  }
  // cos(2πe/8N), by the eighth of the circle that e lies in.
  static constexpr double At(int e) {
    e %= 8 * N;
    if (e > 4 * N) e = 8 * N - e;
    if (e > 2 * N) return -At(4 * N - e);
    return e <= N ? SeriesCos(kTau * e / (8 * N)) : SeriesSin(kTau * (2 * N - e) / (8 * N));
  }
};
template <int N>
static constexpr CircleOf<N> kCircleOf;

// The two parts one by one: the compiler copies a whole struct in halves of vectors.
static PROSODIA_INLINE C Get(const C& from) { return {from.r, from.i}; }

// An odd prime number of points: those as far from either end are taken together, as a sum and as a difference.
template <int P, class LoadPoint, class StorePoint>
static PROSODIA_INLINE void PrimeFft(LoadPoint load, StorePoint store) {
  constexpr int kHalf = P / 2;
  const C first = load(0);
  C sum[kHalf], difference[kHalf], total = first;
#pragma GCC unroll 3
  for (int j = 1; j <= kHalf; j++) {
    const C a = load(j), b = load(P - j);
    sum[j - 1] = a + b;
    difference[j - 1] = a - b;
    total = total + sum[j - 1];
  }
  store(0, total);
#pragma GCC unroll 3
  for (int k = 1; k <= kHalf; k++) {
    C even = first, odd{};
#pragma GCC unroll 3
    for (int j = 1; j <= kHalf; j++) {
      const float cosine = kCircleOf<P>.cos[j * k % P], sine = -kCircleOf<P>.minus_sin[j * k % P];
      even = {even.r + sum[j - 1].r * cosine, even.i + sum[j - 1].i * cosine};
      odd = j == 1 ? C{difference[0].r * sine, difference[0].i * sine}
                   : C{odd.r + difference[j - 1].r * sine, odd.i + difference[j - 1].i * sine};
    }
    store(k, {even.r + odd.i, even.i - odd.r});
    store(P - k, {even.r - odd.i, even.i + odd.r});
  }
}

// N ≤ 16 points, as Fft<N> takes and gives them.
template <int N, class LoadPoint, class StorePoint>
static PROSODIA_INLINE void ShortFft(LoadPoint load, StorePoint store) {
  constexpr int kA = N % 7 == 0 ? 7 : N % 5 == 0 ? 5 : 3, kB = N / kA;
  if constexpr ((N & (N - 1)) == 0) {
    Fft<N>(load, store);
  } else if constexpr (kB == 1) {
    PrimeFft<N>(load, store);
  } else {
    static_assert(N == kA * kB && N <= 16, "factors 2, 3, 5 and 7 only");
    C t[kA][kB];
#pragma GCC unroll 8
    for (int b = 0; b < kB; b++) {
      PrimeFft<kA>([&](int a) ALWAYS_INLINE { return load(a * kB + b); },
                   [&](int a, C value) ALWAYS_INLINE {
                     t[a][b] = a * b == 0 ? value
                                          : Times(value, kCircleOf<N>.cos[a * b], kCircleOf<N>.minus_sin[a * b]);
                   });
    }
#pragma GCC unroll 8
    for (int a = 0; a < kA; a++) {
      ShortFft<kB>([&](int b) ALWAYS_INLINE { return Get(t[a][b]); },
                   [&](int k, C value) ALWAYS_INLINE { store(a + kA * k, value); });
    }
  }
}

// The factor of N nearest its root from below, the other being 16 at most.
constexpr int FactorOf(int n) {
  int best = 1;
  for (int a = 2; a * a <= n; a++) best = n % a == 0 ? a : best;
  return best;
}

// Up to 256 points, as Fft<N>: loops over short transforms, so that their code stays in the instruction cache.
template <int N, class LoadPoint, class StorePoint>
static PROSODIA_INLINE void MixedFft(LoadPoint load, StorePoint store) {
  constexpr int kA = FactorOf(N), kB = N / kA;
  if constexpr (N <= 16) {
    ShortFft<N>(load, store);
  } else {
    C t[kA][kB];
#pragma GCC unroll 1
    for (int b = 0; b < kB; b++) {
      ShortFft<kA>([&](int a) ALWAYS_INLINE { return load(a * kB + b); },
                   [&](int a, C value) ALWAYS_INLINE {
                     t[a][b] = a == 0 ? value
                                      : Times(value, kCircleOf<N>.cos[a * b], kCircleOf<N>.minus_sin[a * b]);
                   });
    }
#pragma GCC unroll 1
    for (int a = 0; a < kA; a++) {
      ShortFft<kB>([&](int b) ALWAYS_INLINE { return Get(t[a][b]); },
                   [&](int k, C value) ALWAYS_INLINE { store(a + kA * k, value); });
    }
  }
}

}  // namespace prosodia::PROSODIA_ISA
