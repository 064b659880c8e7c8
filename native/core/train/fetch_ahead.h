// Calls memory into the second-level cache while arithmetic goes on.
//
// Activations lie in blocks of a few cache lines, too short for the processor to see them coming, and an epoch's matrices
// together are larger than the second-level cache: without this every element-wise pass would wait for each block.
#pragma once

#include <cstddef>

namespace prosodia::train {

inline void FetchAhead(const float* from, std::size_t floats) {
  constexpr std::size_t kLine = 16;
  for (std::size_t at = 0; at < floats; at += kLine) __builtin_prefetch(from + at, 0, 2);
}

inline void FetchToWrite(float* from, std::size_t floats) {
  constexpr std::size_t kLine = 16;
  for (std::size_t at = 0; at < floats; at += kLine) __builtin_prefetch(from + at, 1, 2);
}

}  // namespace prosodia::train
