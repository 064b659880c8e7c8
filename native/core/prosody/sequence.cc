#include "core/prosody/sequence.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/prosody/trim.h"

namespace prosodia {
namespace {

constexpr double kMarginSec = 0.08;

FeatureConfig LevelsOf(FeatureConfig config) {
  config.kind = FeatureConfig::Kind::kLogMel;
  config.deltas = 0;
  return config;
}

double PowerOf(double db) { return std::pow(10.0, db / 10); }

std::vector<float> FramePowers(const FeatureMatrix& levels) {
  std::vector<float> power(levels.frames);
  const float* level = levels.data.data();
  for (float& sum : power) {
    double total = 0;
    for (int band = 0; band < levels.coefficients; band++) total += PowerOf(*level++);
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
  const std::vector<float> power = FramePowers(levels);
  const double margin = std::round(kMarginSec * config.sample_rate_hz / config.hop_length);
  const FrameRange range = TrimmedRange(power.data(), power.size(), shape_.trim_db, std::size_t(margin));
  const FeatureMatrix& matrix = plan_ == levels_ ? levels : ExtractFeatures(*plan_, clip);
  return Centre(Pool(matrix, range.first, range.end));
}

FeatureMatrix SequenceExtractor::Pool(const FeatureMatrix& matrix, std::size_t first, std::size_t end) const {
  const bool log_mel = plan_->config().kind == FeatureConfig::Kind::kLogMel;
  const int levels = log_mel ? plan_->config().n_mels : 0;  // deltas are not levels
  const std::size_t frames = end - first, each = std::min(frames, std::size_t(shape_.pool_frames));
  FeatureMatrix pooled;
  pooled.coefficients = matrix.coefficients;
  pooled.frames = frames / each;
  for (std::size_t step = 0; step < pooled.frames; step++) {
    const float* row = &matrix.data[(first + step * each) * std::size_t(matrix.coefficients)];
    for (int c = 0; c < matrix.coefficients; c++) {
      double sum = 0;
      for (std::size_t i = 0; i < each; i++) {
        const double value = row[i * std::size_t(matrix.coefficients) + std::size_t(c)];
        sum += c < levels ? PowerOf(value) : value;
      }
      const double mean = sum / double(each);
      pooled.data.push_back(float(c < levels ? 10 * std::log10(mean) : mean));
    }
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
