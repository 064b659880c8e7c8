// networkRows(sources, request, call): everything a network takes of each file, file's bytes or clip – rows of all its
// inputs, of the clip and of changed copies of it – or the source's own failure.
#include <napi.h>

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "binding/arguments.h"
#include "binding/batch.h"
#include "binding/changes.h"
#include "binding/operations.h"
#include "binding/sources.h"
#include "core/augment/augmentation.h"
#include "core/errors.h"
#include "core/limits.h"
#include "core/shared_clip.h"
#include "core/summary.h"

namespace prosodia::binding {
namespace {

using Changes = std::vector<Augmentation>;  // one after the other

struct Request {
  std::vector<std::unique_ptr<const Summarizer>> inputs;
  std::vector<Changes> variants;
  int rate_hz;              // clips are changed at this rate; 0: at their own
  double min_sec, max_sec;  // a clip outside is refused before anything is computed
};

constexpr std::uint32_t kMostInputs = 64, kMostVariants = 256;

Napi::Array ReadArray(const Napi::Object& object, const char* name, std::uint32_t most) {
  const Napi::Value value = object.Get(name);
  if (!value.IsArray()) throw std::invalid_argument(std::string("Expected an array for ") + name);
  const Napi::Array array = value.As<Napi::Array>();
  if (array.Length() < 1 || array.Length() > most) {
    throw std::invalid_argument(std::string("Expected 1 to ") + std::to_string(most) + " " + name);
  }
  return array;
}

Request ReadRequest(const Napi::Value& value) {
  if (!value.IsObject()) throw std::invalid_argument("Expected { inputs, variants, sampleRateHz, minSec, maxSec }");
  const Napi::Object object = value.As<Napi::Object>();
  Request request{{}, {}, ReadInt(object.Get("sampleRateHz"), "sampleRateHz", 0, kMaxSampleRateHz),
                  ReadAmount(object, "minSec"), ReadAmount(object, "maxSec")};
  const Napi::Array inputs = ReadArray(object, "inputs", kMostInputs);
  for (std::uint32_t i = 0; i < inputs.Length(); i++) {
    const Napi::Value input = inputs.Get(i);
    if (!input.IsObject()) throw std::invalid_argument("Expected { config, summary } for each input");
    const Napi::Object entry = input.As<Napi::Object>();
    request.inputs.push_back(
        std::make_unique<const Summarizer>(ReadFeatureConfig(entry.Get("config")), ReadSummary(entry)));
  }
  const Napi::Array variants = ReadArray(object, "variants", kMostVariants);
  for (std::uint32_t i = 0; i < variants.Length(); i++) {
    const Napi::Value changes = variants.Get(i);
    if (!changes.IsArray()) throw std::invalid_argument("Expected an array of changes for each variant");
    request.variants.push_back(ReadChanges(changes, changes.As<Napi::Array>().Length()));
  }
  return request;
}

// One clip after another, changed; what is returned is valid until the next.
class Changer {
 public:
  SampleSource Change(const Changes& changes, const float* samples, std::size_t count, int rate_hz) {
    for (const Augmentation& change : changes) {
      const std::size_t length = std::size_t(Augmenter::OutputLength(change, std::int64_t(count)));
      if (length > kMaxClipSamples) throw LimitError("a changed clip of " + std::to_string(length) + " samples");
      next_.resize(length);
      augmenter_.Run(change, samples, std::int64_t(count), rate_hz, next_.data());
      now_.swap(next_);
      samples = now_.data();
      count = length;
    }
    return SourceOf(samples, count, rate_hz);
  }

 private:
  Augmenter augmenter_;
  std::vector<float> now_, next_;
};

// A part of a clip's work: some inputs of one variant.
struct Part {
  std::size_t variant, first_input, end_input;
};

// What threads share of one clip, so that a clip alone keeps a team busy: each changed copy, and each input of the clip as
// it is, which is the least and comes last.
std::vector<Part> PartsOf(const Request& request) {
  std::vector<Part> parts, small;
  for (std::size_t variant = 0; variant < request.variants.size(); variant++) {
    if (!request.variants[variant].empty()) {
      parts.push_back({variant, 0, request.inputs.size()});
      continue;
    }
    for (std::size_t input = 0; input < request.inputs.size(); input++) small.push_back({variant, input, input + 1});
  }
  parts.insert(parts.end(), small.begin(), small.end());
  return parts;
}

class RowsBatch : public Batch {
 public:
  RowsBatch(std::vector<Source> sources, Request request, const CallOptions& call, std::shared_ptr<FloatPool> pool)
      : Batch(sources.size() * PartsOf(request).size(), call), request_(std::move(request)), parts_(PartsOf(request_)),
        pool_(std::move(pool)), sources_(std::move(sources)), answers_(sources_.size()) {
    for (Answer& answer : answers_) {
      answer.rows.resize(request_.variants.size() * request_.inputs.size());
      answer.left.store(parts_.size(), std::memory_order_relaxed);
    }
  }

  void Run(std::size_t item, int) override {
    const std::size_t place = item / parts_.size();
    const Part& part = parts_[item % parts_.size()];
    Answer& answer = answers_[place];
    std::call_once(answer.opened, [&] { Open(sources_[place], &answer); });
    try {
      if (answer.wanted) MakeRows(part, &answer);
    } catch (...) {
      Fail(&answer, part.variant);
    }
    if (answer.left.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    answer.clip.reset();
    answer.samples.Release();
    sources_[place] = std::string();
  }

  Napi::Value Result(Napi::Env env) override {
    Napi::Array result = Napi::Array::New(env, answers_.size());
    for (std::size_t i = 0; i < answers_.size(); i++) {
      Napi::HandleScope scope(env);
      result.Set(std::uint32_t(i), ToValue(env, &answers_[i]));
    }
    return result;
  }

 private:
  struct Answer {
    std::once_flag opened;
    std::optional<SampleSource> clip;
    bool known = false;   // false: no WAV; somebody else may be able to read it
    bool wanted = false;  // opened, and of a length that was asked for
    std::size_t count = 0;
    int sample_rate_hz = 0;
    SharedClip samples;
    std::vector<FeatureMatrix> rows;  // variants × inputs
    std::atomic<std::size_t> left{0};
    std::mutex lock;
    std::exception_ptr failure;  // of the first variant that has one
    std::size_t failed_variant = 0;
  };

  void Open(const Source& source, Answer* answer) const {
    try {
      answer->clip = OpenSource(source);
      answer->known = answer->clip.has_value();
      if (!answer->known) return;
      answer->count = answer->clip->count;
      answer->sample_rate_hz = answer->clip->sample_rate_hz;
      const double sec = double(answer->count) / answer->sample_rate_hz;
      answer->wanted = sec >= request_.min_sec && sec <= request_.max_sec;
    } catch (...) {
      answer->failure = std::current_exception();
    }
  }

  void MakeRows(const Part& part, Answer* answer) const {
    const int rate_hz = request_.rate_hz > 0 ? request_.rate_hz : answer->sample_rate_hz;
    answer->samples.Fill(*answer->clip, rate_hz, pool_.get());
    static thread_local std::unique_ptr<Changer> changer;
    if (!changer) changer = std::make_unique<Changer>();
    const SampleSource changed =
        changer->Change(request_.variants[part.variant], answer->samples.data(), answer->samples.size(), rate_hz);
    for (std::size_t input = part.first_input; input < part.end_input; input++) {
      answer->rows[part.variant * request_.inputs.size() + input] = request_.inputs[input]->Make(changed);
    }
    if (answer->samples.size() > kKeptScratchSamples) changer.reset();
  }

  static void Fail(Answer* answer, std::size_t variant) {
    const std::lock_guard hold(answer->lock);
    if (answer->failure && answer->failed_variant < variant) return;
    answer->failure = std::current_exception();
    answer->failed_variant = variant;
  }

  static Napi::Value ToValue(Napi::Env env, Answer* answer) {
    if (answer->failure) return CodedError(env, answer->failure).Value();
    if (!answer->known) return env.Null();
    Napi::Object entry = Napi::Object::New(env);
    Napi::Array rows = Napi::Array::New(env, answer->rows.size());
    for (std::size_t i = 0; i < answer->rows.size(); i++) {
      std::vector<float>& row = answer->rows[i].data;
      rows.Set(std::uint32_t(i), ToFloat32Array(env, row.data(), row.size()));
      row = {};
    }
    entry.Set("rows", rows);
    entry.Set("samples", double(answer->count));
    entry.Set("sampleRateHz", answer->sample_rate_hz);
    return entry;
  }

  const Request request_;
  const std::vector<Part> parts_;
  const std::shared_ptr<FloatPool> pool_;
  std::vector<Source> sources_;
  std::vector<Answer> answers_;
};

Napi::Value NetworkRows(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    std::vector<Source> sources = ReadSources(info[0]);
    Request request = ReadRequest(info[1]);
    const CallOptions call = ReadCallOptions(info[2]);
    return StartBatch(info.Env(), std::make_shared<RowsBatch>(std::move(sources), std::move(request), call,
                                                             ClipPool(info.Env())));
  });
}

}  // namespace

void AddNetworkRows(Napi::Env env, Napi::Object exports) {
  exports.Set("networkRows", Napi::Function::New(env, NetworkRows, "networkRows"));
}

}  // namespace prosodia::binding
