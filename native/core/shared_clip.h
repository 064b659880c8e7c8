// A clip that several threads need at one rate: whoever comes helps to resample it.
#pragma once

#include <atomic>
#include <exception>
#include <mutex>

#include "core/float_pool.h"
#include "core/sample_source.h"

namespace prosodia {

class SharedClip {
 public:
  // The whole clip at `rate_hz`, as ResampledSource makes it; every caller gives the same clip and rate, and a pool for
  // its memory. Returns when all of it is there. Throws what reading threw, each time.
  void Fill(const SampleSource& clip, int rate_hz, FloatPool* pool);

  const float* data() const { return samples_.data(); }
  std::size_t size() const { return samples_.size(); }
  void Release() { samples_ = {}; }

 private:
  void ReadPieces(const SampleSource& source);

  std::once_flag made_;
  PooledFloats samples_;
  std::atomic<std::size_t> next_{0}, done_{0};  // pieces
  std::mutex lock_;
  std::exception_ptr failure_;  // of the first piece that has one
  std::size_t failed_piece_ = 0;
};

}  // namespace prosodia
