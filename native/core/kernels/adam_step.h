// One step of Adam or AdamW as Keras takes it: the bias correction is in the rate, epsilon outside the root, weight decay
// apart from the gradient (Loshchilov and Hutter 2019).
#pragma once

#include <stddef.h>

#include "core/isa.h"

namespace prosodia {

struct AdamRates {
  float rate;  // learning rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ)
  float beta1, beta2, rest1, rest2;  // rest = 1 − beta
  float epsilon;
  float keep;  // what a weight is multiplied by first: 1 − learning rate · weight decay, for Adam 1
};

struct AdamKernel {
  // `count` is a multiple of the panel.
  void (*step)(const AdamRates& rates, const float* gradient, float* first, float* second, float* weights,
               size_t count);
};

PROSODIA_KERNEL_TABLE(AdamKernel, kAdamKernel)

}  // namespace prosodia
