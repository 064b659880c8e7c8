// Spectral contrast (Jiang et al. 2002) as librosa.feature.spectral_contrast: in each octave from 200 Hz on, how far the
// strongest bins stand above the weakest.
#pragma once

#include <cstddef>
#include <vector>

namespace prosodia {

inline constexpr int kContrastBands = 7;

class ContrastBands {
 public:
  // The sixth octave begins at 6.4 kHz, which must lie below half the rate.
  ContrastBands(int sample_rate_hz, int n_fft);

  // Peaks and valleys of one frame's magnitudes, `stride` floats apart; kContrastBands values each.
  void Measure(const float* magnitude, std::size_t stride, float* peaks, float* valleys);

  // peaks[i] becomes the contrast in dB; levels 80 dB below the clip's highest are raised to that.
  static void ToContrast(std::vector<float>* peaks, std::vector<float>* valleys);

 private:
  struct Band {
    int first, end, quantile;
  };
  Band band_[kContrastBands];
  std::vector<float> sorted_;
};

}  // namespace prosodia
