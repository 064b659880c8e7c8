// A clip as a network of frames takes it: silent edges trimmed, neighbouring frames averaged, centred in a fixed length.
#pragma once

#include <memory>
#include <vector>

#include "core/feature_matrix.h"

namespace prosodia {

struct SequenceShape {
  double trim_db;   // edges this far below the loudest part are left out, but for 80 ms of what was recorded
  int pool_frames;  // frames averaged into one step; what does not fill a step at the end is left out
  int steps;
};

class SequenceExtractor {
 public:
  // Throws as FeatureConfig::Check does.
  SequenceExtractor(const FeatureConfig& config, const SequenceShape& shape);

  // steps × (coefficients + 1): the last column is 1 where there is sound and 0 in the padding, whose other columns are 0
  // too. Longer clips lose both ends. Levels are averaged as powers, everything else as it is.
  FeatureMatrix Extract(const SampleSource& clip) const;

 private:
  // `powers` are those of the matrix's levels.
  FeatureMatrix Pool(const FeatureMatrix& matrix, const std::vector<float>& powers, std::size_t first,
                     std::size_t end) const;
  FeatureMatrix Centre(const FeatureMatrix& pooled) const;

  const std::shared_ptr<const FeaturePlan> plan_;
  const std::shared_ptr<const FeaturePlan> levels_;  // mel levels alone, by which edges are found
  const SequenceShape shape_;
};

}  // namespace prosodia
