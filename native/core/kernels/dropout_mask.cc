#include "core/kernels/dropout_mask.h"

#include "core/kernels/simd.h"

namespace prosodia::PROSODIA_ISA {

static PROSODIA_INLINE U32 BroadcastWord(uint32_t value) { return value - U32{}; }

static void Apply(const DropoutKey& key, const DropoutRows& rows, int panel) {
  U32 lane;
  for (int i = 0; i < kLanes; i++) lane[i] = uint32_t(i);
  const U32 before = BroadcastWord(key.before), between = BroadcastWord(key.between);
  const U32 threshold = BroadcastWord(key.threshold);
  for (int row = 0; row < rows.rows; row++) {
    for (int column = 0; column < panel; column += kLanes) {
      const size_t at = size_t(row) * size_t(panel) + size_t(column);
      U32 x = (lane + BroadcastWord(rows.first + uint32_t(row) * rows.stride + uint32_t(column))) ^ before;
      x = (x ^ (x >> 16)) * 0x7feb352du;
      x = ((x ^ (x >> 15)) + between) * 0x846ca68bu;
      x ^= x >> 16;
      const I32 keep = (I32)(x >= threshold);
      Store(rows.out + at, AsFloat(AsInt(Load(rows.in + at) * key.scale) & keep));
    }
  }
}

extern const DropoutKernel kDropoutKernel = {Apply};

}  // namespace prosodia::PROSODIA_ISA
