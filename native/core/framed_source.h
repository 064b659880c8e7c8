// Frames as speech recognisers make them: each for itself, cut out, freed of its mean, emphasised, windowed.
#pragma once

#include <vector>

#include "core/feature_config.h"
#include "core/sample_source.h"

namespace prosodia {

// The frames of a clip one after the other, n_fft samples each, zeros at their ends; for a plan of that hop.
// As Kaldi's feature-window.cc does it, and HTK (The HTK Book 3.5, section 5.2), which keeps the mean.
// `window` is SymmetricWindow's and must outlive the source.
SampleSource FramedSource(const FeatureConfig& config, const std::vector<float>& window, const SampleSource& clip);

// win_length weights, the last as far from the middle as the first.
std::vector<float> SymmetricWindow(const FeatureConfig& config);

}  // namespace prosodia
