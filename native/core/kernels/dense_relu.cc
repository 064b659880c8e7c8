#include "core/kernels/dense_relu.h"

#include "core/kernels/simd.h"

namespace prosodia::PROSODIA_ISA {

static void Forward(float* values, size_t count) {
  for (size_t at = 0; at < count; at += kLanes) {
    const F32 x = Load(values + at);
    Store(values + at, x < 0.0f ? F32{} : x);  // a NaN stays
  }
}

static void Backward(const float* outputs, float* gradients, size_t count) {
  for (size_t at = 0; at < count; at += kLanes) {
    const F32 y = Load(outputs + at);
    Store(gradients + at, y <= 0.0f ? F32{} : Load(gradients + at));
  }
}

extern const ReluKernel kReluKernel = {Forward, Backward};

}  // namespace prosodia::PROSODIA_ISA
