// Products of one stretch of signal with many shifted ones: the work behind period and splice searches.
#pragma once

#include <stdint.h>

#include "core/isa.h"

namespace prosodia {

// Outputs of a correlation come in whole vectors: buffers hold this many floats more than asked for, and the shifted
// signal is readable as far beyond its last sample.
inline constexpr int kLagSlack = 16;

struct SpliceQuery {
  const float* from;          // window where the output would go on by itself
  const float* to;            // window of the first candidate; the others follow sample by sample
  const float* to_energies;   // energy of each candidate's window
  int window;                 // samples compared
  int candidates;
  float from_energy;
  float tiny;                 // keeps silence from dividing by zero
  float first_drift;          // drift of the first candidate from where it should be, in samples of the full rate
  float drift_step;           // and how much the next one adds
  float drift_penalty;        // subtracted times drift²
};

struct SpliceChoice {
  int candidate;
  float score;
};

// The peak of a correlation among its lags.
struct LagPeak {
  int lag;
  float offset;    // from the lag to the top of the parabola through its neighbours, [-1/2, 1/2]
  float product;   // at the lag, divided by the root of the energy there
};

struct CorrelateKernel {
  // out[lag] = Σ a[j] b[j + lag], j < count, 0 <= lag < lags.
  void (*correlate)(const float* a, const float* b, int count, int lags, float* out);
  // The lag with the largest products[lag] / sqrt(Σ b[j + lag]², j < count) of products that `correlate` made; b is readable
  // kLagSlack samples beyond its last. `scratch` holds lags + 2 · kLagSlack floats.
  LagPeak (*peak)(const float* products, const float* b, int count, int lags, float* scratch);
  // values[i] /= sqrt(energy · energies[i]); the energies must be positive.
  void (*normalise)(float* values, const float* energies, float energy, float tiny, int count);
  // Places of local maxima above `threshold` among values[0 … count-1], each side's neighbour readable; at most `most`
  // are written in rising order, and how many is returned.
  int (*peaks)(const float* values, int count, float threshold, int* places, int most);
  float (*sum_squares)(const float* in, int count);
  // The candidate with the largest 2ab/(a² + b²) - penalty · drift²; `scratch` holds candidates + kLagSlack floats.
  SpliceChoice (*best_splice)(const SpliceQuery& query, float* scratch);
  // out[i] = (a[i](1 - w) + b[i]w) / sqrt(1 - loss·w(1 - w)), w = fade[i].
  void (*cross_fade)(const float* a, const float* b, const float* fade, float loss, int count, float* out);
};

PROSODIA_KERNEL_TABLE(CorrelateKernel, kCorrelateKernel)

}  // namespace prosodia
