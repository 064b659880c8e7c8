#include "core/kernels/decibels.h"

#include "core/kernels/exponential.h"
#include "core/kernels/simd_reduce.h"

namespace prosodia::PROSODIA_ISA {
namespace {

constexpr float kLnPerDb = 0.230258509299404568f, kDbPerOctave = 3.0102999566398120f;

template <class Make>
PROSODIA_INLINE void Each(const float* in, long count, float* out, float rest, Make make) {
  long i = 0;
  for (; i + kLanes <= count; i += kLanes) Store(out + i, make(Load(in + i)));
  if (i == count) return;
  F32 last = Broadcast(rest);
  memcpy(&last, in + i, sizeof(float) * uint32_t(count - i));
  StorePart(out + i, make(last), int(count - i));
}

void Powers(const float* db, long count, float* out) {
  Each(db, count, out, 0.0f, [](F32 level) { return Exp(level * kLnPerDb); });
}

void Levels(const float* power, long count, float* out) {
  Each(power, count, out, 1.0f, [](F32 value) { return Log2(value) * kDbPerOctave; });
}

}  // namespace

extern const DecibelsKernel kDecibelsKernel;
const DecibelsKernel kDecibelsKernel = {Powers, Levels};

}  // namespace prosodia::PROSODIA_ISA
