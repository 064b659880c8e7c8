#include "core/wav_file.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "core/errors.h"
#include "core/limits.h"
#include "core/wav.h"

namespace prosodia {
namespace {

constexpr std::size_t kProbeBytes = 12;
constexpr std::size_t kKeptBytes = std::size_t{1} << 26;

// Kept from file to file, and never filled with zeros first.
struct Buffer {
  std::unique_ptr<std::uint8_t[]> bytes;
  std::size_t capacity = 0;
  std::uint8_t* Reserve(std::size_t size) {
    if (size > capacity || capacity > kKeptBytes) {
      bytes = nullptr;
      bytes = std::make_unique_for_overwrite<std::uint8_t[]>(size);
      capacity = size;
    }
    return bytes.get();
  }
};

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::unique_ptr<std::FILE, Close> Open(const std::filesystem::path& path) {
#ifdef _WIN32
  return std::unique_ptr<std::FILE, Close>(_wfopen(path.c_str(), L"rb"));
#else
  return std::unique_ptr<std::FILE, Close>(std::fopen(path.c_str(), "rb"));
#endif
}

}  // namespace

std::optional<FileBytes> ReadWavFile(const std::string& utf8_path) {
  const std::filesystem::path path(std::u8string(utf8_path.begin(), utf8_path.end()));
  std::error_code failed;
  // Looked at before it is opened: opening a pipe would wait for whoever writes to it.
  if (!std::filesystem::is_regular_file(path, failed)) return std::nullopt;
  const std::size_t size = std::size_t(std::filesystem::file_size(path, failed));
  if (failed || size < kProbeBytes) return std::nullopt;
  const auto file = Open(path);
  if (!file) return std::nullopt;
  std::setvbuf(file.get(), nullptr, _IONBF, 0);
  std::uint8_t probe[kProbeBytes];
  if (std::fread(probe, 1, kProbeBytes, file.get()) != kProbeBytes || !LooksLikeWav(probe, kProbeBytes)) {
    return std::nullopt;
  }
  if (size > kMaxWavBytes) {
    throw LimitError(std::to_string(size) + " bytes are more than the limit of " + std::to_string(kMaxWavBytes));
  }
  static thread_local Buffer buffer;
  std::uint8_t* bytes = buffer.Reserve(size);
  std::copy_n(probe, kProbeBytes, bytes);
  const std::size_t rest = std::fread(bytes + kProbeBytes, 1, size - kProbeBytes, file.get());
  if (std::ferror(file.get())) return std::nullopt;
  return FileBytes{bytes, kProbeBytes + rest};
}

}  // namespace prosodia
