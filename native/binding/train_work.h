// One call of a trainer off the JavaScript thread.
#pragma once

#include <napi.h>

#include <atomic>
#include <functional>
#include <memory>

#include "binding/batch.h"
#include "core/train/network.h"

namespace prosodia::binding {

// Shared by the JavaScript object and its running work, so that neither's end frees it under the other.
struct TrainerSession {
  explicit TrainerSession(const train::NetworkConfig& config) : network(config) {}
  train::Network network;
  std::atomic<bool> busy{false};   // the network belongs to the work that runs
  std::atomic<bool> abort{false};  // set by Trainer.abort
};

class TrainerWork : public Batch {
 public:
  // Off the JavaScript thread; false when it stopped because the argument said so.
  using Body = std::function<bool(const train::StopRequest&)>;
  // The promise's value, on the JavaScript thread; the network may be at other work by then.
  using Finish = std::function<Napi::Value(Napi::Env)>;

  // A promise of `finish`, ABORTED when `body` stopped.
  static Napi::Value Start(Napi::Env env, std::shared_ptr<TrainerSession> session, Body body, Finish finish);

  TrainerWork(std::shared_ptr<TrainerSession> session, Body body, Finish finish);
  void Run(std::size_t item, int worker) override;
  Napi::Value Result(Napi::Env env) override { return finish_(env); }

 private:
  const std::shared_ptr<TrainerSession> session_;
  const Body body_;
  const Finish finish_;
};

}  // namespace prosodia::binding
