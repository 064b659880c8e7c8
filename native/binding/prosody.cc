// extractProsody(clips, config, call): the prosody of each clip, frame by frame.
// speechRanges(clips, belowPeakDb, marginSec, call): where each clip's speech begins and ends.
#include <napi.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "binding/arguments.h"
#include "binding/batch.h"
#include "binding/operations.h"
#include "core/limits.h"
#include "core/prosody/prosody_frames.h"
#include "core/prosody/trim.h"

namespace prosodia::binding {
namespace {

ProsodyConfig ReadConfig(const Napi::Value& value) {
  if (!value.IsObject()) throw std::invalid_argument("Expected { sampleRateHz, nFft, hopLength }");
  const Napi::Object object = value.As<Napi::Object>();
  return {ReadInt(object.Get("sampleRateHz"), "sampleRateHz", 1, kMaxSampleRateHz),
          ReadInt(object.Get("nFft"), "nFft", kMinFft, kMaxFft),
          ReadInt(object.Get("hopLength"), "hopLength", 1, 65'536)};
}

class ProsodyBatch : public Batch {
 public:
  ProsodyBatch(std::vector<Clip> clips, const ProsodyConfig& config, const CallOptions& call)
      : Batch(clips.size(), call), config_(config), clips_(std::move(clips)), results_(clips_.size()) {
    extractors_[0] = std::make_unique<ProsodyExtractor>(config);  // refuses a wrong configuration now
  }

  void Run(std::size_t item, int worker) override {
    std::unique_ptr<ProsodyExtractor>& extractor = extractors_[std::size_t(worker)];
    if (!extractor) extractor = std::make_unique<ProsodyExtractor>(config_);
    const Clip& clip = clips_[item];
    results_[item] = extractor->Extract(SourceOf(clip.samples.data(), clip.samples.size(), clip.sample_rate_hz));
    clips_[item] = {};
  }

  Napi::Value Result(Napi::Env env) override {
    Napi::Array array = Napi::Array::New(env, results_.size());
    for (std::size_t i = 0; i < results_.size(); i++) {
      Napi::HandleScope scope(env);
      ProsodyFrames& frames = results_[i];
      Napi::Object entry = Napi::Object::New(env);
      entry.Set("frames", double(frames.frames));
      for (int c = 0; c < ProsodyFrames::kColumns; c++) {
        entry.Set(kProsodyColumnNames[c], ToFloat32Array(env, frames.column[c].data(), frames.frames));
      }
      entry.Set("contrastDb", ToFloat32Array(env, frames.contrast.data(), frames.contrast.size()));
      array.Set(std::uint32_t(i), entry);
      frames = {};
    }
    return array;
  }

 private:
  const ProsodyConfig config_;
  std::vector<Clip> clips_;
  std::vector<ProsodyFrames> results_;
  std::array<std::unique_ptr<ProsodyExtractor>, ThreadTeam::kMaxWorkers> extractors_;
};

class RangeBatch : public Batch {
 public:
  RangeBatch(std::vector<Clip> clips, double below_peak_db, double margin_sec, const CallOptions& call)
      : Batch(clips.size(), call), below_peak_db_(below_peak_db), margin_sec_(margin_sec), clips_(std::move(clips)),
        ranges_(clips_.size()) {}

  void Run(std::size_t item, int) override {
    const Clip& clip = clips_[item];
    RequireFinite(clip.samples.data(), clip.samples.size());
    ranges_[item] =
        SpeechRange(clip.samples.data(), clip.samples.size(), clip.sample_rate_hz, below_peak_db_, margin_sec_);
    clips_[item] = {};
  }

  Napi::Value Result(Napi::Env env) override {
    Napi::Array array = Napi::Array::New(env, ranges_.size());
    for (std::size_t i = 0; i < ranges_.size(); i++) {
      Napi::HandleScope scope(env);
      Napi::Object entry = Napi::Object::New(env);
      entry.Set("first", double(ranges_[i].first));
      entry.Set("end", double(ranges_[i].end));
      array.Set(std::uint32_t(i), entry);
    }
    return array;
  }

 private:
  const double below_peak_db_, margin_sec_;
  std::vector<Clip> clips_;
  std::vector<FrameRange> ranges_;
};

double ReadAmount(const Napi::Value& value, const char* name) {
  const double amount = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!(amount >= 0 && amount <= 1e6)) throw std::invalid_argument(std::string("Expected a number from 0 for ") + name);
  return amount;
}

Napi::Value Extract(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    std::vector<Clip> clips = ReadClips(info[0]);
    const ProsodyConfig config = ReadConfig(info[1]);
    const CallOptions call = ReadCallOptions(info[2]);
    return StartBatch(info.Env(), std::make_shared<ProsodyBatch>(std::move(clips), config, call));
  });
}

Napi::Value SpeechRanges(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    std::vector<Clip> clips = ReadClips(info[0]);
    const double below_peak_db = ReadAmount(info[1], "belowPeakDb"), margin_sec = ReadAmount(info[2], "marginSec");
    const CallOptions call = ReadCallOptions(info[3]);
    return StartBatch(info.Env(), std::make_shared<RangeBatch>(std::move(clips), below_peak_db, margin_sec, call));
  });
}

}  // namespace

void AddProsody(Napi::Env env, Napi::Object exports) {
  exports.Set("extractProsody", Napi::Function::New(env, Extract, "extractProsody"));
  exports.Set("speechRanges", Napi::Function::New(env, SpeechRanges, "speechRanges"));
}

}  // namespace prosodia::binding
