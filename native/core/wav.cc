#include "core/wav.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/errors.h"
#include "core/limits.h"

namespace prosodia {
namespace {

constexpr int kPcm = 1, kFloat = 3, kExtensible = 0xfffe;

std::uint16_t Le16(const std::uint8_t* p) { return std::uint16_t(p[0] | p[1] << 8); }
std::uint32_t Le32(const std::uint8_t* p) { return Le16(p) | std::uint32_t(Le16(p + 2)) << 16; }
std::uint64_t Le64(const std::uint8_t* p) { return Le32(p) | std::uint64_t(Le32(p + 4)) << 32; }
bool Is(const std::uint8_t* p, const char* id) { return std::memcmp(p, id, 4) == 0; }

struct Format {
  int tag = 0, channels = 0, bits = 0, frame_bytes = 0;
  std::uint32_t rate = 0;
  int SampleBytes() const { return bits / 8; }
};

Format ReadFormat(const std::uint8_t* chunk, std::size_t size) {
  if (size < 16) {
    throw DecodeError("the fmt chunk has " + std::to_string(size) + " bytes where at least 16 are needed");
  }
  Format format;
  format.tag = Le16(chunk);
  format.channels = Le16(chunk + 2);
  format.rate = Le32(chunk + 4);
  format.frame_bytes = Le16(chunk + 12);
  format.bits = Le16(chunk + 14);
  if (format.tag == kExtensible) {
    if (size < 40) {
      throw DecodeError("an extensible fmt chunk needs 40 bytes but has " + std::to_string(size));
    }
    // The sub-format's GUID is xxxxxxxx-0000-0010-8000-00aa00389b71, its first number the format tag.
    static constexpr std::uint8_t kGuidTail[14] = {0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71};
    if (std::memcmp(chunk + 26, kGuidTail, 14) != 0) throw DecodeError("an extensible format that is not a wave format");
    format.tag = Le16(chunk + 24);
  }
  return format;
}

void CheckFormat(const Format& format) {
  const bool known = (format.tag == kPcm && (format.bits == 8 || format.bits == 16 || format.bits == 24 ||
                                             format.bits == 32)) ||
                     (format.tag == kFloat && (format.bits == 32 || format.bits == 64));
  if (!known) {
    throw DecodeError("format tag " + std::to_string(format.tag) + " with " + std::to_string(format.bits) +
                      " bits per sample; PCM of 8, 16, 24 or 32 bits and float of 32 or 64 are read");
  }
  if (format.channels < 1) throw DecodeError("no channels");
  if (format.channels > kMaxChannels) {
    throw LimitError(std::to_string(format.channels) + " channels are more than the limit of " +
                     std::to_string(kMaxChannels));
  }
  if (format.rate < 1) throw DecodeError("a sample rate of 0");
  if (format.rate > std::uint32_t(kMaxSampleRateHz)) {
    throw LimitError("a sample rate of " + std::to_string(format.rate) + " Hz is more than the limit of " +
                     std::to_string(kMaxSampleRateHz));
  }
  if (format.frame_bytes != format.channels * format.SampleBytes()) {
    throw DecodeError("a block of " + std::to_string(format.frame_bytes) + " bytes does not hold " +
                      std::to_string(format.channels) + " channels of " + std::to_string(format.bits) + " bits");
  }
}

template <int kBytes, class Read>
void Average(const WavLayout& wav, std::size_t first, std::size_t count, float* to, Read read) {
  const int channels = wav.channels;
  const std::uint8_t* data = wav.data + first * kBytes * channels;
  if (channels == 1) {
    for (std::size_t i = 0; i < count; i++) to[i] = float(read(data + i * kBytes));
    return;
  }
  for (std::size_t i = 0; i < count; i++) {
    double sum = 0;
    for (int c = 0; c < channels; c++) sum += double(read(data + (i * channels + c) * kBytes));
    to[i] = float(sum / channels);
  }
}

std::int32_t Top24(const std::uint8_t* p) {
  return std::int32_t(std::uint32_t(p[0]) << 8 | std::uint32_t(p[1]) << 16 | std::uint32_t(p[2]) << 24);
}

float Float32At(const std::uint8_t* p) {
  const std::uint32_t bits = Le32(p);
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

double Float64At(const std::uint8_t* p) {
  const std::uint64_t bits = Le64(p);
  double value;
  std::memcpy(&value, &bits, sizeof value);
  // A finite double beyond float's range would become undefined behaviour's neighbour, infinity: keep it finite.
  return std::isfinite(value) ? std::clamp(value, -3.4028234e38, 3.4028234e38) : value;
}

WavLayout::Encoding EncodingOf(const Format& format) {
  using Encoding = WavLayout::Encoding;
  if (format.tag == kFloat) return format.bits == 32 ? Encoding::kFloat32 : Encoding::kFloat64;
  switch (format.bits) {
    case 8: return Encoding::kPcm8;
    case 16: return Encoding::kPcm16;
    case 24: return Encoding::kPcm24;
    default: return Encoding::kPcm32;
  }
}

struct Chunks {
  const std::uint8_t* format = nullptr;
  std::size_t format_size = 0;
  const std::uint8_t* data = nullptr;
  std::size_t data_size = 0;       // bytes that are there
  std::uint64_t data_stated = 0;   // bytes the chunk's header speaks of
};

Chunks FindChunks(const std::uint8_t* bytes, std::size_t size) {
  Chunks found;
  std::size_t at = 12;
  while (size - at >= 8) {
    const std::uint8_t* id = bytes + at;
    const std::uint64_t stated = Le32(id + 4);
    at += 8;
    const std::size_t present = std::size_t(std::min<std::uint64_t>(stated, size - at));
    if (Is(id, "fmt ") && !found.format) {
      if (present < stated) throw DecodeError("the file ends inside the fmt chunk");
      found.format = bytes + at;
      found.format_size = present;
    } else if (Is(id, "data") && !found.data) {
      found.data = bytes + at;
      found.data_size = present;
      found.data_stated = stated;
    }
    if (found.format && found.data) break;
    // Chunks of odd size are followed by a pad byte.
    const std::uint64_t step = stated + (stated & 1);
    if (step > size - at) break;
    at += std::size_t(step);
  }
  return found;
}

}  // namespace

bool LooksLikeWav(const std::uint8_t* bytes, std::size_t size) {
  return size >= 12 && (Is(bytes, "RIFF") || Is(bytes, "RF64") || Is(bytes, "BW64")) && Is(bytes + 8, "WAVE");
}

WavLayout ParseWav(const std::uint8_t* bytes, std::size_t size) {
  if (size > kMaxWavBytes) {
    throw LimitError(std::to_string(size) + " bytes are more than the limit of " + std::to_string(kMaxWavBytes));
  }
  if (size < 12) throw DecodeError("a WAV file starts with 12 bytes of header but only " + std::to_string(size) + " are there");
  if (!LooksLikeWav(bytes, size)) throw DecodeError("not a RIFF WAVE file");
  if (!Is(bytes, "RIFF")) {
    throw DecodeError("RF64 and BW64 files (WAV beyond 4 GiB) are not read; convert to plain WAV or FLAC");
  }
  const Chunks chunks = FindChunks(bytes, size);
  if (!chunks.format) throw DecodeError("no fmt chunk in " + std::to_string(size) + " bytes");
  const Format format = ReadFormat(chunks.format, chunks.format_size);
  CheckFormat(format);
  if (!chunks.data) throw DecodeError("no data chunk in " + std::to_string(size) + " bytes");

  const std::size_t frames = chunks.data_size / format.frame_bytes;
  if (frames > kMaxClipSamples) {
    throw LimitError(std::to_string(frames) + " samples are more than the limit of " + std::to_string(kMaxClipSamples));
  }
  WavLayout wav;
  wav.encoding = EncodingOf(format);
  wav.sample_rate_hz = int(format.rate);
  wav.channels = format.channels;
  wav.frames = frames;
  wav.data = chunks.data;
  if (chunks.data_size < chunks.data_stated) {
    const std::uint64_t expected = chunks.data_stated / format.frame_bytes;
    if (frames == 0) {
      throw DecodeError("the file ends where its audio should begin: 0 of " + std::to_string(expected) + " frames");
    }
    if (expected > frames) wav.truncated = {expected, frames};
  }
  return wav;
}

void ReadWavSamples(const WavLayout& wav, std::size_t first, std::size_t count, float* to) {
  switch (wav.encoding) {
    case WavLayout::Encoding::kPcm8:
      return Average<1>(wav, first, count, to, [](const std::uint8_t* p) { return float(*p - 128) * 0x1p-7f; });
    case WavLayout::Encoding::kPcm16:
      return Average<2>(wav, first, count, to,
                        [](const std::uint8_t* p) { return float(std::int16_t(Le16(p))) * 0x1p-15f; });
    case WavLayout::Encoding::kPcm24:
      return Average<3>(wav, first, count, to, [](const std::uint8_t* p) { return double(Top24(p)) * 0x1p-31; });
    case WavLayout::Encoding::kPcm32:
      return Average<4>(wav, first, count, to,
                        [](const std::uint8_t* p) { return double(std::int32_t(Le32(p))) * 0x1p-31; });
    case WavLayout::Encoding::kFloat32: return Average<4>(wav, first, count, to, Float32At);
    case WavLayout::Encoding::kFloat64: return Average<8>(wav, first, count, to, Float64At);
  }
}

const char* EncodingName(WavLayout::Encoding encoding) {
  static constexpr const char* kNames[] = {"pcm8", "pcm16", "pcm24", "pcm32", "float32", "float64"};
  return kNames[int(encoding)];
}

}  // namespace prosodia
