// Exponential, logistic function and hyperbolic tangent to about two units in the last place; NaN stays NaN.
#pragma once

#include "core/kernels/simd.h"

namespace prosodia::PROSODIA_ISA {

// Cephes' expf: x = n ln 2 + r, a polynomial for e^r, and n put into the exponent.
static PROSODIA_INLINE F32 Exp(F32 x) {
  x = Max(Broadcast(-87.0f), x);  // in this order a NaN passes
  x = Min(Broadcast(88.0f), x);
  const F32 round = Broadcast(12582912.0f);  // 1.5 · 2²³: what is added to it loses its fraction
  const F32 n = (x * 1.44269504f + round) - round;
  const F32 r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  F32 p = Broadcast(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = (p * (r * r) + r) + 1.0f;
  return p * AsFloat((ToInt(n) + 127) << 23);
}

static PROSODIA_INLINE F32 Sigmoid(F32 x) { return 1.0f / (1.0f + Exp(-x)); }

// Cephes' tanhf: a polynomial near zero, where 1 − 2/(e²ˣ + 1) would lose digits.
static PROSODIA_INLINE F32 Tanh(F32 x) {
  const F32 magnitude = Abs(x), z = x * x;
  F32 p = Broadcast(-5.70498872745e-3f);
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  const F32 near = (p * z) * x + x;
  const F32 far = 1.0f - 2.0f / (Exp(magnitude + magnitude) + 1.0f);
  const F32 signed_far = AsFloat(AsInt(far) | (AsInt(x) & int32_t(0x80000000)));
  return magnitude < 0.625f ? near : signed_far;
}

}  // namespace prosodia::PROSODIA_ISA
