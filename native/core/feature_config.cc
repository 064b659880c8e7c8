#include "core/feature_config.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include "core/errors.h"
#include "core/limits.h"

namespace prosodia {
namespace {

void InRange(const char* name, double value, double low, double high) {
  if (value >= low && value <= high) return;
  throw std::invalid_argument(std::string("Expected ") + name + " from " + std::to_string(low) + " to " +
                              std::to_string(high) + " but received " + std::to_string(value));
}

bool IsFftSize(int points) {
  for (const int factor : {2, 3, 5, 7}) {
    while (points % factor == 0) points /= factor;
  }
  return points == 1;
}

}  // namespace

std::size_t FeatureConfig::Frames(std::size_t samples) const {
  if (center) return 1 + samples / std::size_t(hop_length);
  const std::size_t length = IsFramed() ? win_length : n_fft;
  return samples < length ? 1 : 1 + (samples - length) / std::size_t(hop_length);
}

void FeatureConfig::Check() const {
  InRange("sampleRateHz", sample_rate_hz, 1, kMaxSampleRateHz);
  InRange("nFft", n_fft, kMinFft, kMaxFft);
  if (n_fft % 2 != 0 || !IsFftSize(n_fft)) {
    throw std::invalid_argument("Expected an even product of 2, 3, 5 and 7 for nFft but received " +
                                std::to_string(n_fft));
  }
  InRange("winLength", win_length, 2, n_fft);
  InRange("hopLength", hop_length, 1, 65'536);
  InRange("nMels", n_mels, 1, 512);
  InRange("nMfcc", n_mfcc, 1, kind == Kind::kMfcc ? n_mels : 512);
  InRange("fMinHz", f_min_hz, 0, sample_rate_hz / 2.0);
  InRange("fMaxHz", f_max_hz, f_min_hz, sample_rate_hz / 2.0);
  InRange("preEmphasis", pre_emphasis, 0, 1);
  InRange("deltas", deltas, 0, 2);
  InRange("lifter", lifter, 0, 1'000);
  if (IsFramed() && (center || top_db > 0)) {
    throw std::invalid_argument("Expected no center and no topDb where each frame is for itself");
  }
  if (!IsFramed() && (window == Window::kPovey || lifter > 0)) {
    throw std::invalid_argument("Expected a framing of kaldi or htk for povey and lifter");
  }
  if (!std::isfinite(top_db)) throw std::invalid_argument("Expected a finite topDb");
}

}  // namespace prosodia
