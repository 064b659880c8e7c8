#include "core/prosody/f0_track.h"

#include <algorithm>
#include <cmath>

namespace prosodia {

static constexpr double kWindowSec = 0.0232, kHopSec = 0.0058;
static constexpr double kShortestLagHz = 1100, kLongestLagHz = 57;  // beyond the range allowed, so that its ends can peak
static constexpr double kPass = 0.64;
static constexpr float kPeak = 0.3f;           // weaker correlations are no candidates
static constexpr float kUnvoiced = 0.45f;      // what an unvoiced frame scores
static constexpr float kOctaveCost = 0.03f;    // per octave of lag: of two equal peaks the shorter period
static constexpr float kJumpCost = 0.8f;       // per octave between frames
static constexpr float kVoicingCost = 0.15f;   // each change between voiced and unvoiced
static constexpr float kSilence = 3e-5f;       // 45 dB below the loudest window
static constexpr float kTiny = 1e-6f;
static constexpr double kLeastRateHz = 2000;

F0Tracker::Plan::Plan(double rate)
    : sample_rate_hz(rate),
      band(rate, kPass, 2.5 / kLongestLagHz + kWindowSec),
      window_blocks(std::max(1, int(std::lround(kWindowSec * band.rate_hz / kEnergyBlock)))),
      band_hop(std::max<int64_t>(1, std::lround(kHopSec * band.rate_hz))),
      hop(band_hop * band.factor),
      // Half the window, half of a middling lag (so that the pair of windows is centred), and the decimator's delay.
      lead(window_blocks * kEnergyBlock / 2 + std::lround(0.0036 * band.rate_hz) + band.delay / band.factor),
      first_lag(std::max(3, int(band.rate_hz / kShortestLagHz))),
      lags(std::max(kLagSlack, int(std::ceil(band.rate_hz / kLongestLagHz)) + 1 - first_lag)),
      least_lag(std::max(first_lag + 1, int(band.rate_hz / kHighestHz))),
      most_lag(std::min(first_lag + lags - 2, int(std::ceil(band.rate_hz / kLowestHz)))) {}

F0Tracker::F0Tracker(Isa isa) : band_(isa), kernel_(PROSODIA_SELECT(kCorrelateKernel, isa)), plan_(22050) {}

const std::vector<F0Frame>& F0Tracker::Track(const float* in, int64_t count, double sample_rate_hz) {
  if (plan_.sample_rate_hz != sample_rate_hz) plan_ = Plan(sample_rate_hz);
  band_.Fill(in, count, plan_.band);
  band_.WidenEnergies(plan_.window_blocks);
  const float loudest = band_.LargestEnergy();
  silence_ = loudest * kSilence + 1e-30f;
  tiny_ = loudest * kTiny + 1e-30f;
  const size_t frames = size_t(1 + count / plan_.hop);
  frames_.assign(frames, {0, 0, 0});
  if (sample_rate_hz < kLeastRateHz) return frames_;
  candidates_.resize(frames);
  correlations_.resize(size_t(plan_.lags + 2 * kLagSlack));
  peaks_.resize(size_t(plan_.lags));
  for (size_t frame = 0; frame < frames; frame++) FindCandidates(int64_t(frame), &candidates_[frame]);
  FindPath();
  return frames_;
}

void F0Tracker::FindCandidates(int64_t frame, Candidates* found) {
  found->count = 0;
  found->highest = 0;
  const int64_t start = frame * plan_.band_hop - plan_.lead;
  const float energy = band_.energies()[start];
  if (energy < silence_) return;
  const float* window = band_.band() + start;
  kernel_.correlate(window, window + plan_.first_lag, plan_.window_blocks * kEnergyBlock, plan_.lags,
                    correlations_.data());
  kernel_.normalise(correlations_.data(), band_.energies() + start + plan_.first_lag, energy, tiny_, plan_.lags);
  const int first = plan_.least_lag - plan_.first_lag, count = plan_.most_lag - plan_.least_lag + 1;
  const int peaks = kernel_.peaks(correlations_.data() + first, count, kPeak, peaks_.data(), int(peaks_.size()));
  for (int i = 0; i < peaks; i++) AddCandidate(first + peaks_[i], found);
}

float F0Tracker::ResemblanceAfter(int64_t frame, float samples) const {
  const int64_t start = frame * plan_.band_hop - plan_.lead, lag = std::lround(samples / float(plan_.band.factor));
  float product[kLagSlack];
  kernel_.correlate(band_.band() + start, band_.band() + start + lag, plan_.window_blocks * kEnergyBlock, 1, product);
  kernel_.normalise(product, band_.energies() + start + lag, band_.energies()[start], tiny_, 1);
  return product[0];
}

void F0Tracker::AddCandidate(int place, Candidates* found) const {
  const float before = correlations_[place - 1], peak = correlations_[place], after = correlations_[place + 1];
  const float bend = before - 2 * peak + after;
  const float offset = bend < 0 ? 0.5f * (before - after) / bend : 0.f;
  Candidate candidate;
  candidate.lag = float(place + plan_.first_lag) + offset;
  candidate.log_lag = std::log2(candidate.lag);
  const float height = std::min(1.f, peak - 0.25f * (before - after) * offset);
  found->highest = std::max(found->highest, height);
  candidate.score = height - kOctaveCost * (candidate.log_lag - std::log2(float(plan_.band.rate_hz / 690)));
  if (found->count < kCandidates) {
    found->list[found->count++] = candidate;
    return;
  }
  const auto weakest = std::min_element(found->list, found->list + kCandidates,
                                        [](const Candidate& a, const Candidate& b) { return a.score < b.score; });
  if (candidate.score > weakest->score) *weakest = candidate;
}

void F0Tracker::FindPath() {
  constexpr int kStates = kCandidates + 1;  // 0 is unvoiced
  const int64_t frames = int64_t(candidates_.size());
  scores_.resize(size_t(frames * kStates));
  came_from_.resize(size_t(frames * kStates));
  const Candidates nothing = {};
  const float start[kStates] = {};
  for (int64_t f = 0; f < frames; f++) {
    const Candidates &now = candidates_[f], &past = f > 0 ? candidates_[f - 1] : nothing;
    const float* before = f > 0 ? &scores_[(f - 1) * kStates] : start;
    float* score = &scores_[f * kStates];
    int8_t* from = &came_from_[f * kStates];
    score[0] = before[0];
    from[0] = 0;
    for (int j = 0; j < past.count; j++) {
      const float value = before[j + 1] - kVoicingCost;
      if (value > score[0]) score[0] = value, from[0] = int8_t(j + 1);
    }
    score[0] += kUnvoiced;
    for (int i = 0; i < now.count; i++) {
      float best = before[0] - (f > 0 ? kVoicingCost : 0);
      int8_t state = 0;
      for (int j = 0; j < past.count; j++) {
        const float value = before[j + 1] - kJumpCost * std::fabs(now.list[i].log_lag - past.list[j].log_lag);
        if (value > best) best = value, state = int8_t(j + 1);
      }
      score[i + 1] = best + now.list[i].score;
      from[i + 1] = state;
    }
    // Only differences matter; without this an hour of frames would eat the precision of the sums.
    const float base = *std::max_element(score, score + now.count + 1);
    for (int i = 0; i <= now.count; i++) score[i] -= base;
  }
  const float* last = &scores_[(frames - 1) * kStates];
  int state = int(std::max_element(last, last + candidates_[frames - 1].count + 1) - last);
  for (int64_t f = frames - 1; f >= 0; f--) {
    frames_[f].correlation = candidates_[f].highest;
    if (state > 0) {
      const Candidate& chosen = candidates_[f].list[state - 1];
      frames_[f].period = chosen.lag * float(plan_.band.factor);
      frames_[f].strength = std::clamp(chosen.score, 0.f, 1.f);
    }
    state = came_from_[f * kStates + state];
  }
}

}  // namespace prosodia
