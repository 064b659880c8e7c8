// Frames as speech recognisers make them: each for itself, cut out, freed of its mean, emphasised, windowed.
#pragma once

#include "core/feature_config.h"
#include "core/sample_source.h"

namespace prosodia {

// The frames of a clip one after the other, n_fft samples each, zeros at their ends; for a plan of that hop.
// As Kaldi's feature-window.cc does it, and HTK (The HTK Book 3.5, section 5.2), which keeps the mean.
SampleSource FramedSource(const FeatureConfig& config, const SampleSource& clip);

}  // namespace prosodia
