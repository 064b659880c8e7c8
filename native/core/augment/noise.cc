#include "core/augment/noise.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

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

// Lets `draw` fill `out` with noise and say its sum of squares, scales it to the ratio, adds `in`. Silence stays silent.
template <class Draw>
static void Mix(const float* in, int64_t count, double snr_db, float* out, const GaussianKernel& kernel, Draw draw) {
  const double signal = kernel.sum_squares(in, count);
  if (!(signal > 0)) {
    std::copy_n(in, count, out);
    return;
  }
  const double noise = draw();
  const double gain = noise > 0 ? std::sqrt(signal / noise) * std::pow(10, -snr_db / 20) : 0;
  kernel.mix(in, float(gain), count, out);
}

void AddNoise(const float* in, int64_t count, double snr_db, uint64_t seed, float* out, Isa isa) {
  const GaussianKernel& kernel = PROSODIA_SELECT(kGaussianKernel, isa);
  Mix(in, count, snr_db, out, kernel, [&] {
    GeneratorState state = Seeded(seed);
    return kernel.draw(&state, count, out);
  });
}

// Six one-pole filters side by side and a direct path: Paul Kellet's approximation of 1/f.
class PinkFilter {
 public:
  float Next(float white) {
    double sum = 0.5362 * white + delayed_;
    for (int k = 0; k < 6; k++) {
      states_[k] = kPoles[k] * states_[k] + kGains[k] * white;
      sum += states_[k];
    }
    delayed_ = 0.115926 * white;
    return float(sum);
  }

 private:
  static constexpr double kPoles[6] = {0.99886, 0.99332, 0.96900, 0.86650, 0.55000, -0.7616};
  static constexpr double kGains[6] = {0.0555179, 0.0750759, 0.1538520, 0.3104856, 0.5329522, -0.0168980};
  double states_[6] = {};
  double delayed_ = 0;
};

void AddPinkNoise(const float* in, int64_t count, double snr_db, uint64_t seed, float* out, Isa isa) {
  constexpr int64_t kSettling = 4096;  // the slowest pole forgets in 900 samples
  const GaussianKernel& kernel = PROSODIA_SELECT(kGaussianKernel, isa);
  Mix(in, count, snr_db, out, kernel, [&] {
    GeneratorState state = Seeded(seed);
    PinkFilter filter;
    std::vector<float> before(kSettling);
    kernel.draw(&state, kSettling, before.data());
    for (const float white : before) filter.Next(white);
    kernel.draw(&state, count, out);
    std::transform(out, out + count, out, [&filter](float white) { return filter.Next(white); });
    return kernel.sum_squares(out, count);
  });
}

void AddRecordedNoise(const float* in, int64_t count, const std::vector<float>& recording, double snr_db, uint64_t seed,
                      float* out, Isa isa) {
  constexpr int kTries = 16;  // a recording may begin or pause in silence
  const GaussianKernel& kernel = PROSODIA_SELECT(kGaussianKernel, isa);
  Mix(in, count, snr_db, out, kernel, [&] {
    SplitMix64 places(seed);
    const int64_t length = int64_t(recording.size());
    for (int attempt = 0; attempt < kTries && length > 0; attempt++) {
      int64_t place = int64_t(places.Next() % uint64_t(length));
      for (int64_t done = 0; done < count; place = 0) {
        const int64_t part = std::min(count - done, length - place);
        std::copy_n(recording.begin() + place, part, out + done);
        done += part;
      }
      const double noise = kernel.sum_squares(out, count);
      if (noise > 0) return noise;
    }
    throw std::invalid_argument("Expected a recording with sound in it for noise");
  });
}

}  // namespace prosodia
