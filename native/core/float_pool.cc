#include "core/float_pool.h"

#include <algorithm>

namespace prosodia {

// The smallest block that holds `count`, unless it is so large that most of it would lie idle.
FloatPool::Block FloatPool::Take(std::size_t count) {
  {
    const std::lock_guard hold(lock_);
    auto best = free_.end();
    for (auto block = free_.begin(); block != free_.end(); ++block) {
      if (block->capacity < count || block->capacity > 2 * count) continue;
      if (best == free_.end() || block->capacity < best->capacity) best = block;
    }
    if (best != free_.end()) {
      Block block = std::move(*best);
      free_.erase(best);
      kept_ -= block.capacity;
      return block;
    }
  }
  return {AllocateAligned(count), count};
}

// Blocks beyond the pool's size push out those that have waited longest.
void FloatPool::Give(Block block) {
  if (block.capacity > kKeptFloats) return;
  std::vector<Block> dropped;  // freed without the lock
  const std::lock_guard hold(lock_);
  kept_ += block.capacity;
  free_.push_back(std::move(block));
  while (kept_ > kKeptFloats) {
    kept_ -= free_.front().capacity;
    dropped.push_back(std::move(free_.front()));
    free_.erase(free_.begin());
  }
}

PooledFloats FloatPool::Get(std::size_t count) {
  PooledFloats floats;
  if (count == 0) return floats;
  floats.block_ = Take(count);
  floats.pool_ = shared_from_this();
  floats.size_ = count;
  return floats;
}

PooledFloats FloatPool::Copy(const float* from, std::size_t count) {
  PooledFloats copy = Get(count);
  std::copy_n(from, count, copy.data());
  return copy;
}

}  // namespace prosodia
