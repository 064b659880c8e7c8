#include "core/prosody/prosody_frames.h"

#include <algorithm>
#include <cmath>

#include "core/errors.h"
#include "core/limits.h"
#include "core/resample.h"

namespace prosodia {
namespace {

constexpr double kLowestF0Hz = 70, kHighestF0Hz = 600;
constexpr float kLoudestSample = 16;  // beyond, the pitch tracker's sums could overflow
constexpr float kNoCrossing = 1e-10f;  // librosa: smaller samples count as zero

FeatureConfig SpectrumOf(const ProsodyConfig& prosody) {
  FeatureConfig config;
  config.kind = FeatureConfig::Kind::kLogMel;
  config.sample_rate_hz = prosody.sample_rate_hz;
  config.n_fft = config.win_length = prosody.n_fft;
  config.hop_length = prosody.hop_length;
  config.n_mels = 64;
  config.f_min_hz = 50;
  config.f_max_hz = std::min(8000.0, prosody.sample_rate_hz / 2.0);
  return config;
}

// Weights of the least-squares slope over the bins from `from_hz` to below `to_hz`, per 100 Hz.
std::vector<float> SlopeWeights(const std::vector<float>& hz, double from_hz, double to_hz) {
  double mean = 0, squares = 0, count = 0;
  const auto inside = [=](double at) { return at >= from_hz && at < to_hz; };
  for (const double at : hz) {
    if (inside(at)) mean += at, count++;
  }
  mean /= std::max(1.0, count);
  for (const double at : hz) {
    if (inside(at)) squares += (at - mean) * (at - mean);
  }
  std::vector<float> weights(hz.size(), 0.f);
  for (std::size_t bin = 0; bin < hz.size(); bin++) {
    if (inside(hz[bin]) && squares > 0) weights[bin] = float(100 * (hz[bin] - mean) / squares);
  }
  return weights;
}

}  // namespace

ProsodyExtractor::ProsodyExtractor(const ProsodyConfig& config)
    : config_(config),
      plan_(PlanFor(SpectrumOf(config))),
      kernel_(PROSODIA_SELECT(kSpectralShapeKernel, ChosenIsa())),
      contrast_(config.sample_rate_hz, config.n_fft) {
  MakeTables();
}

void ProsodyExtractor::MakeTables() {
  const double step = double(config_.sample_rate_hz) / config_.n_fft;
  tables_.bins = config_.n_fft / 2 + 1;
  for (int bin = 0; bin < tables_.bins; bin++) hz_.push_back(float(bin * step));
  low_slope_ = SlopeWeights(hz_, 0, 500);
  mid_slope_ = SlopeWeights(hz_, 500, 1500);
  const auto bin_from = [&](double hz) { return std::min(tables_.bins, int(std::ceil(hz / step))); };
  const auto bin_past = [&](double hz) { return std::min(tables_.bins, int(std::floor(hz / step)) + 1); };
  tables_.hz = hz_.data();
  tables_.low_first = bin_from(250);
  tables_.low_end = bin_past(650);
  tables_.mid_first = bin_from(1000);
  tables_.mid_end = bin_past(4000);
  tables_.slope_end = bin_from(1500);
  tables_.low_slope = low_slope_.data();
  tables_.mid_slope = mid_slope_.data();
  const MelRows& mel = plan_->mel();
  tables_.mel = {int(mel.first.size()), mel.first.data(), mel.count.data(), mel.weight.data()};
}

ProsodyFrames ProsodyExtractor::Extract(const SampleSource& clip) {
  Read(ResampledSource(clip, config_.sample_rate_hz));
  ProsodyFrames out;
  out.frames = plan_->config().Frames(count_);
  if (out.frames > kMaxMelCells / std::size_t(ProsodyFrames::kColumns + kContrastBands)) {
    throw LimitError("a clip of " + std::to_string(out.frames) + " frames");
  }
  for (std::vector<float>& column : out.column) column.resize(out.frames);
  AddEnergies(&out);
  AddSpectra(&out);
  AddPitch(&out);
  return out;
}

void ProsodyExtractor::Read(const SampleSource& clip) {
  const std::size_t lanes = std::size_t(plan_->kernel().lanes), half = std::size_t(config_.n_fft / 2);
  const std::size_t blocks = (plan_->config().Frames(clip.count) + lanes - 1) / lanes;
  const std::size_t read = blocks * lanes * std::size_t(config_.hop_length) +
                           std::size_t(SamplesRead(plan_->spectrum(), int(lanes)));
  count_ = clip.count;
  padded_.assign(std::max(read, clip.count + 2 * half), 0.f);
  if (count_ > 0) clip.read(0, count_, padded_.data() + half);
}

void ProsodyExtractor::AddEnergies(ProsodyFrames* out) const {
  const std::size_t window = std::size_t(config_.n_fft), hop = std::size_t(config_.hop_length), half = window / 2;
  // librosa frames the crossings of the clip with its end samples held; a crossing is counted where it ends.
  const auto negative = [this, half](std::size_t place) {
    if (count_ == 0) return false;
    const float sample = padded_[std::clamp(place, half, half + count_ - 1)];
    return std::fabs(sample) > kNoCrossing && sample < 0;
  };
  for (std::size_t frame = 0; frame < out->frames; frame++) {
    const std::size_t start = frame * hop;
    double squares = 0;
    std::size_t crossings = 0;
    bool was = negative(start);
    for (std::size_t i = start; i < start + window; i++) {
      squares += double(padded_[i]) * padded_[i];
      const bool is = negative(i);
      crossings += is != was;
      was = is;
    }
    out->column[ProsodyFrames::kRms][frame] = float(std::sqrt(squares / double(window)));
    out->column[ProsodyFrames::kZeroCrossingRate][frame] = float(double(crossings) / double(window));
  }
}

void ProsodyExtractor::AddSpectra(ProsodyFrames* out) {
  static constexpr ProsodyFrames::Column kTo[kSpectralValues] = {
      ProsodyFrames::kCentroid,         ProsodyFrames::kBandwidth,        ProsodyFrames::kRolloff,
      ProsodyFrames::kSpectralFlatness, ProsodyFrames::kSpectralFlux,     ProsodyFrames::kAuditoryLoudness,
      ProsodyFrames::kEnergy250To650,   ProsodyFrames::kEnergy1000To4000, ProsodyFrames::kSlope0To500,
      ProsodyFrames::kSlope500To1500};
  const SpectrumKernel& spectrum = plan_->kernel();
  const SpectrumTables& tables = plan_->spectrum();
  const std::size_t lanes = std::size_t(spectrum.lanes), cells = std::size_t(tables_.bins) * lanes;
  float* scratch = scratch_.Reserve(std::size_t(spectrum.scratch(tables)));
  float *power = power_.Reserve(cells), *magnitude = magnitude_.Reserve(cells), *before = before_.Reserve(cells);
  std::fill_n(before, cells, 0.f);
  std::vector<float> valleys(out->frames * kContrastBands), values(kSpectralValues * lanes);
  out->contrast.resize(valleys.size());
  const double step = double(config_.sample_rate_hz) / config_.n_fft;
  for (std::size_t first = 0; first < out->frames; first += lanes) {
    spectrum.power(tables, padded_.data() + first * std::size_t(config_.hop_length), first == 0, scratch, power);
    kernel_.shape(tables_, power, before, magnitude, values.data());
    for (std::size_t lane = 0; lane < std::min(lanes, out->frames - first); lane++) {
      for (int value = 0; value < kSpectralValues; value++) {
        out->column[kTo[value]][first + lane] = values[std::size_t(value) * lanes + lane];
      }
      const std::size_t row = (first + lane) * kContrastBands;
      contrast_.Measure(magnitude + lane, lanes, &out->contrast[row], &valleys[row]);
    }
  }
  for (float& bin : out->column[ProsodyFrames::kRolloff]) bin = float(bin * step);
  out->column[ProsodyFrames::kSpectralFlux][0] = 0;  // nothing went before
  ContrastBands::ToContrast(&out->contrast, &valleys);
}

void ProsodyExtractor::AddPitch(ProsodyFrames* out) {
  float* samples = padded_.data() + config_.n_fft / 2;
  float loudest = 0;
  for (std::size_t i = 0; i < count_; i++) loudest = std::max(loudest, std::fabs(samples[i]));
  if (loudest > kLoudestSample) {
    for (std::size_t i = 0; i < count_; i++) samples[i] *= 1 / loudest;
  }
  const std::vector<F0Frame>& track = tracker_.Track(samples, std::int64_t(count_), config_.sample_rate_hz);
  const std::int64_t hop = tracker_.hop(), last = std::int64_t(track.size()) - 1;
  for (std::size_t frame = 0; frame < out->frames; frame++) {
    const std::int64_t centre = std::int64_t(frame) * config_.hop_length;
    const F0Frame& found = track[std::size_t(std::min(last, (centre + hop / 2) / hop))];
    const double hz = found.period > 0 ? config_.sample_rate_hz / double(found.period) : 0;
    out->column[ProsodyFrames::kF0Hz][frame] = hz >= kLowestF0Hz && hz <= kHighestF0Hz ? float(hz) : 0.f;
    out->column[ProsodyFrames::kVoicing][frame] = found.correlation;
  }
}

}  // namespace prosodia
