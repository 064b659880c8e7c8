#include "core/augment/augmentation.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/augment/convolver.h"
#include "core/augment/noise.h"
#include "core/augment/psola.h"
#include "core/augment/stretch.h"
#include "core/augment/telephone.h"
#include "core/augment/varispeed.h"
#include "core/kernels/varispeed.h"
#include "core/resample.h"
#include "core/sample_source.h"

namespace prosodia {

// Within these peaks no square, sum or quotient of the algorithms leaves the range of single precision.
static constexpr float kLargestPeak = 1 << 20, kSmallestPeak = 1.f / (1 << 20);

struct Augmenter::Tools {
  explicit Tools(Isa isa) : stretcher(isa), shifter(isa), varispeed(isa), convolver(isa), telephone(isa) {}

  Stretcher stretcher;
  PitchShifter shifter;
  Varispeed varispeed;
  Convolver convolver;
  Telephone telephone;
};

Augmenter::Augmenter(Isa isa) : isa_(isa), tools_(std::make_unique<Tools>(isa)) {}
Augmenter::~Augmenter() = default;

static void RequireSound(const Augmentation& change) {
  const bool takes_one = change.kind == AugmentKind::kRecordedNoise || change.kind == AugmentKind::kReverb ||
                         change.kind == AugmentKind::kReverbAtLevel;
  if (!takes_one) return;
  if (!change.sound || change.sound->samples.empty()) throw std::invalid_argument("Expected samples for the sound");
  for (const float sample : change.sound->samples) {
    // Beyond this a sum over a room's taps may leave the range of single precision.
    if (!(std::fabs(sample) <= kLargestPeak)) throw std::invalid_argument("Expected finite samples of the sound");
  }
}

static void Check(const Augmentation& change) {
  const double amount = change.amount;
  switch (change.kind) {
    case AugmentKind::kRecordedNoise:
    case AugmentKind::kNoise:
    case AugmentKind::kPinkNoise:
      if (!(amount >= -60 && amount <= 120)) throw std::invalid_argument("Expected -60 to 120 for snrDb");
      return;
    case AugmentKind::kPitch:
    case AugmentKind::kPitchAndFormants:
      if (!(amount >= -24 && amount <= 24)) throw std::invalid_argument("Expected -24 to 24 for semitones");
      return;
    case AugmentKind::kStretch:
      if (!(amount >= 0.25 && amount <= 4)) throw std::invalid_argument("Expected 0.25 to 4 for rate");
      return;
    case AugmentKind::kGain:
      if (!(amount >= -120 && amount <= 60)) throw std::invalid_argument("Expected -120 to 60 for gainDb");
      return;
    case AugmentKind::kReverb:
    case AugmentKind::kReverbAtLevel:
    case AugmentKind::kTelephone:
    case AugmentKind::kTelephoneMuLaw: return;
  }
  throw std::invalid_argument("Expected a kind of change");
}

int64_t Augmenter::OutputLength(const Augmentation& change, int64_t count) {
  Check(change);
  return change.kind == AugmentKind::kStretch ? StretchedLength(count, change.amount) : count;
}

void Augmenter::Run(const Augmentation& change, const float* in, int64_t count, double sample_rate_hz, float* out) {
  const int64_t length = OutputLength(change, count);
  RequireSound(change);
  if (!(sample_rate_hz > 0) || std::isinf(sample_rate_hz)) throw std::invalid_argument("Expected a positive sample rate");
  const uint32_t bits = PROSODIA_SELECT(kVarispeedKernel, isa_).peak_bits(in, count);
  if (bits >= 0x7f800000u) RequireFinite(in, size_t(count));  // says which is not
  const float peak = std::bit_cast<float>(bits);
  if (peak == 0) {
    std::fill_n(out, length, 0.f);
    return;
  }
  if (change.kind == AugmentKind::kTelephoneMuLaw && peak > 1) {  // its steps are absolute: nothing may be scaled
    scaled_.resize(size_t(count));
    std::transform(in, in + count, scaled_.begin(), [](float x) { return std::clamp(x, -1.f, 1.f); });
    return Apply(change, scaled_.data(), count, sample_rate_hz, out);
  }
  const bool is_usual = peak >= kSmallestPeak && peak <= kLargestPeak;
  if (change.kind == AugmentKind::kTelephoneMuLaw || is_usual) return Apply(change, in, count, sample_rate_hz, out);
  const int exponent = std::ilogb(peak);
  scaled_.resize(size_t(count));
  std::transform(in, in + count, scaled_.begin(), [exponent](float x) { return std::ldexp(x, -exponent); });
  Apply(change, scaled_.data(), count, sample_rate_hz, out);
  for (int64_t i = 0; i < length; i++) {
    constexpr float kMost = std::numeric_limits<float>::max();
    out[i] = std::clamp(std::ldexp(out[i], exponent), -kMost, kMost);
  }
}

void Augmenter::Apply(const Augmentation& change, const float* in, int64_t count, double sample_rate_hz, float* out) {
  const double amount = change.amount;
  switch (change.kind) {
    case AugmentKind::kNoise: return AddNoise(in, count, amount, change.seed, out, isa_);
    case AugmentKind::kPinkNoise: return AddPinkNoise(in, count, amount, change.seed, out, isa_);
    case AugmentKind::kRecordedNoise:
      return AddRecordedNoise(in, count, SoundAt(change.sound, sample_rate_hz), amount, change.seed, out, isa_);
    case AugmentKind::kGain: {
      const float factor = float(std::pow(10, amount / 20));
      std::transform(in, in + count, out, [factor](float x) { return x * factor; });
      return;
    }
    case AugmentKind::kReverb:
    case AugmentKind::kReverbAtLevel: return Reverberate(change, in, count, sample_rate_hz, out);
    case AugmentKind::kTelephone: return tools_->telephone.Band(in, count, sample_rate_hz, out);
    case AugmentKind::kTelephoneMuLaw: return tools_->telephone.MuLaw(in, count, sample_rate_hz, out);
    case AugmentKind::kPitch: return tools_->shifter.Run(in, count, std::exp2(amount / 12), sample_rate_hz, out);
    case AugmentKind::kPitchAndFormants: return ShiftEverything(std::exp2(amount / 12), in, count, sample_rate_hz, out);
    case AugmentKind::kStretch: return tools_->stretcher.Run(in, count, amount, sample_rate_hz, out);
  }
}

const std::vector<float>& Augmenter::SoundAt(const std::shared_ptr<const Sound>& sound, double sample_rate_hz) {
  if (double(sound->sample_rate_hz) == sample_rate_hz) return sound->samples;
  if (sound_ != sound || sound_rate_hz_ != sample_rate_hz) {
    sound_samples_ = Resample(sound->samples.data(), sound->samples.size(), sound->sample_rate_hz, int(sample_rate_hz));
    sound_ = sound;
    sound_rate_hz_ = sample_rate_hz;
  }
  return sound_samples_;
}

void Augmenter::Reverberate(const Augmentation& change, const float* in, int64_t count, double sample_rate_hz,
                            float* out) {
  tools_->convolver.Run(in, count, SoundAt(change.sound, sample_rate_hz), 0, out);
  if (change.kind == AugmentKind::kReverb) return;
  const GaussianKernel& kernel = PROSODIA_SELECT(kGaussianKernel, isa_);
  const double before = kernel.sum_squares(in, count), after = kernel.sum_squares(out, count);
  if (!(after > 0)) return;
  const float factor = float(std::sqrt(before / after));
  std::transform(out, out + count, out, [factor](float x) { return x * factor; });
}

// Longer (or shorter) at the same pitch, then played faster (or slower) to the old length.
void Augmenter::ShiftEverything(double ratio, const float* in, int64_t count, double sample_rate_hz, float* out) {
  if (ratio == 1) {
    std::copy_n(in, count, out);
    return;
  }
  stretched_.resize(size_t(StretchedLength(count, 1 / ratio)));
  tools_->stretcher.Run(in, count, 1 / ratio, sample_rate_hz, stretched_.data());
  tools_->varispeed.Run(stretched_.data(), int64_t(stretched_.size()), ratio, count, out);
}

}  // namespace prosodia
