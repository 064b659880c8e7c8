// The element-wise part of an LSTM step, forward and backward, on runs of `count` floats (a multiple of the panel).
#pragma once

#include <stddef.h>

#include "core/isa.h"

namespace prosodia {

// Gates in Keras' order: input, forget, candidate, output.
struct LstmCell {
  float* gates[4];             // in: sums before activation; out: activations
  const float* previous_cell;  // null at the first step, where it is zero
  float* cell;
  float* tanh_cell;
  float* hidden;
};

struct LstmCellGradient {
  float* gates[4];  // in: activations; out: gradients of the sums
  const float* previous_cell;
  const float* tanh_cell;
  const float* hidden_gradient;
  float* cell_gradient;  // in: what later steps handed back; out: what this step hands back
  bool last;             // no later step: cell_gradient holds nothing yet
};

struct LstmKernel {
  void (*forward)(const LstmCell& cell, size_t count);
  void (*backward)(const LstmCellGradient& cell, size_t count);
};

PROSODIA_KERNEL_TABLE(LstmKernel, kLstmKernel)

}  // namespace prosodia
