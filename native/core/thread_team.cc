#include "core/thread_team.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "core/limits.h"

namespace prosodia {

static_assert(ThreadTeam::kMaxWorkers == kMaxThreads);

Job::Job(std::size_t items, int threads, int group) : items_(items), threads_(threads), group_(group) {
  if (threads < 1 || threads > kMaxThreads) {
    throw std::invalid_argument("Expected threads between 1 and " + std::to_string(kMaxThreads) + " but received " +
                                std::to_string(threads));
  }
}

int HardwareThreads() { return std::max(1u, std::thread::hardware_concurrency()); }

ThreadTeam::~ThreadTeam() {
  {
    std::lock_guard hold(lock_);
    ending_ = true;
    for (Entry& entry : jobs_) entry.job->Abort();
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadTeam::Submit(std::shared_ptr<Job> job, std::function<void(std::shared_ptr<Job>)> finished) {
  const std::size_t items = job->items();
  Submit(std::move(job), items, std::move(finished));
}

void ThreadTeam::Submit(std::shared_ptr<Job> job, std::size_t ready, std::function<void(std::shared_ptr<Job>)> finished) {
  std::lock_guard hold(lock_);
  if (ending_) throw std::runtime_error("the thread team is shutting down");
  job->ready_ = ready;
  // One thread at least, also for a job without items: `finished` never runs on the submitting thread.
  const std::size_t wanted = std::max<std::size_t>(1, std::min<std::size_t>(job->threads(), job->items()));
  while (threads_.size() < wanted) {
    const int worker = int(threads_.size());
    try {
      threads_.emplace_back([this, worker] { Work(worker); });
    } catch (const std::system_error&) {
      if (threads_.empty()) throw;
      break;  // fewer threads than asked for, the same bytes
    }
  }
  jobs_.push_back({std::move(job), std::move(finished)});
  wake_.notify_all();
}

void ThreadTeam::MakeReady(Job& job, std::size_t ready) {
  std::unique_lock hold(lock_);
  job.ready_ = ready;
  Leave(hold);
}

bool ThreadTeam::Exhausted(const Job& job) { return job.next_ >= job.items_ || job.stopping() || job.failure_; }

// True when as many threads as may do so work on the job's group already.
bool ThreadTeam::Staffed(const Job& job) const {
  if (job.group_ == 0) return job.working_ >= job.threads_;
  int working = 0;
  for (const Entry& entry : jobs_) {
    if (entry.job->group_ == job.group_) working += entry.job->working_;
  }
  return working >= job.threads_;
}

// The next job that has an item or its end to give to this thread, or the list's end. Called with the lock held.
std::list<ThreadTeam::Entry>::iterator ThreadTeam::Claim() {
  return std::find_if(jobs_.begin(), jobs_.end(), [this](const Entry& entry) {
    const Job& job = *entry.job;
    return Exhausted(job) ? job.working_ == 0 : job.next_ < job.ready_ && !Staffed(job);
  });
}

// One that found every job fully staffed sleeps. It is woken for what this thread leaves, not after every item: two that
// take turns at one job's items cost more in waking than a short item does.
void ThreadTeam::Leave(std::unique_lock<std::mutex>& hold) {
  const bool has_more = Claim() != jobs_.end();
  hold.unlock();
  if (has_more) wake_.notify_one();
}

void ThreadTeam::Work(int worker) {
  std::unique_lock hold(lock_);
  for (;;) {
    auto entry = Claim();
    if (entry == jobs_.end()) {
      if (ending_ && jobs_.empty()) return;
      wake_.wait(hold);
      continue;
    }
    std::shared_ptr<Job> job = entry->job;
    if (Exhausted(*job)) {  // and nobody works on it: it has ended
      auto finished = std::move(entry->finished);
      jobs_.erase(entry);
      Leave(hold);
      finished(std::move(job));
      hold.lock();
      if (ending_) wake_.notify_all();
      continue;
    }
    const std::size_t item = job->next_++;
    job->working_++;
    jobs_.splice(jobs_.end(), jobs_, entry);  // its turn is over: the next free thread looks at the others first
    Leave(hold);
    std::exception_ptr failure;
    try {
      job->Run(item, worker);
    } catch (...) {
      failure = std::current_exception();
    }
    hold.lock();
    job->working_--;
    if (failure && (!job->failure_ || item < job->failed_item_)) {
      job->failure_ = failure;
      job->failed_item_ = item;
    }
    if (!failure && !job->stopping()) job->control_->done.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace prosodia
