#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "core/augment/augmentation.h"
#include "core/augment/grain_taps.h"
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

// The power of a clip's middle half between two frequencies, in dB.
double BandDb(const std::vector<float>& clip, double rate_hz, double low_hz, double high_hz) {
  double power = 0;
  const size_t first = clip.size() / 4, count = clip.size() / 2;
  for (double hz = low_hz; hz <= high_hz; hz += rate_hz / double(count)) {
    double re = 0, im = 0;
    for (size_t i = 0; i < count; i++) {
      const double angle = 2 * std::numbers::pi * hz * double(i) / rate_hz;
      const double window = 1 - std::cos(2 * std::numbers::pi * double(i) / double(count));
      re += window * double(clip[first + i]) * std::cos(angle);
      im += window * double(clip[first + i]) * std::sin(angle);
    }
    power += re * re + im * im;
  }
  return 10 * std::log10(power);
}

TEST(PitchShifter, KeepsTheUpperFormantsOfATelephone) {
  // Pulses: every band is as strong as the next.
  std::vector<float> clip(8000, 0.f);
  for (size_t i = 0; i < clip.size(); i++) {
    for (int k = 1; k * 130 < 3800; k++) clip[i] += 0.03f * float(std::cos(2 * std::numbers::pi * 130 * k * double(i) / 8000));
  }
  for (const double semitones : {-4.0, 2.0}) {
    const std::vector<float> out = Shifted(clip, semitones, 8000);
    const auto change = [&](double low_hz, double high_hz) {
      return BandDb(out, 8000, low_hz, high_hz) - BandDb(clip, 8000, low_hz, high_hz);
    };
    EXPECT_NEAR(change(2900, 3500) - change(1000, 1600), 0, 1) << semitones;
  }
}

TEST(GrainTaps, InterpolateUpToNineTenthsOfTheBand) {
  for (const double fraction : {0.0, 0.25, 0.5, 0.8, 0.999}) {
    const float* taps = GrainTaps(fraction);
    for (const double cycles : {0.0, 0.1, 0.3, 0.4, 0.44}) {  // a sample
      double sum = 0;
      for (int t = 0; t < kGrainTaps; t++) {
        sum += double(taps[t]) * std::cos(2 * std::numbers::pi * cycles * (t - (kGrainTaps / 2 - 1) - fraction));
      }
      EXPECT_NEAR(sum, 1, cycles <= 0.4 ? 0.03 : 0.13) << fraction << ", " << cycles;
    }
  }
}

// Frames that the tracker calls voiced, from `above_hz` on.
int VoicedFrames(const std::vector<float>& clip, double rate_hz, double above_hz) {
  F0Tracker tracker;
  int voiced = 0;
  for (const F0Frame& frame : tracker.Track(clip.data(), int64_t(clip.size()), rate_hz)) {
    voiced += frame.period > 0 && rate_hz / frame.period > above_hz;
  }
  return voiced;
}

// The part of a clip that a shift changes.
double ShiftedPart(const std::vector<float>& clip, double rate_hz) {
  const std::vector<float> out = Shifted(clip, -4, rate_hz);
  size_t changed = 0;
  for (size_t i = 0; i < clip.size(); i++) changed += out[i] != clip[i];
  return double(changed) / double(clip.size());
}

TEST(PitchShifter, LeavesRumbleAsItIs) {
  constexpr double kRateHz = 22050;
  std::vector<float> clip(44100);
  for (size_t i = 0; i < clip.size(); i++) {
    const double sec = double(i) / kRateHz;
    clip[i] = float(0.2 * std::sin(60 * sec) + 0.15 * std::sin(97 * sec + 1) + 0.006 * std::sin(4200 * sec));
  }
  ASSERT_GT(VoicedFrames(clip, kRateHz, 400), 50);
  EXPECT_LT(ShiftedPart(clip, kRateHz), 0.15);
}

TEST(PitchShifter, DoesNotTakeTheFirstFormantOfCreakForAVoice) {
  // Pulses too far apart and too irregular for a pitch, each with a formant that rings, in a little noise.
  constexpr double kRateHz = 22050;
  std::vector<float> clip(44100, 0.f);
  uint32_t state = 7;
  for (float& x : clip) x = 0.02f * (float((state = state * 1664525u + 1013904223u) >> 8) / 16777216.f - 0.5f);
  for (size_t at = 500; at + 2000 < clip.size();) {
    for (size_t i = 0; i < 900; i++) clip[at + i] += 0.4f * float(std::exp(-double(i) / 60) * std::sin(0.205 * double(i)));
    state = state * 1664525u + 1013904223u;
    at += 420 + state % 500;
  }
  ASSERT_GT(VoicedFrames(clip, kRateHz, 600), 20);
  EXPECT_LT(ShiftedPart(clip, kRateHz), 0.15);
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
