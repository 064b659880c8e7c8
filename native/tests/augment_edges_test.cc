// Everything a caller could hand over: run these under AddressSanitizer.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include "core/augment/augmentation.h"
#include "speechlike.h"

namespace prosodia {
namespace {

const std::vector<Augmentation> kExtremes = {
    {AugmentKind::kNoise, -60, 1},           {AugmentKind::kNoise, 120, 1},
    {AugmentKind::kPitch, -24, 0},           {AugmentKind::kPitch, -3.3, 0},
    {AugmentKind::kPitch, 0, 0},             {AugmentKind::kPitch, 24, 0},
    {AugmentKind::kPitchAndFormants, -24, 0}, {AugmentKind::kPitchAndFormants, 24, 0},
    {AugmentKind::kStretch, 0.25, 0},        {AugmentKind::kStretch, 0.999, 0},
    {AugmentKind::kStretch, 1.3, 0},         {AugmentKind::kStretch, 4, 0},
};

// Every extreme of every kind; input and output end where their heap blocks end, so that a sanitizer sees one step beyond.
void ExpectFinite(const std::vector<float>& clip, double rate_hz, Isa isa = ChosenIsa()) {
  Augmenter augmenter(isa);
  for (const Augmentation& change : kExtremes) {
    const int64_t length = Augmenter::OutputLength(change, int64_t(clip.size()));
    std::vector<float> out(static_cast<size_t>(length), std::numeric_limits<float>::quiet_NaN());
    augmenter.Run(change, clip.data(), int64_t(clip.size()), rate_hz, out.data());
    for (int64_t i = 0; i < length; i++) {
      ASSERT_TRUE(std::isfinite(out[i])) << "kind " << int(change.kind) << ' ' << change.amount << ", " << clip.size()
                                         << " samples at " << rate_hz << " Hz, sample " << i;
    }
  }
}

TEST(AugmentEdges, AnyLength) {
  const std::vector<float> vowel = test::Vowel(170, 22050, 0.2);
  for (size_t length : {0, 1, 2, 3, 15, 16, 17, 31, 33, 127, 175, 176, 177, 353, 1000, 2205, 4409}) {
    ExpectFinite(std::vector<float>(vowel.begin(), vowel.begin() + length), 22050);
  }
}

TEST(AugmentEdges, AnySampleRate) {
  for (double rate_hz : {1e-3, 1.0, 37.5, 1000.0, 1999.0, 2000.0, 3000.0, 5000.0, 8268.0, 8269.0, 11025.0, 96000.0, 768000.0}) {
    ExpectFinite(test::Vowel(120, 22050, 0.4), rate_hz);
  }
  ExpectFinite(test::Vowel(60, 192000, 0.4), 192000);
}

TEST(AugmentEdges, AnyLevel) {
  for (float level : {1e-45f, 1e-30f, 1e-10f, 1.f, 1e10f, 1e30f, std::numeric_limits<float>::max()}) {
    std::vector<float> clip = test::Vowel(220, 22050, 0.3);
    for (float& x : clip) x = std::clamp(2 * x, -1.f, 1.f) * level;
    ExpectFinite(clip, 22050);
    ExpectFinite(std::vector<float>(4000, level), 22050);
  }
  std::vector<float> spike(9000, 0.f);
  spike[4000] = std::numeric_limits<float>::max();
  ExpectFinite(spike, 22050);
}

TEST(AugmentEdges, AnySignal) {
  std::mt19937 random(3);
  for (int round = 0; round < 12; round++) {
    // Runs of silence, hiss, pulses and chirps one after the other, starting and stopping hard, at both ends of the clip too.
    std::vector<float> clip(size_t(500 + random() % 12000));
    for (size_t i = 0; i < clip.size();) {
      const size_t end = std::min(clip.size(), i + 50 + random() % 2500);
      const int kind = int(random() % 4);
      const double step = 0.002 + 0.03 * double(random() % 1000) / 1000;
      for (double phase = 0; i < end; i++, phase += step * (1 + phase / 400)) {
        const float hiss = float(random() % 2001) / 1000 - 1;
        clip[i] = kind == 0 ? 0 : kind == 1 ? hiss : kind == 2 ? float(std::fmod(phase, 1) < step) : float(std::sin(6.283 * phase));
      }
    }
    ExpectFinite(clip, 8000.0 + double(random() % 40000));
    if (IsaAvailable(Isa::kBaseline)) ExpectFinite(clip, 22050, Isa::kBaseline);
  }
}

TEST(AugmentEdges, RefusesWhatItCannotDo) {
  const float clip[] = {0.5f, -0.5f, 0.25f};
  float out[16];
  Augmenter augmenter;
  const double nan = std::nan("");
  for (const Augmentation& change : std::vector<Augmentation>{{AugmentKind::kStretch, 0.2, 0},
                                                              {AugmentKind::kStretch, nan, 0},
                                                              {AugmentKind::kPitch, 25, 0},
                                                              {AugmentKind::kPitchAndFormants, -25, 0},
                                                              {AugmentKind::kNoise, nan, 0}}) {
    EXPECT_THROW(augmenter.Run(change, clip, 3, 22050, out), std::invalid_argument);
  }
  for (double rate_hz : {0.0, -1.0, nan, std::numeric_limits<double>::infinity()}) {
    EXPECT_THROW(augmenter.Run({AugmentKind::kStretch, 0.5, 0}, clip, 3, rate_hz, out), std::invalid_argument);
  }
  for (float bad : {std::nanf(""), std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()}) {
    for (size_t at : {0u, 70u, 99u}) {
      std::vector<float> spoiled(100, 0.1f), into(100);
      spoiled[at] = bad;
      EXPECT_THROW(augmenter.Run({AugmentKind::kPitch, 1, 0}, spoiled.data(), 100, 22050, into.data()), std::invalid_argument);
    }
  }
}

}  // namespace
}  // namespace prosodia
