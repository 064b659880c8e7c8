// What a clip is to whoever asked: all frames of its features, their mean, a sequence of fixed length, or clip-level
// statistics.
#pragma once

#include <optional>

#include "core/feature_matrix.h"
#include "core/prosody/functionals.h"
#include "core/prosody/sequence.h"

namespace prosodia {

struct Summary {
  enum class Kind { kFrames, kMean, kSequence, kFunctionals };

  Kind kind = Kind::kFrames;
  SequenceShape sequence{};                     // of kSequence
  FunctionalGroups groups = kAllFunctionals;    // of kFunctionals
};

// Makes one summary of any number of clips, from any number of threads at once.
class Summarizer {
 public:
  // Throws as FeatureConfig::Check does. Functionals have a configuration of their own.
  Summarizer(const FeatureConfig& config, const Summary& summary);

  // The clip's matrix; one row unless frames are asked for. Throws as ExtractFeatures does.
  FeatureMatrix Make(const SampleSource& clip) const;

 private:
  const Summary summary_;
  const std::shared_ptr<const FeaturePlan> plan_;
  std::optional<SequenceExtractor> sequence_;
};

}  // namespace prosodia
