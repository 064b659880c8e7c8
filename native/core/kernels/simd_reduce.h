// Additions to simd.h that cross lanes: sums of whole vectors, comparison masks as bits, vectors cut short.
#pragma once

#include "core/kernels/simd.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace prosodia::PROSODIA_ISA {

// Bit i is the sign of lane i; for the result of a comparison, whether it held.
static PROSODIA_INLINE uint32_t SignBits(I32 value) {
#if defined(__AVX512F__)
  return uint32_t(_mm512_movepi32_mask((__m512i)value));
#elif defined(__AVX2__)
  return uint32_t(_mm256_movemask_ps((__m256)value));
#elif defined(__SSE2__)
  return uint32_t(_mm_movemask_ps((__m128)value));
#else
  uint32_t bits = 0;
  for (int i = 0; i < kLanes; i++) bits |= uint32_t(value[i] < 0) << i;
  return bits;
#endif
}

static PROSODIA_INLINE F32 Select(I32 mask, F32 yes, F32 no) {
  return AsFloat((AsInt(yes) & mask) | (AsInt(no) & ~mask));
}

// The first `count` < kLanes lanes; the others load as zero and are not stored.
static PROSODIA_INLINE F32 LoadPart(const float* from, int count) {
  F32 value = {};
  memcpy(&value, from, sizeof(float) * uint32_t(count));
  return value;
}
static PROSODIA_INLINE void StorePart(float* to, F32 value, int count) {
  memcpy(to, &value, sizeof(float) * uint32_t(count));
}

template <int... kIndex>
struct Lanes {};

template <int kStep, int... kIndex>
static PROSODIA_INLINE F32 AddNeighbours(F32 a, F32 b, Lanes<kIndex...>) {
  // Lane i of the result is made of `a` in the even runs of kStep lanes and of `b` in the odd ones.
  const F32 low = __builtin_shufflevector(
      a, b, ((kIndex / kStep) % 2 == 0 ? kIndex : kLanes + kIndex - kStep)...);
  const F32 high = __builtin_shufflevector(
      a, b, ((kIndex / kStep) % 2 == 0 ? kIndex + kStep : kLanes + kIndex)...);
  return low + high;
}

// Lane i of the result is the sum of rows[i]; rows are overwritten.
static PROSODIA_INLINE F32 SumRows(F32* rows) {
#if defined(__AVX512F__)
  using All = Lanes<0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15>;
#elif defined(__AVX2__)
  using All = Lanes<0, 1, 2, 3, 4, 5, 6, 7>;
#else
  using All = Lanes<0, 1, 2, 3>;
#endif
  for (int i = 0; i < kLanes / 2; i++) rows[i] = AddNeighbours<1>(rows[2 * i], rows[2 * i + 1], All());
  for (int i = 0; i < kLanes / 4; i++) rows[i] = AddNeighbours<2>(rows[2 * i], rows[2 * i + 1], All());
#if defined(__AVX2__) || defined(__AVX512F__)
  for (int i = 0; i < kLanes / 8; i++) rows[i] = AddNeighbours<4>(rows[2 * i], rows[2 * i + 1], All());
#endif
#if defined(__AVX512F__)
  rows[0] = AddNeighbours<8>(rows[0], rows[1], All());
#endif
  return rows[0];
}

}  // namespace prosodia::PROSODIA_ISA
