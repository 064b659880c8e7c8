#include "core/feature_matrix.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/feature_plan.h"
#include "core/sample_source.h"

namespace prosodia {
namespace {

std::vector<float> Noisy(std::size_t count) {
  std::vector<float> samples(count);
  for (std::size_t i = 0; i < count; i++) samples[i] = float((i * i + 7 * i) % 1'009) / 1'009 - 0.5f;
  return samples;
}

SampleSource NotInPlace(SampleSource source) {
  source.samples = nullptr;
  return source;
}

FeatureConfig Config(int n_fft, int hop, bool center) {
  FeatureConfig config;
  config.n_fft = config.win_length = n_fft;
  config.hop_length = hop;
  config.center = center;
  return config;
}

TEST(FeatureMatrix, SamplesReadInPlaceGiveTheBytesOfSamplesCopied) {
  for (const std::size_t count : {0, 1, 511, 2'048, 5'000, 16'384, 40'001, 90'000}) {
    const std::vector<float> samples = Noisy(count);
    for (const FeatureConfig& config : {Config(2'048, 512, true), Config(2'048, 512, false), Config(4'096, 100, true),
                                        Config(256, 1'000, true), Config(512, 160, false)}) {
      const SampleSource source = SourceOf(samples.data(), count, config.sample_rate_hz);
      const auto plan = PlanFor(config);
      EXPECT_EQ(ExtractFeatures(*plan, source).data, ExtractFeatures(*plan, NotInPlace(source)).data)
          << count << " samples, FFT " << config.n_fft << ", hop " << config.hop_length;
    }
  }
}

// Whether a sample in place is finite is told by its spectrum, which may be too large when the sample is not.
TEST(FeatureMatrix, TakesSamplesWhoseSquaresAreTooLarge) {
  std::vector<float> samples = Noisy(60'000);
  for (float& sample : samples) sample *= 1e25f;
  const FeatureConfig config = Config(2'048, 512, true);
  const auto plan = PlanFor(config);
  const SampleSource source = SourceOf(samples.data(), samples.size(), config.sample_rate_hz);
  const std::vector<float> in_place = ExtractFeatures(*plan, source).data;
  const std::vector<float> copied = ExtractFeatures(*plan, NotInPlace(source)).data;
  ASSERT_EQ(in_place.size(), copied.size());
  EXPECT_EQ(std::memcmp(in_place.data(), copied.data(), copied.size() * sizeof(float)), 0);
}

TEST(FeatureMatrix, RefusesASampleThatIsNotFiniteWhereverItIs) {
  constexpr std::size_t kCount = 60'000;
  for (const FeatureConfig& config : {Config(2'048, 512, true), Config(2'048, 512, false), Config(512, 160, true),
                                      Config(256, 1'000, false)}) {
    const auto plan = PlanFor(config);
    for (const std::size_t bad : {std::size_t{0}, std::size_t{1'030}, std::size_t{20'479}, std::size_t{31'999}, kCount - 1}) {
      std::vector<float> samples = Noisy(kCount);
      samples[bad] = std::numeric_limits<float>::infinity();
      try {
        ExtractFeatures(*plan, SourceOf(samples.data(), kCount, config.sample_rate_hz));
        FAIL() << "sample " << bad << " passed";
      } catch (const std::invalid_argument& error) {
        EXPECT_EQ(error.what(), "sample " + std::to_string(bad) + " is Infinity");
      }
    }
  }
}

}  // namespace
}  // namespace prosodia
