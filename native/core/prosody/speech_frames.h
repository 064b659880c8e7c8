// A clip of speech as frames of 10 ms, its silent edges trimmed: band levels, cepstra, pitch and what else a listener
// would call its prosody. The ground on which clip-level statistics stand.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/feature_plan.h"
#include "core/kernels/speech_frame.h"
#include "core/prosody/f0_track.h"
#include "core/prosody/trim.h"
#include "core/sample_source.h"

namespace prosodia {

// One value per frame.
using Contour = std::vector<float>;

struct SpeechFrames {
  static constexpr int kSampleRateHz = 16'000, kHop = 160;
  static constexpr int kBands = kSpeechBands, kCepstra = 25;
  static constexpr double kFramesPerSec = double(kSampleRateHz) / kHop;

  std::size_t count = 0;         // at least 1
  std::vector<float> level;      // count × kBands: ln of the bands' power
  Contour cepstrum[kCepstra];    // orthonormal DCT-II of the levels
  Contour power;                 // ln of the bands' power together
  Contour peak, mean;            // level of the loudest band; mean of all bands
  Contour loudness;              // auditory spectrum: Σ power^0.3
  Contour low_energy, mid_energy;  // ln of the power in 250 … 650 Hz and 1 … 4 kHz
  Contour low_slope, mid_slope;  // ln power per 100 Hz, fitted over 0 … 500 Hz and 500 … 1,500 Hz
  Contour voicing;               // correlation of neighbouring periods, 0 … 1
  Contour log_f0;                // ln Hz; drawn straight through unvoiced frames, level beyond the outermost voiced ones
  std::vector<std::uint8_t> voiced;
  std::size_t voiced_count = 0;

  void Resize(std::size_t frames);
};

// One per thread; scratch is kept between clips.
class SpeechAnalyser {
 public:
  SpeechAnalyser();

  // The frames of a clip at any rate, valid until the next call. Throws as ExtractFeatures does.
  const SpeechFrames& Analyse(const SampleSource& clip);

  // The whole clip as last analysed, before its edges were trimmed.
  const FrameRange& range() const { return range_; }

 private:
  void ReadSamples(const SampleSource& clip);
  void Describe(std::size_t frame);
  void FollowPitch();
  void DrawThroughUnvoiced();

  const std::shared_ptr<const FeaturePlan> plan_;
  const SpeechFrameKernel& kernel_;
  const std::unique_ptr<const SpeechBandTables> tables_;
  F0Tracker tracker_;
  std::vector<float> samples_, level_, power_;
  FrameRange range_{0, 0};
  SpeechFrames frames_;
};

}  // namespace prosodia
