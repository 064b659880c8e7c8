#include "binding/changes.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "binding/arguments.h"

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

std::shared_ptr<const Sound> ReadSound(const Napi::Value& value, std::size_t index) {
  const Clip clip = ReadClip(value, index);
  const float* samples = clip.samples.data();
  return std::make_shared<const Sound>(
      Sound{std::vector<float>(samples, samples + clip.samples.size()), clip.sample_rate_hz});
}

}  // namespace

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
    const double seed = ReadNumber(object.Get("seed"), "seed");
    if (!(seed >= 0 && seed <= 4294967295.0)) throw std::invalid_argument("Expected 0 to 4294967295 for seed");
    std::shared_ptr<const Sound> sound;
    if (const Napi::Value given = object.Get("sound"); !given.IsUndefined()) {
      sound = i > 0 && given.StrictEquals(last_sound) ? changes.back().sound : ReadSound(given, i);
      last_sound = given;
    }
    changes.push_back({ReadKind(object.Get("kind").ToString()), ReadNumber(object.Get("amount"), "amount"), std::uint64_t(seed),
                       std::move(sound)});
  }
  return changes;
}

}  // namespace prosodia::binding
