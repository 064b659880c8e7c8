// extractFeatures(sources, config, request, call): one matrix, or its own failure, for each file, file's bytes or clip.
#include <napi.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "binding/arguments.h"
#include "binding/batch.h"
#include "binding/operations.h"
#include "core/errors.h"
#include "core/feature_matrix.h"
#include "core/limits.h"
#include "core/wav.h"
#include "core/wav_file.h"

namespace prosodia::binding {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Source = std::variant<std::string, Bytes, Clip>;  // a path, the bytes of a file, samples

std::size_t WeightOf(const Source& source) {
  if (const Clip* clip = std::get_if<Clip>(&source)) return clip->samples.size();
  if (const Bytes* bytes = std::get_if<Bytes>(&source)) return bytes->size() / sizeof(float);
  return 0;
}

Source ReadSource(const Napi::Value& value, std::size_t index) {
  if (value.IsString()) return value.As<Napi::String>().Utf8Value();
  if (!value.IsTypedArray()) return ReadClip(value, index);
  if (value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    throw std::invalid_argument("Expected a Uint8Array for the bytes of item " + std::to_string(index));
  }
  const Napi::Uint8Array view = value.As<Napi::Uint8Array>();
  if (view.ElementLength() > kMaxWavBytes) {
    throw LimitError("item " + std::to_string(index) + " has " + std::to_string(view.ElementLength()) + " bytes");
  }
  if (view.ElementLength() == 0) return Bytes();
  return Bytes(view.Data(), view.Data() + view.ElementLength());
}

std::vector<Source> ReadSources(const Napi::Value& value) {
  if (!value.IsArray()) throw std::invalid_argument("Expected an array of sources");
  const Napi::Array array = value.As<Napi::Array>();
  const std::size_t count = array.Length();
  if (count > kMaxBatchClips) throw LimitError(std::to_string(count) + " sources in one call");
  std::vector<Source> sources;
  sources.reserve(count);
  std::size_t total = 0;
  for (std::size_t i = 0; i < count; i++) {
    Napi::HandleScope scope(value.Env());
    sources.push_back(ReadSource(array.Get(std::uint32_t(i)), i));
    total += WeightOf(sources.back());
    if (total > kMaxBatchSamples) {
      throw LimitError("the clips of one call have more than " + std::to_string(kMaxBatchSamples) + " samples");
    }
  }
  return sources;
}

struct Request {
  bool mean;                 // one row of means instead of all frames
  double min_sec, max_sec;   // a clip outside is refused before anything is computed
};

Request ReadRequest(const Napi::Value& value) {
  if (!value.IsObject()) throw std::invalid_argument("Expected { mean, minSec, maxSec }");
  const Napi::Object object = value.As<Napi::Object>();
  const Napi::Value mean = object.Get("mean"), low = object.Get("minSec"), high = object.Get("maxSec");
  if (!mean.IsBoolean() || !low.IsNumber() || !high.IsNumber()) {
    throw std::invalid_argument("Expected { mean: boolean, minSec: number, maxSec: number }");
  }
  return {mean.As<Napi::Boolean>().Value(), low.As<Napi::Number>().DoubleValue(),
          high.As<Napi::Number>().DoubleValue()};
}

class FeatureBatch : public Batch {
 public:
  FeatureBatch(std::vector<Source> sources, const FeatureConfig& config, const Request& request,
               const CallOptions& call)
      : Batch(sources.size(), call), plan_(PlanFor(config)), request_(request), sources_(std::move(sources)),
        answers_(sources_.size()) {}

  void Run(std::size_t item, int) override {
    Answer& answer = answers_[item];
    try {
      answer.known = RunSource(sources_[item], answer);
    } catch (...) {
      answer.failure = std::current_exception();
    }
    sources_[item] = std::string();
  }

  Napi::Value Result(Napi::Env env) override {
    Napi::Array result = Napi::Array::New(env, answers_.size());
    for (std::size_t i = 0; i < answers_.size(); i++) {
      Napi::HandleScope scope(env);
      result.Set(std::uint32_t(i), ToValue(env, answers_[i]));
      answers_[i].matrix.data = {};
    }
    return result;
  }

 private:
  struct Answer {
    FeatureMatrix matrix;
    std::size_t samples = 0;
    int sample_rate_hz = 0;
    bool known = false;  // false: no WAV; somebody else may be able to read it
    std::exception_ptr failure;
  };

  bool RunSource(const Source& source, Answer& answer) {
    if (const Clip* clip = std::get_if<Clip>(&source)) {
      RunClip(SourceOf(clip->samples.data(), clip->samples.size(), clip->sample_rate_hz), answer);
      return true;
    }
    FileBytes bytes{nullptr, 0};
    if (const Bytes* given = std::get_if<Bytes>(&source)) {
      bytes = {given->data(), given->size()};
    } else if (const auto read = ReadWavFile(std::get<std::string>(source))) {
      bytes = *read;
    }
    if (!LooksLikeWav(bytes.data, bytes.size)) return false;
    RunClip(SourceOf(ParseWav(bytes.data, bytes.size)), answer);
    return true;
  }

  void RunClip(const SampleSource& clip, Answer& answer) {
    answer.samples = clip.count;
    answer.sample_rate_hz = clip.sample_rate_hz;
    const double sec = double(clip.count) / clip.sample_rate_hz;
    if (!(sec >= request_.min_sec && sec <= request_.max_sec)) return;
    answer.matrix = ExtractFeatures(*plan_, clip);
    if (request_.mean) answer.matrix = MeanOverFrames(answer.matrix);
  }

  static Napi::Value ToValue(Napi::Env env, const Answer& answer) {
    if (answer.failure) return CodedError(env, answer.failure).Value();
    if (!answer.known) return env.Null();
    const FeatureMatrix& matrix = answer.matrix;
    Napi::Object entry = Napi::Object::New(env);
    entry.Set("data", ToFloat32Array(env, matrix.data.data(), matrix.data.size()));
    entry.Set("frames", double(matrix.frames));
    entry.Set("coefficients", matrix.coefficients);
    entry.Set("samples", double(answer.samples));
    entry.Set("sampleRateHz", answer.sample_rate_hz);
    return entry;
  }

  const std::shared_ptr<const FeaturePlan> plan_;
  const Request request_;
  std::vector<Source> sources_;
  std::vector<Answer> answers_;
};

Napi::Value Extract(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    std::vector<Source> sources = ReadSources(info[0]);
    const FeatureConfig config = ReadFeatureConfig(info[1]);
    const Request request = ReadRequest(info[2]);
    const CallOptions call = ReadCallOptions(info[3]);
    return StartBatch(info.Env(), std::make_shared<FeatureBatch>(std::move(sources), config, request, call));
  });
}

}  // namespace

void AddFeatures(Napi::Env env, Napi::Object exports) {
  exports.Set("extractFeatures", Napi::Function::New(env, Extract, "extractFeatures"));
}

}  // namespace prosodia::binding
