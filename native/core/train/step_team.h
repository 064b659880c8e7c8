// Threads that take every training step together: a run of one function on all of them, and a barrier inside it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace prosodia::train {

class StepTeam {
 public:
  // `threads` ≥ 1, the caller of Run included; fewer where the system refuses one.
  explicit StepTeam(int threads);
  ~StepTeam();
  StepTeam(const StepTeam&) = delete;
  StepTeam& operator=(const StepTeam&) = delete;

  int size() const { return int(threads_.size()) + 1; }
  // body(0 … size − 1), 0 on the calling thread; returns when all have returned. `body` must not throw.
  void Run(const std::function<void(int)>& body);
  // For use inside Run, by every thread: none goes on before all have come.
  void Barrier();

 private:
  void Work(int number);

  std::vector<std::thread> threads_;
  const std::function<void(int)>* body_ = nullptr;
  std::atomic<bool> ending_{false};
  std::atomic<std::uint32_t> runs_{0}, finished_{0}, waiting_{0}, passed_{0};
};

}  // namespace prosodia::train
