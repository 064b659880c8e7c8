#include "core/kernels/adam_step.h"

#include "core/kernels/simd.h"

namespace prosodia::PROSODIA_ISA {

static void Step(const AdamRates& given, const float* gradient, float* first, float* second, float* weights,
                 size_t count) {
  const AdamRates rates = given;  // a copy that no store below can be thought to change
  for (size_t at = 0; at < count; at += kLanes) {
    const F32 g = Load(gradient + at);
    const F32 m = Load(first + at) * rates.beta1 + g * rates.rest1;
    const F32 v = Load(second + at) * rates.beta2 + g * g * rates.rest2;
    Store(first + at, m);
    Store(second + at, v);
    Store(weights + at, Load(weights + at) * rates.keep - m * rates.rate / (Sqrt(v) + rates.epsilon));
  }
}

extern const AdamKernel kAdamKernel = {Step};

}  // namespace prosodia::PROSODIA_ISA
