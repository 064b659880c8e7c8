#include "core/kernels/modulation.h"

#include "core/kernels/simd.h"

namespace prosodia::PROSODIA_ISA {
namespace {

void Turn(const float* rows, long count, const float* cosine, const float* sine, int period, int bin, float* sums) {
  constexpr int kVectors = kModulationRow / kLanes;
  const uint32_t around = uint32_t(period - 1);
  F32 sum[4][kVectors] = {};
  uint32_t first = 0, second = 0;
  for (long f = 0; f < count; f++, rows += kModulationRow) {
    const float turns[4] = {cosine[first], sine[first], cosine[second], sine[second]};
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; v++) {
      const F32 row = Load(rows + v * kLanes);
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++) sum[i][v] += row * turns[i];
    }
    first = (first + uint32_t(bin)) & around;
    second = (second + uint32_t(bin) + 1) & around;
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; v++) Store(sums + i * kModulationRow + v * kLanes, sum[i][v]);
  }
}

}  // namespace

extern const ModulationKernel kModulationKernel;
const ModulationKernel kModulationKernel = {Turn};

}  // namespace prosodia::PROSODIA_ISA
