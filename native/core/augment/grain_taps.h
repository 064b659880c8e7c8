// Interpolation between samples that keeps what lies close to half the sample rate: with four points a voice of 8 kHz lost up
// to 12 dB of its highest formants, more or less as its periods fell between samples.
#pragma once

#include "core/kernels/grain.h"

namespace prosodia {

// kGrainTaps taps for the place `fraction`, in [0, 1), after a sample (to 1/512 of one); they live as long as the program.
const float* GrainTaps(double fraction);

}  // namespace prosodia
