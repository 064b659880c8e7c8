#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/augment/noise.h"
#include "speechlike.h"

namespace prosodia {
namespace {

std::vector<float> Noisy(const std::vector<float>& clip, double snr_db, uint64_t seed, Isa isa = ChosenIsa()) {
  std::vector<float> out(clip.size());
  AddNoise(clip.data(), int64_t(clip.size()), snr_db, seed, out.data(), isa);
  return out;
}

std::vector<double> Difference(const std::vector<float>& out, const std::vector<float>& in) {
  std::vector<double> difference(out.size());
  for (size_t i = 0; i < out.size(); i++) difference[i] = double(out[i]) - in[i];
  return difference;
}

TEST(Noise, HasTheRatioAskedFor) {
  for (size_t length : {1u, 2u, 31u, 32u, 33u, 1000u, 81585u}) {
    std::vector<float> clip = test::Vowel(200, 22050, 4);
    clip.resize(length);
    for (double snr_db : {-20.0, 0.0, 15.0, 60.0}) {
      double signal = 0, noise = 0;
      for (double d : Difference(Noisy(clip, snr_db, 7), clip)) noise += d * d;
      for (float x : clip) signal += double(x) * x;
      // A single sample plus noise at 60 dB is rounded to a float: half a unit in the last place of the sum.
      EXPECT_NEAR(10 * std::log10(signal / noise), snr_db, length < 1000 ? 1e-3 : 1e-4) << length << " samples";
    }
  }
}

TEST(Noise, IsGaussianAndWhite) {
  const std::vector<float> clip(1 << 20, 0.5f);
  const std::vector<double> noise = Difference(Noisy(clip, 0, 3), clip);
  double m1 = 0, m2 = 0, m3 = 0, m4 = 0, beyond = 0;
  const double n = double(noise.size());
  for (double d : noise) m1 += d / n;
  for (double d : noise) {
    m2 += (d - m1) * (d - m1) / n;
    m3 += std::pow(d - m1, 3) / n;
    m4 += std::pow(d - m1, 4) / n;
  }
  for (double d : noise) beyond += std::fabs(d - m1) > 3 * std::sqrt(m2);
  EXPECT_NEAR(m1 / std::sqrt(m2), 0, 0.005);
  EXPECT_NEAR(m3 / std::pow(m2, 1.5), 0, 0.01);
  EXPECT_NEAR(m4 / (m2 * m2), 3, 0.03);
  EXPECT_NEAR(beyond / n, 0.0026998, 0.0002);
  for (size_t lag : {1u, 2u, 8u, 16u, 32u, 64u}) {
    double product = 0;
    for (size_t i = lag; i < noise.size(); i++) product += noise[i] * noise[i - lag];
    EXPECT_NEAR(product / (n * m2), 0, 0.005) << "lag " << lag;
  }
}

TEST(Noise, FollowsItsSeedOnEveryInstructionSet) {
  const std::vector<float> clip = test::Vowel(150, 16000, 1.01);
  const std::vector<float> reference = Noisy(clip, 10, 42);
  EXPECT_EQ(reference, Noisy(clip, 10, 42));
  EXPECT_NE(reference, Noisy(clip, 10, 43));
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512, Isa::kNeon}) {
    if (IsaAvailable(isa)) EXPECT_EQ(reference, Noisy(clip, 10, 42, isa)) << IsaName(isa);
  }
}

TEST(Noise, LeavesSilenceSilent) {
  const std::vector<float> silence(1000, 0.f);
  EXPECT_EQ(silence, Noisy(silence, 0, 1));
  EXPECT_TRUE(Noisy({}, 0, 1).empty());
}

}  // namespace
}  // namespace prosodia
