// max(0, x) and its gradient on runs of `count` floats, a multiple of the panel.
#pragma once

#include <stddef.h>

#include "core/isa.h"

namespace prosodia {

struct ReluKernel {
  void (*forward)(float* values, size_t count);
  // Clears the gradients where the outputs are zero.
  void (*backward)(const float* outputs, float* gradients, size_t count);
};

PROSODIA_KERNEL_TABLE(ReluKernel, kReluKernel)

}  // namespace prosodia
