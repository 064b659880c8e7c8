#include "core/prosody/speech_frames.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/feature_matrix.h"
#include "core/mel.h"
#include "core/resample.h"

namespace prosodia {
namespace {

constexpr double kLowestBandHz = 50, kHighestBandHz = 8000;
// Below lie the rounding of 16-bit samples and digital silence; above, no recording.
constexpr float kFloorDb = -100, kCeilingDb = 120;
constexpr double kTrimDb = 35;
constexpr std::size_t kTrimMargin = 8;
constexpr float kTiny = 1e-8f;
constexpr double kLowestF0Hz = 70, kHighestF0Hz = 600;
constexpr float kNeutralF0Hz = 160;  // of a clip that is never voiced
constexpr float kLoudestSample = 16;  // beyond, the pitch tracker's sums could overflow

FeatureConfig BandConfig() {
  FeatureConfig config;
  config.kind = FeatureConfig::Kind::kLogMel;
  config.sample_rate_hz = SpeechFrames::kSampleRateHz;
  config.n_fft = 512;
  config.win_length = 400;
  config.hop_length = SpeechFrames::kHop;
  config.n_mels = kSpeechBands;
  config.f_min_hz = kLowestBandHz;
  config.f_max_hz = kHighestBandHz;
  config.top_db = 0;
  return config;
}

// Least-squares slope of the levels of bands centred in [from, to) Hz, per 100 Hz.
void SlopeWeights(const std::vector<double>& centre, double from_hz, double to_hz, float* weights) {
  double mean = 0, squares = 0;
  int bands = 0;
  for (const double hz : centre) {
    if (hz >= from_hz && hz < to_hz) mean += hz, bands++;
  }
  mean /= bands;
  for (const double hz : centre) {
    if (hz >= from_hz && hz < to_hz) squares += (hz - mean) * (hz - mean);
  }
  for (std::size_t band = 0; band < centre.size(); band++) {
    const double hz = centre[band];
    weights[band] = hz >= from_hz && hz < to_hz ? float(100 * (hz - mean) / squares) : 0.f;
  }
}

std::unique_ptr<const SpeechBandTables> MakeTables() {
  auto tables = std::make_unique<SpeechBandTables>();
  constexpr auto kScale = FeatureConfig::MelScale::kSlaney;
  const double low = HzToMel(kLowestBandHz, kScale), high = HzToMel(kHighestBandHz, kScale);
  std::vector<double> centre(kSpeechBands);
  for (int band = 0; band < kSpeechBands; band++) {
    const double hz = MelToHz(low + (high - low) * (band + 1) / (kSpeechBands + 1), kScale);
    centre[band] = hz;
    tables->low_energy[band] = hz >= 250 && hz <= 650;
    tables->mid_energy[band] = hz >= 1000 && hz <= 4000;
    for (int c = 0; c < kCepstrumRow; c++) {
      const double scale = std::sqrt((c == 0 ? 1.0 : 2.0) / kSpeechBands);
      tables->dct[band * kCepstrumRow + c] =
          float(scale * std::cos(std::numbers::pi * c * (band + 0.5) / kSpeechBands));
    }
  }
  SlopeWeights(centre, 0, 500, tables->low_slope);
  SlopeWeights(centre, 500, 1500, tables->mid_slope);
  return tables;
}

}  // namespace

void SpeechFrames::Resize(std::size_t frames) {
  count = frames;
  level.resize(frames * kBands);
  for (Contour& contour : cepstrum) contour.resize(frames);
  for (Contour* contour : {&power, &peak, &mean, &loudness, &low_energy, &mid_energy, &low_slope, &mid_slope, &voicing,
                           &log_f0}) {
    contour->resize(frames);
  }
  voiced.resize(frames);
}

SpeechAnalyser::SpeechAnalyser()
    : plan_(PlanFor(BandConfig())),
      kernel_(PROSODIA_SELECT(kSpeechFrameKernel, ChosenIsa())),
      tables_(MakeTables()) {}

const SpeechFrames& SpeechAnalyser::Analyse(const SampleSource& clip) {
  ReadSamples(clip);
  const FeatureMatrix bands =
      ExtractFeatures(*plan_, SourceOf(samples_.data(), samples_.size(), SpeechFrames::kSampleRateHz));
  level_.resize(bands.data.size());
  power_.resize(bands.frames);
  kernel_.levels(bands.data.data(), long(bands.frames), kFloorDb, kCeilingDb, level_.data(), power_.data());
  range_ = TrimmedRange(power_.data(), bands.frames, kTrimDb, kTrimMargin);
  frames_.Resize(range_.count());
  std::copy_n(level_.begin() + std::ptrdiff_t(range_.first * kSpeechBands), frames_.level.size(),
              frames_.level.begin());
  for (std::size_t frame = 0; frame < frames_.count; frame++) Describe(frame);
  FollowPitch();
  return frames_;
}

void SpeechAnalyser::ReadSamples(const SampleSource& clip) {
  const SampleSource source = ResampledSource(clip, SpeechFrames::kSampleRateHz);
  samples_.resize(source.count);
  source.read(0, source.count, samples_.data());
}

void SpeechAnalyser::Describe(std::size_t frame) {
  SpeechFrame found;
  float cepstrum[kCepstrumRow];
  kernel_.describe(*tables_, &frames_.level[frame * kSpeechBands], &found, cepstrum);
  for (int c = 0; c < SpeechFrames::kCepstra; c++) frames_.cepstrum[c][frame] = cepstrum[c];
  frames_.power[frame] = std::log(power_[range_.first + frame] + kTiny);
  frames_.peak[frame] = found.peak_level;
  frames_.mean[frame] = found.mean_level;
  frames_.loudness[frame] = found.loudness;
  frames_.low_energy[frame] = std::log(found.low_energy + kTiny);
  frames_.mid_energy[frame] = std::log(found.mid_energy + kTiny);
  frames_.low_slope[frame] = found.low_slope;
  frames_.mid_slope[frame] = found.mid_slope;
}

void SpeechAnalyser::FollowPitch() {
  float loudest = 0;
  for (const float sample : samples_) loudest = std::max(loudest, std::fabs(sample));
  if (loudest > kLoudestSample) {
    for (float& sample : samples_) sample *= 1 / loudest;
  }
  const std::vector<F0Frame>& track = tracker_.Track(samples_.data(), std::int64_t(samples_.size()),
                                                     SpeechFrames::kSampleRateHz);
  const std::int64_t hop = tracker_.hop(), last = std::int64_t(track.size()) - 1;
  frames_.voiced_count = 0;
  for (std::size_t frame = 0; frame < frames_.count; frame++) {
    const std::int64_t centre = std::int64_t(range_.first + frame) * SpeechFrames::kHop;
    const F0Frame& found = track[std::size_t(std::min(last, (centre + hop / 2) / hop))];
    const double hz = found.period > 0 ? SpeechFrames::kSampleRateHz / double(found.period) : 0;
    const bool voiced = hz >= kLowestF0Hz && hz <= kHighestF0Hz;
    frames_.voiced[frame] = voiced;
    frames_.voiced_count += voiced;
    frames_.voicing[frame] = found.correlation;
    if (voiced) frames_.log_f0[frame] = float(std::log(hz));
  }
  DrawThroughUnvoiced();
}

void SpeechAnalyser::DrawThroughUnvoiced() {
  Contour& log_f0 = frames_.log_f0;
  const std::size_t none = frames_.count;
  std::size_t before = none;
  for (std::size_t frame = 0; frame <= none; frame++) {
    const bool at_end = frame == none;
    if (!at_end && !frames_.voiced[frame]) continue;
    const std::size_t gap = before == none ? 0 : before + 1;
    const float neutral = std::log(kNeutralF0Hz);
    const float right = at_end ? (before == none ? neutral : log_f0[before]) : log_f0[frame];
    const float left = before == none ? right : log_f0[before];
    for (std::size_t i = gap; i < frame; i++) {
      const float part = before == none || at_end ? 0.f : float(i - before) / float(frame - before);
      log_f0[i] = left + (right - left) * part;
    }
    before = frame;
  }
}

}  // namespace prosodia
