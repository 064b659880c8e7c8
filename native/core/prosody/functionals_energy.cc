// Level, loudness, energies of two regions and spectral slope: their distributions, and their gradients'.
#include "core/prosody/functional_sets.h"

namespace prosodia {

void AddLevel(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to) {
  AddDistribution(frames.peak.data(), frames.count, scratch, to, "peak-level");
}

void AddBandEnergy(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to) {
  AddShapeAndDelta(frames.low_energy, scratch, to, "energy-250-650", "energy-250-650-delta");
  AddShapeAndDelta(frames.mid_energy, scratch, to, "energy-1000-4000", "energy-1000-4000-delta");
}

void AddLoudness(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to) {
  AddShapeAndDelta(frames.loudness, scratch, to, "loudness", "loudness-delta");
}

void AddSlope(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to) {
  AddShapeAndDelta(frames.low_slope, scratch, to, "slope-0-500", "slope-0-500-delta");
  AddShapeAndDelta(frames.mid_slope, scratch, to, "slope-500-1500", "slope-500-1500-delta");
}

}  // namespace prosodia
