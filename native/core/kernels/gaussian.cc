// Box-Muller on xoshiro128+ (Blackman & Vigna 2021); logarithm, sine and cosine are Cephes' single-precision polynomials.
#include "core/kernels/gaussian.h"

#include "core/kernels/simd_reduce.h"

namespace prosodia::PROSODIA_ISA {

inline constexpr int kVectors = kGenerators / kLanes;  // vectors that hold one number of every generator
inline constexpr int kBlock = 2 * kGenerators;         // each draw makes a pair
inline constexpr int kBlocksPerSum = 128;              // single-precision partial sums stay this short

struct Generator {
  U32 a, b, c, d;

  PROSODIA_INLINE U32 Next() {
    const U32 result = a + d, shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >> 21);
    return result;
  }
};

// For 2^-24 <= x <= 1.
static PROSODIA_INLINE F32 Log(F32 x) {
  // Split into 2^exponent · mantissa with the mantissa in [sqrt(1/2), sqrt(2)).
  const I32 shifted = AsInt(x) - 0x3f3504f3;
  const F32 exponent = ToFloat(shifted >> 23);
  const F32 f = AsFloat((shifted & 0x007fffff) + 0x3f3504f3) - 1.0f;
  const F32 square = f * f;
  F32 y = 7.0376836292e-2f * f - 1.1514610310e-1f;
  y = y * f + 1.1676998740e-1f;
  y = y * f - 1.2420140846e-1f;
  y = y * f + 1.4249322787e-1f;
  y = y * f - 1.6668057665e-1f;
  y = y * f + 2.0000714765e-1f;
  y = y * f - 2.4999993993e-1f;
  y = y * f + 3.3333331174e-1f;
  return exponent * 0.69314718056f + (f + (y * f * square - 0.5f * square));
}

// A pair of independent numbers from two draws.
static PROSODIA_INLINE void BoxMuller(U32 first, U32 second, F32* one, F32* other) {
  const F32 uniform = ToFloat((I32)(first >> 8) + 1) * (1.0f / 16777216);
  const F32 radius = Sqrt(-2.0f * Log(uniform));
  const F32 turn = ToFloat((I32)second >> 8) * (1.0f / 8388608);  // in [-1, 1), of half a circle
  // Adding and taking away 1.5 · 2^23 rounds to the nearest whole quadrant, the same way everywhere.
  const F32 quadrant = (turn * 2.0f + 12582912.0f) - 12582912.0f;
  const F32 angle = (turn - quadrant * 0.5f) * 3.14159265f, square = angle * angle;
  const F32 sine = angle + angle * square *
      ((-1.9515295891e-4f * square + 8.3321608736e-3f) * square - 1.6666654611e-1f);
  const F32 cosine = 1.0f - 0.5f * square + square * square *
      ((2.443315711809948e-5f * square - 1.388731625493765e-3f) * square + 4.166664568298827e-2f);
  const I32 turns = ToInt(quadrant), odd = -(turns & 1);
  const I32 sine_sign = (turns & 2) << 30, cosine_sign = ((turns + 1) & 2) << 30;
  *one = radius * AsFloat(AsInt(Select(odd, cosine, sine)) ^ sine_sign);
  *other = radius * AsFloat(AsInt(Select(odd, sine, cosine)) ^ cosine_sign);
}

static PROSODIA_INLINE double AddColumns(const F32* sums) {
  double total = 0;
  for (int k = 0; k < kVectors; k++) {
    for (int lane = 0; lane < kLanes; lane++) total += double(sums[k][lane]);
  }
  return total;
}

static PROSODIA_INLINE void DrawBlock(Generator* generators, float* out, F32* sums) {
  for (int k = 0; k < kVectors; k++) {
    F32 one, other;
    const U32 first = generators[k].Next(), second = generators[k].Next();
    BoxMuller(first, second, &one, &other);
    Store(out + k * kLanes, one);
    Store(out + kGenerators + k * kLanes, other);
    sums[k] += one * one + other * other;
  }
}

static double SumSquares(const float* in, int64_t count) {
  double total = 0;
  for (int64_t i = 0; i < count; i += kBlock * kBlocksPerSum) {
    F32 sums[kVectors] = {};
    const int64_t end = count - i < kBlock * kBlocksPerSum ? count : i + kBlock * kBlocksPerSum;
    int64_t j = i;
    for (; j + kGenerators <= end; j += kGenerators) {
      for (int k = 0; k < kVectors; k++) {
        const F32 value = Load(in + j + k * kLanes);
        sums[k] += value * value;
      }
    }
    total += AddColumns(sums);
    for (; j < end; j++) total += double(in[j]) * double(in[j]);
  }
  return total;
}

static double Draw(GeneratorState* state, int64_t count, float* out) {
  Generator generators[kVectors];
  for (int k = 0; k < kVectors; k++) memcpy(&generators[k].a, state->words[0] + k * kLanes, sizeof(U32));
  for (int k = 0; k < kVectors; k++) memcpy(&generators[k].b, state->words[1] + k * kLanes, sizeof(U32));
  for (int k = 0; k < kVectors; k++) memcpy(&generators[k].c, state->words[2] + k * kLanes, sizeof(U32));
  for (int k = 0; k < kVectors; k++) memcpy(&generators[k].d, state->words[3] + k * kLanes, sizeof(U32));
  double total = 0;
  int64_t i = 0;
  while (i + kBlock <= count) {
    F32 sums[kVectors] = {};
    for (int b = 0; b < kBlocksPerSum && i + kBlock <= count; b++, i += kBlock) DrawBlock(generators, out + i, sums);
    total += AddColumns(sums);
  }
  if (i < count) {
    float last[kBlock];
    F32 unused[kVectors] = {};
    DrawBlock(generators, last, unused);
    memcpy(out + i, last, sizeof(float) * uint64_t(count - i));
    total += SumSquares(last, count - i);
  }
  for (int k = 0; k < kVectors; k++) memcpy(state->words[0] + k * kLanes, &generators[k].a, sizeof(U32));
  for (int k = 0; k < kVectors; k++) memcpy(state->words[1] + k * kLanes, &generators[k].b, sizeof(U32));
  for (int k = 0; k < kVectors; k++) memcpy(state->words[2] + k * kLanes, &generators[k].c, sizeof(U32));
  for (int k = 0; k < kVectors; k++) memcpy(state->words[3] + k * kLanes, &generators[k].d, sizeof(U32));
  return total;
}

static void Mix(const float* in, float gain, int64_t count, float* out) {
  for (int64_t i = 0; i < count; i++) out[i] = in[i] + gain * out[i];
}

extern const GaussianKernel kGaussianKernel = {Draw, SumSquares, Mix};

}  // namespace prosodia::PROSODIA_ISA
