// What the resampler promises: flat to 0.913 of the lower Nyquist frequency, -120 dB from there on, and no seams.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/errors.h"
#include "core/limits.h"
#include "core/resample.h"
#include "core/sample_source.h"

namespace prosodia {
namespace {

using Rates = std::pair<int, int>;
const std::vector<Rates> kRates = {{48'000, 22'050}, {44'100, 22'050}, {16'000, 22'050}, {22'050, 48'000},
                                   {8'000, 48'000},  {48'000, 8'000},  {48'000, 16'000}, {44'100, 16'000},
                                   {22'050, 16'000}, {8'000, 16'000},  {44'100, 48'000}, {96'000, 22'050},
                                   {44'100, 44'101}, {47'999, 8'000}};

std::vector<float> Tone(double hz, int rate_hz, double sec) {
  std::vector<float> tone(std::size_t(sec * rate_hz));
  for (std::size_t i = 0; i < tone.size(); i++) tone[i] = float(0.5 * std::sin(2 * std::numbers::pi * hz * i / rate_hz));
  return tone;
}

// Greatest deviation from the tone at the new rate, or from nothing, away from the ends.
double LargestError(double hz, Rates rates, double amplitude) {
  const std::vector<float> in = Tone(hz, rates.first, 0.5);
  const std::vector<float> out = Resample(in.data(), in.size(), rates.first, rates.second);
  double largest = 0;
  for (std::size_t i = out.size() / 4; i < out.size() * 3 / 4; i++) {
    const double wanted = amplitude * std::sin(2 * std::numbers::pi * hz * i / rates.second);
    largest = std::max(largest, std::abs(out[i] - wanted));
  }
  return largest;
}

TEST(Resample, KeepsWhatIsInThePassband) {
  for (const Rates rates : kRates) {
    const double nyquist = std::min(rates.first, rates.second) / 2.0;
    for (const double part : {0.01, 0.3, 0.7, 0.91}) {
      EXPECT_LT(LargestError(part * nyquist, rates, 0.5), 3e-6) << rates.first << " to " << rates.second << ", " << part;
    }
  }
}

TEST(Resample, LetsNothingThroughThatTheNewRateCannotHold) {
  for (const Rates rates : kRates) {
    if (rates.second >= rates.first) continue;
    for (const double part : {1.001, 1.1, 1.5}) {
      const double hz = part * rates.second / 2.0;
      if (hz >= rates.first / 2.0) continue;
      EXPECT_LT(LargestError(hz, rates, 0), 0.5e-6 * 2) << rates.first << " to " << rates.second << ", " << part;
    }
  }
}

TEST(Resample, ReadsTheSameInPiecesAsWhole) {
  for (const Rates rates : kRates) {
    const std::vector<float> in = Tone(440, rates.first, 0.3);
    const std::vector<float> whole = Resample(in.data(), in.size(), rates.first, rates.second);
    const SampleSource source = ResampledSource(SourceOf(in.data(), in.size(), rates.first), rates.second);
    ASSERT_EQ(source.count, whole.size());
    std::vector<float> pieces(whole.size());
    for (std::size_t first = 0, size = 1; first < pieces.size(); first += size, size = size % 997 + 131) {
      source.read(first, std::min(size, pieces.size() - first), pieces.data() + first);
      size = std::min(size, pieces.size() - first);
    }
    EXPECT_EQ(pieces, whole) << rates.first << " to " << rates.second;
  }
}

TEST(Resample, ShortClipsAndLimits) {
  EXPECT_TRUE(Resample(nullptr, 0, 48'000, 22'050).empty());
  const float one = 0.5f;
  EXPECT_EQ(Resample(&one, 1, 22'050, 48'000).size(), 3u);
  EXPECT_EQ(Resample(&one, 1, 48'000, 48'000), std::vector<float>{0.5f});
  EXPECT_THROW(ResampledLength(kMaxClipSamples, 8'000, 48'000), LimitError);
  EXPECT_THROW(ResamplePlanFor(0, 48'000), std::invalid_argument);
}

}  // namespace
}  // namespace prosodia
