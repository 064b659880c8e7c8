#include "binding/train_work.h"

#include <utility>

namespace prosodia::binding {

Napi::Error CodedError(Napi::Env env, const char* code, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  return error;
}

TrainerWork::TrainerWork(Napi::Env env, std::shared_ptr<TrainerSession> session, std::function<void()> run,
                         Finish finish)
    : Napi::AsyncWorker(env, "prosodia.train"),
      session_(std::move(session)),
      run_(std::move(run)),
      finish_(std::move(finish)),
      deferred_(Napi::Promise::Deferred::New(env)) {}

Napi::Value TrainerWork::Start(Napi::Env env, std::shared_ptr<TrainerSession> session, std::function<void()> run,
                               Finish finish) {
  session->busy = true;
  session->abort.store(false);
  // Owns itself until its callback has run, as every Napi::AsyncWorker does.
  auto* work = new TrainerWork(env, std::move(session), std::move(run), std::move(finish));
  const Napi::Promise promise = work->deferred_.Promise();
  work->Queue();
  return promise;
}

void TrainerWork::Execute() {
  try {
    run_();
  } catch (const AbortedError& error) {
    code_ = "ABORTED";
    SetError(error.what());
  }
}

void TrainerWork::OnOK() {
  session_->busy = false;
  try {
    deferred_.Resolve(finish_(Env()));
  } catch (const Napi::Error& error) {
    deferred_.Reject(error.Value());
  }
}

void TrainerWork::OnError(const Napi::Error& error) {
  session_->busy = false;
  deferred_.Reject(CodedError(Env(), code_, error.Message()).Value());
}

}  // namespace prosodia::binding
