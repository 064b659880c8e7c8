// The changes that can be made to a clip, and the one object that makes them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/isa.h"

namespace prosodia {

enum class AugmentKind {
  kNoise,
  kPinkNoise,
  kRecordedNoise,
  kPitch,
  kPitchAndFormants,
  kStretch,
  kGain,
  kReverb,
  kReverbAtLevel,  // and scaled to the clip's own power
  kTelephone,
  kTelephoneMuLaw,
};

// A sound that a change takes: noise to add, or a room's impulse response.
struct Sound {
  std::vector<float> samples;
  int sample_rate_hz = 0;
};

struct Augmentation {
  AugmentKind kind;
  // noise: SNR in dB, [-60, 120]; pitch: semitones, [-24, 24]; stretch: rate, [0.25, 4]; gain: dB, [-120, 60]
  double amount;
  uint64_t seed;   // noise only
  std::shared_ptr<const Sound> sound = nullptr;  // recorded noise and reverb; resampled to the clip's rate
};

// One per thread; scratch is kept between clips. The result depends on the arguments and the instruction set alone; noise
// and gain not even on that one.
class Augmenter {
 public:
  explicit Augmenter(Isa isa = ChosenIsa());
  ~Augmenter();

  // Samples that `count` samples become. Throws std::invalid_argument where the amount is out of range.
  static int64_t OutputLength(const Augmentation& change, int64_t count);

  // Writes OutputLength(change, count) samples, all finite. `in` must be finite and must not overlap `out`. Throws
  // std::invalid_argument for an amount out of range, a non-positive rate or a sample that is not finite.
  void Run(const Augmentation& change, const float* in, int64_t count, double sample_rate_hz, float* out);

 private:
  struct Tools;

  void Apply(const Augmentation& change, const float* in, int64_t count, double sample_rate_hz, float* out);
  void Reverberate(const Augmentation& change, const float* in, int64_t count, double sample_rate_hz, float* out);
  // The change's sound at the clip's rate, kept for the next clip.
  const std::vector<float>& SoundAt(const std::shared_ptr<const Sound>& sound, double sample_rate_hz);
  void ShiftEverything(double ratio, const float* in, int64_t count, double sample_rate_hz, float* out);

  Isa isa_;
  std::unique_ptr<Tools> tools_;
  std::vector<float> scaled_, stretched_;
  std::shared_ptr<const Sound> sound_;
  double sound_rate_hz_ = 0;
  std::vector<float> sound_samples_;
};

}  // namespace prosodia
