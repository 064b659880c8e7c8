#include "core/feature_matrix.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

#include "core/aligned.h"
#include "core/errors.h"
#include "core/limits.h"

namespace prosodia {
namespace {

// Kept from clip to clip: allocating and touching it anew would cost as much as a short clip's features.
struct Scratch {
  AlignedFloats padded, transform, mel;
};
constexpr std::size_t kKeptFloats = std::size_t{1} << 24;  // 64 MiB; more is given back after the clip

// The clip with what a frame may see before and after it. librosa's filter starts from rest: y[0] = x[0].
const float* Pad(const FeatureConfig& config, const float* samples, std::size_t count, std::size_t before,
                 std::size_t total, AlignedFloats& memory) {
  float* padded = memory.Reserve(total);
  std::fill_n(padded, before, 0.0f);
  const std::size_t kept = std::min(count, total - before);
  if (config.pre_emphasis > 0) {
    const float coefficient = float(config.pre_emphasis);
    float previous = 0;
    for (std::size_t i = 0; i < kept; i++) {
      padded[before + i] = samples[i] - coefficient * previous;
      previous = samples[i];
    }
  } else if (kept > 0) {
    std::memcpy(padded + before, samples, kept * sizeof(float));
  }
  std::fill(padded + before + kept, padded + total, 0.0f);
  return padded;
}

FeatureMatrix Extract(const FeaturePlan& plan, const float* samples, std::size_t count, Scratch& scratch) {
  const FeatureConfig& config = plan.config();
  const SpectrumKernel& kernel = plan.kernel();
  const SpectrumTables& tables = plan.spectrum();
  const std::size_t lanes = kernel.lanes, frames = config.Frames(count), blocks = (frames + lanes - 1) / lanes;
  const std::size_t block_cells = lanes * config.n_mels;
  const int base = config.kind == FeatureConfig::Kind::kMfcc ? config.n_mfcc : config.n_mels;
  if (blocks * block_cells > kMaxMelCells || frames > kMaxMelCells / config.Coefficients()) {
    throw LimitError("a clip of " + std::to_string(frames) + " frames of " + std::to_string(config.n_mels) +
                     " bands is more than the limit of " + std::to_string(kMaxMelCells) + " values");
  }
  const std::size_t hops_read = (blocks - 1) * lanes * config.hop_length;
  const float* padded = Pad(config, samples, count, config.center ? config.n_fft / 2 : 0,
                            hops_read + SamplesRead(tables, int(lanes)), scratch.padded);
  float* work = scratch.transform.Reserve(kernel.scratch(tables));
  float* mel = scratch.mel.Reserve(blocks * block_cells);

  float peak = -1e30f;
  for (std::size_t block = 0; block < blocks; block++) {
    float peaks[64];
    kernel.mel(tables, padded + block * lanes * config.hop_length, block == 0, work, mel + block * block_cells, peaks);
    const std::size_t valid = std::min(lanes, frames - block * lanes);
    peak = std::max(peak, *std::max_element(peaks, peaks + valid));
  }

  FeatureMatrix out;
  out.frames = frames;
  out.coefficients = config.Coefficients();
  out.data.resize(frames * out.coefficients);
  const float floor = config.top_db > 0 ? peak - float(config.top_db) : -1e30f;
  for (std::size_t block = 0; block < blocks; block++) {
    const int valid = int(std::min(lanes, frames - block * lanes));
    const float* cells = mel + block * block_cells;
    float* rows = out.data.data() + block * lanes * out.coefficients;
    if (config.kind == FeatureConfig::Kind::kMfcc) {
      kernel.cepstrum(plan.cepstrum(), cells, floor, valid, rows, out.coefficients);
    } else {
      kernel.levels(config.n_mels, cells, floor, valid, rows, out.coefficients);
    }
  }
  AppendDeltas(out.data.data(), frames, base, config.deltas);
  return out;
}

}  // namespace

void RequireFinite(const float* samples, std::size_t count) {
  const long bad = PROSODIA_SELECT(kSpectrumKernel, ChosenIsa()).first_not_finite(samples, long(count));
  if (bad < 0) return;
  throw std::invalid_argument("sample " + std::to_string(bad) + " is " +
                              (samples[bad] != samples[bad] ? "NaN" : samples[bad] > 0 ? "Infinity" : "-Infinity"));
}

FeatureMatrix ExtractFeatures(const FeaturePlan& plan, const float* samples, std::size_t count) {
  if (count > kMaxClipSamples) {
    throw LimitError("a clip of " + std::to_string(count) + " samples is more than the limit of " +
                     std::to_string(kMaxClipSamples));
  }
  RequireFinite(samples, count);
  static thread_local Scratch scratch;
  FeatureMatrix matrix = Extract(plan, samples, count, scratch);
  if (count > kKeptFloats || matrix.frames * plan.config().n_mels > kKeptFloats) scratch = Scratch();
  return matrix;
}

}  // namespace prosodia
