// resample(clips, sampleRateHz, call): each clip at another rate.
#include <napi.h>

#include <memory>
#include <utility>
#include <vector>

#include "binding/arguments.h"
#include "binding/batch.h"
#include "binding/operations.h"
#include "core/limits.h"
#include "core/resample.h"

namespace prosodia::binding {
namespace {

class ResampleBatch : public Batch {
 public:
  ResampleBatch(std::vector<Clip> clips, int to_hz, const CallOptions& call)
      : Batch(clips.size(), call), to_hz_(to_hz), clips_(std::move(clips)), results_(clips_.size()) {}

  void Run(std::size_t item, int) override {
    Clip& clip = clips_[item];
    results_[item] = Resample(clip.samples.data(), clip.samples.size(), clip.sample_rate_hz, to_hz_);
    clip.samples = {};
  }

  Napi::Value Result(Napi::Env env) override {
    Napi::Array result = Napi::Array::New(env, clips_.size());
    for (std::size_t i = 0; i < clips_.size(); i++) {
      Napi::HandleScope scope(env);
      Napi::Object entry = Napi::Object::New(env);
      entry.Set("samples", ToFloat32Array(env, results_[i].data(), results_[i].size()));
      entry.Set("sampleRateHz", to_hz_);
      result.Set(std::uint32_t(i), entry);
    }
    return result;
  }

 private:
  const int to_hz_;
  std::vector<Clip> clips_;
  std::vector<std::vector<float>> results_;
};

Napi::Value ResampleClips(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    std::vector<Clip> clips = ReadClips(info[0]);
    const int to_hz = ReadInt(info[1], "sampleRateHz", 1, kMaxSampleRateHz);
    const CallOptions call = ReadCallOptions(info[2]);
    return StartBatch(info.Env(), std::make_shared<ResampleBatch>(std::move(clips), to_hz, call));
  });
}

}  // namespace

void AddResample(Napi::Env env, Napi::Object exports) {
  exports.Set("resample", Napi::Function::New(env, ResampleClips, "resample"));
}

}  // namespace prosodia::binding
