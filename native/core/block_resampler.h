// Sample rate conversion by spectra, for ratios of small factors: a block's spectrum is cut to the low pass and
// transformed back with as many points as the block has at the other rate. Several times cheaper than the polyphase
// filter, whose response it shares.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/kernels/two_step_fft.h"
#include "core/sample_source.h"

namespace prosodia {

class BlockPlan {
 public:
  // Nothing where no pair of the kernel's transforms fits the ratio.
  static std::unique_ptr<const BlockPlan> Make(int from_hz, int to_hz, const TwoStepFftKernel& kernel);
  BlockPlan(const BlockPlan&) = delete;
  BlockPlan& operator=(const BlockPlan&) = delete;

  // Outputs that are made at once: two blocks, as the real and the imaginary part of one signal. They lie on a grid
  // from the clip's first sample on, so that a sample's value does not depend on what else is asked for.
  std::size_t PairOutputs() const { return 2 * new_outputs_; }

  // The outputs of pair `pair` of a clip at the plan's rate. Uses scratch of the calling thread.
  void Make(const SampleSource& clip, std::size_t pair, float* to) const;

 private:
  struct Side {
    TwoStepTables tables{};
    std::vector<float> cosines, minus_sines;
    std::size_t lead = 0;  // samples before those that are new
  };
  struct Shape {
    TwoStepTables in, out;
    std::size_t lead = 0, fresh = 0;  // of a block's input samples
    double cost = 0;
  };
  BlockPlan(const Shape& shape, int up, int down, const TwoStepFftKernel& kernel);
  static Shape BestShape(int up, int down, const TwoStepFftKernel& kernel);
  static void SetSide(const TwoStepTables& shape, Side* side);
  void SetResponse(double ratio);

  const TwoStepFftKernel& kernel_;
  Side in_, out_;
  std::size_t new_inputs_, new_outputs_;
  int kept_ = 0;  // highest bin that passes
  std::vector<float> response_;
};

// A clip at another rate, a pair of blocks at a time; the last pair made is kept for the next read.
SampleSource BlockSource(const SampleSource& clip, std::shared_ptr<const BlockPlan> plan, int to_hz,
                         std::size_t length);

}  // namespace prosodia
