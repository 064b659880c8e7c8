#include "core/summary.h"

#include <memory>

#include "core/limits.h"

namespace prosodia {
namespace {

FeatureMatrix Functionals(const SampleSource& clip, FunctionalGroups groups) {
  // Kept from clip to clip: making it anew costs as much as a second of speech.
  static thread_local std::unique_ptr<FunctionalExtractor> extractor;
  if (!extractor) extractor = std::make_unique<FunctionalExtractor>();
  FeatureMatrix row;
  row.data = extractor->Extract(clip, groups);
  row.frames = 1;
  row.coefficients = int(row.data.size());
  if (clip.count > kKeptScratchSamples) extractor.reset();
  return row;
}

}  // namespace

Summarizer::Summarizer(const FeatureConfig& config, const Summary& summary)
    : summary_(summary), plan_(PlanFor(config)) {
  if (summary.kind == Summary::Kind::kSequence) sequence_.emplace(config, summary.sequence);
}

FeatureMatrix Summarizer::Make(const SampleSource& clip) const {
  switch (summary_.kind) {
    case Summary::Kind::kFrames: return ExtractFeatures(*plan_, clip);
    case Summary::Kind::kMean: return MeanOverFrames(ExtractFeatures(*plan_, clip));
    case Summary::Kind::kSequence: return sequence_->Extract(clip);
    case Summary::Kind::kFunctionals: break;
  }
  return Functionals(clip, summary_.groups);
}

}  // namespace prosodia
