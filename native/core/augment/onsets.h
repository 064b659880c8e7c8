// Where sound starts suddenly (clicks, bursts of stops): places a splice must neither repeat, skip nor blend.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/augment/low_band.h"

namespace prosodia {

// Full-rate samples at which the band's energy over 16 samples (3 ms) exceeds `ratio` times all that of the `blocks` · 16
// band samples before it, in rising order. `band` holds energies over kEnergyBlock samples; `recent` is scratch.
void FindOnsets(const LowBand& band, const BandPlan& plan, int blocks, std::vector<float>* recent,
                std::vector<int64_t>* onsets);

}  // namespace prosodia
