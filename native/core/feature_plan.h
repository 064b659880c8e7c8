// Everything of a feature configuration that can be computed before the first sample: one immutable plan, shared.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/feature_config.h"
#include "core/kernels/spectrum.h"
#include "core/mel.h"

namespace prosodia {

// ln(10) / 10: what a decibel of power is as a natural logarithm.
inline constexpr double kNepersPerDb = 0.23025850929940457;

class FeaturePlan {
 public:
  explicit FeaturePlan(const FeatureConfig& config, const SpectrumKernel& kernel);
  FeaturePlan(const FeaturePlan&) = delete;
  FeaturePlan& operator=(const FeaturePlan&) = delete;

  const FeatureConfig& config() const { return config_; }
  const SpectrumKernel& kernel() const { return kernel_; }
  const SpectrumTables& spectrum() const { return spectrum_; }
  const CepstrumTables& cepstrum() const { return cepstrum_; }
  const MelRows& mel() const { return mel_; }
  // Of a configuration whose frames are each for themselves; empty otherwise.
  const std::vector<float>& frame_window() const { return frame_window_; }

 private:
  void MakeFrame();
  void MakeTransform();
  void MakeBands();
  void MakeCepstrum();

  const FeatureConfig config_;
  const SpectrumKernel& kernel_;
  std::vector<float> frame_window_, window_, twiddle_, band_weight_, dct_;
  std::vector<std::int32_t> place_, band_place_, band_groups_;
  const MelRows mel_;
  SpectrumTables spectrum_{};
  CepstrumTables cepstrum_{};
};

// The plan for a configuration on the chosen instruction set, made once and kept (the last few configurations).
// Throws as FeatureConfig::Check does.
std::shared_ptr<const FeaturePlan> PlanFor(const FeatureConfig& config);

}  // namespace prosodia
