// extractFeatures(clips, config, call): one matrix per clip, resampled to the configuration's rate first.
#include <napi.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "binding/arguments.h"
#include "binding/batch.h"
#include "binding/operations.h"
#include "core/feature_matrix.h"
#include "core/resample.h"

namespace prosodia::binding {
namespace {

class FeatureBatch : public Batch {
 public:
  FeatureBatch(std::vector<Clip> clips, const FeatureConfig& config, const CallOptions& call)
      : Batch(clips.size(), call), plan_(PlanFor(config)), clips_(std::move(clips)), matrices_(clips_.size()) {}

  void Run(std::size_t item, int) override {
    Clip& clip = clips_[item];
    const int rate = plan_->config().sample_rate_hz;
    if (clip.sample_rate_hz != rate) {
      RequireFinite(clip.samples.data(), clip.samples.size());
      clip.samples = Resample(clip.samples.data(), clip.samples.size(), clip.sample_rate_hz, rate);
    }
    matrices_[item] = ExtractFeatures(*plan_, clip.samples.data(), clip.samples.size());
    clip.samples = {};
  }

  Napi::Value Result(Napi::Env env) override {
    Napi::Array result = Napi::Array::New(env, matrices_.size());
    for (std::size_t i = 0; i < matrices_.size(); i++) {
      Napi::HandleScope scope(env);
      const FeatureMatrix& matrix = matrices_[i];
      Napi::Object entry = Napi::Object::New(env);
      entry.Set("data", ToFloat32Array(env, matrix.data.data(), matrix.data.size()));
      entry.Set("frames", double(matrix.frames));
      entry.Set("coefficients", matrix.coefficients);
      result.Set(std::uint32_t(i), entry);
    }
    return result;
  }

 private:
  const std::shared_ptr<const FeaturePlan> plan_;
  std::vector<Clip> clips_;
  std::vector<FeatureMatrix> matrices_;
};

Napi::Value Extract(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    std::vector<Clip> clips = ReadClips(info[0]);
    const FeatureConfig config = ReadFeatureConfig(info[1]);
    const CallOptions call = ReadCallOptions(info[2]);
    return StartBatch(info.Env(), std::make_shared<FeatureBatch>(std::move(clips), config, call));
  });
}

}  // namespace

void AddFeatures(Napi::Env env, Napi::Object exports) {
  exports.Set("extractFeatures", Napi::Function::New(env, Extract, "extractFeatures"));
}

}  // namespace prosodia::binding
