// Memory for clips on their way in and out, aligned for the widest vectors: a fresh megabyte costs as much in page faults
// as its features in arithmetic.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/aligned.h"

namespace prosodia {

class PooledFloats;

// Blocks that were used before, kept for the next clip; any thread may take and give back.
class FloatPool : public std::enable_shared_from_this<FloatPool> {
 public:
  static constexpr std::size_t kKeptFloats = std::size_t{1} << 23;  // 32 MiB: what a batch has in flight

  // `count` floats that hold anything.
  PooledFloats Get(std::size_t count);
  // A copy of `count` floats.
  PooledFloats Copy(const float* from, std::size_t count);

 private:
  friend class PooledFloats;
  struct Block {
    AlignedMemory memory;
    std::size_t capacity = 0;
  };
  Block Take(std::size_t count);
  void Give(Block block);

  std::mutex lock_;
  std::vector<Block> free_;
  std::size_t kept_ = 0;
};

// Floats of a pool; they go back to it at the end, from whichever thread that happens on.
class PooledFloats {
 public:
  PooledFloats() = default;
  PooledFloats(PooledFloats&& other) noexcept { Swap(other); }
  PooledFloats& operator=(PooledFloats&& other) noexcept {
    PooledFloats(std::move(other)).Swap(*this);
    return *this;
  }
  ~PooledFloats() {
    if (pool_) pool_->Give(std::move(block_));
  }

  float* data() { return block_.memory.get(); }
  const float* data() const { return block_.memory.get(); }
  std::size_t size() const { return size_; }

 private:
  friend class FloatPool;
  void Swap(PooledFloats& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(block_, other.block_);
    std::swap(size_, other.size_);
  }

  std::shared_ptr<FloatPool> pool_;
  FloatPool::Block block_;
  std::size_t size_ = 0;
};

}  // namespace prosodia
