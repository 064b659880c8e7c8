// Floats aligned for the widest vectors, which are as long as a cache line.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace prosodia {

struct FreeMemory {
  void operator()(float* memory) const { std::free(memory); }
};
using AlignedMemory = std::unique_ptr<float, FreeMemory>;

// At least `count` floats that hold anything. Throws std::bad_alloc.
inline AlignedMemory AllocateAligned(std::size_t count) {
  AlignedMemory memory(static_cast<float*>(std::aligned_alloc(64, (count / 16 + 1) * 16 * sizeof(float))));
  if (!memory) throw std::bad_alloc();
  return memory;
}

// A growing array of them. Its contents after Reserve are undefined.
class AlignedFloats {
 public:
  AlignedFloats() = default;
  explicit AlignedFloats(std::size_t size) { Reserve(size); }

  // At least `size` floats; grows by half so that clips of rising length do not reallocate each time.
  float* Reserve(std::size_t size) {
    if (size > capacity_) {
      capacity_ = 0;
      memory_.reset();
      memory_ = AllocateAligned(size + size / 2);
      capacity_ = size + size / 2;
    }
    return memory_.get();
  }
  float* data() { return memory_.get(); }
  const float* data() const { return memory_.get(); }

 private:
  AlignedMemory memory_;
  std::size_t capacity_ = 0;
};

}  // namespace prosodia
