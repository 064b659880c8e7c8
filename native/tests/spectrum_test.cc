// Mel levels of every FFT size, hop and instruction set beside a transform written out in double precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/feature_matrix.h"
#include "core/feature_plan.h"
#include "core/mel.h"

namespace prosodia {
namespace {

constexpr int kBands = 10;

FeatureConfig Config(int n_fft, int hop) {
  FeatureConfig config;
  config.kind = FeatureConfig::Kind::kLogMel;
  config.n_fft = config.win_length = n_fft;
  config.hop_length = hop;
  config.n_mels = kBands;
  config.top_db = 0;
  return config;
}

std::vector<float> Noise(std::size_t count) {
  std::mt19937 random(11);
  std::normal_distribution<float> normal(0, 0.1f);
  std::vector<float> samples(count);
  for (float& sample : samples) sample = normal(random);
  return samples;
}

std::vector<double> PowerOf(const std::vector<float>& samples, long first, int n_fft) {
  std::vector<double> frame(n_fft), power(n_fft / 2 + 1);
  std::vector<std::complex<double>> turn(n_fft);
  for (int i = 0; i < n_fft; i++) turn[i] = std::polar(1.0, -2 * std::numbers::pi * i / n_fft);
  for (int i = 0; i < n_fft; i++) {
    const long at = first + i;
    const double sample = at >= 0 && at < long(samples.size()) ? samples[at] : 0;
    frame[i] = sample * (0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / n_fft));
  }
  for (int k = 0; k <= n_fft / 2; k++) {
    std::complex<double> sum;
    for (int i = 0; i < n_fft; i++) sum += frame[i] * turn[long(i) * k % n_fft];
    power[k] = std::norm(sum);
  }
  return power;
}

void ExpectLevels(Isa isa, int n_fft, int hop) {
  SCOPED_TRACE(std::string(IsaName(isa)) + ", FFT " + std::to_string(n_fft) + ", hop " + std::to_string(hop));
  const FeatureConfig config = Config(n_fft, hop);
  const FeaturePlan plan(config, PROSODIA_SELECT(kSpectrumKernel, isa));
  const std::vector<float> samples = Noise(std::size_t(9 * hop + 5));
  const FeatureMatrix matrix = ExtractFeatures(plan, SourceOf(samples.data(), samples.size(), config.sample_rate_hz));
  ASSERT_EQ(matrix.frames, 10u);
  const MelRows rows = MakeMelRows(config);
  for (const std::size_t frame : {0u, 4u, 9u}) {
    const std::vector<double> power = PowerOf(samples, long(frame) * hop - n_fft / 2, n_fft);
    const float* weight = rows.weight.data();
    for (int band = 0; band < kBands; band++) {
      double sum = 0;
      for (int i = 0; i < rows.count[band]; i++) sum += power[rows.first[band] + i] * weight[i];
      weight += rows.count[band];
      EXPECT_NEAR(matrix.data[frame * kBands + band], 10 * std::log10(std::max(sum, 1e-10)), 2e-3) << "band " << band;
    }
  }
}

TEST(Spectrum, EveryFftSizeAndHopOnEveryInstructionSet) {
  for (const Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512, Isa::kNeon}) {
    if (!IsaAvailable(isa)) continue;
    for (int n_fft = 64; n_fft <= 4096; n_fft *= 2) {
      // A quarter, one that does not divide, one sample more than the frame, and short ones.
      for (const int hop : {n_fft / 4, n_fft / 3 + 1, n_fft + 1, 37}) ExpectLevels(isa, n_fft, hop);
    }
  }
}

TEST(Spectrum, NamesTheSampleThatIsNotFinite) {
  const FeatureConfig config = Config(64, 200);
  const FeaturePlan plan(config, PROSODIA_SELECT(kSpectrumKernel, ChosenIsa()));
  // Also between frames, and after the last.
  for (const std::size_t place : {0u, 150u, 70'000u, 99'999u}) {
    std::vector<float> samples = Noise(100'000);
    samples[place] = NAN;
    try {
      ExtractFeatures(plan, SourceOf(samples.data(), samples.size(), config.sample_rate_hz));
      ADD_FAILURE() << "sample " << place << " was not refused";
    } catch (const std::invalid_argument& error) {
      EXPECT_EQ(std::string(error.what()), "sample " + std::to_string(place) + " is NaN");
    }
  }
}

TEST(Spectrum, LongClipsMayBeWrittenOver) {
  FeatureConfig config = Config(2048, 512);
  config.n_mels = 256;
  config.pre_emphasis = 0.97;
  const FeaturePlan plan(config, PROSODIA_SELECT(kSpectrumKernel, ChosenIsa()));
  std::vector<float> samples = Noise((std::size_t{1} << 24) + 12'345);
  SampleSource source = SourceOf(samples.data(), samples.size(), config.sample_rate_hz);
  const FeatureMatrix apart = ExtractFeatures(plan, source);
  source.spent = samples.data();
  EXPECT_EQ(ExtractFeatures(plan, source).data, apart.data);
}

TEST(Spectrum, MeansAreThoseOfTheFrames) {
  const FeatureMatrix matrix{{1, 10, 2, 20, 6, 60}, 3, 2};
  const FeatureMatrix mean = MeanOverFrames(matrix);
  EXPECT_EQ(mean.frames, 1u);
  EXPECT_EQ(mean.data, (std::vector<float>{3, 30}));
}

}  // namespace
}  // namespace prosodia
