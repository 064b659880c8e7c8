#include "core/augment/splice_search.h"

#include <algorithm>
#include <cmath>

#include "core/augment/onsets.h"

namespace prosodia {

// What these numbers were found to do on RAVDESS clips, tuned on clips other than those the quality figures come from:
static constexpr double kHopSec = 0.008;
static constexpr double kFadeSec = 0.0066;
static constexpr double kWindowSec = 0.0116;     // compared; a period of 90 Hz: shorter windows detune a voice of 80 Hz
static constexpr double kReachSec = 0.015;
static constexpr double kLagSec = 0.0145;
static constexpr double kLeastLagSec = 0.0025;
static constexpr double kGuardSec = 0.002;
static constexpr double kMostDriftSec = 0.030;
static constexpr double kPenalty = 6;            // at 10 ms: voiced speech jumps one period as soon as drift exceeds half
static constexpr double kPastAimSec = 0.0030;    // without it drift is half a splice on average
static constexpr float kGain = 0.1f;             // a splice must win by this much: fewer splices
static constexpr float kSilence = 3e-7f;         // 65 dB below the loudest window
static constexpr float kTiny = 1e-7f;
static constexpr float kPoor = 0.6f, kMuchBetter = 0.3f;
static constexpr float kVoiced = 0.8f;           // similarity at which the two sides are the same sound
static constexpr double kPass = 0.8;

StretchPlan::StretchPlan(double rate)
    : sample_rate_hz(rate),
      band(rate, kPass, 2 * kMostDriftSec + 2 * kWindowSec + 2 * kReachSec + 4 * kHopSec),
      hop(std::max<int64_t>(32, int64_t(kHopSec * rate)) / 16 * 16),
      fade(std::clamp<int64_t>(int64_t(kFadeSec * rate) / 16 * 16, 16, hop)),
      guard(int64_t(kGuardSec * rate)),
      most_drift(std::max<int64_t>(2 * hop, int64_t(kMostDriftSec * rate))),
      window_blocks(std::max(1, int(std::lround(kWindowSec * band.rate_hz / kEnergyBlock)))),
      reach(std::max<int64_t>(2, std::lround(kReachSec * band.rate_hz))),
      least_lag(std::max<int64_t>(1, std::lround(kLeastLagSec * band.rate_hz))),
      most_lag(std::max<int64_t>(least_lag + 1, std::lround(kLagSec * band.rate_hz))),
      penalty(float(kPenalty / (1e-4 * rate * rate))),
      past_aim(float(kPastAimSec * rate)) {}

void SpliceSearch::Prepare(const float* in, int64_t count, double sample_rate_hz, bool faster) {
  if (plan_.sample_rate_hz != sample_rate_hz) plan_ = StretchPlan(sample_rate_hz);
  count_ = count;
  next_onset_ = 0;
  carry_ = 0;
  past_aim_ = faster ? plan_.past_aim : -plan_.past_aim;
  band_.Fill(in, count, plan_.band);
  FindOnsets(band_, plan_.band, plan_.window_blocks, &recent_, &onsets_);
  band_.WidenEnergies(plan_.window_blocks);
  const float loudest = band_.LargestEnergy();
  tiny_ = loudest * kTiny + 1e-30f;
  silence_ = loudest * kSilence;
  products_.resize(size_t(std::max({2 * plan_.reach, plan_.most_lag, 2 * int64_t(plan_.band.factor)}) + 1 + kLagSlack));
  energies_.resize(size_t(2 * plan_.band.factor + 1 + 2 * kLagSlack));
}

SpliceSearch::Bounds SpliceSearch::BetweenOnsets(int64_t at) {
  while (next_onset_ > 0 && onsets_[next_onset_ - 1] >= at - plan_.guard) next_onset_--;
  while (next_onset_ < onsets_.size() && onsets_[next_onset_] < at - plan_.guard) next_onset_++;
  const int64_t behind = next_onset_ > 0 ? onsets_[next_onset_ - 1] + plan_.guard : 0;
  const int64_t ahead = next_onset_ < onsets_.size() ? onsets_[next_onset_] - plan_.fade - plan_.guard : count_ + plan_.band.margin;
  return {behind, ahead};
}

Splice SpliceSearch::Choose(int64_t at, int64_t ideal) {
  const Splice none = {at, 1};
  if (at == ideal) return none;
  Bounds bounds = BetweenOnsets(at);
  const bool lost = std::abs(at - ideal) >= plan_.most_drift;
  if (bounds.last <= at && !lost) return none;
  const float* energies = band_.energies();
  const int factor = plan_.band.factor;
  if (energies[at / factor] < silence_ && energies[ideal / factor] < silence_ && ideal >= bounds.first &&
      ideal <= bounds.last) {
    return {ideal, 0};
  }
  if (lost) {
    bounds = {0, count_};
  } else {
    bounds.first = std::max(bounds.first, at - plan_.most_lag * factor);
    bounds.last = std::min({bounds.last, at + plan_.most_lag * factor, count_});
  }
  const int64_t to = SearchBand(at, ideal, bounds);
  return to == at ? none : Refine(at, to);
}

int64_t SpliceSearch::SearchBand(int64_t at, int64_t ideal, Bounds bounds) {
  const int factor = plan_.band.factor;
  const int64_t from = at / factor, offset = at - from * factor;
  const float energy = band_.energies()[from], drift = float(at - ideal);
  const float stay = 2 * energy / (2 * energy + tiny_) - plan_.penalty * drift * drift + kGain;
  // A similarity is at most 1, so only so much drift can still win: mostly that leaves a third of the candidates.
  if (stay >= 1) return at;
  const float radius = std::min(std::sqrt((1 - stay) / plan_.penalty), float(plan_.reach * factor));
  const float aim = float(ideal - offset) + past_aim_;
  const auto down = [factor](double value) { return int64_t(std::floor(value / factor)); };
  const int64_t first = std::max(-down(-(double(aim) - radius)), -down(-double(bounds.first - offset)));
  const int64_t last = std::min({down(double(aim) + radius), down(double(bounds.last - offset)), first + 2 * plan_.reach});
  if (last < first) return at;
  const auto drift_of = [&](int64_t place) { return float(place * factor + offset - ideal) - past_aim_; };
  const SpliceChoice best = Best(from, first, last, drift_of(first), plan_.penalty);
  if (best.score <= stay) return at;
  const float landed = drift_of(first + best.candidate), similarity = best.score + plan_.penalty * landed * landed;
  if (similarity < kPoor) {
    // Within a voice a jump out of step is heard. If a whole period fits much better, only that one will do: now, or once
    // drift is worth it.
    const int64_t low = std::max(at < ideal ? from + plan_.least_lag : from - plan_.most_lag, -band_.first());
    const SpliceChoice period = Best(from, low, low + plan_.most_lag - plan_.least_lag, 0, 0);
    if (period.score > similarity + kMuchBetter) {
      const int64_t place = low + period.candidate, to = place * factor + offset;
      const bool worth = period.score - plan_.penalty * drift_of(place) * drift_of(place) > stay;
      return worth && to >= bounds.first && to <= bounds.last ? to : at;
    }
  }
  return (first + best.candidate) * factor + offset;
}

SpliceChoice SpliceSearch::Best(int64_t from, int64_t first, int64_t last, float first_drift, float penalty) {
  SpliceQuery query = {};
  query.from = band_.band() + from;
  query.to = band_.band() + first;
  query.to_energies = band_.energies() + first;
  query.window = plan_.window_blocks * kEnergyBlock;
  query.candidates = int(last - first + 1);
  query.from_energy = band_.energies()[from];
  query.tiny = tiny_;
  query.first_drift = first_drift;
  query.drift_step = float(plan_.band.factor);
  query.drift_penalty = penalty;
  return kernel_.best_splice(query, products_.data());
}

Splice SpliceSearch::Refine(int64_t at, int64_t to) {
  const int factor = plan_.band.factor, window = plan_.window_blocks * kEnergyBlock * factor, lags = 2 * factor + 1;
  const float* from = samples() + at;
  const float* first = samples() + to - factor;
  kernel_.correlate(from, first, window, lags, products_.data());
  const LagPeak peak = kernel_.peak(products_.data(), first, window, lags, energies_.data());
  const float similarity = peak.product / std::sqrt(kernel_.sum_squares(from, window) + 1e-30f);
  // A splice falls on a whole sample. Of a steady voice each would err the same way and detune it, so what one errs the
  // next makes up for.
  carry_ = similarity > kVoiced ? carry_ + double(peak.offset) : 0;
  const int64_t whole = std::llround(carry_);
  carry_ -= double(whole);
  const int64_t chosen = std::clamp<int64_t>(to - factor + peak.lag + whole, 0, count_);
  return {chosen, std::clamp(similarity, -1.f, 1.f)};
}

}  // namespace prosodia
