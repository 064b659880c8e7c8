// A clip between zeros, and its lower two kilohertz at a few thousand samples per second: periods and splices are searched
// there first, since a search costs the square of the rate.
#pragma once

#include <cstdint>
#include <vector>

#include "core/isa.h"
#include "core/kernels/low_band.h"

namespace prosodia {

// How a clip of one sample rate is decimated. The band's rate lies between 4.1 and 8.3 kHz for rates of 8 kHz and more
// and is the clip's own below.
struct BandPlan {
  // `pass` is the cut-off as a part of the band's Nyquist rate; `margin_sec` of zeros are readable at both ends.
  BandPlan(double sample_rate_hz, double pass, double margin_sec);

  int factor;
  double rate_hz;            // of the band
  int64_t margin;            // full-rate samples, a multiple of factor
  int delay;                 // band sample i is centred on full-rate sample factor·i + delay
  std::vector<float> taps;   // low pass, padded with zeros to a multiple of 16
};

class LowBand {
 public:
  explicit LowBand(Isa isa) : kernel_(PROSODIA_SELECT(kLowBandKernel, isa)) {}

  // Copies, decimates and sums energies over windows of kEnergyBlock band samples.
  void Fill(const float* in, int64_t count, const BandPlan& plan);

  // Makes the windows of the energies `blocks` times as long.
  void WidenEnergies(int blocks) { kernel_.widen(energies_.data(), blocks, band_count_, energies_.data()); }

  // The clip; readable from -margin to count + margin.
  const float* samples() const { return samples_.data() + margin_; }
  // Band sample i; readable from -first() to last().
  const float* band() const { return band_.data() + first_; }
  // Energy of the window that starts at band sample i.
  const float* energies() const { return energies_.data() + first_; }
  float LargestEnergy() const { return kernel_.largest(energies_.data(), band_count_); }
  int64_t first() const { return first_; }
  int64_t last() const { return band_count_ - first_; }
  const LowBandKernel& kernel() const { return kernel_; }

 private:
  const LowBandKernel& kernel_;
  std::vector<float> samples_, band_, energies_;
  int64_t margin_ = 0, first_ = 0, band_count_ = 0;
};

}  // namespace prosodia
