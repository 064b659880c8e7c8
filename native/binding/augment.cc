// augment(clips, changes, call): one change to each clip.
#include <napi.h>

#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "binding/arguments.h"
#include "binding/batch.h"
#include "binding/changes.h"
#include "binding/operations.h"
#include "core/augment/augmentation.h"
#include "core/errors.h"
#include "core/limits.h"

namespace prosodia::binding {
namespace {

// Scratch of a team's thread for changes that take no sound along: made once, not once a batch.
Augmenter& AugmenterOfThread(bool make_anew) {
  static thread_local std::unique_ptr<Augmenter> augmenter;
  if (!augmenter || make_anew) augmenter = std::make_unique<Augmenter>();
  return *augmenter;
}

std::size_t ResultLength(const Augmentation& change, const Clip& clip) {
  return std::size_t(Augmenter::OutputLength(change, std::int64_t(clip.samples.size())));
}

// Results are made by JavaScript when the batch starts and written where they are: one copy less, and the pages of fresh
// memory are taken in by the threads.
class AugmentBatch : public Batch {
 public:
  AugmentBatch(Napi::Env env, std::vector<Clip> clips, std::vector<Augmentation> changes, const CallOptions& call)
      : Batch(clips.size(), call), clips_(std::move(clips)), changes_(std::move(changes)), results_(clips_.size()) {
    Napi::Array array = Napi::Array::New(env, clips_.size());
    for (std::size_t i = 0; i < clips_.size(); i++) {
      Napi::HandleScope scope(env);
      const std::size_t length = ResultLength(changes_[i], clips_[i]);
      if (length > kMaxClipSamples) continue;  // Run refuses it, by its place
      Napi::Float32Array samples = NewFloat32Array(env, length);
      Napi::Object clip = Napi::Object::New(env);
      clip.Set("samples", samples);
      clip.Set("sampleRateHz", clips_[i].sample_rate_hz);
      array.Set(std::uint32_t(i), clip);
      results_[i] = samples.Data();
    }
    array_ = Napi::Persistent(array.As<Napi::Object>());
  }

  void Run(std::size_t item, int worker) override {
    PooledFloats& samples = clips_[item].samples;
    const Augmentation& change = changes_[item];
    if (const std::size_t length = ResultLength(change, clips_[item]); length > kMaxClipSamples) {
      throw LimitError("The result would have " + std::to_string(length) + " samples, more than the limit of " +
                       std::to_string(kMaxClipSamples));
    }
    AugmenterFor(change, worker).Run(change, samples.data(), std::int64_t(samples.size()), clips_[item].sample_rate_hz,
                                     results_[item]);
    if (!change.sound && samples.size() > kKeptScratchSamples) AugmenterOfThread(true);
    samples = {};
  }

  Napi::Value Result(Napi::Env) override { return array_.Value(); }
  void Release() override { array_.Reset(); }

 private:
  // One that has met a sound keeps it at the clips' rate, so it goes with the batch.
  Augmenter& AugmenterFor(const Augmentation& change, int worker) {
    if (!change.sound) return AugmenterOfThread(false);
    std::unique_ptr<Augmenter>& augmenter = augmenters_[std::size_t(worker)];
    if (!augmenter) augmenter = std::make_unique<Augmenter>();
    return *augmenter;
  }

  std::vector<Clip> clips_;
  const std::vector<Augmentation> changes_;
  std::vector<float*> results_;
  Napi::ObjectReference array_;
  std::array<std::unique_ptr<Augmenter>, ThreadTeam::kMaxWorkers> augmenters_;
};

Napi::Value Augment(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    std::vector<Clip> clips = ReadClips(info[0]);
    std::vector<Augmentation> changes = ReadChanges(info[1], clips.size());
    const CallOptions call = ReadCallOptions(info[2]);
    return StartBatch(info.Env(),
                      std::make_shared<AugmentBatch>(info.Env(), std::move(clips), std::move(changes), call));
  });
}

}  // namespace

void AddAugment(Napi::Env env, Napi::Object exports) {
  exports.Set("augment", Napi::Function::New(env, Augment, "augment"));
}

}  // namespace prosodia::binding
