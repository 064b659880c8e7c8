#include "core/prosody/functionals.h"

#include <stdexcept>

namespace prosodia {
namespace {

using AddGroup = void (*)(const SpeechFrames&, FunctionalScratch*, FunctionalWriter*);

constexpr struct {
  const char* name;
  AddGroup add;
} kGroups[] = {
    {"cepstrum", AddCepstrum},
    {"pitch", AddPitch},
    {"level", AddLevel},
    {"modulation", AddModulation},
    {"thirds", AddThirds},
    {"contours", AddContours},
    {"voiced-spectrum", AddVoicedSpectrum},
    {"dynamics", AddDynamics},
    {"pitch-shape", AddPitchShape},
    {"band-energy", AddBandEnergy},
    {"loudness", AddLoudness},
    {"slope", AddSlope},
    {"cepstrum-delta", AddCepstrumDelta},
};

void AddGroups(const SpeechFrames& frames, FunctionalGroups wanted, FunctionalScratch* scratch, FunctionalWriter* to) {
  FunctionalGroups bit = 1;
  for (const auto& group : kGroups) {
    to->Group(group.name);
    if (wanted & bit) group.add(frames, scratch, to);
    bit <<= 1;
  }
}

std::vector<Functional> MakeTable() {
  SpeechFrames frames;
  frames.Resize(1);
  FunctionalScratch scratch;
  std::vector<Functional> table;
  FunctionalWriter writer(&table);
  AddGroups(frames, kAllFunctionals, &scratch, &writer);
  return table;
}

}  // namespace

void FunctionalWriter::Add(double value, const char* statistic, const char* contour, int number) {
  if (values_) {
    values_->push_back(float(value));
  } else {
    const std::string which = number < 0 ? "" : std::to_string(number);
    table_->push_back({contour + which + "." + statistic, group_});
  }
}

const std::vector<Functional>& FunctionalTable() {
  static const auto* table = new std::vector<Functional>(MakeTable());
  return *table;
}

FunctionalGroups FunctionalGroup(const std::string& name) {
  FunctionalGroups bit = 1;
  for (const auto& group : kGroups) {
    if (name == group.name) return bit;
    bit <<= 1;
  }
  throw std::invalid_argument("Expected a group of functionals but received " + name);
}

std::vector<float> FunctionalExtractor::Extract(const SampleSource& clip, FunctionalGroups groups) {
  std::vector<float> values;
  values.reserve(FunctionalTable().size());
  FunctionalWriter writer(&values);
  AddGroups(analyser_.Analyse(clip), groups, &scratch_, &writer);
  return values;
}

}  // namespace prosodia
