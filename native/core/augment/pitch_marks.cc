#include "core/augment/pitch_marks.h"

#include <algorithm>
#include <cmath>

namespace prosodia {

static constexpr float kSearch = 0.12f;         // a period may differ this much from the track
static constexpr float kResembles = 0.6f;       // correlation at which a run reaches one period further
static constexpr double kLeastWindowSec = 0.00145;

const std::vector<double>& PitchMarker::Mark(const F0Tracker& tracker, const std::vector<F0Frame>& frames, VoicedRun run,
                                             int64_t count, double earliest) {
  const double rate = tracker.band_plan().rate_hz * tracker.band_plan().factor;
  samples_ = tracker.band().samples();
  frames_ = &frames;
  run_ = run;
  hop_ = tracker.hop();
  count_ = count;
  least_window_ = int64_t(std::ceil(kLeastWindowSec * rate));
  longest_ = float(rate / F0Tracker::kLowestHz) + float(2 * tracker.band_plan().factor);
  marks_.clear();
  const double first = std::max(earliest, double(run.first * hop_ - hop_ / 2));
  const double last = std::min(double(count - 1), double(run.last * hop_ + hop_ / 2));
  if (last - first < 2.2 * frames[(run.first + run.last) / 2].period) return marks_;
  const double start = LoudestPeak(tracker, first, last);
  if (start < 0 || start > double(count - 1)) return marks_;
  earlier_.clear();
  Walk(start, first, false, &earlier_);
  marks_.assign(earlier_.rbegin(), earlier_.rend());
  marks_.push_back(start);
  Walk(start, last, true, &marks_);
  marks_.erase(marks_.begin(), std::lower_bound(marks_.begin(), marks_.end(), earliest));
  return marks_;
}

float PitchMarker::PeriodAt(double position) const {
  const double place = std::clamp(position / double(hop_), double(run_.first), double(run_.last));
  const int64_t before = int64_t(place), after = std::min(before + 1, run_.last);
  const float left = (*frames_)[before].period, right = (*frames_)[after].period, part = float(place - double(before));
  // Between frames an octave apart lies no period of either.
  const float period = std::fabs(left - right) > 0.3f * left ? (part < 0.5f ? left : right) : left + part * (right - left);
  return std::min(period, longest_);
}

// Grains centred on the strongest peak of a period carry its energy in the middle of their window.
double PitchMarker::LoudestPeak(const F0Tracker& tracker, double first, double last) const {
  int64_t loudest = run_.first;
  for (int64_t frame = run_.first; frame <= run_.last; frame++) {
    if (tracker.FrameEnergy(frame) > tracker.FrameEnergy(loudest)) loudest = frame;
  }
  const double centre = std::clamp(double(loudest * hop_), first, last), half = PeriodAt(centre) / 2;
  const int factor = tracker.band_plan().factor;
  const float* band = tracker.band().band();
  int64_t best = int64_t((centre - half) / factor);
  for (int64_t i = best; i <= int64_t((centre + half) / factor); i++) {
    if (std::fabs(band[i]) > std::fabs(band[best])) best = i;
  }
  return double(best * factor + tracker.band_plan().delay) - (tracker.band_plan().delay > 0 ? 0.5 : 0);
}

void PitchMarker::Walk(double start, double end, bool forward, std::vector<double>* marks) {
  for (double mark = start;;) {
    const float period = PeriodAt(mark);
    const Step step = FindStep(std::llround(mark), period, forward);
    const double next = forward ? mark + step.lag : mark - step.lag;
    const double further = step.correlation > kResembles ? period : 0;
    if (forward ? next > end + further || next > double(count_ - 1) - 0.5 * period
                : next < end - further || next < 0.5 * period) {
      return;
    }
    marks->push_back(next);
    mark = next;
  }
}

PitchMarker::Step PitchMarker::FindStep(int64_t mark, float period, bool forward) {
  const int least = std::max(2, int(period * (1 - kSearch))), most = std::max(least + 2, int(period * (1 + kSearch)) + 1);
  const int window = int(std::max<int64_t>(least_window_, int64_t(period))), lags = most - least + 1;
  if (int(products_.size()) < lags + 2 * kLagSlack) {
    products_.resize(size_t(lags + 2 * kLagSlack));
    energies_.resize(products_.size());
  }
  const float* here = samples_ + mark - window / 2;
  const float* there = forward ? here + least : here - most;
  kernel_.correlate(here, there, window, lags, products_.data());
  const LagPeak peak = kernel_.peak(products_.data(), there, window, lags, energies_.data());
  const double lag = double(peak.lag) + double(peak.offset);
  return {forward ? least + lag : most - lag, peak.product / std::sqrt(kernel_.sum_squares(here, window) + 1e-30f)};
}

}  // namespace prosodia
