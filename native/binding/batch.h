// The base of every long operation: a job on this environment's thread team, seen from JavaScript as
// `{ promise, abort(), done() }`.
//
//   class MfccBatch : public Batch {
//     MfccBatch(…)                                  // JavaScript thread: read arguments, copy samples
//     void Run(std::size_t item, int worker)        // a team's thread: no Napi here
//     Napi::Value Result(Napi::Env env)             // JavaScript thread: typed arrays made by JavaScript
//   };
//   … return StartBatch(env, std::make_shared<MfccBatch>(…));
//
// The promise rejects with an Error whose `code` is INVALID_ARGUMENT, LIMIT, DECODE, ABORTED or INTERNAL and whose
// `item` is the index of the item that failed, where one did.
#pragma once

#include <napi.h>

#include <exception>
#include <functional>
#include <memory>

#include "core/float_pool.h"
#include "core/thread_team.h"

namespace prosodia::binding {

// What every operation takes last: `{ threads, group }`.
struct CallOptions {
  int threads = 1;
  int group = 0;
};
CallOptions ReadCallOptions(const Napi::Value& value);

class Batch : public Job {
 public:
  Batch(std::size_t items, const CallOptions& call) : Job(items, call.threads, call.group) {}
  virtual Napi::Value Result(Napi::Env env) = 0;
  // JavaScript thread, when the promise is settled: lets go of what belongs to JavaScript. The batch itself may die later,
  // on a team's thread.
  virtual void Release() {}
};

Napi::Value StartBatch(Napi::Env env, std::shared_ptr<Batch> batch);

// The same for a batch whose inputs are still to be copied: `bring(item)` does it on this thread, in order, and each item
// begins as soon as it is there. When it throws, the items not begun are dropped and the exception is passed on.
Napi::Value StartBatch(Napi::Env env, std::shared_ptr<Batch> batch, const std::function<void(std::size_t)>& bring);

// An Error with `message` and `code`, as a failed batch rejects with; for operations that answer item by item.
Napi::Error CodedError(Napi::Env env, const std::exception_ptr& failure);

// Runs `body` and turns the core's exceptions into JavaScript errors with a `code`; for everything that runs on the
// JavaScript thread before a batch starts.
Napi::Value Guarded(Napi::Env env, const std::function<Napi::Value()>& body);

// Where this environment's clips are copied to.
std::shared_ptr<FloatPool> ClipPool(Napi::Env env);

// Bytes of this environment's released arrays that the engine still counts as in use; arguments.h says what for.
std::size_t& SetAside(Napi::Env env);

// Makes this environment's team; called once by the addon's Init.
void InitBatches(Napi::Env env);

}  // namespace prosodia::binding
