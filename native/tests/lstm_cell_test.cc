// The activations of an LSTM step beside double precision, for every instruction set.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/isa.h"
#include "core/kernels/lstm_cell.h"

namespace prosodia {
namespace {

#if defined(__aarch64__)
constexpr Isa kIsas[] = {Isa::kNeon};
#else
constexpr Isa kIsas[] = {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512};
#endif

// One LSTM step whose four gates all get the same sums.
struct Step {
  std::vector<float> gates[4], cell, squashed, hidden;

  Step(const std::vector<float>& sums, Isa isa) : cell(sums.size()), squashed(sums.size()), hidden(sums.size()) {
    LstmCell step{};
    for (int gate = 0; gate < 4; gate++) {
      gates[gate] = sums;
      step.gates[gate] = gates[gate].data();
    }
    step.cell = cell.data();
    step.tanh_cell = squashed.data();
    step.hidden = hidden.data();
    PROSODIA_SELECT(kLstmKernel, isa).forward(step, sums.size());
  }
};

// From 1e-9 to 100 either way, more densely where the functions bend.
std::vector<float> Sums() {
  std::vector<float> sums;
  for (int i = 0; i < 32'000; i++) {
    const double magnitude = std::pow(10.0, -9 + 11.0 * i / 32'000);
    sums.push_back(float(magnitude));
    sums.push_back(float(-magnitude));
  }
  return sums;
}

TEST(LstmCell, ActivationsAreWithinSixUnitsInTheLastPlaceAndNeverBeyondOne) {
  const std::vector<float> sums = Sums();
  for (Isa isa : kIsas) {
    if (!IsaAvailable(isa)) continue;
    const Step step(sums, isa);
    double logistic = 0, tangent = 0;
    for (std::size_t i = 0; i < sums.size(); i++) {
      const double x = sums[i];
      logistic = std::max(logistic, std::abs(step.gates[0][i] - 1 / (1 + std::exp(-x))));
      tangent = std::max(tangent, std::abs(step.gates[2][i] / std::tanh(x) - 1));
      ASSERT_TRUE(step.gates[0][i] >= 0 && step.gates[0][i] <= 1) << IsaName(isa) << " at " << x;
      ASSERT_LE(std::abs(step.gates[2][i]), 1) << IsaName(isa) << " at " << x;
    }
    EXPECT_LT(logistic, 3e-7) << IsaName(isa);
    EXPECT_LT(tangent, 6e-7) << IsaName(isa);
  }
}

TEST(LstmCell, NotANumberStaysOne) {
  for (Isa isa : kIsas) {
    if (!IsaAvailable(isa)) continue;
    const Step step(std::vector<float>(64, std::numeric_limits<float>::quiet_NaN()), isa);
    for (std::size_t i = 0; i < 64; i++) {
      EXPECT_TRUE(std::isnan(step.gates[0][i]) && std::isnan(step.gates[2][i]) && std::isnan(step.hidden[i]))
          << IsaName(isa);
    }
  }
}

}  // namespace
}  // namespace prosodia
