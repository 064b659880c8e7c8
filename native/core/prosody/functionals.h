// Clip-level statistics of speech as one named, versioned vector: what small models stand on.
//
// Groups (functionals_*.cc) add their values in a fixed order; run once with a table in place of values,
// the same code says what they are called. The order is the version: never change a group without a new one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/prosody/speech_frames.h"
#include "core/prosody/statistics.h"

namespace prosodia {

struct Functional {
  std::string name;   // contour, perhaps its number, and statistic: `cepstrum3.p50`
  const char* group;
};

// Takes the values, or the names, of the statistics as they are made.
class FunctionalWriter {
 public:
  explicit FunctionalWriter(std::vector<float>* values) : values_(values) {}
  explicit FunctionalWriter(std::vector<Functional>* table) : table_(table) {}

  void Group(const char* name) { group_ = name; }
  // One statistic of a contour; `number` tells contours of one kind apart.
  void Add(double value, const char* statistic, const char* contour, int number = -1);

 private:
  std::vector<float>* values_ = nullptr;
  std::vector<Functional>* table_ = nullptr;
  const char* group_ = "";
};

// Scratch that the groups share.
struct FunctionalScratch {
  Quantiles quantiles;
  ColumnQuantiles columns;
  std::vector<std::vector<float>> deltas;
  std::vector<float> delta, second_delta, selected;
};

// Which groups are wanted: bit i is the i-th of the vector.
using FunctionalGroups = std::uint32_t;
inline constexpr FunctionalGroups kAllFunctionals = ~FunctionalGroups{0};

// The bit of the group of this name. Throws std::invalid_argument.
FunctionalGroups FunctionalGroup(const std::string& name);

// The groups, each a part of the vector. `frames` has at least one frame.
void AddCepstrum(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to);
void AddPitch(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to);
void AddLevel(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to);
void AddModulation(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to);
void AddThirds(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to);
void AddContours(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to);
void AddVoicedSpectrum(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to);
void AddDynamics(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to);
void AddPitchShape(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to);
void AddBandEnergy(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to);
void AddLoudness(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to);
void AddSlope(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to);
void AddCepstrumDelta(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to);

// Names and groups of the vector's values, in order.
const std::vector<Functional>& FunctionalTable();

// One clip's vector after another; one per thread.
class FunctionalExtractor {
 public:
  // The values of the groups wanted, in the vector's order.
  std::vector<float> Extract(const SampleSource& clip, FunctionalGroups groups = kAllFunctionals);

 private:
  SpeechAnalyser analyser_;
  FunctionalScratch scratch_;
};

}  // namespace prosodia
