// One clip to one matrix of frames.
#pragma once

#include <cstddef>
#include <vector>

#include "core/feature_plan.h"
#include "core/sample_source.h"

namespace prosodia {

struct FeatureMatrix {
  std::vector<float> data;  // frames × coefficients, row-major
  std::size_t frames = 0;
  int coefficients = 0;
};

// MFCC or log-mel levels of a clip, resampled to the plan's rate, as librosa defines them; each clip stands alone.
// Uses scratch of the calling thread. Throws std::invalid_argument for a sample that is not finite (and says which),
// LimitError for a clip that is too long.
FeatureMatrix ExtractFeatures(const FeaturePlan& plan, const SampleSource& clip);

// One row: each coefficient's mean over the frames, summed in double precision.
FeatureMatrix MeanOverFrames(const FeatureMatrix& matrix);

// librosa.feature.delta(width=9) of orders 1 … deltas, appended to each frame's first `base` values. Rows are
// base · (1 + deltas) apart. Clips of 9 frames and more: mode='interp'; shorter ones: mode='nearest', where librosa's
// 'interp' refuses.
void AppendDeltas(float* data, std::size_t frames, int base, int deltas);

}  // namespace prosodia
