// The mel filterbank as librosa.filters.mel makes it, kept as sparse rows.
#pragma once

#include <cstdint>
#include <vector>

#include "core/feature_config.h"

namespace prosodia {

struct MelRows {
  std::vector<std::int32_t> first;  // first FFT bin with weight, for each band
  std::vector<std::int32_t> count;  // how many bins; 0 for a band between two bins
  std::vector<float> weight;        // all bands' weights, one band after the other
};

MelRows MakeMelRows(const FeatureConfig& config);

// Slaney's Auditory Toolbox: linear below 1 kHz, logarithmic above; or HTK: 2595·log10(1 + f / 700).
double HzToMel(double hz, FeatureConfig::MelScale scale);
double MelToHz(double mel, FeatureConfig::MelScale scale);

}  // namespace prosodia
