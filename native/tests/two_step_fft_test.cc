// Every pair of lengths on every instruction set beside a transform written out in double precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <string>
#include <vector>

#include "core/aligned.h"
#include "core/block_resampler.h"
#include "core/polyphase.h"
#include "core/resample.h"

namespace prosodia {
namespace {

using Complex = std::complex<double>;

struct Turns {
  std::vector<float> cosines, minus_sines;
  TwoStepTables tables;
  Turns(int outer, int inner) {
    for (int k = 0; k < outer; k++) {
      for (int n = 0; n < inner; n++) {
        const Complex turn = std::polar(1.0, -2 * std::numbers::pi * k * n / (outer * inner));
        cosines.push_back(float(turn.real()));
        minus_sines.push_back(float(turn.imag()));
      }
    }
    tables = {outer, inner, cosines.data(), minus_sines.data()};
  }
};

float Sample(int i) { return float(std::sin(0.11 * i * i)); }

// Root of the mean square over a few bins, the signal's own being about the root of the number of points.
double ErrorOf(const TwoStepFftKernel& kernel, int outer, int inner) {
  const Turns turns(outer, inner);
  const int points = outer * inner;
  std::vector<float> real, imag, out_real(points), out_imag(points);
  for (int i = 0; i < points; i++) {
    real.push_back(Sample(i));
    imag.push_back(Sample(i + points));
  }
  AlignedFloats work(std::size_t(kernel.scratch(turns.tables)));
  kernel.transform(turns.tables, real.data(), imag.data(), work.data(), out_real.data(), out_imag.data());
  double squares = 0;
  const std::vector<int> bins = {0, 1, outer - 1, outer, points / 2, points - inner, points - 1};
  for (const int k : bins) {
    Complex sum;
    for (int i = 0; i < points; i++) {
      sum += Complex(real[i], imag[i]) * std::polar(1.0, -2 * std::numbers::pi * (long(i) * k % points) / points);
    }
    squares += std::norm(sum - Complex(out_real[k], out_imag[k]));
  }
  return std::sqrt(squares / double(bins.size()) / points);
}

TEST(TwoStepFft, EveryPairOfLengthsOnEveryInstructionSet) {
  for (const Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512, Isa::kNeon}) {
    if (!IsaAvailable(isa)) continue;
    const TwoStepFftKernel& kernel = PROSODIA_SELECT(kTwoStepFftKernel, isa);
    for (const int* outer = kernel.lengths; *outer != 0; outer++) {
      for (const int* inner = kernel.lengths; *inner != 0; inner++) {
        EXPECT_LT(ErrorOf(kernel, *outer, *inner), 5e-7) << IsaName(isa) << ", " << *outer << " × " << *inner;
      }
    }
  }
}

TEST(BlockResampler, GivesWhatThePolyphaseFilterGives) {
  std::vector<float> samples;
  for (int i = 0; i < 9'000; i++) samples.push_back(0.5f * Sample(i));
  for (const Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512, Isa::kNeon}) {
    if (!IsaAvailable(isa)) continue;
    for (const auto& [from, to] : {std::pair(48'000, 22'050), {44'100, 22'050}, {16'000, 22'050}, {8'000, 48'000}}) {
      const std::shared_ptr<const BlockPlan> blocks =
          BlockPlan::Make(from, to, PROSODIA_SELECT(kTwoStepFftKernel, isa));
      ASSERT_TRUE(blocks) << from << " to " << to;
      const auto polyphase =
          std::make_shared<const PolyphasePlan>(from, to, PROSODIA_SELECT(kPolyphaseKernel, isa));
      const SampleSource clip = SourceOf(samples.data(), samples.size(), from);
      const std::size_t length = ResampledLength(samples.size(), from, to);
      std::vector<float> ours(length), theirs(length);
      BlockSource(clip, blocks, to, length).read(0, length, ours.data());
      PolyphaseSource(clip, polyphase, to, length).read(0, length, theirs.data());
      for (std::size_t i = 0; i < length; i++) {
        ASSERT_NEAR(ours[i], theirs[i], 3e-6) << IsaName(isa) << ", " << from << " to " << to << ", sample " << i;
      }
    }
  }
}

TEST(BlockResampler, RatiosOfLargeFactorsAreLeftToThePolyphaseFilter) {
  const TwoStepFftKernel& kernel = PROSODIA_SELECT(kTwoStepFftKernel, ChosenIsa());
  EXPECT_FALSE(BlockPlan::Make(44'100, 44'101, kernel));
  EXPECT_FALSE(BlockPlan::Make(48'000, 22'051, kernel));
  EXPECT_FALSE(BlockPlan::Make(768'000, 1, kernel));
  EXPECT_FALSE(BlockPlan::Make(11, 13, kernel));
}

}  // namespace
}  // namespace prosodia
