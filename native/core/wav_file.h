// Reading a WAV file's bytes, on whichever thread asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace prosodia {

struct FileBytes {
  const std::uint8_t* data;  // valid until the next ReadWavFile on this thread
  std::size_t size;
};

// The whole file when it is a regular one that begins as WAV does; nothing when it cannot be read or is something else.
// Throws LimitError for a WAV file past kMaxWavBytes.
std::optional<FileBytes> ReadWavFile(const std::string& utf8_path);

}  // namespace prosodia
