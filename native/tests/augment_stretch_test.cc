#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "core/augment/stretch.h"
#include "speechlike.h"

namespace prosodia {
namespace {

using test::Cents;

std::vector<float> Stretched(const std::vector<float>& clip, double rate, double rate_hz, Isa isa = ChosenIsa()) {
  std::vector<float> out(size_t(StretchedLength(int64_t(clip.size()), rate)));
  Stretcher(isa).Run(clip.data(), int64_t(clip.size()), rate, rate_hz, out.data());
  return out;
}

TEST(Stretch, KeepsThePitchAtEveryRateAndSampleRate) {
  for (double rate_hz : {8000.0, 16000.0, 22050.0, 44100.0, 48000.0}) {
    for (double f0 : {80.0, 120.0, 200.0, 350.0}) {
      const std::vector<float> clip = test::Vowel(f0, rate_hz, 1);
      for (double rate : {0.5, 0.8, 1.25, 2.0}) {
        const std::vector<float> out = Stretched(clip, rate, rate_hz);
        EXPECT_EQ(out.size(), size_t(std::llround(double(clip.size()) / rate)));
        EXPECT_NEAR(Cents(test::MeasurePitch(out, rate_hz, f0), f0), 0, 5) << f0 << " Hz at " << rate_hz << " Hz, rate " << rate;
        EXPECT_NEAR(20 * std::log10(test::Rms(out) / test::Rms(clip)), 0, 0.5) << f0 << " Hz at " << rate_hz << " Hz, rate " << rate;
      }
    }
  }
}

TEST(Stretch, KeepsEveryClickOnce) {
  constexpr double kRateHz = 22050;
  std::mt19937 random(1);
  std::normal_distribution<float> noise(0, 1e-3f);
  std::vector<float> clip(size_t(3 * kRateHz));
  for (float& x : clip) x = noise(random);
  std::vector<int64_t> clicks;
  for (int64_t at = 3000; at + 3000 < int64_t(clip.size()); at += 4700 + int64_t(random() % 1000)) {
    clip[at] += 0.8f;
    clicks.push_back(at);
  }
  for (double rate : {0.8, 0.9, 1.1, 1.25}) {
    const std::vector<float> out = Stretched(clip, rate, kRateHz);
    int64_t found = 0;
    for (float x : out) found += x > 0.4f;
    EXPECT_EQ(found, int64_t(clicks.size())) << "rate " << rate;
    for (int64_t click : clicks) {
      const int64_t expected = std::llround(double(click) / rate), slack = int64_t(0.025 * kRateHz);
      double near = 0;
      for (int64_t i = expected - slack; i <= expected + slack; i++) near += double(out[i]) * out[i];
      EXPECT_NEAR(near, 0.64, 0.01) << "rate " << rate << ", click at " << click;
    }
  }
}

TEST(Stretch, CopiesAtRateOne) {
  const std::vector<float> clip = test::Vowel(200, 22050, 0.5);
  EXPECT_EQ(clip, Stretched(clip, 1, 22050));
}

TEST(Stretch, KeepsSilenceAndConstants) {
  for (float x : Stretched(std::vector<float>(5000, 0.f), 0.7, 22050)) ASSERT_EQ(x, 0);
  const std::vector<float> out = Stretched(std::vector<float>(20000, 0.25f), 0.7, 22050);
  for (size_t i = 2000; i + 4000 < out.size(); i++) ASSERT_NEAR(out[i], 0.25f, 0.01f) << i;
}

TEST(Stretch, DoesNotDependOnTheClipBefore) {
  const std::vector<float> clip = test::Vowel(130, 16000, 0.7), other = test::Vowel(210, 48000, 1.3);
  const std::vector<float> alone = Stretched(clip, 0.8, 16000);
  Stretcher stretcher;
  std::vector<float> scratch(other.size() * 2), out(alone.size());
  stretcher.Run(other.data(), int64_t(other.size()), 0.5, 48000, scratch.data());
  stretcher.Run(clip.data(), int64_t(clip.size()), 0.8, 16000, out.data());
  EXPECT_EQ(alone, out);
}

}  // namespace
}  // namespace prosodia
