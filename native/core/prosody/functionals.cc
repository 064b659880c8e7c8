#include "core/prosody/functionals.h"

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

void AddAll(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to) {
  for (const auto& group : kGroups) {
    to->Group(group.name);
    group.add(frames, scratch, to);
  }
}

std::vector<Functional> MakeTable() {
  SpeechFrames frames;
  frames.Resize(1);
  FunctionalScratch scratch;
  std::vector<Functional> table;
  FunctionalWriter writer(&table);
  AddAll(frames, &scratch, &writer);
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

std::vector<float> FunctionalExtractor::Extract(const SampleSource& clip) {
  std::vector<float> values;
  values.reserve(FunctionalTable().size());
  FunctionalWriter writer(&values);
  AddAll(analyser_.Analyse(clip), &scratch_, &writer);
  return values;
}

}  // namespace prosodia
