// Hyperbolic tangent and logistic function; NaN stays NaN.
#pragma once

#include "core/kernels/simd.h"

namespace prosodia::PROSODIA_ISA {

// The rational function of degrees 13 and 6 that Eigen, and with it TensorFlow, computes tanh by: 4e-7 of the result at
// the most, exactly ±1 from the clamp on, and never beyond.
static PROSODIA_INLINE F32 Tanh(F32 x) {
  x = Max(Broadcast(-7.90531110763549805f), x);  // in this order a NaN passes
  x = Min(Broadcast(7.90531110763549805f), x);
  const F32 z = x * x;
  F32 p = Broadcast(-2.76076847742355e-16f);
  p = p * z + 2.00018790482477e-13f;
  p = p * z - 8.60467152213735e-11f;
  p = p * z + 5.12229709037114e-08f;
  p = p * z + 1.48572235717979e-05f;
  p = p * z + 6.37261928875436e-04f;
  p = p * z + 4.89352455891786e-03f;
  F32 q = Broadcast(1.19825839466702e-06f);
  q = q * z + 1.18534705686654e-04f;
  q = q * z + 2.26843463243900e-03f;
  q = q * z + 4.89352518554385e-03f;
  return x * p / q;
}

// To 2.1e-7, in [0, 1].
static PROSODIA_INLINE F32 Sigmoid(F32 x) { return 0.5f * Tanh(0.5f * x) + 0.5f; }

}  // namespace prosodia::PROSODIA_ISA
