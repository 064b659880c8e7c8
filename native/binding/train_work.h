// One call of a trainer off the JavaScript thread: a promise, the network it may use alone meanwhile, and its result.
#pragma once

#include <napi.h>

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>

#include "core/train/network.h"

namespace prosodia::binding {

// Shared by the JavaScript object and its running work, so that neither's end frees it under the other.
struct TrainerSession {
  explicit TrainerSession(const train::NetworkConfig& config) : network(config) {}
  train::Network network;
  std::atomic<bool> abort{false};
  bool busy = false;  // JavaScript thread only
};

struct AbortedError : std::runtime_error {
  AbortedError() : std::runtime_error("The epoch was aborted") {}
};

Napi::Error CodedError(Napi::Env env, const char* code, const std::string& message);

// `run` works on libuv's pool (no Napi there), `finish` makes the promise's value on the JavaScript thread.
class TrainerWork : public Napi::AsyncWorker {
 public:
  using Finish = std::function<Napi::Value(Napi::Env)>;
  static Napi::Value Start(Napi::Env env, std::shared_ptr<TrainerSession> session, std::function<void()> run,
                           Finish finish);

 protected:
  void Execute() override;
  void OnOK() override;
  void OnError(const Napi::Error& error) override;

 private:
  TrainerWork(Napi::Env env, std::shared_ptr<TrainerSession> session, std::function<void()> run, Finish finish);

  std::shared_ptr<TrainerSession> session_;
  std::function<void()> run_;
  Finish finish_;
  Napi::Promise::Deferred deferred_;
  const char* code_ = "INTERNAL";
};

}  // namespace prosodia::binding
