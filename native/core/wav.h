// RIFF WAVE files: untrusted bytes in, mono float samples out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace prosodia {

struct WavAudio {
  std::vector<float> samples;  // channels averaged; integers divided by 2^(bits − 1), as libsndfile does
  int sample_rate_hz = 0;
  int channels = 0;
  std::string encoding;  // pcm8, pcm16, pcm24, pcm32, float32, float64
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
WavAudio DecodeWav(const std::uint8_t* bytes, std::size_t size);

// True for bytes that start as RIFF/WAVE, RF64 or BW64 do.
bool LooksLikeWav(const std::uint8_t* bytes, std::size_t size);

}  // namespace prosodia
