// The team that all batches share: run this under ThreadSanitizer.
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "core/feature_matrix.h"
#include "core/feature_plan.h"
#include "core/resample.h"
#include "core/thread_team.h"

namespace prosodia {
namespace {

class Done {
 public:
  void Add() {
    const std::lock_guard hold(lock_);
    count_++;
    changed_.notify_all();
  }
  void Wait(int wanted) {
    std::unique_lock hold(lock_);
    changed_.wait(hold, [&] { return count_ >= wanted; });
  }

 private:
  std::mutex lock_;
  std::condition_variable changed_;
  int count_ = 0;
};

// Features of clips of several rates: plans are made and shared while others use them.
class Features : public Job {
 public:
  Features(int clips, int threads, int rate_hz) : Job(clips, threads, 1), rate_hz_(rate_hz), means(clips) {}
  void Run(std::size_t item, int) override {
    std::vector<float> clip(3'000 + item);
    for (std::size_t i = 0; i < clip.size(); i++) clip[i] = float((i * (item + 3)) % 101) * 0.01f - 0.5f;
    FeatureConfig config;
    config.n_mfcc = 5 + int(item % 9);
    const SampleSource source = SourceOf(clip.data(), clip.size(), rate_hz_);
    means[item] = MeanOverFrames(ExtractFeatures(*PlanFor(config), source)).data;
  }

 private:
  const int rate_hz_;

 public:
  std::vector<std::vector<float>> means;
};

TEST(ThreadTeam, GivesTheSameBytesForAnyNumberOfThreads) {
  ThreadTeam team;
  Done done;
  std::vector<std::shared_ptr<Features>> jobs;
  for (const int threads : {1, 2, 7}) {
    for (const int rate_hz : {16'000, 48'000}) jobs.push_back(std::make_shared<Features>(40, threads, rate_hz));
  }
  for (const auto& job : jobs) team.Submit(job, [&](std::shared_ptr<Job>) { done.Add(); });
  done.Wait(int(jobs.size()));
  for (std::size_t i = 0; i < jobs.size(); i++) {
    EXPECT_TRUE(jobs[i]->complete());
    EXPECT_EQ(jobs[i]->means, jobs[i % 2]->means);
  }
}

// Items whose inputs come after the job has begun.
class Late : public Job {
 public:
  explicit Late(std::size_t items) : Job(items, 3), inputs(items), outputs(items) {}
  void Run(std::size_t item, int) override { outputs[item] = inputs[item] + 1; }

  std::vector<int> inputs, outputs;
};

// One item that says when it runs and waits to be told to go on.
class Held : public Job {
 public:
  Held() : Job(1, 1, 9) {}
  void Run(std::size_t, int) override {
    running.Add();
    go_on.Wait(1);
  }

  Done running, go_on;
};

TEST(ThreadTeam, WakesASleepingThreadForWhatAnEndingJobLeaves) {
  ThreadTeam team;
  Done warm, ended;
  team.Submit(std::make_shared<Late>(3), [&](std::shared_ptr<Job>) { warm.Add(); });  // there are three threads now
  warm.Wait(1);
  const auto first = std::make_shared<Held>(), second = std::make_shared<Held>();
  team.Submit(first, [&](std::shared_ptr<Job>) {
    second->running.Wait(1);  // the thread that ends the first job cannot begin the second
    ended.Add();
  });
  first->running.Wait(1);
  team.Submit(second, [&](std::shared_ptr<Job>) { ended.Add(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the others find their group staffed, and sleep
  first->go_on.Add();
  second->go_on.Add();
  ended.Wait(2);
  EXPECT_TRUE(first->complete() && second->complete());
}

class Counted : public Job {
 public:
  Counted(std::size_t items, std::size_t bad) : Job(items, 4), bad_(bad) {}
  void Run(std::size_t item, int) override {
    if (item >= bad_) throw std::runtime_error("bad");
  }

 private:
  const std::size_t bad_;
};

TEST(ThreadTeam, AnItemBeginsWhenItIsReady) {
  ThreadTeam team;
  Done done;
  const auto job = std::make_shared<Late>(500);
  team.Submit(job, 0, [&](std::shared_ptr<Job>) { done.Add(); });
  for (std::size_t item = 0; item < job->items(); item++) {
    EXPECT_LE(job->done(), item);
    job->inputs[item] = int(item);
    team.MakeReady(*job, item + 1);
  }
  done.Wait(1);
  EXPECT_TRUE(job->complete());
  for (std::size_t item = 0; item < job->items(); item++) EXPECT_EQ(job->outputs[item], int(item) + 1);
}

TEST(ThreadTeam, EndsAJobThatWaitsForItemsWhenItIsAborted) {
  ThreadTeam team;
  Done done;
  const auto job = std::make_shared<Late>(10);
  team.Submit(job, 0, [&](std::shared_ptr<Job>) { done.Add(); });
  team.MakeReady(*job, 4);
  job->Abort();
  team.MakeReady(*job, 0);
  done.Wait(1);
  EXPECT_FALSE(job->complete());
}

TEST(ThreadTeam, FailsByTheLowestItem) {
  ThreadTeam team;
  for (int round = 0; round < 50; round++) {
    Done done;
    const auto job = std::make_shared<Counted>(100, 37);
    team.Submit(job, [&](std::shared_ptr<Job>) { done.Add(); });
    done.Wait(1);
    ASSERT_TRUE(job->failure());
    EXPECT_EQ(job->failed_item(), 37u);
  }
}

TEST(ThreadTeam, EndsWhileJobsAreInFlight) {
  Done done;
  {
    ThreadTeam team;
    for (int i = 0; i < 8; i++) {
      team.Submit(std::make_shared<Features>(500, 2, 48'000), [&](std::shared_ptr<Job>) { done.Add(); });
    }
  }
  done.Wait(8);
}

}  // namespace
}  // namespace prosodia
