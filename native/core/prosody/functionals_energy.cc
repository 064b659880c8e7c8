// Level, loudness, energies of two regions and spectral slope: their distributions, and their gradients'.
#include "core/prosody/functional_sets.h"

namespace prosodia {

void AddLevel(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to) {
  scratch->quantiles.Take(frames.peak.data(), frames.count);
  AddDistribution(frames.peak.data(), frames.count, scratch->quantiles, to, "peak-level");
}

void AddBandEnergy(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to) {
  AddShapes({{&frames.low_energy, "energy-250-650", "energy-250-650-delta"},
             {&frames.mid_energy, "energy-1000-4000", "energy-1000-4000-delta"}},
            scratch, to);
}

void AddLoudness(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to) {
  AddShapes({{&frames.loudness, "loudness", "loudness-delta"}}, scratch, to);
}

void AddSlope(const SpeechFrames& frames, FunctionalScratch* scratch, FunctionalWriter* to) {
  AddShapes({{&frames.low_slope, "slope-0-500", "slope-0-500-delta"},
             {&frames.mid_slope, "slope-500-1500", "slope-500-1500-delta"}},
            scratch, to);
}

}  // namespace prosodia
