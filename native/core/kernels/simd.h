// A vector of floats as wide as the instruction set the file is compiled for, by the compiler's own vector types.
// Everything is in the instruction set's namespace, so that no two object files share a definition.
#pragma once

#include <stdint.h>
#include <string.h>
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#ifndef PROSODIA_ISA
#error "compiled by the kernel rule of CMakeLists.txt only"
#endif

#define PROSODIA_INLINE inline __attribute__((always_inline))

namespace prosodia::PROSODIA_ISA {

#if defined(__AVX512F__)
inline constexpr int kLanes = 16;
#elif defined(__AVX2__)
inline constexpr int kLanes = 8;
#else
inline constexpr int kLanes = 4;
#endif

typedef float F32 __attribute__((vector_size(kLanes * 4)));
typedef int32_t I32 __attribute__((vector_size(kLanes * 4)));
typedef uint32_t U32 __attribute__((vector_size(kLanes * 4)));

static PROSODIA_INLINE F32 Broadcast(float value) { return value - F32{}; }
static PROSODIA_INLINE I32 BroadcastInt(int32_t value) { return value - I32{}; }

// Loads and stores at any alignment.
static PROSODIA_INLINE F32 Load(const float* from) {
  F32 value;
  memcpy(&value, from, sizeof value);
  return value;
}
static PROSODIA_INLINE void Store(float* to, F32 value) { memcpy(to, &value, sizeof value); }

static PROSODIA_INLINE F32 Max(F32 a, F32 b) { return a > b ? a : b; }
static PROSODIA_INLINE F32 Min(F32 a, F32 b) { return a < b ? a : b; }
static PROSODIA_INLINE I32 AsInt(F32 value) { return (I32)value; }
static PROSODIA_INLINE F32 AsFloat(I32 value) { return (F32)value; }
static PROSODIA_INLINE F32 Abs(F32 value) { return AsFloat(AsInt(value) & 0x7fffffff); }
static PROSODIA_INLINE F32 ToFloat(I32 value) { return __builtin_convertvector(value, F32); }
static PROSODIA_INLINE I32 ToInt(F32 value) { return __builtin_convertvector(value, I32); }  // toward zero

static PROSODIA_INLINE F32 Sqrt(F32 value) {
  for (int i = 0; i < kLanes; i++) value[i] = __builtin_sqrtf(value[i]);
  return value;
}

static PROSODIA_INLINE float Sum(F32 value) {
  float sum = 0;
  for (int i = 0; i < kLanes; i++) sum += value[i];
  return sum;
}
static PROSODIA_INLINE float MaxLane(F32 value) {
  float best = value[0];
  for (int i = 1; i < kLanes; i++) best = value[i] > best ? value[i] : best;
  return best;
}

// Lane j takes lane index[j] of (a, b) laid end to end. The index must be a constant for the compiler.
static PROSODIA_INLINE F32 Shuffle(F32 a, F32 b, I32 index) {
#if defined(__clang__)
  F32 both[2] = {a, b}, value;
  for (int j = 0; j < kLanes; j++) value[j] = both[index[j] / kLanes][index[j] % kLanes];
  return value;
#else
  return __builtin_shuffle(a, b, index);
#endif
}

// Four floats again and again.
static PROSODIA_INLINE F32 LoadFours(const float* from) {
#if defined(__AVX512F__)
  return (F32)_mm512_broadcast_f32x4(_mm_loadu_ps(from));  // what compilers make of the loop takes many times as long
#else
  F32 value;
  for (int i = 0; i < kLanes; i++) value[i] = from[i % 4];
  return value;
#endif
}

// The last kCount lanes of `before` and, after them, the first of `now`.
template <int kCount>
static PROSODIA_INLINE F32 ShiftIn(F32 before, F32 now) {
#if defined(__AVX512F__)
  return (F32)_mm512_alignr_epi32((__m512i)now, (__m512i)before, kLanes - kCount);
#else
  I32 index;
  for (int j = 0; j < kLanes; j++) index[j] = kLanes - kCount + j;
  return Shuffle(before, now, index);
#endif
}

// log2 of positive normal numbers, to 1.2e-7 of the result's scale: the exponent, and Cephes' logf polynomial on a
// mantissa in [0.75, 1.5).
static PROSODIA_INLINE F32 Log2(F32 x) {
  const I32 bits = AsInt(x);
  const I32 above = (bits - 0x3f400000) & I32(BroadcastInt(int32_t(0xff800000)));  // exponent, counted from 0.75
  const F32 exponent = ToFloat(above >> 23);
  const F32 f = AsFloat(bits - above) - 1.0f;
  const F32 z = f * f;
  F32 y = f * 7.0376836292e-2f - 1.1514610310e-1f;
  y = y * f + 1.1676998740e-1f;
  y = y * f - 1.2420140846e-1f;
  y = y * f + 1.4249322787e-1f;
  y = y * f - 1.6668057665e-1f;
  y = y * f + 2.0000714765e-1f;
  y = y * f - 2.4999993993e-1f;
  y = y * f + 3.3333331174e-1f;
  y = y * f * z - 0.5f * z;
  return (f + y) * 1.44269504088896341f + exponent;
}

// The lanes a 2 × 2 step of a transposition takes of (a, b): runs of `step` lanes, the even ones of either (part 0) or the
// odd ones (part 1).
static PROSODIA_INLINE I32 RunsOf(int step, int part) {
  I32 index;
#pragma GCC unroll 16
  for (int j = 0; j < kLanes; j++) index[j] = (j & step) ? kLanes + j + (part - 1) * step : j + part * step;
  return index;
}

// Within each four lanes: the first two (part 0) or last two of a and b, one of each by turns.
static PROSODIA_INLINE I32 InterleavedPairs(int part) {
  I32 index;
#pragma GCC unroll 16
  for (int j = 0; j < kLanes; j++) index[j] = j / 4 * 4 + j % 4 / 2 + 2 * part + j % 2 * kLanes;
  return index;
}

template <int kStep>
static PROSODIA_INLINE void SwapRuns(F32* rows) {
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; i++) {
    if (i & kStep) continue;
    const F32 a = rows[i], b = rows[i + kStep];
    rows[i] = Shuffle(a, b, RunsOf(kStep, 0));
    rows[i + kStep] = Shuffle(a, b, RunsOf(kStep, 1));
  }
}

// rows[i][j] becomes rows[j][i], for kLanes vectors. Every step is one instruction where vectors are made of lanes of
// four floats.
static PROSODIA_INLINE void Transpose(F32* rows) {
#pragma GCC unroll 4
  for (int i = 0; i < kLanes; i += 4) {
    const F32 a = Shuffle(rows[i], rows[i + 1], InterleavedPairs(0));
    const F32 b = Shuffle(rows[i], rows[i + 1], InterleavedPairs(1));
    const F32 c = Shuffle(rows[i + 2], rows[i + 3], InterleavedPairs(0));
    const F32 d = Shuffle(rows[i + 2], rows[i + 3], InterleavedPairs(1));
    rows[i] = Shuffle(a, c, RunsOf(2, 0));
    rows[i + 1] = Shuffle(a, c, RunsOf(2, 1));
    rows[i + 2] = Shuffle(b, d, RunsOf(2, 0));
    rows[i + 3] = Shuffle(b, d, RunsOf(2, 1));
  }
  if constexpr (kLanes > 4) SwapRuns<4>(rows);
  if constexpr (kLanes > 8) SwapRuns<8>(rows);
}

// The lane numbers 0, 1, 2, …
static PROSODIA_INLINE F32 LaneIndex() {
  F32 index;
  for (int i = 0; i < kLanes; i++) index[i] = float(i);
  return index;
}

}  // namespace prosodia::PROSODIA_ISA
