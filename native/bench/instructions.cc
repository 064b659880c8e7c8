// Work for scripts/instructions.mjs to count: instructions WORK REPETITIONS, WORK one of mfcc, resample, wav.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/feature_matrix.h"
#include "core/resample.h"
#include "core/wav.h"

namespace {

constexpr int kSeconds = 2;

// A saw in a little noise: what is heard changes no count, silence aside.
std::vector<std::uint8_t> Pcm16(int rate_hz) {
  std::vector<std::uint8_t> bytes;
  std::uint32_t state = 1;
  for (int i = 0; i < kSeconds * rate_hz; i++) {
    state = state * 1'664'525u + 1'013'904'223u;
    const int sample = i * 7'000 / rate_hz * 97 % 8'000 + int(state >> 24);
    bytes.push_back(std::uint8_t(sample));
    bytes.push_back(std::uint8_t(sample >> 8));
  }
  return bytes;
}

}  // namespace

int main(int count, char** arguments) {
  using namespace prosodia;
  if (count != 3) return 2;
  const std::string work = arguments[1];
  const int rate_hz = work == "mfcc" ? 22'050 : 48'000;
  const std::vector<std::uint8_t> bytes = Pcm16(rate_hz);
  WavLayout wav;
  wav.sample_rate_hz = rate_hz;
  wav.channels = 1;
  wav.frames = bytes.size() / 2;
  wav.data = bytes.data();
  std::vector<float> samples(wav.frames);
  ReadWavSamples(wav, 0, wav.frames, samples.data());
  const auto plan = PlanFor(FeatureConfig{});
  double sum = 0;
  for (int i = 0; i < std::atoi(arguments[2]); i++) {
    if (work == "resample") {
      sum += Resample(samples.data(), samples.size(), rate_hz, 22'050).back();
    } else if (work == "wav") {
      sum += ExtractFeatures(*plan, SourceOf(wav)).data.back();
    } else {
      sum += ExtractFeatures(*plan, SourceOf(samples.data(), samples.size(), rate_hz)).data.back();
    }
  }
  std::printf("%g\n", sum);
}
