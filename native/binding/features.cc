// extractFeatures(sources, config, request, call): one matrix, or its own failure, for each file, file's bytes or clip.
// extractFeaturesSync(sources, config, request): the same on the calling thread, for worker threads.
// functionalTable(): what the values of clip-level statistics are.
#include <napi.h>

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
#include "binding/sources.h"
#include "core/prosody/functionals.h"
#include "core/summary.h"

namespace prosodia::binding {
namespace {

struct Request {
  Summary summary;
  double min_sec, max_sec;  // a clip outside is refused before anything is computed
};

Request ReadRequest(const Napi::Value& value) {
  if (!value.IsObject()) throw std::invalid_argument("Expected { summary, minSec, maxSec }");
  const Napi::Object object = value.As<Napi::Object>();
  return {ReadSummary(object), ReadAmount(object, "minSec"), ReadAmount(object, "maxSec")};
}

class FeatureBatch : public Batch {
 public:
  FeatureBatch(std::size_t sources, const FeatureConfig& config, const Request& request, const CallOptions& call)
      : Batch(sources, call), summarizer_(config, request.summary), request_(request), sources_(sources),
        answers_(sources) {}

  void Take(std::size_t item, Source source) { sources_[item] = std::move(source); }

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

  bool RunSource(Source& source, Answer& answer) {
    std::optional<SampleSource> clip = OpenSource(source);
    if (!clip) return false;
    // These summaries pass over the clip once, and the copy is ours.
    const Summary::Kind kind = request_.summary.kind;
    Clip* given = std::get_if<Clip>(&source);
    if (given && (kind == Summary::Kind::kFrames || kind == Summary::Kind::kMean)) clip->spent = given->samples.data();
    answer.samples = clip->count;
    answer.sample_rate_hz = clip->sample_rate_hz;
    const double sec = double(clip->count) / clip->sample_rate_hz;
    if (sec >= request_.min_sec && sec <= request_.max_sec) answer.matrix = summarizer_.Make(*clip);
    return true;
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

  const Summarizer summarizer_;
  const Request request_;
  std::vector<Source> sources_;
  std::vector<Answer> answers_;
};

Napi::Value Extract(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    SourceReader sources(info[0]);
    const FeatureConfig config = ReadFeatureConfig(info[1]);
    const Request request = ReadRequest(info[2]);
    const auto batch = std::make_shared<FeatureBatch>(sources.count(), config, request, ReadCallOptions(info[3]));
    return StartBatch(info.Env(), batch, [&](std::size_t item) { batch->Take(item, sources.Read(item)); });
  });
}

Napi::Value ExtractSync(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    SourceReader sources(info[0]);
    const FeatureConfig config = ReadFeatureConfig(info[1]);
    FeatureBatch batch(sources.count(), config, ReadRequest(info[2]), CallOptions{});
    for (std::size_t item = 0; item < batch.items(); item++) {
      batch.Take(item, sources.Read(item));
      batch.Run(item, 0);
    }
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
