#include "binding/sources.h"

#include <stdexcept>

#include "core/errors.h"
#include "core/limits.h"
#include "core/wav.h"
#include "core/wav_file.h"

namespace prosodia::binding {
namespace {

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

Summary::Kind ReadKind(const Napi::Value& value) {
  const std::string name = value.IsString() ? value.As<Napi::String>().Utf8Value() : "";
  if (name == "frames") return Summary::Kind::kFrames;
  if (name == "mean") return Summary::Kind::kMean;
  if (name == "sequence") return Summary::Kind::kSequence;
  if (name == "functionals") return Summary::Kind::kFunctionals;
  throw std::invalid_argument("Expected frames, mean, sequence or functionals for summary");
}

FunctionalGroups ReadGroups(const Napi::Value& value) {
  if (value.IsUndefined()) return kAllFunctionals;
  if (!value.IsArray()) throw std::invalid_argument("Expected an array for groups");
  FunctionalGroups groups = 0;
  const Napi::Array array = value.As<Napi::Array>();
  for (std::uint32_t i = 0; i < array.Length(); i++) groups |= FunctionalGroup(array.Get(i).ToString());
  return groups;
}

}  // namespace

Source SourceReader::Read(std::size_t index) {
  const Napi::HandleScope scope(env());
  Source source = ReadSource(At(index), index);
  Count(WeightOf(source));
  return source;
}

std::vector<Source> ReadSources(const Napi::Value& value) {
  SourceReader reader(value);
  std::vector<Source> sources;
  sources.reserve(reader.count());
  for (std::size_t i = 0; i < reader.count(); i++) sources.push_back(reader.Read(i));
  return sources;
}

std::optional<SampleSource> OpenSource(const Source& source) {
  if (const Clip* clip = std::get_if<Clip>(&source)) {
    return SourceOf(clip->samples.data(), clip->samples.size(), clip->sample_rate_hz);
  }
  FileBytes bytes{nullptr, 0};
  if (const Bytes* given = std::get_if<Bytes>(&source)) {
    bytes = {given->data(), given->size()};
  } else if (const auto read = ReadWavFile(std::get<std::string>(source))) {
    bytes = *read;
  }
  if (!LooksLikeWav(bytes.data, bytes.size)) return std::nullopt;
  return SourceOf(ParseWav(bytes.data, bytes.size));
}

Summary ReadSummary(const Napi::Object& object) {
  Summary summary{ReadKind(object.Get("summary"))};
  if (summary.kind == Summary::Kind::kFunctionals) summary.groups = ReadGroups(object.Get("groups"));
  if (summary.kind == Summary::Kind::kSequence) {
    summary.sequence = {ReadAmount(object, "trimDb"), ReadInt(object.Get("poolFrames"), "poolFrames", 1, 1'000),
                        ReadInt(object.Get("frames"), "frames", 1, 100'000)};
  }
  return summary;
}

double ReadAmount(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  const double amount = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!(amount >= 0)) throw std::invalid_argument(std::string("Expected a number of at least 0 for ") + name);
  return amount;
}

}  // namespace prosodia::binding
