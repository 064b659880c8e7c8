#include "core/train/step_team.h"

#include <system_error>

namespace prosodia::train {

static void Pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Until `value` is no longer `old`: steps are milliseconds long, so a short spin first, then sleep.
static void AwaitChange(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  constexpr int kSpins = 2000;
  for (int i = 0; i < kSpins; i++) {
    if (value.load(std::memory_order_acquire) != old) return;
    Pause();
  }
  while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}

StepTeam::StepTeam(int threads) {
  try {
    for (int number = 1; number < threads; number++) threads_.emplace_back([this, number] { Work(number); });
  } catch (const std::system_error&) {
    // Fewer threads, the same results.
  }
}

StepTeam::~StepTeam() {
  ending_.store(true, std::memory_order_release);
  runs_.fetch_add(1, std::memory_order_acq_rel);
  runs_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void StepTeam::Work(int number) {
  for (std::uint32_t seen = 0;; seen++) {
    AwaitChange(runs_, seen);
    if (ending_.load(std::memory_order_acquire)) return;
    (*body_)(number);
    finished_.fetch_add(1, std::memory_order_acq_rel);
    finished_.notify_all();
  }
}

void StepTeam::Run(const std::function<void(int)>& body) {
  const std::uint32_t others = std::uint32_t(threads_.size());
  body_ = &body;
  finished_.store(0, std::memory_order_relaxed);
  runs_.fetch_add(1, std::memory_order_acq_rel);
  runs_.notify_all();
  body(0);
  for (;;) {
    const std::uint32_t finished = finished_.load(std::memory_order_acquire);
    if (finished == others) return;
    AwaitChange(finished_, finished);
  }
}

void StepTeam::Barrier() {
  const std::uint32_t passed = passed_.load(std::memory_order_acquire);
  if (waiting_.fetch_add(1, std::memory_order_acq_rel) + 1 == std::uint32_t(size())) {
    waiting_.store(0, std::memory_order_relaxed);
    passed_.fetch_add(1, std::memory_order_acq_rel);
    passed_.notify_all();
  } else {
    AwaitChange(passed_, passed);
  }
}

}  // namespace prosodia::train
