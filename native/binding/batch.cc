#include "binding/batch.h"

#include <limits>
#include <list>
#include <mutex>
#include <string>
#include <utility>

#include "binding/arguments.h"
#include "core/errors.h"
#include "core/limits.h"

namespace prosodia::binding {
namespace {

// One per environment (the main thread and each worker thread have their own).
//
// How it ends: an environment's clean-up hooks run last in, first out. Ours is added after the threadsafe function is
// made, so it runs before that function is closed: the team is stopped and joined while calling it is still safe.
// At process.exit no hook runs; then the team's threads die with the process, touching only memory they share in
// ownership (the host is leaked with the environment).
struct Host {
  struct Flight {
    std::shared_ptr<Batch> batch;
    Napi::Promise::Deferred deferred;
    bool is_dropped = false;  // nobody was given the promise
  };
  napi_env env = nullptr;
  napi_threadsafe_function wake = nullptr;
  std::unique_ptr<ThreadTeam> team = std::make_unique<ThreadTeam>();
  const std::shared_ptr<FloatPool> pool = std::make_shared<FloatPool>();
  std::size_t set_aside = 0;
  std::list<Flight> flights;  // JavaScript thread only
  std::mutex lock;
  std::list<const Job*> finished;  // under the lock
};

const char* CodeOf(const std::exception_ptr& failure, std::string& message) {
  try {
    std::rethrow_exception(failure);
  } catch (const LimitError& error) {
    message = error.what();
    return "LIMIT";
  } catch (const DecodeError& error) {
    message = error.what();
    return "DECODE";
  } catch (const std::invalid_argument& error) {
    message = error.what();
    return "INVALID_ARGUMENT";
  } catch (const std::bad_alloc&) {
    message = "not enough memory";
    return "LIMIT";
  } catch (const std::exception& error) {
    message = error.what();
    return "INTERNAL";
  } catch (...) {
    message = "unknown failure";
    return "INTERNAL";
  }
}

Napi::Error ErrorWithCode(Napi::Env env, const char* code, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  return error;
}

void Settle(Napi::Env env, Host::Flight& flight) {
  Batch& batch = *flight.batch;
  if (flight.is_dropped) {
    flight.deferred.Resolve(env.Undefined());
  } else if (batch.failure()) {
    Napi::Error error = CodedError(env, batch.failure());
    error.Set("item", Napi::Number::New(env, double(batch.failed_item())));
    flight.deferred.Reject(error.Value());
  } else if (!batch.complete()) {
    flight.deferred.Reject(ErrorWithCode(env, "ABORTED", "the call was aborted").Value());
  } else {
    try {
      flight.deferred.Resolve(batch.Result(env));
    } catch (const Napi::Error& error) {
      flight.deferred.Reject(error.Value());
    } catch (const std::exception&) {
      flight.deferred.Reject(CodedError(env, std::current_exception()).Value());
    }
  }
}

// On the JavaScript thread, some time after a team's thread called `wake`.
void SettleFinished(napi_env raw, napi_value, void* context, void*) {
  Host& host = *static_cast<Host*>(context);
  if (!raw) return;  // the environment is going away; nobody waits for an answer
  for (;;) {
    const Job* job = nullptr;
    {
      std::lock_guard hold(host.lock);
      if (host.finished.empty()) return;
      job = host.finished.front();
      host.finished.pop_front();
    }
    auto flight = host.flights.begin();
    while (flight != host.flights.end() && flight->batch.get() != job) ++flight;
    if (flight == host.flights.end()) continue;
    Host::Flight landed = std::move(*flight);
    host.flights.erase(flight);
    if (host.flights.empty()) napi_unref_threadsafe_function(raw, host.wake);
    Napi::HandleScope scope(raw);
    try {
      Settle(raw, landed);
    } catch (const Napi::Error&) {
      // JavaScript may not run any more (a worker being terminated): the promise is lost with its environment.
    }
    landed.batch->Release();
  }
}

void BringItems(Host& host, const std::shared_ptr<Batch>& batch, const std::function<void(std::size_t)>& bring) {
  try {
    for (std::size_t item = 0; item < batch->items() && !batch->stopping(); item++) {
      bring(item);
      host.team->MakeReady(*batch, item + 1);
    }
  } catch (...) {
    batch->Abort();
    host.team->MakeReady(*batch, 0);
    for (Host::Flight& flight : host.flights) flight.is_dropped |= flight.batch == batch;
    throw;
  }
}

void EndHost(void* data) { static_cast<Host*>(data)->team.reset(); }

}  // namespace

Napi::Error CodedError(Napi::Env env, const std::exception_ptr& failure) {
  std::string message;
  const char* code = CodeOf(failure, message);
  return ErrorWithCode(env, code, message);
}

CallOptions ReadCallOptions(const Napi::Value& value) {
  if (!value.IsObject()) throw std::invalid_argument("Expected { threads, group }");
  const Napi::Object object = value.As<Napi::Object>();
  return {ReadInt(object.Get("threads"), "threads", 1, kMaxThreads),
          ReadInt(object.Get("group"), "group", 0, std::numeric_limits<int>::max())};
}

void InitBatches(Napi::Env env) {
  Host* host = new Host;
  host->env = env;
  napi_value name = Napi::String::New(env, "prosodia batch");
  const napi_status made = napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, host,
                                                           SettleFinished, &host->wake);
  if (made != napi_ok) {
    delete host;
    throw Napi::Error::New(env, "cannot create a threadsafe function");
  }
  napi_unref_threadsafe_function(env, host->wake);
  env.SetInstanceData<Host>(host);
  napi_add_env_cleanup_hook(env, EndHost, host);
}

std::shared_ptr<FloatPool> ClipPool(Napi::Env env) { return env.GetInstanceData<Host>()->pool; }

std::size_t& SetAside(Napi::Env env) { return env.GetInstanceData<Host>()->set_aside; }

Napi::Value StartBatch(Napi::Env env, std::shared_ptr<Batch> batch) { return StartBatch(env, std::move(batch), nullptr); }

Napi::Value StartBatch(Napi::Env env, std::shared_ptr<Batch> batch, const std::function<void(std::size_t)>& bring) {
  Host* host = env.GetInstanceData<Host>();
  Napi::Promise::Deferred deferred = Napi::Promise::Deferred::New(env);
  Napi::Object handle = Napi::Object::New(env);
  handle.Set("promise", deferred.Promise());
  // The functions hold the control alone: the batch's memory goes when it is settled, not when they are collected.
  const std::shared_ptr<JobControl> control = batch->control();
  const auto abort = [control](const Napi::CallbackInfo&) { control->stop.store(true, std::memory_order_relaxed); };
  const auto done = [control](const Napi::CallbackInfo& info) -> Napi::Value {
    return Napi::Number::New(info.Env(), double(control->done.load(std::memory_order_relaxed)));
  };
  handle.Set("abort", Napi::Function::New(env, abort, "abort"));
  handle.Set("done", Napi::Function::New(env, done, "done"));
  if (host->flights.empty()) napi_ref_threadsafe_function(env, host->wake);
  host->flights.push_back({batch, deferred});
  host->team->Submit(batch, bring ? 0 : batch->items(), [host](std::shared_ptr<Job> job) {
    {
      std::lock_guard hold(host->lock);
      host->finished.push_back(job.get());  // kept alive by its flight
    }
    napi_call_threadsafe_function(host->wake, nullptr, napi_tsfn_nonblocking);
  });
  if (bring) BringItems(*host, batch, bring);
  return handle;
}

Napi::Value Guarded(Napi::Env env, const std::function<Napi::Value()>& body) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    throw CodedError(env, std::current_exception());
  }
}

}  // namespace prosodia::binding
