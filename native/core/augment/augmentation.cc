#include "core/augment/augmentation.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/augment/noise.h"
#include "core/augment/psola.h"
#include "core/augment/stretch.h"
#include "core/augment/varispeed.h"
#include "core/kernels/varispeed.h"

namespace prosodia {

// Within these peaks no square, sum or quotient of the algorithms leaves the range of single precision.
static constexpr float kLargestPeak = 1 << 20, kSmallestPeak = 1.f / (1 << 20);

struct Augmenter::Tools {
  explicit Tools(Isa isa) : stretcher(isa), shifter(isa), varispeed(isa) {}

  Stretcher stretcher;
  PitchShifter shifter;
  Varispeed varispeed;
};

Augmenter::Augmenter(Isa isa) : isa_(isa), tools_(std::make_unique<Tools>(isa)) {}
Augmenter::~Augmenter() = default;

static void Check(const Augmentation& change) {
  const double amount = change.amount;
  switch (change.kind) {
    case AugmentKind::kNoise:
      if (!(amount >= -60 && amount <= 120)) throw std::invalid_argument("Expected -60 to 120 for snrDb");
      return;
    case AugmentKind::kPitch:
    case AugmentKind::kPitchAndFormants:
      if (!(amount >= -24 && amount <= 24)) throw std::invalid_argument("Expected -24 to 24 for semitones");
      return;
    case AugmentKind::kStretch:
      if (!(amount >= 0.25 && amount <= 4)) throw std::invalid_argument("Expected 0.25 to 4 for rate");
      return;
  }
  throw std::invalid_argument("Expected noise, pitch or stretch for kind");
}

int64_t Augmenter::OutputLength(const Augmentation& change, int64_t count) {
  Check(change);
  return change.kind == AugmentKind::kStretch ? StretchedLength(count, change.amount) : count;
}

void Augmenter::Run(const Augmentation& change, const float* in, int64_t count, double sample_rate_hz, float* out) {
  const int64_t length = OutputLength(change, count);
  if (!(sample_rate_hz > 0) || std::isinf(sample_rate_hz)) throw std::invalid_argument("Expected a positive sample rate");
  const uint32_t bits = PROSODIA_SELECT(kVarispeedKernel, isa_).peak_bits(in, count);
  if (bits >= 0x7f800000u) throw std::invalid_argument("Expected finite samples");
  const float peak = std::bit_cast<float>(bits);
  if (peak == 0) {
    std::fill_n(out, length, 0.f);
    return;
  }
  if (peak >= kSmallestPeak && peak <= kLargestPeak) return Apply(change, in, count, sample_rate_hz, out);
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
    case AugmentKind::kPitch: return tools_->shifter.Run(in, count, std::exp2(amount / 12), sample_rate_hz, out);
    case AugmentKind::kPitchAndFormants: return ShiftEverything(std::exp2(amount / 12), in, count, sample_rate_hz, out);
    case AugmentKind::kStretch: return tools_->stretcher.Run(in, count, amount, sample_rate_hz, out);
  }
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
