// Prosody and spectral shape of a clip, frame by frame, as librosa defines what it has.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "core/aligned.h"
#include "core/feature_plan.h"
#include "core/kernels/spectral_shape.h"
#include "core/prosody/f0_track.h"
#include "core/prosody/spectral_contrast.h"
#include "core/sample_source.h"

namespace prosodia {

// Rates, FFT size and hop; frames are centred, Hann-windowed, with zeros beyond the ends.
struct ProsodyConfig {
  int sample_rate_hz = 22'050;
  int n_fft = 2048;
  int hop_length = 512;
};

// One value per frame and column.
struct ProsodyFrames {
  enum Column {
    kF0Hz,             // 0 where unvoiced
    kVoicing,          // correlation of neighbouring periods, 0 … 1
    kRms,
    kZeroCrossingRate,
    kCentroid,         // Hz
    kBandwidth,        // Hz
    kRolloff,          // Hz
    kSpectralFlatness,
    kSpectralFlux,
    kAuditoryLoudness,
    kEnergy250To650,   // dB
    kEnergy1000To4000, // dB
    kSlope0To500,      // dB per 100 Hz
    kSlope500To1500,   // dB per 100 Hz
    kColumns
  };
  std::size_t frames = 0;
  std::array<std::vector<float>, kColumns> column;
  std::vector<float> contrast;  // frames × kContrastBands, dB
};

// The columns' names in JavaScript, in order.
inline constexpr const char* kProsodyColumnNames[ProsodyFrames::kColumns] = {
    "f0Hz",     "voicing",  "rms",  "zeroCrossingRate",    "centroidHz",           "bandwidthHz",         "rolloffHz",
    "flatness", "flux",     "loudness", "energy250To650Db", "energy1000To4000Db", "slope0To500", "slope500To1500"};

// One per thread; scratch is kept between clips.
class ProsodyExtractor {
 public:
  // Throws std::invalid_argument for values the kernels cannot take.
  explicit ProsodyExtractor(const ProsodyConfig& config);

  // The frames of a clip at any rate. Throws as ExtractFeatures does.
  ProsodyFrames Extract(const SampleSource& clip);

 private:
  void MakeTables();
  void Read(const SampleSource& clip);
  void AddEnergies(ProsodyFrames* out) const;
  void AddSpectra(ProsodyFrames* out);
  void AddPitch(ProsodyFrames* out);

  const ProsodyConfig config_;
  const std::shared_ptr<const FeaturePlan> plan_;
  const SpectralShapeKernel& kernel_;
  SpectralTables tables_{};
  std::vector<float> hz_, low_slope_, mid_slope_;
  ContrastBands contrast_;
  F0Tracker tracker_;
  std::size_t count_ = 0;
  std::vector<float> padded_;  // half an FFT of zeros, the clip, and zeros that the kernels may read
  AlignedFloats scratch_, power_, magnitude_, before_;
};

}  // namespace prosodia
