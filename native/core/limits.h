// What the core accepts at most. A caller past a limit gets LimitError, never an exhausted machine.
#pragma once

#include <cstddef>

namespace prosodia {

inline constexpr std::size_t kMaxClipSamples = std::size_t{1} << 28;   // 93 minutes at 48 kHz; 1 GiB of floats
inline constexpr std::size_t kKeptScratchSamples = std::size_t{1} << 22;  // longer clips leave a thread no scratch
inline constexpr std::size_t kMaxBatchSamples = std::size_t{1} << 29;  // all clips of one native call together
inline constexpr std::size_t kMaxBatchClips = 1'000'000;
inline constexpr std::size_t kMaxWavBytes = std::size_t{1} << 31;
inline constexpr int kMaxChannels = 64;
inline constexpr int kMaxSampleRateHz = 768'000;
inline constexpr int kMinFft = 64;
inline constexpr int kMaxFft = 16'384;
inline constexpr int kMaxThreads = 256;
// Mel levels are kept for a whole clip (topDb looks at its loudest cell): frames × bands, 2 GiB of floats.
inline constexpr std::size_t kMaxMelCells = std::size_t{1} << 29;
// Coefficients of one resampling filter (16 MiB of floats).
inline constexpr std::size_t kMaxFilterTaps = std::size_t{1} << 22;

}  // namespace prosodia
