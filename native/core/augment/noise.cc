#include "core/augment/noise.h"

#include <algorithm>
#include <cmath>

#include "core/rng.h"

namespace prosodia {

static GeneratorState Seeded(uint64_t seed) {
  SplitMix64 words(seed);
  GeneratorState state;
  for (auto& row : state.words) {
    for (uint32_t& word : row) word = uint32_t(words.Next() >> 32);
  }
  // xoshiro's one bad state is all zeros.
  for (uint32_t& word : state.words[0]) word |= 1;
  return state;
}

void AddNoise(const float* in, int64_t count, double snr_db, uint64_t seed, float* out, Isa isa) {
  const GaussianKernel& kernel = PROSODIA_SELECT(kGaussianKernel, isa);
  const double signal = kernel.sum_squares(in, count);
  if (!(signal > 0)) {
    std::copy_n(in, count, out);
    return;
  }
  GeneratorState state = Seeded(seed);
  const double noise = kernel.draw(&state, count, out);
  const double gain = noise > 0 ? std::sqrt(signal / noise) * std::pow(10, -snr_db / 20) : 0;
  kernel.mix(in, float(gain), count, out);
}

}  // namespace prosodia
