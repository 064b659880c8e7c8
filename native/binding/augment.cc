// augment(clips, changes, call): one change to each clip.
// release(buffers): frees the memory of array buffers that nobody reads any more; they are empty afterwards.
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

// Clips are copied one by one while threads work on those before. Results are made by JavaScript then, too, and written
// where they are: one copy less.
class AugmentBatch : public Batch {
 public:
  AugmentBatch(Napi::Env env, std::size_t clips, std::vector<Augmentation> changes, const CallOptions& call)
      : Batch(clips, call), clips_(clips), changes_(std::move(changes)), results_(clips) {
    array_ = Napi::Persistent(Napi::Array::New(env, clips).As<Napi::Object>());
  }

  void Take(Napi::Env env, std::size_t item, Clip clip) {
    const std::size_t length = ResultLength(changes_[item], clip);
    const int sample_rate_hz = clip.sample_rate_hz;
    clips_[item] = std::move(clip);
    if (length > kMaxClipSamples) return;  // Run refuses it, by its place
    Napi::Float32Array samples = NewFloat32Array(env, length);
    Napi::Object result = Napi::Object::New(env);
    result.Set("samples", samples);
    result.Set("sampleRateHz", sample_rate_hz);
    array_.Value().Set(std::uint32_t(item), result);
    results_[item] = samples.Data();
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
    ClipReader clips(info[0]);
    std::vector<Augmentation> changes = ReadChanges(info[1], clips.count());
    const CallOptions call = ReadCallOptions(info[2]);
    const auto batch = std::make_shared<AugmentBatch>(info.Env(), clips.count(), std::move(changes), call);
    return StartBatch(info.Env(), batch, [&](std::size_t item) {
      const Napi::HandleScope scope(info.Env());
      batch->Take(info.Env(), item, clips.Read(item));
    });
  });
}

Napi::Value Release(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    if (!info[0].IsArray()) throw std::invalid_argument("Expected an array of array buffers");
    const Napi::Array buffers = info[0].As<Napi::Array>();
    for (std::uint32_t i = 0; i < buffers.Length(); i++) {
      const Napi::HandleScope scope(info.Env());
      const Napi::Value buffer = buffers.Get(i);
      if (buffer.IsArrayBuffer()) ReleaseBuffer(info.Env(), buffer.As<Napi::ArrayBuffer>());
    }
    return info.Env().Undefined();
  });
}

}  // namespace

void AddAugment(Napi::Env env, Napi::Object exports) {
  exports.Set("augment", Napi::Function::New(env, Augment, "augment"));
  exports.Set("release", Napi::Function::New(env, Release, "release"));
}

}  // namespace prosodia::binding
