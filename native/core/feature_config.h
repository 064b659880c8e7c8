// How a clip becomes a matrix of frames; the fields of @prosodia/contracts' FeatureConfig, defaults filled in.
#pragma once

#include <cstddef>
#include <tuple>

namespace prosodia {

struct FeatureConfig {
  enum class Kind { kMfcc, kLogMel };
  enum class MelScale { kSlaney, kHtk };
  enum class MelNorm { kSlaney, kNone };
  enum class Window { kHann, kHamming, kPovey };
  // kSignal: librosa's, from one padded signal. The others: each frame for itself (framed_source.h), mel triangles
  // straight over mel, natural logarithms.
  enum class Framing { kSignal, kKaldi, kHtk };

  Kind kind = Kind::kMfcc;
  int sample_rate_hz = 22'050;
  int n_mfcc = 13;
  int n_fft = 2048;
  int win_length = 2048;
  int hop_length = 512;
  int n_mels = 128;
  double f_min_hz = 0;
  double f_max_hz = 11'025;
  MelScale mel_scale = MelScale::kSlaney;
  MelNorm mel_norm = MelNorm::kSlaney;
  Window window = Window::kHann;
  double top_db = 80;  // ≤ 0: keep everything
  bool center = true;
  double pre_emphasis = 0;
  int deltas = 0;
  Framing framing = Framing::kSignal;
  double lifter = 0;  // 0: none

  auto Key() const {
    return std::tie(kind, sample_rate_hz, n_mfcc, n_fft, win_length, hop_length, n_mels, f_min_hz, f_max_hz, mel_scale,
                    mel_norm, window, top_db, center, pre_emphasis, deltas, framing, lifter);
  }
  bool operator==(const FeatureConfig& other) const { return Key() == other.Key(); }

  // Values of one frame: coefficients or levels, times one and each order of delta.
  int Coefficients() const { return (kind == Kind::kMfcc ? n_mfcc : n_mels) * (1 + deltas); }

  bool IsFramed() const { return framing != Framing::kSignal; }

  // 1 + floor(samples / hop) when centred; otherwise as many whole frames (windows, where each is for itself) as fit,
  // at least one (zero-padded).
  std::size_t Frames(std::size_t samples) const;

  // Throws std::invalid_argument or LimitError for values the kernels cannot take.
  void Check() const;
};

}  // namespace prosodia
