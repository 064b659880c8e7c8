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
#include "binding/operations.h"
#include "core/augment/augmentation.h"
#include "core/errors.h"
#include "core/limits.h"
#include "core/sample_source.h"

namespace prosodia::binding {
namespace {

AugmentKind ReadKind(const std::string& name) {
  static constexpr std::pair<const char*, AugmentKind> kNames[] = {
      {"noise", AugmentKind::kNoise},         {"pink", AugmentKind::kPinkNoise},
      {"recorded", AugmentKind::kRecordedNoise}, {"pitch", AugmentKind::kPitch},
      {"pitchAndFormants", AugmentKind::kPitchAndFormants}, {"stretch", AugmentKind::kStretch},
      {"gain", AugmentKind::kGain},           {"reverb", AugmentKind::kReverb},
      {"reverbAtLevel", AugmentKind::kReverbAtLevel}, {"telephone", AugmentKind::kTelephone},
      {"telephoneMuLaw", AugmentKind::kTelephoneMuLaw}};
  for (const auto& [word, kind] : kNames) {
    if (name == word) return kind;
  }
  throw std::invalid_argument("Expected a kind of change but received " + name);
}

double ReadNumber(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsNumber()) throw std::invalid_argument(std::string("Expected a number for ") + name);
  return value.As<Napi::Number>().DoubleValue();
}

std::shared_ptr<const Sound> ReadSound(const Napi::Value& value, std::size_t index) {
  const Clip clip = ReadClip(value, index);
  const float* samples = clip.samples.data();
  return std::make_shared<const Sound>(
      Sound{std::vector<float>(samples, samples + clip.samples.size()), clip.sample_rate_hz});
}

std::vector<Augmentation> ReadChanges(const Napi::Value& value, std::size_t count) {
  if (!value.IsArray() || value.As<Napi::Array>().Length() != count) {
    throw std::invalid_argument("Expected one change for each clip");
  }
  const Napi::Array array = value.As<Napi::Array>();
  std::vector<Augmentation> changes;
  changes.reserve(count);
  Napi::Value last_sound = value.Env().Undefined();  // clips often share one
  for (std::size_t i = 0; i < count; i++) {
    const Napi::Value entry = array.Get(std::uint32_t(i));
    if (!entry.IsObject()) throw std::invalid_argument("Expected { kind, amount, seed } for each change");
    const Napi::Object object = entry.As<Napi::Object>();
    const double seed = ReadNumber(object, "seed");
    if (!(seed >= 0 && seed <= 4294967295.0)) throw std::invalid_argument("Expected 0 to 4294967295 for seed");
    std::shared_ptr<const Sound> sound;
    if (const Napi::Value given = object.Get("sound"); !given.IsUndefined()) {
      sound = i > 0 && given.StrictEquals(last_sound) ? changes.back().sound : ReadSound(given, i);
      last_sound = given;
    }
    changes.push_back({ReadKind(object.Get("kind").ToString()), ReadNumber(object, "amount"), std::uint64_t(seed),
                       std::move(sound)});
  }
  return changes;
}

class AugmentBatch : public Batch {
 public:
  AugmentBatch(std::vector<Clip> clips, std::vector<Augmentation> changes, const CallOptions& call,
               std::shared_ptr<FloatPool> pool)
      : Batch(clips.size(), call), pool_(std::move(pool)), clips_(std::move(clips)), changes_(std::move(changes)),
        results_(clips_.size()) {}

  void Run(std::size_t item, int worker) override {
    PooledFloats& samples = clips_[item].samples;
    RequireFinite(samples.data(), samples.size());
    const std::size_t length = std::size_t(Augmenter::OutputLength(changes_[item], std::int64_t(samples.size())));
    if (length > kMaxClipSamples) {
      throw LimitError("The result would have " + std::to_string(length) + " samples, more than the limit of " +
                       std::to_string(kMaxClipSamples));
    }
    std::unique_ptr<Augmenter>& augmenter = augmenters_[std::size_t(worker)];
    if (!augmenter) augmenter = std::make_unique<Augmenter>();
    PooledFloats& result = results_[item];
    result = pool_->Get(length);
    augmenter->Run(changes_[item], samples.data(), std::int64_t(samples.size()), clips_[item].sample_rate_hz,
                   result.data());
    samples = {};
  }

  Napi::Value Result(Napi::Env env) override {
    Napi::Array array = Napi::Array::New(env, results_.size());
    for (std::size_t i = 0; i < results_.size(); i++) {
      Napi::HandleScope scope(env);
      Napi::Object clip = Napi::Object::New(env);
      clip.Set("samples", ToFloat32Array(env, results_[i].data(), results_[i].size()));
      clip.Set("sampleRateHz", clips_[i].sample_rate_hz);
      array.Set(std::uint32_t(i), clip);
      results_[i] = {};
    }
    return array;
  }

 private:
  const std::shared_ptr<FloatPool> pool_;
  std::vector<Clip> clips_;
  const std::vector<Augmentation> changes_;
  std::vector<PooledFloats> results_;
  std::array<std::unique_ptr<Augmenter>, ThreadTeam::kMaxWorkers> augmenters_;  // one worker, one set of scratch
};

Napi::Value Augment(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    std::vector<Clip> clips = ReadClips(info[0]);
    std::vector<Augmentation> changes = ReadChanges(info[1], clips.size());
    const CallOptions call = ReadCallOptions(info[2]);
    return StartBatch(info.Env(), std::make_shared<AugmentBatch>(std::move(clips), std::move(changes), call,
                                                                ClipPool(info.Env())));
  });
}

}  // namespace

void AddAugment(Napi::Env env, Napi::Object exports) {
  exports.Set("augment", Napi::Function::New(env, Augment, "augment"));
}

}  // namespace prosodia::binding
