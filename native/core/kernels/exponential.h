// The exponential function, to about two units in the last place; NaN stays NaN.
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

}  // namespace prosodia::PROSODIA_ISA
