#include "core/prosody/spectral_contrast.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace prosodia {

static constexpr double kLowestHz = 200, kQuantile = 0.02, kTopDb = 80, kTiny = 1e-10;

ContrastBands::ContrastBands(int sample_rate_hz, int n_fft) {
  if (sample_rate_hz <= 12'800) {
    throw std::invalid_argument("Expected a rate above 12800 Hz for spectral contrast but received " +
                                std::to_string(sample_rate_hz));
  }
  const int bins = n_fft / 2 + 1;
  const double step = double(sample_rate_hz) / n_fft;
  double low = 0, high = kLowestHz;
  for (int k = 0; k < kContrastBands; k++) {
    int first = int(std::ceil(low / step)), end = std::min(bins, int(std::floor(high / step)) + 1);
    if (k > 0) first = std::max(0, first - 1);
    if (k == kContrastBands - 1) end = bins;
    const int width = end - first;  // before librosa drops the upper neighbour
    if (k < kContrastBands - 1) end--;
    band_[k] = {first, std::max(end, first + 1), std::max(1, int(std::rint(kQuantile * width)))};
    low = high;
    high *= 2;
  }
}

void ContrastBands::Measure(const float* magnitude, std::size_t stride, float* peaks, float* valleys) {
  for (int k = 0; k < kContrastBands; k++) {
    const Band& band = band_[k];
    sorted_.clear();
    for (int bin = band.first; bin < band.end; bin++) sorted_.push_back(magnitude[std::size_t(bin) * stride]);
    std::sort(sorted_.begin(), sorted_.end());
    const std::size_t taken = std::min(std::size_t(band.quantile), sorted_.size());
    double valley = 0, peak = 0;
    for (std::size_t i = 0; i < taken; i++) {
      valley += sorted_[i];
      peak += sorted_[sorted_.size() - 1 - i];
    }
    valleys[k] = float(valley / double(taken));
    peaks[k] = float(peak / double(taken));
  }
}

void ContrastBands::ToContrast(std::vector<float>* peaks, std::vector<float>* valleys) {
  for (std::vector<float>* values : {peaks, valleys}) {
    float highest = -1e30f;
    for (float& value : *values) {
      value = float(10 * std::log10(std::max(double(value), kTiny)));
      highest = std::max(highest, value);
    }
    for (float& value : *values) value = std::max(value, float(highest - kTopDb));
  }
  for (std::size_t i = 0; i < peaks->size(); i++) (*peaks)[i] -= (*valleys)[i];
}

}  // namespace prosodia
