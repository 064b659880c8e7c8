#include "core/feature_plan.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/framed_source.h"
#include "core/plan_cache.h"

namespace prosodia {

constexpr double kPi = std::numbers::pi;

FeaturePlan::FeaturePlan(const FeatureConfig& config, const SpectrumKernel& kernel)
    : config_(config), kernel_(kernel), mel_((config.Check(), MakeMelRows(config))) {
  spectrum_.n_fft = config.n_fft;
  spectrum_.hop = config.IsFramed() ? config.n_fft : config.hop_length;
  spectrum_.n_mels = config.n_mels;
  MakeTransform();
  MakeFrame();
  MakeBands();
  MakeCepstrum();
}

void FeaturePlan::MakeTransform() {
  const int n_fft = config_.n_fft;
  const auto add_turn = [&](double steps) {
    const double angle = 2 * kPi * steps / n_fft;
    twiddle_.push_back(float(std::cos(angle)));
    twiddle_.push_back(float(-std::sin(angle)));
  };
  spectrum_.is_power_of_two = (n_fft & (n_fft - 1)) == 0;
  int inner = spectrum_.is_power_of_two ? 8 : 1;
  while (spectrum_.is_power_of_two && 4 * inner * inner <= n_fft) inner *= 2;
  const int outer = n_fft / inner;
  for (int k = 0; !spectrum_.is_power_of_two && k < n_fft; k++) add_turn(k);
  for (int n2 = 0; spectrum_.is_power_of_two && n2 < inner; n2++) {
    for (int k1 = 0; k1 < outer / 2; k1++) add_turn(double(k1) * n2);
  }
  spectrum_.outer = outer;
  spectrum_.inner = inner;
  spectrum_.twiddle = twiddle_.data();
}

void FeaturePlan::MakeFrame() {
  const int n_fft = config_.n_fft, hop = spectrum_.hop, lanes = kernel_.lanes;
  const int outer = spectrum_.outer, inner = spectrum_.inner;
  spectrum_.rows = std::min(hop, n_fft);
  spectrum_.extra = (n_fft - 1) / hop;
  // Rows `inner` apart are read together: a multiple of 4,096 bytes between them would put them all in one cache set.
  int stride = (lanes + spectrum_.extra + 3) / 4 * 4;
  if (stride * inner * sizeof(float) % 4096 == 0) stride += 4;
  spectrum_.stride = stride;
  if (config_.IsFramed()) frame_window_ = SymmetricWindow(config_);
  // scipy.signal.get_window(…, fftbins=True), centred in the FFT.
  const int start = (n_fft - config_.win_length) / 2;
  const double a = config_.window == FeatureConfig::Window::kHann ? 0.5 : 0.54;
  for (int n2 = 0; n2 < inner; n2++) {
    for (int n1 = 0; n1 < outer; n1++) {
      const int n = n2 + inner * n1, i = n - start;
      const bool inside = i >= 0 && i < config_.win_length;
      if (config_.IsFramed()) {
        window_.push_back(1);  // the source has done it
      } else {
        window_.push_back(inside ? float(a - (1 - a) * std::cos(2 * kPi * i / config_.win_length)) : 0.0f);
      }
      place_.push_back(n % hop * stride + n / hop);
    }
  }
  spectrum_.window = window_.data();
  spectrum_.place = place_.data();
}

void FeaturePlan::MakeBands() {
  const float* weight = mel_.weight.data();
  for (int band = 0; band < config_.n_mels; band++) {
    const int first = mel_.first[band], count = mel_.count[band], outer = spectrum_.outer;
    const int place = PlaceOf(first, outer), places = count == 0 ? 0 : PlaceOf(first + count - 1, outer) + 1 - place;
    const int groups = (places + kBandGroup - 1) / kBandGroup;
    const std::size_t start = band_weight_.size();
    band_weight_.resize(start + std::size_t(groups) * kBandGroup);
    for (int i = 0; i < count; i++) band_weight_[start + std::size_t(PlaceOf(first + i, outer) - place)] = *weight++;
    band_place_.push_back(place);
    band_groups_.push_back(groups);
  }
  spectrum_.band_place = band_place_.data();
  spectrum_.band_groups = band_groups_.data();
  spectrum_.band_weight = band_weight_.data();
}

void FeaturePlan::MakeCepstrum() {
  cepstrum_.n_mels = config_.n_mels;
  cepstrum_.n_coefficients = config_.n_mfcc;
  // The level of every band comes in dB. HTK weighs all coefficients alike, the others are orthonormal.
  const double unit = config_.IsFramed() ? kNepersPerDb : 1;
  const double first = config_.framing == FeatureConfig::Framing::kHtk ? 2 : 1;
  cepstrum_.constant = std::sqrt(first * config_.n_mels) * unit;
  if (config_.kind != FeatureConfig::Kind::kMfcc) return;
  // scipy.fft.dct(type=2, norm='ortho').
  for (int band = 0; 2 * band < config_.n_mels; band++) {
    for (int c = 0; c < config_.n_mfcc; c++) {
      const double lifter = config_.lifter > 0 ? 1 + config_.lifter / 2 * std::sin(kPi * c / config_.lifter) : 1;
      const double scale = std::sqrt((c == 0 ? first : 2.0) / config_.n_mels) * lifter * unit;
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
