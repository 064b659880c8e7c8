// Counts a piece of work's instructions for scripts/instructions.mjs: instructions WORK prints them, with the instruction
// set that ran. The processor traps after each one, so no tool is needed and nothing else on the machine shows. x86-64.
#include <signal.h>
#include <x86intrin.h>

#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/augment/augmentation.h"
#include "core/feature_matrix.h"
#include "core/resample.h"
#include "core/wav.h"

namespace {

using namespace prosodia;

constexpr double kSec = 0.348;  // 16 frames of librosa's defaults: whole vectors of frames in every instruction set
volatile std::uint64_t traps = 0;

void Trapped(int) { traps = traps + 1; }

std::uint64_t InstructionsOf(const std::function<void()>& work) {
  constexpr unsigned long long kTrapFlag = 0x100;
  work();  // plans, tables and memory are there from here on
  struct sigaction action = {};
  action.sa_handler = Trapped;
  sigaction(SIGTRAP, &action, nullptr);
  __writeeflags(__readeflags() | kTrapFlag);
  work();
  __writeeflags(__readeflags() & ~kTrapFlag);
  return traps;
}

// A saw in a little noise: what is heard changes no count of features, silence aside.
std::vector<std::uint8_t> Pcm16(int rate_hz) {
  std::vector<std::uint8_t> bytes;
  std::uint32_t state = 1;
  for (int i = 0; i < int(kSec * rate_hz); i++) {
    state = state * 1'664'525u + 1'013'904'223u;
    const int sample = i * 7'000 / rate_hz * 97 % 8'000 + int(state >> 24);
    bytes.push_back(std::uint8_t(sample));
    bytes.push_back(std::uint8_t(sample >> 8));
  }
  return bytes;
}

WavLayout Layout(const std::vector<std::uint8_t>& bytes, int rate_hz) {
  WavLayout wav;
  wav.sample_rate_hz = rate_hz;
  wav.channels = 1;
  wav.frames = bytes.size() / 2;
  wav.data = bytes.data();
  return wav;
}

std::vector<float> Samples(int rate_hz) {
  const std::vector<std::uint8_t> bytes = Pcm16(rate_hz);
  std::vector<float> samples(bytes.size() / 2);
  ReadWavSamples(Layout(bytes, rate_hz), 0, samples.size(), samples.data());
  return samples;
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<float> clip = Samples(22'050), fast = Samples(48'000);
  const std::vector<std::uint8_t> bytes = Pcm16(48'000);
  const auto plan = PlanFor(FeatureConfig{});
  std::vector<float> out(2 * clip.size());
  Augmenter augmenter;
  const auto change = [&](AugmentKind kind, double amount) {
    augmenter.Run({kind, amount, 1, nullptr}, clip.data(), std::int64_t(clip.size()), 22'050, out.data());
  };
  const std::map<std::string, std::function<void()>> works = {
      {"mfcc", [&] { ExtractFeatures(*plan, SourceOf(clip.data(), clip.size(), 22'050)); }},
      {"resample", [&] { Resample(fast.data(), fast.size(), 48'000, 22'050); }},
      {"wav", [&] { ExtractFeatures(*plan, SourceOf(Layout(bytes, 48'000))); }},
      {"noise", [&] { change(AugmentKind::kNoise, 15); }},
      {"stretch", [&] { change(AugmentKind::kStretch, 0.8); }},
      {"pitch", [&] { change(AugmentKind::kPitch, 2); }},
  };
  const auto work = count == 2 ? works.find(arguments[1]) : works.end();
  if (work == works.end()) return 2;
  const std::uint64_t instructions = InstructionsOf(work->second);
  std::printf("%s %.0f\n", IsaName(ChosenIsa()), double(instructions) / kSec);
}
