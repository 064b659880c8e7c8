#include "core/mel.h"

#include <algorithm>
#include <cmath>

namespace prosodia {
namespace {

constexpr double kHzPerMel = 200.0 / 3;
constexpr double kLogStartHz = 1000;
constexpr double kLogStartMel = kLogStartHz / kHzPerMel;
const double kLogStep = std::log(6.4) / 27;

// Kaldi's and HTK's triangles are straight over mel, librosa's over Hz.
double MelHeight(double hz, double low, double step, int band, FeatureConfig::MelScale scale) {
  const double place = (HzToMel(hz, scale) - low) / step - band;
  return std::min(place, 2 - place);
}

}  // namespace

double HzToMel(double hz, FeatureConfig::MelScale scale) {
  if (scale == FeatureConfig::MelScale::kHtk) return 2595 * std::log10(1 + hz / 700);
  return hz < kLogStartHz ? hz / kHzPerMel : kLogStartMel + std::log(hz / kLogStartHz) / kLogStep;
}

double MelToHz(double mel, FeatureConfig::MelScale scale) {
  if (scale == FeatureConfig::MelScale::kHtk) return 700 * (std::pow(10.0, mel / 2595) - 1);
  return mel < kLogStartMel ? mel * kHzPerMel : kLogStartHz * std::exp(kLogStep * (mel - kLogStartMel));
}

MelRows MakeMelRows(const FeatureConfig& config) {
  const int bands = config.n_mels, bins = config.n_fft / 2 + 1;
  const double low = HzToMel(config.f_min_hz, config.mel_scale);
  const double high = HzToMel(config.f_max_hz, config.mel_scale);
  const double step = (high - low) / (bands + 1);
  std::vector<double> edge(bands + 2);
  for (int i = 0; i < bands + 2; i++) edge[i] = MelToHz(low + step * i, config.mel_scale);

  MelRows rows;
  for (int band = 0; band < bands; band++) {
    const double left = edge[band], peak = edge[band + 1], right = edge[band + 2];
    const double norm = config.mel_norm == FeatureConfig::MelNorm::kSlaney ? 2 / (right - left) : 1;
    int first = 0, count = 0;
    for (int bin = 0; bin < bins; bin++) {
      const double hz = double(bin) * config.sample_rate_hz / config.n_fft;
      const double height = config.IsFramed() ? MelHeight(hz, low, step, band, config.mel_scale)
                                              : std::min((hz - left) / (peak - left), (right - hz) / (right - peak));
      if (!(height > 0)) continue;
      if (count == 0) first = bin;
      count++;
      // librosa keeps the triangle in float32 and then scales it, also in float32: rounded twice.
      rows.weight.push_back(static_cast<float>(double(static_cast<float>(height)) * norm));
    }
    rows.first.push_back(first);
    rows.count.push_back(count);
  }
  return rows;
}

}  // namespace prosodia
