// decodeWav(bytes): one WAV file's bytes to mono samples.
#include <napi.h>

#include <memory>
#include <vector>

#include "binding/arguments.h"
#include "binding/batch.h"
#include "binding/operations.h"
#include "core/wav.h"

namespace prosodia::binding {
namespace {

class WavBatch : public Batch {
 public:
  explicit WavBatch(const Napi::Uint8Array& bytes) : Batch(1, CallOptions{}) {
    if (bytes.ElementLength() > 0) bytes_.assign(bytes.Data(), bytes.Data() + bytes.ElementLength());
  }
  void Run(std::size_t, int) override {
    wav_ = ParseWav(bytes_.data(), bytes_.size());
    samples_.resize(wav_.frames);
    ReadWavSamples(wav_, 0, wav_.frames, samples_.data());
    bytes_ = {};
  }
  Napi::Value Result(Napi::Env env) override {
    Napi::Object result = Napi::Object::New(env);
    result.Set("samples", ToFloat32Array(env, samples_.data(), samples_.size()));
    result.Set("sampleRateHz", wav_.sample_rate_hz);
    result.Set("channels", wav_.channels);
    result.Set("encoding", EncodingName(wav_.encoding));
    if (wav_.truncated) {
      Napi::Object truncated = Napi::Object::New(env);
      truncated.Set("expectedFrames", double(wav_.truncated->expected_frames));
      truncated.Set("foundFrames", double(wav_.truncated->found_frames));
      result.Set("truncated", truncated);
    }
    return result;
  }

 private:
  std::vector<std::uint8_t> bytes_;
  WavLayout wav_;
  std::vector<float> samples_;
};

Napi::Value DecodeWavBytes(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    if (!info[0].IsTypedArray() || info[0].As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
      throw std::invalid_argument("Expected a Uint8Array for bytes");
    }
    return StartBatch(info.Env(), std::make_shared<WavBatch>(info[0].As<Napi::Uint8Array>()));
  });
}

}  // namespace

void AddDecode(Napi::Env env, Napi::Object exports) {
  exports.Set("decodeWav", Napi::Function::New(env, DecodeWavBytes, "decodeWav"));
}

}  // namespace prosodia::binding
