// Sample rate conversion by any rational ratio: the low pass, laid out once for each place between two input samples.
#pragma once

#include <memory>
#include <vector>

#include "core/kernels/polyphase.h"
#include "core/sample_source.h"

namespace prosodia {

class PolyphasePlan {
 public:
  // Throws LimitError for rates so far apart that the filter would be longer than is made.
  PolyphasePlan(int from_hz, int to_hz, const PolyphaseKernel& kernel);
  PolyphasePlan(const PolyphasePlan&) = delete;
  PolyphasePlan& operator=(const PolyphasePlan&) = delete;

  // Outputs first … first + count − 1 of a clip at the plan's rate. Uses scratch of the calling thread.
  void Read(const SampleSource& clip, std::size_t first, std::size_t count, float* to) const;

 private:
  const PolyphaseKernel& kernel_;
  std::vector<float> filter_;
  PolyphaseTables tables_{};
};

// A clip at another rate; any piece is computed when it is read.
SampleSource PolyphaseSource(const SampleSource& clip, std::shared_ptr<const PolyphasePlan> plan, int to_hz,
                             std::size_t length);

}  // namespace prosodia
