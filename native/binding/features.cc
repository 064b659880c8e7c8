// extractFeatures(sources, config, request, call): one matrix, or its own failure, for each file, file's bytes or clip.
// extractFeaturesSync(sources, config, request): the same on the calling thread, for worker threads.
// functionalTable(): what the values of clip-level statistics are.
#include <napi.h>

#include <array>
#include <memory>
#include <optional>
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
#include "core/prosody/functionals.h"
#include "core/prosody/sequence.h"
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
  enum class Summary { kFrames, kMean, kSequence, kFunctionals };

  Summary summary;
  double min_sec, max_sec;   // a clip outside is refused before anything is computed
  SequenceShape sequence{};  // of kSequence
};

Request::Summary ReadSummary(const Napi::Value& value) {
  const std::string name = value.IsString() ? value.As<Napi::String>().Utf8Value() : "";
  if (name == "frames") return Request::Summary::kFrames;
  if (name == "mean") return Request::Summary::kMean;
  if (name == "sequence") return Request::Summary::kSequence;
  if (name == "functionals") return Request::Summary::kFunctionals;
  throw std::invalid_argument("Expected frames, mean, sequence or functionals for summary");
}

double ReadAmount(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  const double amount = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!(amount >= 0)) throw std::invalid_argument(std::string("Expected a number of at least 0 for ") + name);
  return amount;
}

Request ReadRequest(const Napi::Value& value) {
  if (!value.IsObject()) throw std::invalid_argument("Expected { summary, minSec, maxSec }");
  const Napi::Object object = value.As<Napi::Object>();
  Request request{ReadSummary(object.Get("summary")), ReadAmount(object, "minSec"), ReadAmount(object, "maxSec")};
  if (request.summary == Request::Summary::kSequence) {
    request.sequence = {ReadAmount(object, "trimDb"), ReadInt(object.Get("poolFrames"), "poolFrames", 1, 1'000),
                        ReadInt(object.Get("frames"), "frames", 1, 100'000)};
  }
  return request;
}

class FeatureBatch : public Batch {
 public:
  FeatureBatch(std::vector<Source> sources, const FeatureConfig& config, const Request& request,
               const CallOptions& call)
      : Batch(sources.size(), call), plan_(PlanFor(config)), request_(request), sources_(std::move(sources)),
        answers_(sources_.size()) {
    if (request.summary == Request::Summary::kSequence) sequence_.emplace(config, request.sequence);
  }

  void Run(std::size_t item, int worker) override {
    Answer& answer = answers_[item];
    try {
      answer.known = RunSource(sources_[item], worker, answer);
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

  bool RunSource(Source& source, int worker, Answer& answer) {
    if (Clip* clip = std::get_if<Clip>(&source)) {
      SampleSource samples = SourceOf(clip->samples.data(), clip->samples.size(), clip->sample_rate_hz);
      // These summaries pass over the clip once, and the copy is ours.
      const bool once = request_.summary == Request::Summary::kFrames || request_.summary == Request::Summary::kMean;
      if (once) samples.spent = clip->samples.data();
      RunClip(samples, worker, answer);
      return true;
    }
    FileBytes bytes{nullptr, 0};
    if (const Bytes* given = std::get_if<Bytes>(&source)) {
      bytes = {given->data(), given->size()};
    } else if (const auto read = ReadWavFile(std::get<std::string>(source))) {
      bytes = *read;
    }
    if (!LooksLikeWav(bytes.data, bytes.size)) return false;
    RunClip(SourceOf(ParseWav(bytes.data, bytes.size)), worker, answer);
    return true;
  }

  void RunClip(const SampleSource& clip, int worker, Answer& answer) {
    answer.samples = clip.count;
    answer.sample_rate_hz = clip.sample_rate_hz;
    const double sec = double(clip.count) / clip.sample_rate_hz;
    if (!(sec >= request_.min_sec && sec <= request_.max_sec)) return;
    switch (request_.summary) {
      case Request::Summary::kFrames: answer.matrix = ExtractFeatures(*plan_, clip); break;
      case Request::Summary::kMean: answer.matrix = MeanOverFrames(ExtractFeatures(*plan_, clip)); break;
      case Request::Summary::kSequence: answer.matrix = sequence_->Extract(clip); break;
      case Request::Summary::kFunctionals: answer.matrix = Functionals(clip, worker); break;
    }
  }

  FeatureMatrix Functionals(const SampleSource& clip, int worker) {
    std::unique_ptr<FunctionalExtractor>& extractor = functionals_[std::size_t(worker)];
    if (!extractor) extractor = std::make_unique<FunctionalExtractor>();
    FeatureMatrix row;
    row.data = extractor->Extract(clip);
    row.frames = 1;
    row.coefficients = int(row.data.size());
    return row;
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
  std::optional<SequenceExtractor> sequence_;
  std::array<std::unique_ptr<FunctionalExtractor>, ThreadTeam::kMaxWorkers> functionals_;
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

Napi::Value ExtractSync(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    std::vector<Source> sources = ReadSources(info[0]);
    const FeatureConfig config = ReadFeatureConfig(info[1]);
    FeatureBatch batch(std::move(sources), config, ReadRequest(info[2]), CallOptions{});
    for (std::size_t item = 0; item < batch.items(); item++) batch.Run(item, 0);
    return batch.Result(info.Env());
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

void AddFeatures(Napi::Env env, Napi::Object exports) {
  exports.Set("extractFeatures", Napi::Function::New(env, Extract, "extractFeatures"));
  exports.Set("extractFeaturesSync", Napi::Function::New(env, ExtractSync, "extractFeaturesSync"));
  exports.Set("functionalTable", Napi::Function::New(env, Table, "functionalTable"));
}

}  // namespace prosodia::binding
