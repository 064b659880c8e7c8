#include "core/augment/onsets.h"

namespace prosodia {

static constexpr float kRise = 20;          // 13 dB: vowels after voiced consonants stay below, bursts and clicks do not
static constexpr float kQuietest = 1e-4f;   // 40 dB below the loudest window nobody hears whether an onset moved

void FindOnsets(const LowBand& band, const BandPlan& plan, int blocks, std::vector<float>* recent,
                std::vector<int64_t>* onsets) {
  onsets->clear();
  const float loudest = band.LargestEnergy();
  if (!(loudest > 0)) return;
  const int64_t first = -band.first(), count = band.first() + band.last();
  const float* energies = band.energies() + first;
  recent->assign(size_t(count + 2 * kEnergyBlock), 0.f);
  band.kernel().running_max(energies, count, recent->data());
  const int64_t from = kEnergyBlock * (blocks + 1);
  int64_t at = band.kernel().next_rise(energies, recent->data(), blocks, loudest * kQuietest, kRise, from, count);
  for (int64_t last = -2; at < count;) {
    // The window that rises first holds the onset in its last sample; those right after it tell of the same one.
    if (at > last + 1) onsets->push_back((first + at + kEnergyBlock - 1) * plan.factor + plan.delay);
    last = at;
    at = band.kernel().next_rise(energies, recent->data(), blocks, loudest * kQuietest, kRise, at + 1, count);
  }
}

}  // namespace prosodia
