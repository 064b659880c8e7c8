#include "core/feature_matrix.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "core/aligned.h"
#include "core/errors.h"
#include "core/framed_source.h"
#include "core/limits.h"
#include "core/resample.h"

namespace prosodia {
namespace {

// Kept from clip to clip: allocating and touching it anew would cost as much as a short clip's features.
struct Scratch {
  AlignedFloats piece, transform, mel;
};
constexpr std::size_t kKeptFloats = std::size_t{1} << 24;  // 64 MiB; more is given back after the clip
// Samples brought in at once: they and the transform's tables stay in the second-level cache.
constexpr std::size_t kPieceSamples = 32'768;
// Kaldi's floor of a band's energy, FLT_EPSILON, in dB.
constexpr float kEnergyFloorDb = -69.2368990f;

float EmphasisOf(const FeatureConfig& config) { return config.IsFramed() ? 0.0f : float(config.pre_emphasis); }

// A clip as its frames see it, zeros before and after, brought into one buffer piece by piece; pieces that lie in memory as
// they are wanted stay there, with `in_place`.
class Pieces {
 public:
  Pieces(const FeatureConfig& config, const SampleSource& clip, bool in_place, float* memory)
      : clip_(clip), samples_(in_place ? clip.samples : nullptr), coefficient_(EmphasisOf(config)),
        before_(config.center ? config.n_fft / 2 : 0), memory_(memory) {}

  // Positions `first` … `end` − 1; what the buffer has of them from the last piece is moved, not read again. Samples that
  // stay in place have not been looked at.
  const float* Bring(std::size_t first, std::size_t end) {
    if (samples_ && first >= before_ && end <= before_ + clip_.count) {
      is_held_ = false;
      return samples_ + (first - before_);
    }
    const std::size_t held = is_held_ && first < end_ ? end_ - first : 0;
    std::memmove(memory_, memory_ + (end_ - held - begin_), held * sizeof(float));
    Read(first + held, end - first - held, memory_ + held);
    begin_ = first;
    end_ = end;
    is_held_ = true;
    return memory_;
  }

  // Throws for a sample of the last piece, `first` … `end` − 1, that is not finite. What is in the buffer is known to be.
  void RequireFinite(std::size_t first, std::size_t end) const {
    if (!is_held_) prosodia::RequireFinite(samples_ + (first - before_), end - first, first - before_);
  }

  // What lies after the last frame, which ends before position `last`, is looked at as well, `step` samples at a time.
  void ReadRest(std::size_t last, std::size_t step) {
    for (std::size_t first = is_held_ ? end_ : last; first < before_ + clip_.count; first += step) {
      const std::size_t end = std::min(first + step, before_ + clip_.count);
      Bring(first, end);
      RequireFinite(first, end);
    }
  }

 private:
  void Read(std::size_t first, std::size_t total, float* to) {
    const std::size_t lead = std::min(first < before_ ? before_ - first : 0, total);
    const std::size_t from = first + lead - before_;
    const std::size_t kept = from < clip_.count ? std::min(clip_.count - from, total - lead) : 0;
    std::fill_n(to, lead, 0.0f);
    std::fill(to + lead + kept, to + total, 0.0f);
    if (kept == 0) return;
    clip_.read(from, kept, to + lead);
    if (coefficient_ > 0) Emphasize(to + lead, kept);
  }

  // librosa's filter starts from rest: y[0] = x[0].
  void Emphasize(float* samples, std::size_t count) {
    for (std::size_t i = 0; i < count; i++) {
      const float sample = samples[i];
      samples[i] = sample - coefficient_ * previous_;
      previous_ = sample;
    }
  }

  const SampleSource& clip_;
  const float* const samples_;
  const float coefficient_;
  const std::size_t before_;
  float* const memory_;
  std::size_t begin_ = 0, end_ = 0;
  bool is_held_ = false;  // the last piece is in the buffer, not in place
  float previous_ = 0;
};

// Mel levels of all blocks of frames, one after the other; returns the loudest of the clip's own frames.
float MelLevels(const FeaturePlan& plan, const SampleSource& clip, std::size_t frames, Scratch& scratch, float* mel) {
  const FeatureConfig& config = plan.config();
  // Levels that take the samples' place would meet those that the next block reads. What stays in place is known to be
  // finite by the spectra that it is in.
  const bool in_place = clip.samples && mel != clip.spent && EmphasisOf(config) == 0 && config.hop_length <= config.n_fft;
  const SpectrumKernel& kernel = plan.kernel();
  const SpectrumTables& tables = plan.spectrum();
  const std::size_t lanes = kernel.lanes, blocks = (frames + lanes - 1) / lanes;
  const std::size_t block_hops = lanes * tables.hop;
  // Where frames lie further apart than they are long, what is between them is read too: pre-emphasis and the search
  // for samples that are not finite pass over every sample.
  const std::size_t block_reads = std::max<std::size_t>(block_hops, SamplesRead(tables, int(lanes)));
  // Of what stays in place, only the blocks at the clip's ends are copied.
  const std::size_t at_once = in_place ? 1 : std::max<std::size_t>(1, kPieceSamples / block_hops);
  Pieces pieces(config, clip, in_place, scratch.piece.Reserve((at_once - 1) * block_hops + block_reads));
  float* work = scratch.transform.Reserve(kernel.scratch(tables));
  float loudest = -1e30f;
  for (std::size_t first = 0; first < blocks; first += at_once) {
    const std::size_t end = std::min(blocks, first + at_once);
    const std::size_t from = first * block_hops, to = (end - 1) * block_hops + block_reads;
    const float* piece = pieces.Bring(from, to);
    for (std::size_t block = first; block < end; block++) {
      float peaks[64];
      const bool is_finite = kernel.mel(tables, piece + (block - first) * block_hops, block == 0, work,
                                        mel + block * lanes * config.n_mels, peaks);
      if (!is_finite) pieces.RequireFinite(from, to);
      loudest = std::max(loudest, *std::max_element(peaks, peaks + std::min(lanes, frames - block * lanes)));
    }
  }
  pieces.ReadRest((blocks * lanes - 1) * tables.hop + config.n_fft, block_hops);
  return loudest;
}

// An hour has 80 MiB of levels: they take the place of samples that have been read. Levels advance half as fast as
// samples at most, and a piece is always read beyond the frames whose levels are written.
bool LevelsMayReplace(const SampleSource& clip, const FeatureConfig& config, std::size_t cells) {
  return clip.spent && clip.count > kKeptFloats && 2 * config.n_mels <= config.hop_length && cells < clip.count;
}

FeatureMatrix Extract(const FeaturePlan& plan, const SampleSource& clip, std::size_t frames, Scratch& scratch) {
  const FeatureConfig& config = plan.config();
  const SpectrumKernel& kernel = plan.kernel();
  const std::size_t lanes = kernel.lanes, blocks = (frames + lanes - 1) / lanes;
  const std::size_t block_cells = lanes * config.n_mels;
  const int base = config.kind == FeatureConfig::Kind::kMfcc ? config.n_mfcc : config.n_mels;
  if (blocks * block_cells > kMaxMelCells || frames > kMaxMelCells / config.Coefficients()) {
    throw LimitError("a clip of " + std::to_string(frames) + " frames of " + std::to_string(config.n_mels) +
                     " bands is more than the limit of " + std::to_string(kMaxMelCells) + " values");
  }
  const std::size_t cells = blocks * block_cells;
  float* mel = LevelsMayReplace(clip, config, cells) ? clip.spent : scratch.mel.Reserve(cells);
  const float loudest = MelLevels(plan, clip, frames, scratch, mel);
  FeatureMatrix out;
  out.frames = frames;
  out.coefficients = config.Coefficients();
  out.data.resize(frames * out.coefficients);
  const float floor = config.IsFramed()   ? kEnergyFloorDb
                      : config.top_db > 0 ? float(double(loudest) - config.top_db)
                                          : -1e30f;
  const float pivot = std::max(floor, -100.0f);  // the level of the quietest cells: digital silence is −100 dB
  for (std::size_t block = 0; block < blocks; block++) {
    const int valid = int(std::min(lanes, frames - block * lanes));
    const float* levels = mel + block * block_cells;
    float* rows = out.data.data() + block * lanes * out.coefficients;
    if (config.kind == FeatureConfig::Kind::kMfcc) {
      kernel.cepstrum(plan.cepstrum(), levels, floor, pivot, valid, rows, out.coefficients);
    } else {
      kernel.levels(config.n_mels, levels, floor, valid, rows, out.coefficients);
    }
  }
  if (config.IsFramed() && config.kind == FeatureConfig::Kind::kLogMel) {
    for (float& level : out.data) level *= float(kNepersPerDb);
  }
  AppendDeltas(out.data.data(), frames, base, config.deltas);
  return out;
}

}  // namespace

FeatureMatrix ExtractFeatures(const FeaturePlan& plan, const SampleSource& clip) {
  if (clip.count > kMaxClipSamples) {
    throw LimitError("a clip of " + std::to_string(clip.count) + " samples is more than the limit of " +
                     std::to_string(kMaxClipSamples));
  }
  if (clip.sample_rate_hz != plan.config().sample_rate_hz) {
    return ExtractFeatures(plan, ResampledSource(clip, plan.config().sample_rate_hz));
  }
  static thread_local Scratch scratch;
  const FeatureConfig& config = plan.config();
  const std::size_t frames = config.Frames(clip.count);
  FeatureMatrix matrix = Extract(plan, config.IsFramed() ? FramedSource(config, plan.frame_window(), clip) : clip,
                                 frames, scratch);
  if (matrix.frames * config.n_mels > kKeptFloats) scratch = Scratch();
  return matrix;
}

FeatureMatrix MeanOverFrames(const FeatureMatrix& matrix) {
  std::vector<double> sums(matrix.coefficients);
  const float* value = matrix.data.data();
  for (std::size_t frame = 0; frame < matrix.frames; frame++) {
    for (double& sum : sums) sum += *value++;
  }
  FeatureMatrix mean;
  mean.frames = 1;
  mean.coefficients = matrix.coefficients;
  for (const double sum : sums) mean.data.push_back(float(sum / double(matrix.frames)));
  return mean;
}

}  // namespace prosodia
