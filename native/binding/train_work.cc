#include "binding/train_work.h"

#include <utility>

namespace prosodia::binding {

TrainerWork::TrainerWork(std::shared_ptr<TrainerSession> session, Body body, Finish finish)
    : Batch(1, CallOptions{1, 0}),
      session_(std::move(session)),
      body_(std::move(body)),
      finish_(std::move(finish)) {}

Napi::Value TrainerWork::Start(Napi::Env env, std::shared_ptr<TrainerSession> session, Body body, Finish finish) {
  auto work = std::make_shared<TrainerWork>(session, std::move(body), std::move(finish));
  session->abort = false;
  session->busy = true;
  try {
    // Its own abort() stays here: it would call a finished epoch aborted when it comes late, after the last batch.
    return StartBatch(env, work).As<Napi::Object>().Get("promise");
  } catch (...) {
    session->busy = false;
    throw;
  }
}

void TrainerWork::Run(std::size_t, int) {
  struct Release {
    std::atomic<bool>& busy;
    ~Release() { busy = false; }
  } release{session_->busy};
  // stopping(): the environment is going away.
  if (!body_([this] { return session_->abort.load() || stopping(); })) Abort();
}

}  // namespace prosodia::binding
