// RIFF WAVE files: untrusted bytes in, mono float samples out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace prosodia {

// What a file's headers say, and where its audio lies within the bytes that were read: those must outlive it.
struct WavLayout {
  enum class Encoding { kPcm8, kPcm16, kPcm24, kPcm32, kFloat32, kFloat64 };

  Encoding encoding = Encoding::kPcm16;
  int sample_rate_hz = 0;
  int channels = 0;
  std::size_t frames = 0;
  const std::uint8_t* data = nullptr;
  // The data chunk ends before its stated length.
  struct Truncated {
    std::uint64_t expected_frames, found_frames;
  };
  std::optional<Truncated> truncated;
};

// Chunks may come in any order, with any other chunks between them. Reads PCM of 8, 16, 24 and 32 bits, IEEE float of
// 32 and 64, plain or as WAVE_FORMAT_EXTENSIBLE. A data chunk cut short gives what is there and says so; none, or
// one without a single frame where some were promised, is an error. A file with an empty data chunk has no samples.
// Throws DecodeError, or LimitError (core/limits.h).
WavLayout ParseWav(const std::uint8_t* bytes, std::size_t size);

// Frames first … first + count − 1 as mono: channels averaged, integers divided by 2^(bits − 1), as libsndfile does.
void ReadWavSamples(const WavLayout& wav, std::size_t first, std::size_t count, float* to);

// pcm8, pcm16, pcm24, pcm32, float32, float64
const char* EncodingName(WavLayout::Encoding encoding);

// True for bytes that start as RIFF/WAVE, RF64 or BW64 do.
bool LooksLikeWav(const std::uint8_t* bytes, std::size_t size);

}  // namespace prosodia
