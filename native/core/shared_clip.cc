#include "core/shared_clip.h"

#include <algorithm>

#include "core/resample.h"

namespace prosodia {

// Half a second of speech: the work of a tenth of a millisecond.
static constexpr std::size_t kPiece = 8192;

void SharedClip::Fill(const SampleSource& clip, int rate_hz, FloatPool* pool) {
  const SampleSource source = ResampledSource(clip, rate_hz);
  std::call_once(made_, [&] { samples_ = pool->Get(source.count); });
  ReadPieces(source);
  if (failure_) std::rethrow_exception(failure_);
}

void SharedClip::ReadPieces(const SampleSource& source) {
  const std::size_t pieces = (samples_.size() + kPiece - 1) / kPiece;
  for (std::size_t piece; (piece = next_.fetch_add(1, std::memory_order_relaxed)) < pieces;) {
    const std::size_t first = piece * kPiece, count = std::min(kPiece, samples_.size() - first);
    try {
      source.read(first, count, samples_.data() + first);
    } catch (...) {
      const std::lock_guard hold(lock_);
      if (!failure_ || piece < failed_piece_) failure_ = std::current_exception(), failed_piece_ = piece;
    }
    if (done_.fetch_add(1, std::memory_order_acq_rel) + 1 == pieces) done_.notify_all();
  }
  for (std::size_t done; (done = done_.load(std::memory_order_acquire)) < pieces;) done_.wait(done);
}

}  // namespace prosodia
