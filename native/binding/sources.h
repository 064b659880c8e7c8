// Audio to work on as JavaScript gives it – a path, the bytes of a file, a clip – and what is wanted of it.
#pragma once

#include <napi.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "binding/arguments.h"
#include "core/sample_source.h"
#include "core/summary.h"

namespace prosodia::binding {

using Bytes = std::vector<std::uint8_t>;
using Source = std::variant<std::string, Bytes, Clip>;  // a path, the bytes of a file, samples

class SourceReader : public AudioReader {
 public:
  explicit SourceReader(const Napi::Value& value) : AudioReader(value, "sources") {}
  Source Read(std::size_t index);
};

// A copy of all of them.
std::vector<Source> ReadSources(const Napi::Value& value);

// The samples of a source, read from where it lies, which must outlive them; nothing where it is no WAV file: somebody
// else may be able to read it. Throws DecodeError, LimitError.
std::optional<SampleSource> OpenSource(const Source& source);

// `{ summary, … }`. Throws std::invalid_argument.
Summary ReadSummary(const Napi::Object& object);

// A number of at least 0.
double ReadAmount(const Napi::Object& object, const char* name);

}  // namespace prosodia::binding
