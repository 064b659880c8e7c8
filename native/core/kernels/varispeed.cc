#include "core/kernels/varispeed.h"

#include "core/kernels/simd_reduce.h"

namespace prosodia::PROSODIA_ISA {

static void Read(const float* in, const PhaseBank& bank, int64_t first, double speed, int64_t count, float* out) {
  for (int64_t k = 0; k < count; k++) {
    const double place = double(first + k) * speed, whole = __builtin_floor(place);
    const double phase = (place - whole) * bank.phases;
    const int row = int(phase);
    const F32 part = Broadcast(float(phase - row));
    const float* from = in + int64_t(whole);
    const float* taps = bank.rows + int64_t(row) * bank.taps;
    F32 sum = {};
    for (int j = 0; j < bank.taps; j += kLanes) {
      const F32 left = Load(taps + j), right = Load(taps + bank.taps + j);
      sum += (left + part * (right - left)) * Load(from + j);
    }
    out[k] = Sum(sum);
  }
}

static uint32_t PeakBits(const float* in, int64_t count) {
  // Magnitudes order like their bits, and integers leave no NaN to slip through a comparison.
  uint32_t peak = 0;
  I32 peaks[4] = {};
  int64_t i = 0;
  for (; i + 4 * kLanes <= count; i += 4 * kLanes) {
    for (int k = 0; k < 4; k++) {
      const I32 bits = AsInt(Load(in + i + k * kLanes)) & 0x7fffffff;
      peaks[k] = bits > peaks[k] ? bits : peaks[k];
    }
  }
  for (int k = 0; k < 4; k++) {
    for (int lane = 0; lane < kLanes; lane++) peak = uint32_t(peaks[k][lane]) > peak ? uint32_t(peaks[k][lane]) : peak;
  }
  for (; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, in + i, sizeof bits);
    bits &= 0x7fffffff;
    peak = bits > peak ? bits : peak;
  }
  return peak;
}

extern const VarispeedKernel kVarispeedKernel = {Read, PeakBits};

}  // namespace prosodia::PROSODIA_ISA
