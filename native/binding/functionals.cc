// extractFunctionals(clips, call): one vector of clip-level statistics each; functionalTable(): what their values are.
#include <napi.h>

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "binding/arguments.h"
#include "binding/batch.h"
#include "binding/operations.h"
#include "core/prosody/functionals.h"

namespace prosodia::binding {
namespace {

class FunctionalBatch : public Batch {
 public:
  FunctionalBatch(std::vector<Clip> clips, const CallOptions& call)
      : Batch(clips.size(), call), clips_(std::move(clips)), vectors_(clips_.size()) {}

  void Run(std::size_t item, int worker) override {
    std::unique_ptr<FunctionalExtractor>& extractor = extractors_[std::size_t(worker)];
    if (!extractor) extractor = std::make_unique<FunctionalExtractor>();
    const Clip& clip = clips_[item];
    vectors_[item] = extractor->Extract(SourceOf(clip.samples.data(), clip.samples.size(), clip.sample_rate_hz));
    clips_[item] = {};
  }

  Napi::Value Result(Napi::Env env) override {
    Napi::Array result = Napi::Array::New(env, vectors_.size());
    for (std::size_t i = 0; i < vectors_.size(); i++) {
      Napi::HandleScope scope(env);
      result.Set(std::uint32_t(i), ToFloat32Array(env, vectors_[i].data(), vectors_[i].size()));
    }
    return result;
  }

 private:
  std::vector<Clip> clips_;
  std::vector<std::vector<float>> vectors_;
  std::array<std::unique_ptr<FunctionalExtractor>, ThreadTeam::kMaxWorkers> extractors_;
};

Napi::Value Extract(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    std::vector<Clip> clips = ReadClips(info[0]);
    const CallOptions call = ReadCallOptions(info[1]);
    return StartBatch(info.Env(), std::make_shared<FunctionalBatch>(std::move(clips), call));
  });
}

Napi::Value Table(const Napi::CallbackInfo& info) {
  const std::vector<Functional>& table = FunctionalTable();
  Napi::Array result = Napi::Array::New(info.Env(), table.size());
  for (std::size_t i = 0; i < table.size(); i++) {
    Napi::HandleScope scope(info.Env());
    Napi::Object entry = Napi::Object::New(info.Env());
    entry.Set("name", table[i].name);
    entry.Set("group", table[i].group);
    result.Set(std::uint32_t(i), entry);
  }
  return result;
}

}  // namespace

void AddFunctionals(Napi::Env env, Napi::Object exports) {
  exports.Set("extractFunctionals", Napi::Function::New(env, Extract, "extractFunctionals"));
  exports.Set("functionalTable", Napi::Function::New(env, Table, "functionalTable"));
}

}  // namespace prosodia::binding
