// The core's own exceptions. std::invalid_argument is INVALID_ARGUMENT; anything else is a fault of ours.
#pragma once

#include <stdexcept>
#include <string>

namespace prosodia {

// More than core/limits.h allows.
struct LimitError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Bytes that are not the audio they claim to be.
struct DecodeError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace prosodia
