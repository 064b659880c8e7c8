#include "core/augment/convolver.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace prosodia {

static constexpr int64_t kLeastSize = 4096;
static constexpr int64_t kSizePerTap = 4;  // of the transform: three quarters of it are new samples

void Convolver::Prepare(const std::vector<float>& response) {
  if (size_ > 0 && response == response_) return;
  response_ = response;
  const int64_t taps = int64_t(response.size());
  const int64_t size = std::max(kLeastSize, int64_t(std::bit_ceil(uint64_t(kSizePerTap * taps))));
  if (size != size_) {
    cosines_.resize(size_t(size / 2));
    sines_.resize(size_t(size / 2));
    for (int64_t k = 0; k < size / 2; k++) {
      const double angle = 2 * std::numbers::pi * double(k) / double(size);
      cosines_[k] = float(std::cos(angle));
      sines_[k] = float(std::sin(angle));
    }
    for (auto* part : {&real_, &imag_, &scratch_real_, &scratch_imag_}) part->resize(size_t(size));
    size_ = size;
  }
  block_ = size - taps + 1;
  std::fill(real_.begin(), real_.end(), 0.f);
  std::fill(imag_.begin(), imag_.end(), 0.f);
  std::copy(response.begin(), response.end(), real_.begin());
  Transform(false);
  response_real_ = real_;
  response_imag_ = imag_;
}

void Convolver::Transform(bool inverse) {
  float *real = real_.data(), *imag = imag_.data();
  if (inverse) std::swap(real, imag);
  kernel_.transform(real, imag, scratch_real_.data(), scratch_imag_.data(), cosines_.data(), sines_.data(), size_);
}

void Convolver::Run(const float* in, int64_t count, const std::vector<float>& response, int64_t delay, float* out) {
  std::fill_n(out, count, 0.f);
  if (count == 0 || response.empty()) return;
  Prepare(response);
  // The response is real: two blocks travel as the real and imaginary parts of one signal.
  for (int64_t first = 0; first < count; first += 2 * block_) {
    Load(in, count, first, &real_);
    Load(in, count, first + block_, &imag_);
    Transform(false);
    kernel_.multiply(real_.data(), imag_.data(), response_real_.data(), response_imag_.data(), 1 / float(size_), size_);
    Transform(true);
    Add(real_, first - delay, count, out);
    Add(imag_, first + block_ - delay, count, out);
  }
}

void Convolver::Load(const float* in, int64_t count, int64_t first, std::vector<float>* part) const {
  const int64_t length = std::clamp<int64_t>(count - first, 0, block_);
  if (length > 0) std::copy_n(in + first, length, part->begin());
  std::fill(part->begin() + length, part->end(), 0.f);
}

void Convolver::Add(const std::vector<float>& part, int64_t at, int64_t count, float* out) const {
  const int64_t end = std::min(count, at + size_);
  for (int64_t i = std::max<int64_t>(at, 0); i < end; i++) out[i] += part[i - at];
}

}  // namespace prosodia
