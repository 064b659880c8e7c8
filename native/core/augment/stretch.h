// Time stretch for speech: waveform-similarity overlap-add (Verhelst & Roelands 1993) that scores a splice by shape, level
// and drift together and leaves onsets whole.
#pragma once

#include <cstdint>
#include <vector>

#include "core/augment/low_band.h"
#include "core/augment/splice_search.h"

namespace prosodia {

// Samples that `count` samples become at `rate`.
int64_t StretchedLength(int64_t count, double rate);

// One per thread; scratch is kept between clips.
class Stretcher {
 public:
  explicit Stretcher(Isa isa = ChosenIsa());

  // Writes StretchedLength(count, rate) samples. A rate of 1 copies. The peak of `in` must be finite and moderate (see
  // Augment, which sees to it).
  void Run(const float* in, int64_t count, double rate, double sample_rate_hz, float* out);

 private:
  void Emit(const Splice& splice, int64_t from, int64_t length, float* out) const;

  SpliceSearch search_;
  const CorrelateKernel& kernel_;
  std::vector<float> fade_;
};

}  // namespace prosodia
