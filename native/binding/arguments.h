// Reading JavaScript arguments. TypeScript has validated them in friendly words; these checks guard memory.
#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/feature_config.h"
#include "core/float_pool.h"

namespace prosodia::binding {

struct Clip {
  PooledFloats samples;
  int sample_rate_hz = 0;
};

// An array of audio that is copied item by item, no more of it than one call may hold. Everything here throws
// std::invalid_argument, LimitError.
class AudioReader {
 public:
  std::size_t count() const { return count_; }

 protected:
  // Errors call the items `what`.
  AudioReader(const Napi::Value& value, const std::string& what);
  Napi::Env env() const { return array_.Env(); }
  Napi::Value At(std::size_t index) const { return array_.Get(std::uint32_t(index)); }
  void Count(std::size_t samples);

 private:
  const Napi::Array array_;
  std::size_t count_, samples_ = 0;
};

// Of `{ samples: Float32Array, sampleRateHz: number }`.
class ClipReader : public AudioReader {
 public:
  explicit ClipReader(const Napi::Value& value) : AudioReader(value, "clips") {}
  Clip Read(std::size_t index);
};

// A copy of all of them.
std::vector<Clip> ReadClips(const Napi::Value& value);

// A copy of one `{ samples: Float32Array, sampleRateHz: number }`; errors call it item `index`.
Clip ReadClip(const Napi::Value& value, std::size_t index);

// Throws std::invalid_argument naming what is no number.
double ReadNumber(const Napi::Value& value, const std::string& name);

// A whole number in [low, high]; throws std::invalid_argument naming it otherwise.
int ReadInt(const Napi::Value& value, const char* name, int low, int high);

// A complete FeatureConfig of @prosodia/contracts.
FeatureConfig ReadFeatureConfig(const Napi::Value& value);

// A new typed array that holds anything, to be written whole: zeros would cost a large one as much as a copy.
Napi::Float32Array NewFloat32Array(Napi::Env env, std::size_t count);

// Frees the memory of a buffer and leaves it detached; one that cannot be stays as it is. To the engine kSetAsideBytes
// of it remain in use until new arrays take their place: it collects all garbage whenever ten more megabytes of arrays
// are alive than were at their fewest since it last did, though the same ones come and go.
inline constexpr std::size_t kSetAsideBytes = std::size_t{1} << 25;
void ReleaseBuffer(Napi::Env env, Napi::ArrayBuffer buffer);

// A new typed array holding a copy of `samples`.
Napi::Float32Array ToFloat32Array(Napi::Env env, const float* samples, std::size_t count);

}  // namespace prosodia::binding
