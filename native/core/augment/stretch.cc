#include "core/augment/stretch.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace prosodia {

int64_t StretchedLength(int64_t count, double rate) { return std::llround(double(count) / rate); }

Stretcher::Stretcher(Isa isa) : search_(isa), kernel_(PROSODIA_SELECT(kCorrelateKernel, isa)) {}

void Stretcher::Run(const float* in, int64_t count, double rate, double sample_rate_hz, float* out) {
  if (rate == 1) {
    std::copy_n(in, count, out);
    return;
  }
  const int64_t total = StretchedLength(count, rate);
  search_.Prepare(in, count, sample_rate_hz, rate > 1);
  const StretchPlan& plan = search_.plan();
  if (int64_t(fade_.size()) != plan.fade) {
    fade_.resize(size_t(plan.fade));
    for (int64_t i = 0; i < plan.fade; i++) {
      fade_[i] = float(0.5 - 0.5 * std::cos(std::numbers::pi * (double(i) + 0.5) / double(plan.fade)));
    }
  }
  int64_t done = std::min({plan.hop, total, count}), at = done;
  std::copy_n(in, done, out);
  while (done < total) {
    const int64_t length = std::min(plan.hop, total - done);
    const double middle = double(done) + 0.5 * double(plan.hop);
    const int64_t ideal = std::clamp<int64_t>(std::llround(middle * rate - 0.5 * double(plan.hop)), 0, count);
    Splice splice = search_.Choose(at, ideal);
    if (splice.to > count + plan.most_drift) splice = {count, 0};  // what is left is the silence after the clip
    Emit(splice, at, length, out + done);
    at = splice.to + length;
    done += length;
  }
}

void Stretcher::Emit(const Splice& splice, int64_t from, int64_t length, float* out) const {
  const float* to = search_.samples() + splice.to;
  int64_t faded = 0;
  if (splice.to != from) {
    // Unrelated sides add as powers, equal sides as amplitudes. Half the measured correlation counts: made up in full, a
    // splice in voiced speech overshoots by 2 dB.
    const float similarity = std::clamp(0.5f + 0.5f * splice.similarity, 0.f, 1.f);
    faded = std::min(search_.plan().fade, length);
    kernel_.cross_fade(search_.samples() + from, to, fade_.data(), 2 - 2 * similarity, int(faded), out);
  }
  std::copy_n(to + faded, length - faded, out + faded);
}

}  // namespace prosodia
