// A vector of floats as wide as the instruction set the file is compiled for, by the compiler's own vector types.
// Everything is in the instruction set's namespace, so that no two object files share a definition.
#pragma once

#include <stdint.h>
#include <string.h>

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

// The lane numbers 0, 1, 2, …
static PROSODIA_INLINE F32 LaneIndex() {
  F32 index;
  for (int i = 0; i < kLanes; i++) index[i] = float(i);
  return index;
}

}  // namespace prosodia::PROSODIA_ISA
