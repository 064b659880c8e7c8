// The kernels that turn samples into mel levels and cepstra, one frame per lane. See feature_plan.h for the tables.
#pragma once

#include <stdint.h>

#include "core/isa.h"

namespace prosodia {

// What a kernel reads of a plan. Every pointer stays valid as long as the plan.
struct SpectrumTables {
  int n_fft;
  int hop;
  int n_mels;
  int outer;  // complex FFT of n_fft / 2 = outer · inner points
  int inner;
  int rows;            // min(hop, n_fft): samples of a hop that a frame can start from
  int extra;           // columns beyond the lanes: hops that a frame reaches into
  int stride;          // floats from one row of the hop table to the next
  const float* window;         // n_fft, halved (the real split's factor)
  const int32_t* place;        // n_fft: where sample n of lane 0 is in the hop table
  const float* twiddle;        // inner × outer pairs (cos, −sin) of 2π·k1·n2 / (n_fft / 2)
  const float* split;          // n_fft / 4 + 1 pairs (cos, −sin) of 2πk / n_fft
  const int32_t* mel_first;    // n_mels: first bin of each row
  const int32_t* mel_count;    // n_mels
  const float* mel_weight;     // all rows' weights, one after the other
};

// How many samples from a block's first on the Mel kernel may read; those past the clip must be zero.
inline long SamplesRead(const SpectrumTables& tables, int lanes) {
  return long(lanes - 1 + tables.extra) * tables.hop + (tables.rows + 15) / 16 * 16;
}

struct CepstrumTables {
  int n_mels;
  int n_coefficients;
  const float* dct;  // n_mels × n_coefficients
  double constant;   // coefficient 0 of a column of ones
};

struct SpectrumKernel {
  int lanes;
  // Floats of scratch that Mel needs.
  long (*scratch)(const SpectrumTables&);
  // Mel levels in dB of the `lanes` frames that start at samples[0], samples[hop], …: `mel` takes n_mels × lanes,
  // `peak` the loudest level of each lane. A clip's blocks are taken in order with one scratch, which keeps the hops
  // that two blocks share; `is_first` begins a clip. Reads SamplesRead(…) samples from `samples` on.
  void (*mel)(const SpectrumTables&, const float* samples, bool is_first, float* scratch, float* mel, float* peak);
  // The power spectra alone: (n_fft / 2 + 1) × lanes.
  void (*power)(const SpectrumTables&, const float* samples, bool is_first, float* scratch, float* power);
  // DCT of `frames` ≤ lanes columns of `mel`, with levels below `floor_db` raised to it; frames × n_coefficients.
  // `pivot_db` is taken off every level and given back to coefficient 0, the only one a constant reaches: sums of
  // small numbers round less, and silence is exact.
  void (*cepstrum)(const CepstrumTables&, const float* mel, float floor_db, float pivot_db, int frames, float* out,
                   int out_stride);
  // The mel levels themselves; frames × n_mels.
  void (*levels)(int n_mels, const float* mel, float floor_db, int frames, float* out, int out_stride);
  // Index of the first sample that is not finite, or −1.
  long (*first_not_finite)(const float* samples, long count);
};

PROSODIA_KERNEL_TABLE(SpectrumKernel, kSpectrumKernel)

}  // namespace prosodia
