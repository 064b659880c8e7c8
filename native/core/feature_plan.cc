#include "core/feature_plan.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/plan_cache.h"

namespace prosodia {

constexpr double kPi = std::numbers::pi;

FeaturePlan::FeaturePlan(const FeatureConfig& config, const SpectrumKernel& kernel)
    : config_(config), kernel_(kernel), mel_((config.Check(), MakeMelRows(config))) {
  spectrum_.n_fft = config.n_fft;
  spectrum_.hop = config.hop_length;
  spectrum_.n_mels = config.n_mels;
  spectrum_.mel_first = mel_.first.data();
  spectrum_.mel_count = mel_.count.data();
  spectrum_.mel_weight = mel_.weight.data();
  MakeTransform();
  MakeFrame();
  MakeCepstrum();
}

void FeaturePlan::MakeTransform() {
  const int half = config_.n_fft / 2;
  spectrum_.outer = 4;
  while (spectrum_.outer < 64 && 4 * spectrum_.outer * spectrum_.outer <= half) spectrum_.outer *= 2;
  spectrum_.inner = half / spectrum_.outer;
  for (int n2 = 0; n2 < spectrum_.inner; n2++) {
    for (int k1 = 0; k1 < spectrum_.outer; k1++) {
      const double angle = 2 * kPi * (double(k1) * n2) / half;
      twiddle_.push_back(float(std::cos(angle)));
      twiddle_.push_back(float(-std::sin(angle)));
    }
  }
  for (int k = 0; k <= half; k++) {
    const double angle = kPi * k / half;
    split_.push_back(float(std::cos(angle)));
    split_.push_back(float(-std::sin(angle)));
  }
  spectrum_.twiddle = twiddle_.data();
  spectrum_.split = split_.data();
}

void FeaturePlan::MakeFrame() {
  const int n_fft = config_.n_fft, hop = config_.hop_length, lanes = kernel_.lanes;
  // scipy.signal.get_window(…, fftbins=True), centred in the FFT; halved for the real split.
  window_.assign(n_fft, 0);
  const int start = (n_fft - config_.win_length) / 2;
  const double a = config_.window == FeatureConfig::Window::kHann ? 0.5 : 0.54;
  for (int i = 0; i < config_.win_length; i++) {
    window_[start + i] = float(0.5 * (a - (1 - a) * std::cos(2 * kPi * i / config_.win_length)));
  }
  spectrum_.rows = std::min(hop, n_fft);
  spectrum_.extra = (n_fft - 1) / hop;
  // Rows 2·inner apart are read together: a multiple of 4,096 bytes between them would put them all in one cache set.
  int stride = (lanes + spectrum_.extra + 3) / 4 * 4;
  if (stride * 2 * spectrum_.inner * sizeof(float) % 4096 == 0) stride += 4;
  spectrum_.stride = stride;
  for (int n = 0; n < n_fft; n++) place_.push_back(n % hop * stride + n / hop);
  spectrum_.window = window_.data();
  spectrum_.place = place_.data();
}

void FeaturePlan::MakeCepstrum() {
  cepstrum_.n_mels = config_.n_mels;
  cepstrum_.n_coefficients = config_.n_mfcc;
  cepstrum_.constant = std::sqrt(double(config_.n_mels));
  if (config_.kind != FeatureConfig::Kind::kMfcc) return;
  // scipy.fft.dct(type=2, norm='ortho').
  for (int band = 0; band < config_.n_mels; band++) {
    for (int c = 0; c < config_.n_mfcc; c++) {
      const double scale = std::sqrt((c == 0 ? 1.0 : 2.0) / config_.n_mels);
      dct_.push_back(float(scale * std::cos(kPi * c * (band + 0.5) / config_.n_mels)));
    }
  }
  cepstrum_.dct = dct_.data();
}

std::shared_ptr<const FeaturePlan> PlanFor(const FeatureConfig& config) {
  // Never destroyed: a team's threads may still run while the process exits.
  static auto* cache = new PlanCache<FeatureConfig, FeaturePlan>(16);
  return cache->Get(config, [](const FeatureConfig& key) {
    return std::make_shared<const FeaturePlan>(key, PROSODIA_SELECT(kSpectrumKernel, ChosenIsa()));
  });
}

}  // namespace prosodia
