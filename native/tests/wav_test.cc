// The WAV reader on its own: run this under AddressSanitizer, where one byte too far ends the program.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/sample_source.h"
#include "core/wav.h"

namespace prosodia {
namespace {

using Bytes = std::vector<std::uint8_t>;

void Add(Bytes& bytes, std::uint64_t value, int count) {
  for (int i = 0; i < count; i++) bytes.push_back(std::uint8_t(value >> 8 * i));
}
void AddWord(Bytes& bytes, const char* word) { bytes.insert(bytes.end(), word, word + 4); }

// A file of `frames` frames whose bytes count up.
Bytes WavFile(int tag, int channels, int bits, std::uint32_t frames) {
  Bytes bytes;
  const std::uint32_t data = frames * channels * bits / 8;
  AddWord(bytes, "RIFF");
  Add(bytes, 36 + data, 4);
  AddWord(bytes, "WAVE");
  AddWord(bytes, "fmt ");
  Add(bytes, 16, 4);
  Add(bytes, tag, 2);
  Add(bytes, channels, 2);
  Add(bytes, 16'000, 4);
  Add(bytes, 16'000 * channels * bits / 8, 4);
  Add(bytes, channels * bits / 8, 2);
  Add(bytes, bits, 2);
  AddWord(bytes, "data");
  Add(bytes, data, 4);
  for (std::uint32_t i = 0; i < data; i++) bytes.push_back(std::uint8_t(7 * i));
  return bytes;
}

// Reads from a block that ends where the file ends.
std::vector<float> Read(const Bytes& file) {
  const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[file.size()]);
  std::copy(file.begin(), file.end(), exact.get());
  const WavLayout wav = ParseWav(exact.get(), file.size());
  std::vector<float> samples(wav.frames);
  ReadWavSamples(wav, 0, wav.frames, samples.data());
  return samples;
}

TEST(Wav, ReadsEveryEncoding) {
  for (const auto& [tag, bits] : std::vector<std::pair<int, int>>{{1, 8}, {1, 16}, {1, 24}, {1, 32}, {3, 32}, {3, 64}}) {
    for (const int channels : {1, 2, 5}) EXPECT_EQ(Read(WavFile(tag, channels, bits, 33)).size(), 33u);
  }
  Bytes file = WavFile(1, 2, 16, 1);
  const std::int16_t frame[2] = {16'384, -8'192};
  std::memcpy(file.data() + file.size() - 4, frame, 4);
  EXPECT_EQ(Read(file), std::vector<float>{0.125f});
}

TEST(Wav, ReadsAnyPieceAlike) {
  const Bytes file = WavFile(1, 2, 24, 500);
  const WavLayout wav = ParseWav(file.data(), file.size());
  const std::vector<float> whole = Read(file);
  std::vector<float> piece(123);
  SourceOf(wav).read(77, piece.size(), piece.data());
  EXPECT_EQ(piece, std::vector<float>(whole.begin() + 77, whole.begin() + 200));
}

TEST(Wav, MutatedFilesGiveSamplesOrAnError) {
  std::mt19937 random(2026);
  int read = 0, refused = 0;
  for (int round = 0; round < 20'000; round++) {
    const int bits[] = {8, 16, 24, 32, 64}, pick = int(random() % 5);
    Bytes file = WavFile(pick == 4 ? 3 : 1, 1 + int(random() % 3), bits[pick], random() % 40);
    for (int change = int(random() % 5); change >= 0; change--) {
      const std::size_t at = random() % std::min<std::size_t>(file.size(), 64);
      if (random() % 8 == 0) {
        file.resize(random() % (file.size() + 1));
        break;
      }
      if (random() % 4 == 0 && at + 4 <= file.size()) {
        std::memset(file.data() + at, random() % 2 ? 255 : 0, 4);
      } else {
        file[at] = std::uint8_t(random());
      }
    }
    try {
      read += Read(file).size() < std::size_t{1} << 20;
    } catch (const std::exception& error) {
      EXPECT_GT(std::string(error.what()).size(), 5u);
      refused++;
    }
  }
  EXPECT_GT(read, 1'000);
  EXPECT_GT(refused, 1'000);
}

}  // namespace
}  // namespace prosodia
