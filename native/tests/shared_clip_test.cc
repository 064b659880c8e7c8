// A clip that several threads resample together: run this under ThreadSanitizer.
#include "core/shared_clip.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/resample.h"

namespace prosodia {
namespace {

constexpr int kThreads = 4;

std::vector<float> Tone(std::size_t count) {
  std::vector<float> samples(count);
  for (std::size_t i = 0; i < count; i++) samples[i] = 0.5f * std::sin(0.03f * float(i % 20'000));
  return samples;
}

void OnThreads(const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; i++) threads.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

// What Fill throws, or nothing.
std::string FailureOf(SharedClip& clip, const SampleSource& source, int rate_hz, FloatPool* pool) {
  try {
    clip.Fill(source, rate_hz, pool);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(SharedClip, IsTheResampledClipWhoeverComes) {
  const std::vector<float> samples = Tone(150'000);
  const SampleSource source = SourceOf(samples.data(), samples.size(), 48'000);
  const std::vector<float> alone = Resample(samples.data(), samples.size(), 48'000, 22'050);
  const auto pool = std::make_shared<FloatPool>();
  for (int round = 0; round < 20; round++) {
    SharedClip clip;
    bool same[kThreads] = {};
    OnThreads([&](int thread) {
      clip.Fill(source, 22'050, pool.get());  // all of it is there for each of them
      same[thread] = clip.size() == alone.size() && std::equal(alone.begin(), alone.end(), clip.data());
    });
    for (const bool is_same : same) EXPECT_TRUE(is_same);
  }
}

TEST(SharedClip, MayBeEmpty) {
  SharedClip clip;
  const auto pool = std::make_shared<FloatPool>();
  OnThreads([&](int) { clip.Fill(SourceOf(nullptr, 0, 22'050), 22'050, pool.get()); });
  EXPECT_EQ(clip.size(), 0u);
}

TEST(SharedClip, FailsAlikeForEveryoneByTheFirstPiece) {
  std::vector<float> samples = Tone(100'000);
  samples[20'011] = std::numeric_limits<float>::quiet_NaN();
  samples[90'000] = std::numeric_limits<float>::infinity();
  const auto pool = std::make_shared<FloatPool>();
  for (int round = 0; round < 20; round++) {
    SharedClip clip;
    std::string failures[kThreads];
    OnThreads([&](int thread) {
      failures[thread] = FailureOf(clip, SourceOf(samples.data(), samples.size(), 16'000), 16'000, pool.get());
    });
    for (const std::string& failure : failures) EXPECT_EQ(failure, "sample 20011 is NaN");
  }
}

TEST(SharedClip, GivesItsMemoryBack) {
  const std::vector<float> samples = Tone(50'000);
  const SampleSource source = SourceOf(samples.data(), samples.size(), 16'000);
  const auto pool = std::make_shared<FloatPool>();
  SharedClip first, second;
  first.Fill(source, 16'000, pool.get());
  const float* memory = first.data();
  first.Release();
  EXPECT_EQ(first.size(), 0u);
  second.Fill(source, 16'000, pool.get());
  EXPECT_EQ(second.data(), memory);
}

}  // namespace
}  // namespace prosodia
