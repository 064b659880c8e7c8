#include "binding/arguments.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

#include "binding/batch.h"
#include "core/errors.h"
#include "core/limits.h"

namespace prosodia::binding {
namespace {

std::string ReadText(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  return value.IsString() ? value.As<Napi::String>().Utf8Value() : "";
}

bool IsWord(const Napi::Object& object, const char* name, const char* word, const char* other) {
  const std::string text = ReadText(object, name);
  if (text != word && text != other) {
    throw std::invalid_argument(std::string("Expected ") + word + " or " + other + " for " + name);
  }
  return text == word;
}

}  // namespace

double ReadNumber(const Napi::Value& value, const std::string& name) {
  if (!value.IsNumber()) throw std::invalid_argument("Expected a number for " + name);
  return value.As<Napi::Number>().DoubleValue();
}

int ReadInt(const Napi::Value& value, const char* name, int low, int high) {
  const double number = ReadNumber(value, name);
  if (!(number >= low && number <= high) || number != std::floor(number)) {
    throw std::invalid_argument(std::string("Expected a whole number from ") + std::to_string(low) + " to " +
                                std::to_string(high) + " for " + name + " but received " + std::to_string(number));
  }
  return int(number);
}

Clip ReadClip(const Napi::Value& value, std::size_t index) {
  if (!value.IsObject()) throw std::invalid_argument("Expected a clip for item " + std::to_string(index));
  const Napi::Object object = value.As<Napi::Object>();
  const Napi::Value samples = object.Get("samples");
  if (!samples.IsTypedArray() || samples.As<Napi::TypedArray>().TypedArrayType() != napi_float32_array) {
    throw std::invalid_argument("Expected a Float32Array for the samples of item " + std::to_string(index));
  }
  const Napi::Float32Array view = samples.As<Napi::Float32Array>();
  const std::size_t length = view.ElementLength();
  if (length > kMaxClipSamples) {
    throw LimitError("item " + std::to_string(index) + " has " + std::to_string(length) +
                     " samples, more than the limit of " + std::to_string(kMaxClipSamples));
  }
  Clip clip;
  clip.sample_rate_hz = ReadInt(object.Get("sampleRateHz"), "sampleRateHz", 1, kMaxSampleRateHz);
  clip.samples = ClipPool(value.Env())->Copy(view.Data(), length);
  return clip;
}

AudioReader::AudioReader(const Napi::Value& value, const std::string& what)
    : array_(value.IsArray() ? value.As<Napi::Array>() : throw std::invalid_argument("Expected an array of " + what)),
      count_(array_.Length()) {
  if (count_ > kMaxBatchClips) throw LimitError(std::to_string(count_) + " " + what + " in one call");
}

void AudioReader::Count(std::size_t samples) {
  samples_ += samples;
  if (samples_ > kMaxBatchSamples) {
    throw LimitError("the clips of one call have more than " + std::to_string(kMaxBatchSamples) + " samples");
  }
}

Clip ClipReader::Read(std::size_t index) {
  const Napi::HandleScope scope(env());
  Clip clip = ReadClip(At(index), index);
  Count(clip.samples.size());
  return clip;
}

std::vector<Clip> ReadClips(const Napi::Value& value) {
  ClipReader reader(value);
  std::vector<Clip> clips;
  clips.reserve(reader.count());
  for (std::size_t i = 0; i < reader.count(); i++) clips.push_back(reader.Read(i));
  return clips;
}

FeatureConfig ReadFeatureConfig(const Napi::Value& value) {
  if (!value.IsObject()) throw std::invalid_argument("Expected a feature configuration");
  const Napi::Object object = value.As<Napi::Object>();
  const auto integer = [&](const char* name, int low, int high) { return ReadInt(object.Get(name), name, low, high); };
  FeatureConfig config;
  config.kind = IsWord(object, "kind", "mfcc", "logmel") ? FeatureConfig::Kind::kMfcc : FeatureConfig::Kind::kLogMel;
  config.sample_rate_hz = integer("sampleRateHz", 1, kMaxSampleRateHz);
  config.n_mfcc = integer("nMfcc", 1, 512);
  config.n_fft = integer("nFft", kMinFft, kMaxFft);
  config.win_length = integer("winLength", 2, kMaxFft);
  config.hop_length = integer("hopLength", 1, 65'536);
  config.n_mels = integer("nMels", 1, 512);
  config.f_min_hz = ReadNumber(object.Get("fMinHz"), "fMinHz");
  config.f_max_hz = ReadNumber(object.Get("fMaxHz"), "fMaxHz");
  config.mel_scale = IsWord(object, "melScale", "slaney", "htk") ? FeatureConfig::MelScale::kSlaney
                                                                : FeatureConfig::MelScale::kHtk;
  config.mel_norm = IsWord(object, "melNorm", "slaney", "none") ? FeatureConfig::MelNorm::kSlaney
                                                               : FeatureConfig::MelNorm::kNone;
  config.window = ReadText(object, "window") == "povey"        ? FeatureConfig::Window::kPovey
                  : IsWord(object, "window", "hann", "hamming") ? FeatureConfig::Window::kHann
                                                                : FeatureConfig::Window::kHamming;
  const Napi::Value top = object.Get("topDb");
  config.top_db = top.IsNull() ? 0 : ReadNumber(top, "topDb");
  const Napi::Value center = object.Get("center");
  if (!center.IsBoolean()) throw std::invalid_argument("Expected true or false for center");
  config.center = center.As<Napi::Boolean>().Value();
  config.pre_emphasis = ReadNumber(object.Get("preEmphasis"), "preEmphasis");
  config.deltas = integer("deltas", 0, 2);
  if (!object.Get("framing").IsUndefined()) {
    config.framing = IsWord(object, "framing", "kaldi", "htk") ? FeatureConfig::Framing::kKaldi
                                                              : FeatureConfig::Framing::kHtk;
  }
  if (!object.Get("lifter").IsUndefined()) config.lifter = ReadNumber(object.Get("lifter"), "lifter");
  return config;
}

Napi::Float32Array NewFloat32Array(Napi::Env env, std::size_t count) {
  constexpr std::size_t kSmall = 4096;  // filling these costs less than a second object
  if (count < kSmall) return Napi::Float32Array::New(env, count);
  const Napi::Buffer<std::uint8_t> bytes = Napi::Buffer<std::uint8_t>::New(env, count * sizeof(float));
  std::size_t& set_aside = SetAside(env);
  if (const std::size_t taken = std::min(set_aside, count * sizeof(float)); taken > 0) {
    set_aside -= taken;
    Napi::MemoryManagement::AdjustExternalMemory(env, -std::int64_t(taken));
  }
  return Napi::Float32Array::New(env, count, bytes.ArrayBuffer(), bytes.ByteOffset());
}

void ReleaseBuffer(Napi::Env env, Napi::ArrayBuffer buffer) {
  std::size_t& set_aside = SetAside(env);
  const std::size_t kept = std::min(kSetAsideBytes - set_aside, buffer.ByteLength());
  // Before it is freed: what the engine remembers is the fewest bytes.
  Napi::MemoryManagement::AdjustExternalMemory(env, std::int64_t(kept));
  if (napi_detach_arraybuffer(env, buffer) == napi_ok) {
    set_aside += kept;
  } else {
    Napi::MemoryManagement::AdjustExternalMemory(env, -std::int64_t(kept));
  }
}

Napi::Float32Array ToFloat32Array(Napi::Env env, const float* samples, std::size_t count) {
  Napi::Float32Array array = NewFloat32Array(env, count);
  if (count > 0) std::memcpy(array.Data(), samples, count * sizeof(float));
  return array;
}

}  // namespace prosodia::binding
