#include "core/kernels/gemm.h"

#include "core/kernels/simd.h"

namespace prosodia::PROSODIA_ISA {

// A tile of kRows × kVectors accumulators, kVectors of B and one broadcast of A fill the registers: 16 of them on
// x86 before AVX-512, 32 on AVX-512 and NEON. Eight accumulators are the least that keeps two FMA units busy.
#if defined(__aarch64__)
static constexpr int kVectors = 4, kRows = 6;
#elif defined(__AVX512F__)
static constexpr int kVectors = 2, kRows = 8;
#else
static constexpr int kVectors = 2, kRows = 6;
#endif
static constexpr int kPanel = kVectors * kLanes;

// Unrolled by order: an array indexed in a loop would live in memory, not in registers.
#define PROSODIA_EACH(i, n) _Pragma("GCC unroll 16") for (int i = 0; i < (n); i++)

alignas(64) static const float kZeros[kPanel] = {};

template <int Rows>
struct Tile {
  F32 sum[Rows][kVectors];

  // Row r starts from from[r · step …].
  PROSODIA_INLINE Tile(const float* from, int step) {
    PROSODIA_EACH(r, Rows) PROSODIA_EACH(v, kVectors) sum[r][v] = Load(from + r * step + v * kLanes);
  }
  PROSODIA_INLINE void Write(float* to) const {
    PROSODIA_EACH(r, Rows) PROSODIA_EACH(v, kVectors) Store(to + r * kPanel + v * kLanes, sum[r][v]);
  }
  // sum += a ⊗ b, with `a` read every `step` floats.
  PROSODIA_INLINE void Add(const float* a, int step, const float* b) {
    F32 right[kVectors];
    PROSODIA_EACH(v, kVectors) right[v] = Load(b + v * kLanes);
    PROSODIA_EACH(r, Rows) {
      const F32 left = Broadcast(a[r * step]);
      PROSODIA_EACH(v, kVectors) sum[r][v] += left * right[v];
    }
  }
};

template <int Rows>
static void MultiplyTile(const GemmOperand* operands, int count, int row, const float* start, int step, float* c) {
  Tile<Rows> tile(start, step);
  for (int o = 0; o < count; o++) {
    const float* a = operands[o].a + size_t(row) * kPanel;
    const float* b = operands[o].b;
    int left = operands[o].depth;
    for (; left >= kPanel; left -= kPanel, a += operands[o].a_stride) {
#pragma GCC unroll 4
      for (int k = 0; k < kPanel; k++, b += kPanel) tile.Add(a + k, kPanel, b);
    }
    for (int k = 0; k < left; k++, b += kPanel) tile.Add(a + k, kPanel, b);
  }
  tile.Write(c);
}

template <int Rows>
static void OuterTile(const float* a, const float* b, int depth, bool add, float* c) {
  Tile<Rows> tile(add ? c : kZeros, add ? kPanel : 0);
#pragma GCC unroll 4
  for (int m = 0; m < depth; m++) tile.Add(a + size_t(m) * kPanel, 1, b + size_t(m) * kPanel);
  tile.Write(c);
}

// Calls `call`(height) at each `row` for tiles of nearly equal height: six, five and five rows rather than six, six and
// four. The first tile waits for the panel to come from a farther cache, so it is the one that does most with it.
#define PROSODIA_TILES(rows, call)                                         \
  const int tiles = ((rows) + kRows - 1) / kRows;                          \
  const int height = (rows) / tiles, taller = (rows) % tiles;              \
  for (int tile = 0, row = 0; tile < tiles; row += height + int(tile < taller), tile++) { \
    switch (height + int(tile < taller)) {                                 \
      case 1: call(1); break;                                              \
      case 2: call(2); break;                                              \
      case 3: call(3); break;                                              \
      case 4: call(4); break;                                              \
      case 5: call(5); break;                                              \
      case 6: call(6); break;                                              \
      case 7: if constexpr (kRows > 6) call(7); break;                     \
      default: if constexpr (kRows > 6) call(8); break;                    \
    }                                                                      \
  }

static void Multiply(const GemmOperand* operands, int count, int rows, GemmStart how, const float* start, float* c) {
  const float* first = how == GemmStart::kZero ? kZeros : how == GemmStart::kRow ? start : c;
  const int step = how == GemmStart::kAdd ? kPanel : 0;
#define CALL(R) MultiplyTile<R>(operands, count, row, first + size_t(row) * size_t(step), step, c + size_t(row) * kPanel)
  PROSODIA_TILES(rows, CALL)
#undef CALL
}

static void Outer(const float* a, const float* b, int depth, int rows, bool add, float* c) {
#define CALL(R) OuterTile<R>(a + row, b, depth, add, c + size_t(row) * kPanel)
  PROSODIA_TILES(rows, CALL)
#undef CALL
}

static void ColumnSums(const float* b, int depth, float* sums) {
  // Four chains, or the latency of addition would be all there is.
  F32 sum[4][kVectors] = {};
  int m = 0;
  for (; m + 4 <= depth; m += 4)
    for (int chain = 0; chain < 4; chain++)
      for (int v = 0; v < kVectors; v++) sum[chain][v] += Load(b + size_t(m + chain) * kPanel + v * kLanes);
  for (; m < depth; m++)
    for (int v = 0; v < kVectors; v++) sum[0][v] += Load(b + size_t(m) * kPanel + v * kLanes);
  for (int v = 0; v < kVectors; v++)
    Store(sums + v * kLanes, (sum[0][v] + sum[1][v]) + (sum[2][v] + sum[3][v]));
}

static void TransposeBlock(const float* from, float* to) {
  for (int r = 0; r < kPanel; r += kLanes)
    for (int c = 0; c < kPanel; c += kLanes) {
      F32 block[kLanes];
      PROSODIA_EACH(i, kLanes) block[i] = Load(from + (r + i) * kPanel + c);
      Transpose(block);
      PROSODIA_EACH(i, kLanes) Store(to + (c + i) * kPanel + r, block[i]);
    }
}

extern const GemmKernel kGemmKernel = {kPanel, Multiply, Outer, ColumnSums, TransposeBlock};

}  // namespace prosodia::PROSODIA_ISA
