// Inverted dropout whose mask is a hash of (key, element), so that any thread can compute any part of it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/isa.h"

namespace prosodia {

// Made by MakeDropoutKey (core/train/dropout_layer.h) from seed, step and layer.
struct DropoutKey {
  uint32_t before, between;  // mixed in before and between the two multiplications of the hash
  uint32_t threshold;        // elements whose hash is below it are dropped
  float scale;               // what is kept is multiplied by it
};

// Rows of a panel: `out` and `in` may be the same.
struct DropoutRows {
  const float* in;
  float* out;
  int rows;
  uint32_t first;   // element number of the first row's first column
  uint32_t stride;  // element numbers from one row to the next
};

struct DropoutKernel {
  void (*apply)(const DropoutKey& key, const DropoutRows& rows, int panel);
};

PROSODIA_KERNEL_TABLE(DropoutKernel, kDropoutKernel)

}  // namespace prosodia
