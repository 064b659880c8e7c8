#include "core/kernels/speech_frame.h"

#include "core/kernels/exponential.h"

namespace prosodia::PROSODIA_ISA {
namespace {

constexpr float kLnPerDb = 0.230258509299404568f;
constexpr float kLoudnessPower = 0.3f;  // Zwicker's exponent, as for an auditory spectrum

void Levels(const float* db, long frames, float floor_db, float ceiling_db, float* levels, float* power) {
  const F32 floor = Broadcast(floor_db), ceiling = Broadcast(ceiling_db);
  for (long frame = 0; frame < frames; frame++, db += kSpeechBands, levels += kSpeechBands) {
    F32 sum{};
    for (int band = 0; band < kSpeechBands; band += kLanes) {
      const F32 level = Min(Max(Load(db + band), floor), ceiling) * kLnPerDb;
      Store(levels + band, level);
      sum += Exp(level);
    }
    power[frame] = Sum(sum);
  }
}

void Cepstrum(const SpeechBandTables& tables, const float* levels, float* out) {
  constexpr int kVectors = kCepstrumRow / kLanes;
  F32 sum[kVectors] = {};
  const float* row = tables.dct;
  for (int band = 0; band < kSpeechBands; band++, row += kCepstrumRow) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; v++) sum[v] += Load(row + v * kLanes) * levels[band];
  }
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; v++) Store(out + v * kLanes, sum[v]);
}

void Describe(const SpeechBandTables& tables, const float* levels, SpeechFrame* frame, float* cepstrum) {
  F32 loudness{}, low{}, mid{}, low_slope{}, mid_slope{}, sum{}, peak = Load(levels);
  for (int band = 0; band < kSpeechBands; band += kLanes) {
    const F32 level = Load(levels + band), power = Exp(level);
    loudness += Exp(level * kLoudnessPower);
    low += power * Load(tables.low_energy + band);
    mid += power * Load(tables.mid_energy + band);
    low_slope += level * Load(tables.low_slope + band);
    mid_slope += level * Load(tables.mid_slope + band);
    sum += level;
    peak = Max(peak, level);
  }
  *frame = {Sum(loudness),  Sum(low),  Sum(mid), Sum(low_slope),
            Sum(mid_slope), Sum(sum) / kSpeechBands, MaxLane(peak)};
  Cepstrum(tables, levels, cepstrum);
}

}  // namespace

extern const SpeechFrameKernel kSpeechFrameKernel;
const SpeechFrameKernel kSpeechFrameKernel = {Levels, Describe};

}  // namespace prosodia::PROSODIA_ISA
