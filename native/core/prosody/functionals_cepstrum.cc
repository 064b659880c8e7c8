// The cepstrum's distribution and how fast it moves.
#include <algorithm>
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
  ColumnQuantiles& columns = scratch->columns;
  columns.Clear();
  for (const Contour& contour : frames.cepstrum) columns.Add(&contour);
  columns.Sort();
  for (int c = 0; c < SpeechFrames::kCepstra; c++) {
    const Contour& contour = frames.cepstrum[c];
    columns.MoveTo(std::size_t(c), &scratch->quantiles);
    AddDistribution(contour.data(), frames.count, scratch->quantiles, to, "cepstrum", c);
    Gradient(contour.data(), frames.count, &scratch->delta);
    Gradient(scratch->delta.data(), frames.count, &scratch->second_delta);
    to->Add(SpreadOf(scratch->delta.data(), frames.count).deviation, "deviation", "cepstrum-delta", c);
    to->Add(MeanMagnitude(scratch->delta), "meanMagnitude", "cepstrum-delta", c);
    to->Add(SpreadOf(scratch->second_delta.data(), frames.count).deviation, "deviation", "cepstrum-delta-delta", c);
  }
}

void AddCepstrumDelta(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to) {
  std::vector<std::vector<float>>& deltas = scratch->deltas;
  ColumnQuantiles& columns = scratch->columns;
  deltas.resize(std::max<std::size_t>(deltas.size(), kDeltaCepstra));
  columns.Clear();
  for (int c = 0; c < kDeltaCepstra; c++) {
    Gradient(frames.cepstrum[c].data(), frames.count, &deltas[std::size_t(c)]);
    columns.Add(&deltas[std::size_t(c)]);
  }
  columns.Sort();
  for (int c = 0; c < kDeltaCepstra; c++) {
    const std::vector<float>& delta = deltas[std::size_t(c)];
    columns.MoveTo(std::size_t(c), &scratch->quantiles);
    // Their deviation is among the cepstrum's.
    const Moments moments = MomentsOf(delta.data(), frames.count);
    to->Add(moments.mean, "mean", "cepstrum-delta", c);
    to->Add(moments.skewness, "skewness", "cepstrum-delta", c);
    to->Add(moments.kurtosis, "kurtosis", "cepstrum-delta", c);
    AddQuantiles(delta.data(), frames.count, moments.mean, scratch->quantiles, to, "cepstrum-delta", c);
  }
}

}  // namespace prosodia
