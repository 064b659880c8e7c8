// Box-Muller on xoshiro128+ (Blackman & Vigna 2021); logarithm, sine and cosine are minimax polynomials.
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

// -log(x) for 2^-23 <= x <= 1, to 7.5e-6 of its value: no number of draws shows that much.
static PROSODIA_INLINE F32 MinusLog(F32 x) {
  // Split into 2^exponent · mantissa with the mantissa in [sqrt(1/2), sqrt(2)).
  const I32 shifted = AsInt(x) - 0x3f3504f3;
  const F32 exponent = ToFloat(shifted >> 23);
  const F32 f = AsFloat((shifted & 0x007fffff) + 0x3f3504f3) - 1.0f;
  F32 y = 0.146625336f * f - 0.221687748f;
  y = y * f + 0.253591391f;
  y = y * f - 0.332482688f;
  y = y * f + 0.499914052f;
  y = y * f - 1.00000554f;
  return y * f - exponent * 0.69314718056f;
}

// A number in [1, 2) of a draw's 23 highest bits.
static PROSODIA_INLINE F32 OneToTwo(U32 word) { return AsFloat((I32)(word >> 9) | 0x3f800000); }

// A pair of independent numbers from two draws; returns half the sum of their squares. The second draw chooses a place in
// one quadrant and, by bits 8 and 7, the quadrant.
static PROSODIA_INLINE F32 BoxMuller(U32 first, U32 second, F32* one, F32* other) {
  const F32 squared = MinusLog(2.0f - OneToTwo(first)), radius = Sqrt(squared);
  // Sine and cosine of [-1/2, 1/2) times a right angle, to 6e-7; their sum and difference, 1/√2 longer than the radius
  // asks for, are those of a quadrant that lies between the axes.
  const F32 turn = OneToTwo(second) - 1.5f, square = turn * turn;
  const F32 sine = turn * ((0.0776673949f * square - 0.645711991f) * square + 1.57078847f);
  const F32 cosine = ((0.253598652f - 0.0204083706f * square) * square - 1.23369702f) * square + 0.999999972f;
  const I32 sign = (I32)((second << 23) & 0x80000000u), other_sign = (I32)((second << 24) & 0x80000000u);
  *one = AsFloat(AsInt(radius * (cosine - sine)) ^ sign);
  *other = AsFloat(AsInt(radius * (cosine + sine)) ^ other_sign);
  return squared;
}

static PROSODIA_INLINE double AddColumns(const F32* sums) {
  double total = 0;
  for (int k = 0; k < kVectors; k++) {
    for (int lane = 0; lane < kLanes; lane++) total += double(sums[k][lane]);
  }
  return total;
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

// `blocks` blocks, of kLanes of the generators.
static PROSODIA_INLINE F32 DrawColumns(GeneratorState* state, int first, int64_t blocks, float* out) {
  Generator generator;
  memcpy(&generator.a, state->words[0] + first, sizeof(U32));
  memcpy(&generator.b, state->words[1] + first, sizeof(U32));
  memcpy(&generator.c, state->words[2] + first, sizeof(U32));
  memcpy(&generator.d, state->words[3] + first, sizeof(U32));
  F32 sum = {};
  for (int64_t b = 0; b < blocks; b++) {
    F32 one, other;
    const U32 radius = generator.Next(), angle = generator.Next();
    sum += BoxMuller(radius, angle, &one, &other);
    Store(out + b * kBlock + first, one);
    Store(out + b * kBlock + kGenerators + first, other);
  }
  memcpy(state->words[0] + first, &generator.a, sizeof(U32));
  memcpy(state->words[1] + first, &generator.b, sizeof(U32));
  memcpy(state->words[2] + first, &generator.c, sizeof(U32));
  memcpy(state->words[3] + first, &generator.d, sizeof(U32));
  return sum;
}

static double DrawBlocks(GeneratorState* state, int64_t blocks, float* out) {
  F32 sums[kVectors];
  for (int k = 0; k < kVectors; k++) sums[k] = DrawColumns(state, k * kLanes, blocks, out);
  return 2 * AddColumns(sums);
}

static double Draw(GeneratorState* state, int64_t count, float* out) {
  double total = 0;
  int64_t i = 0;
  while (i + kBlock <= count) {
    const int64_t left = (count - i) / kBlock, blocks = left < kBlocksPerSum ? left : kBlocksPerSum;
    total += DrawBlocks(state, blocks, out + i);
    i += blocks * kBlock;
  }
  if (i < count) {
    float last[kBlock];
    DrawBlocks(state, 1, last);
    memcpy(out + i, last, sizeof(float) * uint64_t(count - i));
    total += SumSquares(last, count - i);
  }
  return total;
}

static void Mix(const float* in, float gain, int64_t count, float* out) {
  for (int64_t i = 0; i < count; i++) out[i] = in[i] + gain * out[i];
}

extern const GaussianKernel kGaussianKernel = {Draw, SumSquares, Mix};

}  // namespace prosodia::PROSODIA_ISA
