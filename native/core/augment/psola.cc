#include "core/augment/psola.h"

#include <algorithm>
#include <cmath>

#include "core/augment/grain_taps.h"

namespace prosodia {

// What these numbers were found to do on RAVDESS clips, tuned on clips other than those the quality figures come from:
// A grain's half over its spacing when shifting up. In high voices less than a period of ringing would be left of the
// formants: their grains are wider, up to kWidenHigh times.
static constexpr double kWiden = 1.02, kWidenHigh = 1.1;
static constexpr double kHighFromHz = 280, kHighToHz = 400;
static constexpr double kHold = 0.1;    // of a spacing: what follows a pulse stays whole, what comes before the next is blended
// Above this a strong voice is still one, but in creak it is the first formant that rings between two pulses.
static constexpr double kRingingHz = 550;
static constexpr float kStrongVoice = 0.9f;
// Rumble resembles itself more the shorter one waits, a voice of this pitch much less after half a period.
static constexpr double kRumbleHz = 300;
static constexpr float kRumble = 0.05f;

PitchShifter::PitchShifter(Isa isa) : tracker_(isa), marker_(isa), kernel_(PROSODIA_SELECT(kGrainKernel, isa)) {}

void PitchShifter::Run(const float* in, int64_t count, double ratio, double sample_rate_hz, float* out) {
  std::copy_n(in, count, out);
  if (count == 0 || ratio == 1) return;
  const std::vector<F0Frame>& frames = tracker_.Track(in, count, sample_rate_hz);
  const int64_t total = int64_t(frames.size());
  double end = 0;
  for (int64_t first = 0; first < total; first++) {
    if (!IsVoice(frames[first], first, sample_rate_hz)) continue;
    int64_t last = first;
    while (last + 1 < total && IsVoice(frames[last + 1], last + 1, sample_rate_hz)) last++;
    const std::vector<double>& marks = marker_.Mark(tracker_, frames, {first, last}, count, end);
    if (marks.size() >= 3) end = Synthesise(marks, ratio, count, out);
    first = last;
  }
}

bool PitchShifter::IsVoice(const F0Frame& frame, int64_t index, double sample_rate_hz) const {
  if (frame.period == 0) return false;
  const double f0_hz = sample_rate_hz / frame.period;
  if (f0_hz > kRingingHz && frame.strength < kStrongVoice) return false;
  return f0_hz <= kRumbleHz || tracker_.ResemblanceAfter(index, frame.period / 2) <=
                                   tracker_.ResemblanceAfter(index, frame.period) - kRumble;
}

double PitchShifter::Synthesise(const std::vector<double>& marks, double ratio, int64_t count, float* out) const {
  const int64_t periods = int64_t(marks.size()) - 1, grains = int64_t(std::floor(double(periods) * ratio + 1e-9));
  // Output mark j sits where the clip's marks, counted on, reach j / ratio: its pitch is `ratio` times the clip's by
  // construction, and no error of the track gets into it.
  const auto place = [&](int64_t j) {
    const double index = double(j) / ratio;
    const int64_t before = std::min(int64_t(index), periods - 1);
    return marks[before] + (index - double(before)) * (marks[before + 1] - marks[before]);
  };
  const double start = marks.front(), end = place(grains);
  const double first_period = marks[1] - marks[0], last_period = marks[periods] - marks[periods - 1];
  kernel_.fade_out({start, first_period}, count, out);
  kernel_.fade_out({end, -last_period}, count, out);
  const int64_t from = std::max<int64_t>(0, int64_t(std::floor(start)) + 1);
  const int64_t to = std::min(count, int64_t(std::ceil(end)));
  if (to > from) std::fill(out + from, out + to, 0.f);
  double before = start, here = start;
  for (int64_t j = 0; j <= grains; j++) {
    const int64_t source = std::min(periods, int64_t(double(j) / ratio + 0.5));
    const double after = j < grains ? place(j + 1) : here + last_period;
    const double source_left = source > 0 ? marks[source] - marks[source - 1] : first_period;
    const double source_right = source < periods ? marks[source + 1] - marks[source] : last_period;
    // The outermost halves are what the clip's own fade leaves.
    double left = first_period, right = last_period;
    if (j > 0) left = (1 - kHold) * (ratio > 1 ? Widened(here - before, ratio) : std::min(here - before, source_left));
    if (j < grains) right = ratio > 1 ? Widened(after - here, ratio) : std::min(after - here, source_right);
    Grain grain = {};
    grain.left = float(left);
    grain.right = float(right);
    grain.hold = j < grains ? float(kHold) : 0.f;
    // Fewer periods per second, each as strong, would be quieter.
    grain.gain = j > 0 && j < grains && ratio < 1 ? float(1 / ratio) : 1.f;
    AddGrain(here, marks[source], grain, count, out);
    before = here;
    here = after;
  }
  return end + last_period;
}

double PitchShifter::Widened(double spacing, double ratio) const {
  const double f0_hz = tracker_.band_plan().rate_hz * tracker_.band_plan().factor / (spacing * ratio);
  const double high = std::clamp((f0_hz - kHighFromHz) / (kHighToHz - kHighFromHz), 0.0, 1.0);
  return spacing * kWiden * (1 + high * (kWidenHigh - 1));
}

void PitchShifter::AddGrain(double place, double mark, Grain grain, int64_t count, float* out) const {
  const double shift = std::floor(mark - place);
  grain.first = std::max<int64_t>(0, int64_t(std::ceil(place - double(grain.left))));
  grain.last = std::min(count - 1, int64_t(std::floor(place + double(grain.right))));
  grain.centre = place;
  grain.shift = int64_t(shift);
  grain.taps = GrainTaps(mark - place - shift);
  if (grain.first <= grain.last) kernel_.add(grain, tracker_.band().samples(), count, out);
}

}  // namespace prosodia
