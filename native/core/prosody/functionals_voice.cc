// Spectra of voiced, unvoiced and loud frames, and how far neighbouring frames differ.
#include <algorithm>
#include <array>
#include <cmath>

#include "core/prosody/functional_sets.h"

namespace prosodia {
namespace {

constexpr int kPairs = SpeechFrames::kBands / 2;
constexpr std::size_t kFewestFrames = 4;  // fewer, and a spectrum is taken of all frames
using Spectrum = std::array<double, kPairs>;

// Levels of pairs of bands relative to the frame's mean.
Spectrum Relative(const SpeechFrames& frames, std::size_t frame) {
  const float* level = &frames.level[frame * SpeechFrames::kBands];
  Spectrum relative;
  for (int i = 0; i < kPairs; i++) relative[i] = 0.5 * (level[2 * i] + level[2 * i + 1]) - frames.mean[frame];
  return relative;
}

struct SpectrumSpread {
  Spectrum mean{}, deviation{};
};

template <class Chosen>
SpectrumSpread SpreadOfFrames(const SpeechFrames& frames, Chosen chosen) {
  std::size_t count = 0;
  for (std::size_t f = 0; f < frames.count; f++) count += chosen(f);
  const bool all = count < kFewestFrames;
  const double scale = 1 / double(all ? frames.count : count);
  SpectrumSpread spread;
  for (std::size_t f = 0; f < frames.count; f++) {
    if (!all && !chosen(f)) continue;
    const Spectrum relative = Relative(frames, f);
    for (int i = 0; i < kPairs; i++) spread.mean[i] += relative[i] * scale;
  }
  for (std::size_t f = 0; f < frames.count; f++) {
    if (!all && !chosen(f)) continue;
    const Spectrum relative = Relative(frames, f);
    for (int i = 0; i < kPairs; i++) {
      const double from_mean = relative[i] - spread.mean[i];
      spread.deviation[i] += from_mean * from_mean * scale;
    }
  }
  for (double& value : spread.deviation) value = std::sqrt(value);
  return spread;
}

void AddSpectrum(const Spectrum& spectrum, FunctionalWriter* to, const char* statistic, const char* name) {
  for (int i = 0; i < kPairs; i++) to->Add(spectrum[i], statistic, name, i);
}

// Magnitudes of the differences of a contour's neighbours that are both voiced.
void VoicedSteps(const SpeechFrames& frames, const Contour& contour, std::vector<float>* steps) {
  steps->clear();
  for (std::size_t f = 1; f < frames.count; f++) {
    if (frames.voiced[f] && frames.voiced[f - 1]) steps->push_back(std::fabs(contour[f] - contour[f - 1]));
  }
}

}  // namespace

void AddVoicedSpectrum(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to) {
  const SpectrumSpread voiced = SpreadOfFrames(frames, [&](std::size_t f) { return frames.voiced[f] != 0; });
  AddSpectrum(voiced.mean, to, "mean", "voiced-band");
  AddSpectrum(voiced.deviation, to, "deviation", "voiced-band");
  const SpectrumSpread unvoiced = SpreadOfFrames(frames, [&](std::size_t f) { return frames.voiced[f] == 0; });
  AddSpectrum(unvoiced.mean, to, "mean", "unvoiced-band");
  scratch->quantiles.Take(frames.power.data(), frames.count);
  const double loud = scratch->quantiles.At(75);
  AddSpectrum(SpreadOfFrames(frames, [&](std::size_t f) { return frames.power[f] > loud; }).mean, to, "mean",
              "loud-band");
}

void AddDynamics(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to) {
  std::vector<float>& values = scratch->selected;
  Quantiles& quantiles = scratch->quantiles;
  values.assign(1, 0.f);
  values.resize(std::max<std::size_t>(1, frames.count - 1));
  for (std::size_t f = 1; f < frames.count; f++) {
    const float *now = &frames.level[f * SpeechFrames::kBands], *past = now - SpeechFrames::kBands;
    float sum = 0;
    for (int b = 0; b < SpeechFrames::kBands; b++) sum += std::fabs(now[b] - past[b]);
    values[f - 1] = sum / SpeechFrames::kBands;
  }
  const Spread flux = SpreadOf(values.data(), values.size());
  to->Add(flux.mean, "mean", "flux");
  to->Add(flux.deviation, "deviation", "flux");
  quantiles.Take(values.data(), values.size());
  to->Add(quantiles.At(90), "p90", "flux");

  VoicedSteps(frames, frames.log_f0, &values);
  quantiles.Take(values.data(), values.size());
  to->Add(quantiles.At(50), "p50", "pitch-step");
  to->Add(quantiles.At(80), "p80", "pitch-step");
  VoicedSteps(frames, frames.power, &values);
  quantiles.Take(values.data(), values.size());
  to->Add(quantiles.At(50), "p50", "power-step");

  values.clear();
  for (std::size_t f = 0; f < frames.count; f++) {
    if (frames.voiced[f]) values.push_back(frames.voicing[f]);
  }
  const Spread voicing = SpreadOf(values.data(), values.size());
  to->Add(voicing.mean, "mean", "voiced-voicing");
  to->Add(voicing.deviation, "deviation", "voiced-voicing");
  quantiles.Take(frames.power.data(), frames.count);
  to->Add(quantiles.Range(10, 100), "rangeAbove10", "power");
  to->Add(quantiles.At(100), "max", "power");
}

}  // namespace prosodia
