// Powers of levels in dB, and levels of powers.
#pragma once

#include "core/isa.h"

namespace prosodia {

struct DecibelsKernel {
  // out[i] = 10^(db[i] / 10), for levels from -370 to 380 dB; `out` may be `db`.
  void (*powers)(const float* db, long count, float* out);
  // out[i] = 10 · log10(power[i]), for positive normal powers; `out` may be `power`.
  void (*levels)(const float* power, long count, float* out);
};

PROSODIA_KERNEL_TABLE(DecibelsKernel, kDecibelsKernel)

}  // namespace prosodia
