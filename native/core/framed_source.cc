#include "core/framed_source.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <vector>

namespace prosodia {
namespace {

class Framer {
 public:
  Framer(const FeatureConfig& config, const std::vector<float>& window, const SampleSource& clip)
      : clip_(clip), removes_mean_(config.framing == FeatureConfig::Framing::kKaldi),
        emphasis_(float(config.pre_emphasis)), length_(config.win_length), hop_(config.hop_length),
        n_fft_(config.n_fft), frames_(config.Frames(clip.count)), window_(window),
        frame_(config.n_fft) {}

  std::size_t frames() const { return frames_; }

  void Read(std::size_t first, std::size_t count, float* to) {
    while (count > 0) {
      const std::size_t index = first / n_fft_, offset = first % n_fft_, part = std::min(count, n_fft_ - offset);
      if (index != made_) Make(index);
      std::copy_n(frame_.data() + offset, part, to);
      first += part;
      to += part;
      count -= part;
    }
  }

 private:
  void Make(std::size_t index) {
    made_ = index;
    const std::size_t start = index * hop_, kept = start < clip_.count ? std::min(length_, clip_.count - start) : 0;
    float* x = frame_.data();
    if (kept > 0) clip_.read(start, kept, x);
    std::fill(frame_.begin() + long(kept), frame_.end(), 0.0f);
    if (removes_mean_) {
      double sum = 0;
      for (std::size_t i = 0; i < length_; i++) sum += x[i];
      const float mean = float(sum / double(length_));
      for (std::size_t i = 0; i < length_; i++) x[i] -= mean;
    }
    for (std::size_t i = length_ - 1; i > 0; i--) x[i] = (x[i] - emphasis_ * x[i - 1]) * window_[i];
    x[0] = (x[0] - emphasis_ * x[0]) * window_[0];
    if (index + 1 == frames_) ReadRest(start + kept);
  }

  // Samples that no frame has are looked at as well: one that is not finite is an error wherever it is.
  void ReadRest(std::size_t first) {
    std::vector<float> rest(n_fft_);
    for (std::size_t count; first < clip_.count; first += count) {
      count = std::min(n_fft_, clip_.count - first);
      clip_.read(first, count, rest.data());
    }
  }

  const SampleSource clip_;
  const bool removes_mean_;
  const float emphasis_;
  const std::size_t length_, hop_, n_fft_, frames_;
  const std::vector<float>& window_;
  std::vector<float> frame_;
  std::size_t made_ = ~std::size_t{0};
};

}  // namespace

std::vector<float> SymmetricWindow(const FeatureConfig& config) {
  std::vector<float> window;
  for (int i = 0; i < config.win_length; i++) {
    const double cosine = std::cos(2 * std::numbers::pi * i / (config.win_length - 1));
    switch (config.window) {
      case FeatureConfig::Window::kHann: window.push_back(float(0.5 - 0.5 * cosine)); break;
      case FeatureConfig::Window::kHamming: window.push_back(float(0.54 - 0.46 * cosine)); break;
      case FeatureConfig::Window::kPovey: window.push_back(float(std::pow(0.5 - 0.5 * cosine, 0.85))); break;
    }
  }
  return window;
}

SampleSource FramedSource(const FeatureConfig& config, const std::vector<float>& window, const SampleSource& clip) {
  const auto framer = std::make_shared<Framer>(config, window, clip);
  return {framer->frames() * std::size_t(config.n_fft), clip.sample_rate_hz,
          [framer](std::size_t first, std::size_t count, float* to) { framer->Read(first, count, to); }};
}

}  // namespace prosodia
