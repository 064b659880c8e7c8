// Small matrix products on panels.
//
// A panel is a strip of `panel` columns kept row by row: element (row, column) of a panel lies at row · panel + column.
// Every matrix of the training core is a row of panels (core/train/matrix.h), so that a product's right operand is read
// in the order it lies in memory, a left operand needs no packing, and a result is itself an operand.
#pragma once

#include <stddef.h>

#include "core/isa.h"

namespace prosodia {

// One term of a sum of products: `rows` × depth of A times depth × panel of B.
struct GemmOperand {
  const float* a;   // first row, first panel of A
  size_t a_stride;  // floats from one panel of A to the next
  const float* b;   // a panel of B, from its first row
  int depth;
};

// What the result starts from.
enum class GemmStart {
  kZero,
  kRow,  // `start` is one row of `panel` floats, the bias
  kAdd   // what the result holds
};

struct GemmKernel {
  // Columns of a panel; the widths of the register tiles follow from it.
  int panel;

  // C[rows × panel] = start + Σ A·B over `count` operands. Each element is summed in the order of depth.
  void (*multiply)(const GemmOperand* operands, int count, int rows, GemmStart how, const float* start, float* c);

  // C[rows × panel] (+)= Σ over m < depth of A[m][0 … rows)ᵀ · B[m][0 … panel); rows ≤ panel.
  void (*outer)(const float* a, const float* b, int depth, int rows, bool add, float* c);

  // sums[panel] = Σ over m < depth of B[m][·].
  void (*column_sums)(const float* b, int depth, float* sums);

  // to[c · panel + r] = from[r · panel + c] for a square block.
  void (*transpose)(const float* from, float* to);
};

PROSODIA_KERNEL_TABLE(GemmKernel, kGemmKernel)

}  // namespace prosodia
