#include "core/prosody/sequence.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/kernels/decibels.h"
#include "core/prosody/trim.h"

namespace prosodia {
namespace {

constexpr double kMarginSec = 0.08;

FeatureConfig LevelsOf(FeatureConfig config) {
  config.kind = FeatureConfig::Kind::kLogMel;
  config.deltas = 0;
  return config;
}

// Beyond lies no recording, and no float.
constexpr float kFloorDb = -300, kCeilingDb = 300;

const DecibelsKernel& Decibels() { return PROSODIA_SELECT(kDecibelsKernel, ChosenIsa()); }

// The levels as powers.
std::vector<float> PowersOf(const FeatureMatrix& levels) {
  std::vector<float> powers(levels.data.size());
  std::transform(levels.data.begin(), levels.data.end(), powers.begin(),
                 [](float level) { return std::clamp(level, kFloorDb, kCeilingDb); });
  Decibels().powers(powers.data(), long(powers.size()), powers.data());
  return powers;
}

std::vector<float> FramePowers(const std::vector<float>& powers, std::size_t frames) {
  std::vector<float> power(frames);
  const float* from = powers.data();
  const std::size_t bands = powers.size() / std::max<std::size_t>(1, frames);
  for (float& sum : power) {
    double total = 0;
    for (std::size_t band = 0; band < bands; band++) total += *from++;
    sum = float(total);
  }
  return power;
}

}  // namespace

SequenceExtractor::SequenceExtractor(const FeatureConfig& config, const SequenceShape& shape)
    : plan_(PlanFor(config)), levels_(PlanFor(LevelsOf(config))), shape_(shape) {}

FeatureMatrix SequenceExtractor::Extract(const SampleSource& clip) const {
  const FeatureConfig& config = plan_->config();
  const FeatureMatrix levels = ExtractFeatures(*levels_, clip);
  const std::vector<float> powers = PowersOf(levels), power = FramePowers(powers, levels.frames);
  const double margin = std::round(kMarginSec * config.sample_rate_hz / config.hop_length);
  const FrameRange range = TrimmedRange(power.data(), power.size(), shape_.trim_db, std::size_t(margin));
  const FeatureMatrix& matrix = plan_ == levels_ ? levels : ExtractFeatures(*plan_, clip);
  return Centre(Pool(matrix, powers, range.first, range.end));
}

FeatureMatrix SequenceExtractor::Pool(const FeatureMatrix& matrix, const std::vector<float>& powers, std::size_t first,
                                      std::size_t end) const {
  const bool log_mel = plan_->config().kind == FeatureConfig::Kind::kLogMel;
  const std::size_t levels = log_mel ? std::size_t(plan_->config().n_mels) : 0;  // deltas are not levels
  const std::size_t frames = end - first, each = std::min(frames, std::size_t(shape_.pool_frames));
  const std::size_t width = std::size_t(matrix.coefficients);
  FeatureMatrix pooled;
  pooled.coefficients = matrix.coefficients;
  pooled.frames = frames / each;
  pooled.data.assign(pooled.frames * width, 0.f);
  const float scale = 1 / float(each);
  for (std::size_t step = 0; step < pooled.frames; step++) {
    float* sum = &pooled.data[step * width];
    for (std::size_t i = 0; i < each; i++) {
      const std::size_t frame = first + step * each + i;
      const float *power = powers.data() + frame * levels, *row = &matrix.data[frame * width];
      for (std::size_t c = 0; c < levels; c++) sum[c] += power[c];
      for (std::size_t c = levels; c < width; c++) sum[c] += row[c];
    }
    for (std::size_t c = 0; c < width; c++) sum[c] *= scale;
    Decibels().levels(sum, long(levels), sum);
  }
  return pooled;
}

FeatureMatrix SequenceExtractor::Centre(const FeatureMatrix& pooled) const {
  FeatureMatrix out;
  out.frames = std::size_t(shape_.steps);
  out.coefficients = pooled.coefficients + 1;
  out.data.assign(out.frames * std::size_t(out.coefficients), 0.f);
  const std::size_t kept = std::min(pooled.frames, out.frames);
  const std::size_t from = (pooled.frames - kept) / 2, to = (out.frames - kept) / 2;
  const std::size_t width = std::size_t(pooled.coefficients);
  for (std::size_t step = 0; step < kept; step++) {
    float* row = &out.data[(to + step) * (width + 1)];
    std::copy_n(&pooled.data[(from + step) * width], width, row);
    row[width] = 1;
  }
  return out;
}

}  // namespace prosodia
