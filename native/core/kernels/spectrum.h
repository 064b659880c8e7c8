// The kernels that turn samples into mel levels and cepstra, one frame per lane. See feature_plan.h for the tables.
#pragma once

#include <stdint.h>

#include "core/isa.h"

namespace prosodia {

inline constexpr int kBandGroup = 4;
// Places left free after each `outer` bins of a spectrum. Bins `outer` apart are written together: a multiple of 4,096
// bytes between them would put them all in the same few cache sets.
inline constexpr int kSpectrumPad = 2;
__attribute__((always_inline)) constexpr int PlaceOf(int bin, int outer) { return bin + bin / outer * kSpectrumPad; }

// What a kernel reads of a plan. Every pointer stays valid as long as the plan.
struct SpectrumTables {
  int n_fft;
  int hop;
  int n_mels;
  bool is_power_of_two;
  int outer;  // n_fft = outer · inner, outer = inner or 2 · inner; of other lengths n_fft and 1
  int inner;
  int rows;            // min(hop, n_fft): samples of a hop that a frame can start from
  int extra;           // columns beyond the lanes: hops that a frame reaches into
  int stride;          // floats from one row of the hop table to the next
  // Of sample n2 + inner · n1 at n2 · outer + n1, as the first pass reads them:
  const float* window;
  const int32_t* place;        // where the sample of lane 0 is in the hop table
  const float* twiddle;        // inner × outer / 2 pairs (cos, −sin) of 2π·k1·n2 / n_fft; of other lengths one turn of n_fft
  // The mel rows over the kernel's spectrum: groups of kBandGroup places, those without a bin of the band of weight 0.
  const int32_t* band_place;   // n_mels: the first group's first place
  const int32_t* band_groups;  // n_mels
  const float* band_weight;    // all rows' weights, one after the other
};

// How many samples from a block's first on the Mel kernel may read; those past the clip must be zero.
inline long SamplesRead(const SpectrumTables& tables, int lanes) {
  return long(lanes - 1 + tables.extra) * tables.hop + (tables.rows + 15) / 16 * 16;
}

struct CepstrumTables {
  int n_mels;
  int n_coefficients;
  const float* dct;  // the first half of the bands (the middle one with it) × n_coefficients
  double constant;   // coefficient 0 of a column of ones
};

struct SpectrumKernel {
  int lanes;
  // Floats of scratch that Mel needs, aligned to 64 bytes.
  long (*scratch)(const SpectrumTables&);
  // Mel levels in dB of the `lanes` frames that start at samples[0], samples[hop], …: `mel` takes n_mels × lanes,
  // `peak` the loudest level of each lane. A clip's blocks are taken in order with one scratch, which keeps the hops
  // that two blocks share; `is_first` begins a clip. Reads SamplesRead(…) samples from `samples` on. False when a sample
  // of a frame is not finite, or so large that its square is not.
  bool (*mel)(const SpectrumTables&, const float* samples, bool is_first, float* scratch, float* mel, float* peak);
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
