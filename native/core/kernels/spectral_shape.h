// What power spectra say of their frames, one frame per lane: centre, spread, evenness, change, energies, slopes.
#pragma once

#include <stdint.h>

#include "core/isa.h"

namespace prosodia {

// In the order of the kernel's outputs.
enum SpectralValue {
  kCentroidHz,
  kBandwidthHz,
  kRolloffBin,
  kFlatness,
  kFlux,
  kLoudness,
  kLowEnergy,
  kMidEnergy,
  kLowSlope,
  kMidSlope,
  kSpectralValues
};

// Mel bands over whole spectra: of each band the first bin, how many, and all bands' weights one after the other.
struct MelTables {
  int n_mels;
  const int32_t* first;
  const int32_t* count;
  const float* weight;
};

struct SpectralTables {
  int bins;
  const float* hz;  // of each bin
  // Bins of each region, first … end − 1; slopes are Σ weight · dB over the bins below slope_end.
  int low_first, low_end, mid_first, mid_end, slope_end;
  const float* low_slope;
  const float* mid_slope;
  // Mel bands of the auditory spectrum.
  MelTables mel;
};

struct SpectralShapeKernel {
  // `power` is bins × lanes; `magnitude` takes its square roots. `before` holds the last block's magnitudes over their
  // sums, bins × lanes, and takes this block's; zeros before the first. `out` takes kSpectralValues × lanes.
  void (*shape)(const SpectralTables&, const float* power, float* before, float* magnitude, float* out);
};

PROSODIA_KERNEL_TABLE(SpectralShapeKernel, kSpectralShapeKernel)

}  // namespace prosodia
