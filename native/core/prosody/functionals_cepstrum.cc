// The cepstrum's distribution and how fast it moves.
#include <cmath>

#include "core/prosody/functional_sets.h"

namespace prosodia {

static constexpr int kDeltaCepstra = 13;

static double MeanMagnitude(const std::vector<float>& values) {
  double sum = 0;
  for (const float value : values) sum += std::fabs(value);
  return sum / double(values.size());
}

void AddCepstrum(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to) {
  for (int c = 0; c < SpeechFrames::kCepstra; c++) {
    const Contour& contour = frames.cepstrum[c];
    AddDistribution(contour.data(), frames.count, scratch, to, "cepstrum", c);
    Gradient(contour.data(), frames.count, &scratch->delta);
    Gradient(scratch->delta.data(), frames.count, &scratch->second_delta);
    to->Add(SpreadOf(scratch->delta.data(), frames.count).deviation, "deviation", "cepstrum-delta", c);
    to->Add(MeanMagnitude(scratch->delta), "meanMagnitude", "cepstrum-delta", c);
    to->Add(SpreadOf(scratch->second_delta.data(), frames.count).deviation, "deviation", "cepstrum-delta-delta", c);
  }
}

void AddCepstrumDelta(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to) {
  for (int c = 0; c < kDeltaCepstra; c++) {
    Gradient(frames.cepstrum[c].data(), frames.count, &scratch->delta);
    // Their deviation is among the cepstrum's.
    const Moments moments = MomentsOf(scratch->delta.data(), frames.count);
    to->Add(moments.mean, "mean", "cepstrum-delta", c);
    to->Add(moments.skewness, "skewness", "cepstrum-delta", c);
    to->Add(moments.kurtosis, "kurtosis", "cepstrum-delta", c);
    AddQuantiles(scratch->delta.data(), frames.count, moments.mean, scratch, to, "cepstrum-delta", c);
  }
}

}  // namespace prosodia
