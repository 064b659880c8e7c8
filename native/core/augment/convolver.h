// Convolution of a clip with a response: a room, or a filter.
#pragma once

#include <cstdint>
#include <vector>

#include "core/isa.h"
#include "core/kernels/complex_fft.h"

namespace prosodia {

// One per thread; scratch, and the spectrum of the response last used, are kept.
class Convolver {
 public:
  explicit Convolver(Isa isa) : kernel_(PROSODIA_SELECT(kComplexFftKernel, isa)) {}

  // out[i] = Σ response[j] in[i + delay - j] for i < count: the full convolution from sample `delay` on; beyond its ends
  // `in` is zero. By overlap-add, so that memory follows the response, not the clip.
  void Run(const float* in, int64_t count, const std::vector<float>& response, int64_t delay, float* out);

 private:
  void Prepare(const std::vector<float>& response);
  void Transform(bool inverse);
  // The samples of `in` from `first` on, at most a block, zeros after them.
  void Load(const float* in, int64_t count, int64_t first, std::vector<float>* part) const;
  void Add(const std::vector<float>& part, int64_t at, int64_t count, float* out) const;

  const ComplexFftKernel& kernel_;
  std::vector<float> response_;
  int64_t size_ = 0, block_ = 0;
  std::vector<float> cosines_, sines_, response_real_, response_imag_, real_, imag_, scratch_real_, scratch_imag_;
};

}  // namespace prosodia
