#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/augment/augmentation.h"
#include "core/augment/psola.h"
#include "core/prosody/f0_track.h"
#include "speechlike.h"

namespace prosodia {
namespace {

using test::Cents;

constexpr double kRates[] = {8000, 16000, 22050, 44100, 48000};

std::vector<float> Shifted(const std::vector<float>& clip, double semitones, double rate_hz) {
  std::vector<float> out(clip.size());
  PitchShifter().Run(clip.data(), int64_t(clip.size()), std::exp2(semitones / 12), rate_hz, out.data());
  return out;
}

TEST(F0Tracker, FindsThePitchOfVowels) {
  for (double rate_hz : kRates) {
    for (double f0 : {65.0, 80.0, 120.0, 200.0, 350.0, 500.0}) {
      const std::vector<float> clip = test::Vowel(f0, rate_hz, 0.5);
      F0Tracker tracker;
      const std::vector<F0Frame>& frames = tracker.Track(clip.data(), int64_t(clip.size()), rate_hz);
      ASSERT_EQ(int64_t(frames.size()), 1 + int64_t(clip.size()) / tracker.hop());
      for (size_t i = 8; i + 8 < frames.size(); i++) {
        ASSERT_GT(frames[i].period, 0) << f0 << " Hz at " << rate_hz << " Hz, frame " << i;
        ASSERT_NEAR(Cents(rate_hz / frames[i].period, f0), 0, 35) << f0 << " Hz at " << rate_hz << " Hz, frame " << i;
      }
    }
  }
}

TEST(F0Tracker, HearsNoPitchInSilenceOrAtTinyRates) {
  const std::vector<float> silence(10000, 0.f), vowel = test::Vowel(100, 1000, 1);
  F0Tracker tracker;
  for (const F0Frame& frame : tracker.Track(silence.data(), 10000, 22050)) EXPECT_EQ(frame.period, 0);
  for (const F0Frame& frame : tracker.Track(vowel.data(), 1000, 1000)) EXPECT_EQ(frame.period, 0);
}

TEST(PitchShifter, MovesThePitchByTheRatioAtEverySampleRate) {
  for (double rate_hz : kRates) {
    for (double f0 : {80.0, 120.0, 200.0, 350.0}) {
      const std::vector<float> clip = test::Vowel(f0, rate_hz, 1);
      for (double semitones : {-4.0, -1.0, 2.0, 5.0}) {
        const double wanted = f0 * std::exp2(semitones / 12);
        const std::vector<float> out = Shifted(clip, semitones, rate_hz);
        EXPECT_NEAR(Cents(test::MeasurePitch(out, rate_hz, wanted), wanted), 0, 10)
            << f0 << " Hz at " << rate_hz << " Hz by " << semitones;
        EXPECT_NEAR(20 * std::log10(test::Rms(out) / test::Rms(clip)), 0, 3.5) << f0 << " Hz by " << semitones;
      }
    }
  }
}

TEST(PitchShifter, CopiesWhereThereIsNothingToShift) {
  const std::vector<float> vowel = test::Vowel(200, 22050, 0.5);
  EXPECT_EQ(vowel, Shifted(vowel, 0, 22050));
  std::vector<float> hiss(20000);
  uint32_t state = 1;
  for (float& x : hiss) x = float((state = state * 1664525u + 1013904223u) >> 8) / 16777216.f - 0.5f;
  EXPECT_EQ(hiss, Shifted(hiss, 3, 22050));
}

TEST(PitchAndFormants, MoveTogether) {
  for (double rate_hz : {8000.0, 22050.0, 48000.0}) {
    const std::vector<float> clip = test::Vowel(150, rate_hz, 1);
    for (double semitones : {-7.0, 3.0, 12.0}) {
      std::vector<float> out(clip.size());
      Augmenter().Run({AugmentKind::kPitchAndFormants, semitones, 0}, clip.data(), int64_t(clip.size()), rate_hz, out.data());
      const double wanted = 150 * std::exp2(semitones / 12);
      EXPECT_NEAR(Cents(test::MeasurePitch(out, rate_hz, wanted), wanted), 0, 5) << rate_hz << " Hz by " << semitones;
    }
  }
}

}  // namespace
}  // namespace prosodia
