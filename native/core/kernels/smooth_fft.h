// Power spectra of any even number of points with factors 2, 3, 5 and 7, `kLanes` transforms at once (one per lane).
// Loops over short transforms, so that one piece of code serves every length: some two to three times a power of two's time.
#pragma once

#include "core/kernels/mixed_fft.h"

namespace prosodia::PROSODIA_ISA {

// Complex points one after the other, real part before imaginary.
static PROSODIA_INLINE C PointOf(const F32* line, long index) { return {line[2 * index], line[2 * index + 1]}; }
static PROSODIA_INLINE void SetPoint(F32* line, long index, C value) {
  line[2 * index] = value.r;
  line[2 * index + 1] = value.i;
}

// cos and −sin of 2πk/points for k < points, pair by pair.
struct SmoothCircle {
  const float* pairs;
  int points;
};

// One of Stockham's passes, which sort themselves: `stride` transforms of `length` points become kRadix times as many of
// so much fewer.
template <int kRadix>
static void SmoothPass(const SmoothCircle& circle, int length, long stride, const F32* from, F32* to) {
  const int part = length / kRadix, step = circle.points / length;
  for (int p = 0; p < part; p++) {
    float turns[2 * kRadix];
    for (int k = 0; k < kRadix; k++) {
      turns[2 * k] = circle.pairs[2 * p * k * step];
      turns[2 * k + 1] = circle.pairs[2 * p * k * step + 1];
    }
    const F32* in = from + 2 * stride * p;
    F32* out = to + 2 * stride * kRadix * p;
    for (long q = 0; q < stride; q++) {
      ShortFft<kRadix>([=](int j) ALWAYS_INLINE { return PointOf(in, q + stride * part * j); },
                       [&](int k, C value) ALWAYS_INLINE {
                         SetPoint(out, q + stride * k, k == 0 ? value : Times(value, turns[2 * k], turns[2 * k + 1]));
                       });
    }
  }
}

// The transform of circle.points / 2 complex points in `line`; the result is in the one of the two lines it returns.
static F32* SmoothFft(const SmoothCircle& circle, F32* line, F32* other) {
  int length = circle.points / 2;
  for (long stride = 1; length > 1;) {
    int radix = 8;
    while (length % radix != 0) radix--;
    switch (radix) {
      case 8: SmoothPass<8>(circle, length, stride, line, other); break;
      case 7: SmoothPass<7>(circle, length, stride, line, other); break;
      case 6: SmoothPass<6>(circle, length, stride, line, other); break;
      case 5: SmoothPass<5>(circle, length, stride, line, other); break;
      case 4: SmoothPass<4>(circle, length, stride, line, other); break;
      case 3: SmoothPass<3>(circle, length, stride, line, other); break;
      default: SmoothPass<2>(circle, length, stride, line, other); break;
    }
    length /= radix;
    stride *= radix;
    F32* const done = other;
    other = line;
    line = done;
  }
  return line;
}

// power[k] = |bin k|², k ≤ points / 2, of real points whose even ones are the real and odd ones the imaginary parts of
// `line`. Both lines hold points / 2 complex numbers.
static void SmoothPower(const SmoothCircle& circle, F32* line, F32* other, F32* power) {
  const int half = circle.points / 2;
  const F32* z = SmoothFft(circle, line, other);
  for (int k = 0; 2 * k <= half; k++) {
    const C a = PointOf(z, k), b = Conjugate(PointOf(z, k == 0 ? 0 : half - k));
    const C even = a + b, difference = a - b;
    const C odd = Times({difference.i, -difference.r}, circle.pairs[2 * k], circle.pairs[2 * k + 1]);
    const C sum = even + odd, rest = even - odd;
    power[k] = 0.25f * (sum.r * sum.r + sum.i * sum.i);
    power[half - k] = 0.25f * (rest.r * rest.r + rest.i * rest.i);
  }
}

}  // namespace prosodia::PROSODIA_ISA
