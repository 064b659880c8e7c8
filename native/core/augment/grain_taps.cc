#include "core/augment/grain_taps.h"

#include <array>
#include <cmath>
#include <numbers>

namespace prosodia {
namespace {

constexpr int kPhases = 256;
constexpr double kBeta = 4;  // of the Kaiser window: a wider pass band is worth more here than a deep stop band

using Table = std::array<std::array<float, kGrainTaps>, kPhases + 1>;

double BesselI0(double x) {
  double term = 1, sum = 1;
  for (int k = 1; k < 30; k++) sum += term *= (x / (2 * k)) * (x / (2 * k));
  return sum;
}

Table MakeTable() {
  Table table;
  for (int phase = 0; phase <= kPhases; phase++) {
    std::array<double, kGrainTaps> taps;
    double sum = 0;
    for (int t = 0; t < kGrainTaps; t++) {
      const double at = t - (kGrainTaps / 2 - 1) - double(phase) / kPhases, place = at / (kGrainTaps / 2);
      const double window = BesselI0(kBeta * std::sqrt(std::fmax(0, 1 - place * place)));
      const double angle = std::numbers::pi * at;
      sum += taps[t] = window * (at == 0 ? 1 : std::sin(angle) / angle);
    }
    for (int t = 0; t < kGrainTaps; t++) table[phase][t] = float(taps[t] / sum);
  }
  return table;
}

}  // namespace

const float* GrainTaps(double fraction) {
  static const Table kTable = MakeTable();
  return kTable[size_t(fraction * kPhases + 0.5)].data();
}

}  // namespace prosodia
