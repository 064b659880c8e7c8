// Playing a clip faster or slower, as a tape does: pitch and formants move with the speed.
#pragma once

#include <cstdint>
#include <vector>

#include "core/kernels/varispeed.h"

namespace prosodia {

class Varispeed {
 public:
  explicit Varispeed(Isa isa) : kernel_(PROSODIA_SELECT(kVarispeedKernel, isa)) {}

  // out[k] is `in` at k · speed, low-passed below the lower of the two Nyquist rates; beyond its ends `in` is zero.
  void Run(const float* in, int64_t count, double speed, int64_t length, float* out);

 private:
  void MakeBank(double speed);

  const VarispeedKernel& kernel_;
  double speed_ = 0;
  int taps_ = 0;
  std::vector<float> rows_, padded_;
};

}  // namespace prosodia
