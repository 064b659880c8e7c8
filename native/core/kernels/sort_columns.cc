#include "core/kernels/sort_columns.h"

#include "core/kernels/simd.h"

namespace prosodia::PROSODIA_ISA {
namespace {

PROSODIA_INLINE void Exchange(float* low, float* high) {
  const F32 a = Load(low), b = Load(high);
  Store(low, Min(a, b));
  Store(high, Max(a, b));
}

// Batcher's merge exchange (Knuth, The Art of Computer Programming, 5.2.2, algorithm M), which takes any count.
void Sort(float* rows, long count) {
  long top = 1;
  while (2 * top < count) top *= 2;
  for (long p = top; p > 0; p /= 2) {
    long q = top, r = 0, d = p;
    for (;;) {
      for (long i = 0; i + d < count; i++) {
        if ((i & p) == r) Exchange(rows + i * kLanes, rows + (i + d) * kLanes);
      }
      if (q == p) break;
      d = q - p;
      q /= 2;
      r = p;
    }
  }
}

}  // namespace

extern const SortColumnsKernel kSortColumnsKernel;
const SortColumnsKernel kSortColumnsKernel = {kLanes, Sort};

}  // namespace prosodia::PROSODIA_ISA
