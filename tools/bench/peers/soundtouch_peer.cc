// SoundTouch as a peer, the protocol of src/child-peer.ts:
//   soundtouch_peer stretch|pitch AMOUNT RATE_HZ CLIPS PROBE OUT     (folders of raw float32 mono)
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "SoundTouch.h"

using Clip = std::vector<float>;

static std::vector<std::filesystem::path> Files(const char* folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

static Clip Read(const std::filesystem::path& path) {
  Clip clip(std::filesystem::file_size(path) / sizeof(float));
  std::ifstream(path, std::ios::binary).read(reinterpret_cast<char*>(clip.data()), std::streamsize(clip.size() * sizeof(float)));
  return clip;
}

static Clip Change(const std::string& kind, double amount, int rate_hz, const Clip& clip) {
  soundtouch::SoundTouch touch;
  touch.setSampleRate(uint(rate_hz));
  touch.setChannels(1);
  // What soundstretch -speech -quick sets.
  touch.setSetting(SETTING_USE_QUICKSEEK, 1);
  touch.setSetting(SETTING_SEQUENCE_MS, 40);
  touch.setSetting(SETTING_SEEKWINDOW_MS, 15);
  touch.setSetting(SETTING_OVERLAP_MS, 8);
  if (kind == "stretch") touch.setTempo(amount);
  else touch.setPitchSemiTones(amount);
  touch.putSamples(clip.data(), uint(clip.size()));
  touch.flush();
  Clip out(touch.numSamples());
  touch.receiveSamples(out.data(), uint(out.size()));
  return out;
}

int main(int, char** arguments) {
  const std::string kind = arguments[1];
  const double amount = std::atof(arguments[2]);
  const int rate_hz = std::atoi(arguments[3]);
  std::vector<Clip> clips;
  for (const auto& path : Files(arguments[4])) clips.push_back(Read(path));
  for (const auto& path : Files(arguments[5])) {
    const Clip out = Change(kind, amount, rate_hz, Read(path));
    std::ofstream(arguments[6] / path.filename(), std::ios::binary)
        .write(reinterpret_cast<const char*>(out.data()), std::streamsize(out.size() * sizeof(float)));
  }
  std::cout << soundtouch::SoundTouch::getVersionString() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    const auto start = std::chrono::steady_clock::now();
    for (const Clip& clip : clips) Change(kind, amount, rate_hz, clip);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    std::cout << took.count() / double(clips.size()) << std::endl;
  }
}
