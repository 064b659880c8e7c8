// A growing array of floats aligned for the widest vectors. Its contents after Reserve are undefined.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace prosodia {

class AlignedFloats {
 public:
  AlignedFloats() = default;
  explicit AlignedFloats(std::size_t size) { Reserve(size); }

  // At least `size` floats; grows by half so that clips of rising length do not reallocate each time.
  float* Reserve(std::size_t size) {
    if (size > capacity_) {
      const std::size_t wanted = ((size + size / 2) / 16 + 1) * 16;
      memory_.reset(static_cast<float*>(std::aligned_alloc(64, wanted * sizeof(float))));
      capacity_ = memory_ ? wanted : 0;
      if (!memory_) throw std::bad_alloc();
    }
    return memory_.get();
  }
  float* data() { return memory_.get(); }
  const float* data() const { return memory_.get(); }

 private:
  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };
  std::unique_ptr<float, Free> memory_;
  std::size_t capacity_ = 0;
};

}  // namespace prosodia
