// A bounded team of threads that works through jobs item by item, sharing itself fairly between jobs in flight.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace prosodia {

// The part of a job its owner may keep after the job is gone: how far it is, and the way to stop it.
struct JobControl {
  std::atomic<bool> stop{false};
  std::atomic<std::size_t> done{0};
};

// Work of `items` independent pieces. Subclasses put their inputs and outputs into members; outputs of item i may be
// written only by Run(i, …), so that the bytes do not depend on how many threads there are.
class Job {
 public:
  // `threads` ≥ 1: how many threads may work at once on this job and on all others in flight with the same `group`
  // (a long call comes as several jobs); group 0 is no group.
  Job(std::size_t items, int threads, int group = 0);
  virtual ~Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  // Item `item` on thread `worker` (0 ≤ worker < ThreadTeam::kMaxWorkers; no two threads share a number at a time, so
  // it may index scratch). Throws to fail the job; long items should look at stopping() now and then and return.
  virtual void Run(std::size_t item, int worker) = 0;

  // Items not begun are dropped.
  void Abort() { control_->stop.store(true, std::memory_order_relaxed); }
  bool stopping() const { return control_->stop.load(std::memory_order_relaxed); }

  std::size_t items() const { return items_; }
  int threads() const { return threads_; }
  std::size_t done() const { return control_->done.load(std::memory_order_relaxed); }
  std::shared_ptr<JobControl> control() const { return control_; }

  // After the job has finished: all items ran; or the failure of the lowest item, the same for any thread count.
  bool complete() const { return done() == items_; }
  std::exception_ptr failure() const { return failure_; }
  std::size_t failed_item() const { return failed_item_; }

 private:
  friend class ThreadTeam;
  const std::size_t items_;
  const int threads_;
  const int group_;
  const std::shared_ptr<JobControl> control_ = std::make_shared<JobControl>();
  // Guarded by the team's lock.
  std::size_t next_ = 0;
  std::size_t ready_ = items_;
  int working_ = 0;
  std::exception_ptr failure_;
  std::size_t failed_item_ = 0;
};

class ThreadTeam {
 public:
  static constexpr int kMaxWorkers = 256;

  ThreadTeam() = default;
  // Aborts what is in flight, waits for the items being worked on and ends the threads. Jobs' callbacks still run.
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  // Starts the job; `finished` is called once, on a thread of the team, when no item is being worked on any more.
  // Threads are started when first needed and kept. Only the first `ready` items begin, until MakeReady lets more.
  void Submit(std::shared_ptr<Job> job, std::function<void(std::shared_ptr<Job>)> finished);
  void Submit(std::shared_ptr<Job> job, std::size_t ready, std::function<void(std::shared_ptr<Job>)> finished);

  // The first `ready` items may begin: what their inputs hold is seen by the threads. Also to be called after Abort
  // on a job that waits for items.
  void MakeReady(Job& job, std::size_t ready);

 private:
  struct Entry {
    std::shared_ptr<Job> job;
    std::function<void(std::shared_ptr<Job>)> finished;
  };
  void Work(int worker);
  std::list<Entry>::iterator Claim();
  // Unlocks, and wakes a thread where there is still something to claim.
  void Leave(std::unique_lock<std::mutex>& hold);
  static bool Exhausted(const Job& job);
  bool Staffed(const Job& job) const;

  std::mutex lock_;
  std::condition_variable wake_;
  std::list<Entry> jobs_;
  std::vector<std::thread> threads_;
  bool ending_ = false;
};

// The number of threads that can run at once here, at least 1.
int HardwareThreads();

}  // namespace prosodia
