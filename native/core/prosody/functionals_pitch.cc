// The pitch of voiced frames: its distribution, its shape over time, its rises and falls.
#include <algorithm>
#include <cmath>

#include "core/prosody/functional_sets.h"

namespace prosodia {
namespace {

constexpr std::size_t kFewestVoiced = 6;  // fewer, and the line drawn through all frames counts

// ln F0 at frames that are voiced, with their places.
struct VoicedPitch {
  std::vector<float> log_f0;
  std::vector<std::size_t> frame;
};

VoicedPitch Voiced(const SpeechFrames& frames) {
  const bool all = frames.voiced_count < kFewestVoiced;
  VoicedPitch voiced;
  for (std::size_t f = 0; f < frames.count; f++) {
    if (!all && !frames.voiced[f]) continue;
    voiced.log_f0.push_back(frames.log_f0[f]);
    voiced.frame.push_back(f);
  }
  return voiced;
}

double MeanStep(const std::vector<float>& values) {
  double sum = 0;
  for (std::size_t i = 1; i < values.size(); i++) sum += std::fabs(values[i] - values[i - 1]);
  return values.size() < 2 ? 0 : sum / double(values.size() - 1);
}

// Rises and falls from one voiced frame to the very next.
struct Steps {
  std::vector<float> all, up, down;
};

Steps StepsOf(const VoicedPitch& voiced) {
  Steps steps;
  for (std::size_t i = 1; i < voiced.frame.size(); i++) {
    if (voiced.frame[i] - voiced.frame[i - 1] != 1) continue;
    const float step = voiced.log_f0[i] - voiced.log_f0[i - 1];
    steps.all.push_back(step);
    if (step > 0) steps.up.push_back(step);
    if (step < 0) steps.down.push_back(step);
  }
  return steps;
}

void AddSteps(const VoicedPitch& voiced, FunctionalScratch* scratch, FunctionalWriter* to) {
  Steps steps = StepsOf(voiced);
  const Spread up = SpreadOf(steps.up.data(), steps.up.size()), down = SpreadOf(steps.down.data(), steps.down.size());
  to->Add(up.mean, "riseMean", "pitch");
  to->Add(down.mean, "fallMean", "pitch");
  to->Add(steps.all.empty() ? 0 : double(steps.up.size()) / double(steps.all.size()), "riseShare", "pitch");
  to->Add(up.deviation, "riseDeviation", "pitch");
  to->Add(down.deviation, "fallDeviation", "pitch");
  for (float& step : steps.all) step = std::fabs(step);
  scratch->quantiles.Take(steps.all.data(), steps.all.size());
  to->Add(scratch->quantiles.At(100), "steepest", "pitch");
  to->Add(scratch->quantiles.At(50), "stepMedian", "pitch");
}

void AddRegression(const VoicedPitch& voiced, FunctionalWriter* to) {
  const std::vector<double> value(voiced.log_f0.begin(), voiced.log_f0.end());
  std::vector<double> place, hz;
  const double first = double(voiced.frame.front()), length = std::max(1.0, double(voiced.frame.back()) - first);
  double weighted = 0, total = 0;
  for (std::size_t i = 0; i < value.size(); i++) {
    place.push_back((double(voiced.frame[i]) - first) / length - 0.5);
    hz.push_back(std::exp(value[i]));
    weighted += (place[i] + 0.5) * hz[i];
    total += hz[i];
  }
  const Fit line = FitPolynomial(place, value, 1), curve = FitPolynomial(place, value, 2);
  to->Add(line.coefficient[1], "lineSlope", "pitch");
  to->Add(line.mean_error, "lineError", "pitch");
  to->Add(line.mean_squared_error, "lineSquaredError", "pitch");
  to->Add(curve.coefficient[2], "curveBend", "pitch");
  to->Add(curve.coefficient[1], "curveSlope", "pitch");
  to->Add(curve.mean_error, "curveError", "pitch");
  to->Add(curve.mean_squared_error, "curveSquaredError", "pitch");
  to->Add(weighted / total, "centroid", "pitch");

  const double mean_hz = total / double(hz.size());
  double log_mean = 0, squares = 0;
  for (std::size_t i = 0; i < hz.size(); i++) {
    log_mean += value[i] / double(hz.size());
    squares += (hz[i] - mean_hz) * (hz[i] - mean_hz);
  }
  to->Add(log_mean - std::log(mean_hz), "flatness", "pitch");
  to->Add(std::sqrt(squares / double(hz.size())) / mean_hz, "relativeDeviation", "pitch");
  to->Add(std::exp(log_mean) / 100, "geometricMean100Hz", "pitch");
  to->Add(length / SpeechFrames::kFramesPerSec, "spanSec", "pitch");
}

}  // namespace

void AddPitch(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to) {
  const VoicedPitch voiced = Voiced(frames);
  const std::vector<float>& pitch = voiced.log_f0;
  scratch->quantiles.Take(pitch.data(), pitch.size());
  AddDistribution(pitch.data(), pitch.size(), scratch->quantiles, to, "pitch");
  const auto [low, high] = std::minmax_element(pitch.begin(), pitch.end());
  std::vector<double> place(pitch.size());
  const double last = std::max(1.0, double(pitch.size() - 1));
  for (std::size_t i = 0; i < pitch.size(); i++) place[i] = 2 * double(i) / last - 1;
  std::size_t onsets = 0;
  for (std::size_t f = 1; f < frames.count; f++) onsets += frames.voiced[f] && !frames.voiced[f - 1];
  to->Add(MeanStep(pitch), "meanStep", "pitch");
  to->Add(double(*high) - *low, "range", "pitch");
  to->Add(double(frames.voiced_count) / double(frames.count), "voicedShare", "clip");
  to->Add(FitPolynomial(place, {pitch.begin(), pitch.end()}, 1).coefficient[1], "slope", "pitch");
  to->Add(double(frames.count) / SpeechFrames::kFramesPerSec, "durationSec", "clip");
  to->Add(double(onsets) / double(frames.count), "voicedOnsetsPerFrame", "clip");
}

void AddPitchShape(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to) {
  const VoicedPitch voiced = Voiced(frames);
  const std::vector<float>& pitch = voiced.log_f0;
  const std::size_t count = pitch.size(), quarter = std::max<std::size_t>(1, count / 4);
  const auto [low, high] = std::minmax_element(pitch.begin(), pitch.end());
  to->Add(double(high - pitch.begin()) / double(count), "maxPlace", "pitch");
  to->Add(double(low - pitch.begin()) / double(count), "minPlace", "pitch");
  to->Add(*high, "max", "pitch");
  to->Add(*low, "min", "pitch");
  AddRegression(voiced, to);

  const Moments moments = MomentsOf(pitch.data(), count);
  to->Add(moments.skewness, "skewness", "pitch");
  to->Add(moments.kurtosis, "kurtosis", "pitch");
  Quantiles& quantiles = scratch->quantiles;
  quantiles.Take(pitch.data(), count);
  to->Add(quantiles.Range(25, 50), "range25-50", "pitch");
  to->Add(quantiles.Range(50, 75), "range50-75", "pitch");
  to->Add(quantiles.Range(25, 75), "range25-75", "pitch");
  to->Add(quantiles.Range(5, 95), "range5-95", "pitch");
  to->Add(quantiles.Range(1, 99), "range1-99", "pitch");
  const double bottom = quantiles.At(1), range = quantiles.Range(1, 99);
  const auto share_above = [&](double part) {
    return double(std::count_if(pitch.begin(), pitch.end(), [&](float x) { return x > bottom + part * range; })) /
           double(count);
  };
  to->Add(share_above(0.25), "shareAbove25", "pitch");
  to->Add(share_above(0.5), "shareAbove50", "pitch");
  to->Add(share_above(0.75), "shareAbove75", "pitch");
  to->Add(share_above(0.9), "shareAbove90", "pitch");
  to->Add(Mean(pitch.data(), quarter) - moments.mean, "firstQuarter", "pitch");
  to->Add(Mean(&pitch[count - quarter], quarter) - moments.mean, "lastQuarter", "pitch");
  AddSteps(voiced, scratch, to);
}

}  // namespace prosodia
