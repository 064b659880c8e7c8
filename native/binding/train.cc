// Trainer: a network that JavaScript holds, with its rows, weights and optimizer; and the dropout mask by itself.
#include <algorithm>
#include <utility>

#include "binding/arguments.h"
#include "binding/operations.h"
#include "binding/train_arguments.h"
#include "binding/train_work.h"
#include "core/train/dropout_layer.h"

namespace prosodia::binding {

using train::Matrix;
using train::Network;
using train::Parameter;

namespace {

// For what returns nothing, and for the constructor.
template <typename Body>
void GuardedVoid(Napi::Env env, Body body) {
  Guarded(env, [&]() -> Napi::Value {
    body();
    return env.Undefined();
  });
}

std::vector<Matrix*> Select(const Network& network, std::vector<Matrix Parameter::*> members) {
  std::vector<Matrix*> matrices;
  for (Matrix Parameter::* member : members)
    for (Parameter* parameter : network.parameters()) matrices.push_back(&(parameter->*member));
  return matrices;
}

struct FoundGradients {
  double loss = 0;
  std::vector<std::vector<float>> gradients;
};

class Trainer : public Napi::ObjectWrap<Trainer> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(env, "Trainer",
                       {InstanceMethod<&Trainer::SetRows>("setRows"), InstanceMethod<&Trainer::SetWeights>("setWeights"),
                        InstanceMethod<&Trainer::Weights>("weights"),
                        InstanceMethod<&Trainer::SetStatistics>("setStatistics"),
                        InstanceMethod<&Trainer::Statistics>("statistics"), InstanceMethod<&Trainer::SetState>("setState"),
                        InstanceMethod<&Trainer::State>("state"), InstanceMethod<&Trainer::Epoch>("epoch"),
                        InstanceMethod<&Trainer::Gradients>("gradients"), InstanceMethod<&Trainer::Predict>("predict"),
                        InstanceMethod<&Trainer::Abort>("abort"), InstanceMethod<&Trainer::Dispose>("dispose")});
  }

  explicit Trainer(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Trainer>(info) {
    GuardedVoid(info.Env(), [&] { session_ = std::make_shared<TrainerSession>(ReadNetworkConfig(info[0])); });
  }

 private:
  // The network, when nothing else is using it.
  Network& Idle() {
    if (!session_) throw std::invalid_argument("Expected a trainer in use but this one was disposed of");
    if (session_->busy) throw std::invalid_argument("Expected one call at a time but an epoch of this trainer runs");
    return session_->network;
  }

  void SetRows(const Napi::CallbackInfo& info) {
    GuardedVoid(info.Env(), [&] {
      Network& network = Idle();
      std::vector<float> inputs = ReadFloats(info[0], "inputs");
      std::vector<std::int32_t> classes = ReadIntegers(info[1], "classes");
      if (inputs.size() != classes.size() * network.row_size())
        throw std::invalid_argument("Expected " + std::to_string(classes.size() * network.row_size()) +
                                    " values for inputs but received " + std::to_string(inputs.size()));
      CheckBelow(classes, network.classes(), "classes");
      std::vector<float> targets;
      if (!info[2].IsUndefined()) targets = ReadFloats(info[2], "targets");
      const std::size_t wanted = classes.size() * std::size_t(network.classes());
      if (!targets.empty() && targets.size() != wanted)
        throw std::invalid_argument("Expected " + std::to_string(wanted) + " values for targets but received " +
                                    std::to_string(targets.size()));
      network.SetRows(std::move(inputs), std::move(classes), std::move(targets));
    });
  }

  static void CheckBelow(const std::vector<std::int32_t>& values, std::size_t limit, const std::string& name) {
    for (std::int32_t value : values)
      if (value < 0 || std::size_t(value) >= limit)
        throw std::invalid_argument("Expected numbers in [0, " + std::to_string(limit) + ") for " + name +
                                    " but received " + std::to_string(value));
  }

  void SetWeights(const Napi::CallbackInfo& info) {
    GuardedVoid(info.Env(), [&] {
      LoadMatrices(info[0], "weights", Select(Idle(), {&Parameter::value}));
      session_->network.Refresh();
    });
  }

  Napi::Value Weights(const Napi::CallbackInfo& info) {
    return Guarded(info.Env(), [&]() -> Napi::Value { return StoreMatrices(info.Env(), Select(Idle(), {&Parameter::value})); });
  }

  void SetStatistics(const Napi::CallbackInfo& info) {
    GuardedVoid(info.Env(), [&] { LoadMatrices(info[0], "statistics", Idle().statistics()); });
  }

  Napi::Value Statistics(const Napi::CallbackInfo& info) {
    return Guarded(info.Env(), [&]() -> Napi::Value { return StoreMatrices(info.Env(), Idle().statistics()); });
  }

  void SetState(const Napi::CallbackInfo& info) {
    GuardedVoid(info.Env(), [&] {
      Network& network = Idle();
      const auto step = ReadInteger(info[0], "step", 0, 0xffffffffll);
      LoadMatrices(info[1], "slots", Select(network, {&Parameter::first, &Parameter::second}));
      network.set_step(std::uint32_t(step));
    });
  }

  Napi::Value State(const Napi::CallbackInfo& info) {
    return Guarded(info.Env(), [&]() -> Napi::Value {
      auto state = Napi::Object::New(info.Env());
      state.Set("step", Napi::Number::New(info.Env(), Idle().step()));
      state.Set("slots", StoreMatrices(info.Env(), Select(Idle(), {&Parameter::first, &Parameter::second})));
      return state;
    });
  }

  std::shared_ptr<std::vector<std::int32_t>> ReadOrder(const Napi::Value& value) {
    auto order = std::make_shared<std::vector<std::int32_t>>(ReadIntegers(value, "order"));
    if (order->empty()) throw std::invalid_argument("Expected at least one row number for order but received none");
    CheckBelow(*order, session_->network.rows(), "order");
    return order;
  }

  Napi::Value Epoch(const Napi::CallbackInfo& info) {
    return Guarded(info.Env(), [&]() -> Napi::Value {
      Idle();
      auto order = ReadOrder(info[0]);
      auto sums = std::make_shared<train::EpochSums>();
      auto run = [session = session_, order, sums](const train::StopRequest& stop) {
        *sums = session->network.Epoch(*order, stop);
        return !sums->aborted;
      };
      return TrainerWork::Start(info.Env(), session_, run, [order, sums](Napi::Env env) -> Napi::Value {
        auto result = Napi::Object::New(env);
        auto confusion = Napi::Float64Array::New(env, sums->confusion.size());
        std::copy(sums->confusion.begin(), sums->confusion.end(), confusion.Data());
        result.Set("loss", Napi::Number::New(env, sums->loss / double(order->size())));
        result.Set("confusion", confusion);
        return result;
      });
    });
  }

  Napi::Value Gradients(const Napi::CallbackInfo& info) {
    return Guarded(info.Env(), [&]() -> Napi::Value {
      const auto most = std::size_t(Idle().batch_rows());
      auto order = ReadOrder(info[0]);
      if (order->size() > most)
        throw std::invalid_argument("Expected at most batchSize row numbers for order but received " +
                                    std::to_string(order->size()));
      auto found = std::make_shared<FoundGradients>();
      auto run = [session = session_, order, found](const train::StopRequest&) {
        found->loss = session->network.Gradients(*order);
        for (Parameter* parameter : session->network.parameters()) {
          found->gradients.emplace_back(parameter->count());
          parameter->gradient.Store(found->gradients.back().data());
        }
        return true;
      };
      return TrainerWork::Start(info.Env(), session_, run, [found](Napi::Env env) -> Napi::Value {
        auto result = Napi::Object::New(env);
        auto gradients = Napi::Array::New(env, found->gradients.size());
        for (std::uint32_t i = 0; i < found->gradients.size(); i++)
          gradients.Set(i, ToFloat32Array(env, found->gradients[i].data(), found->gradients[i].size()));
        result.Set("loss", Napi::Number::New(env, found->loss));
        result.Set("gradients", gradients);
        return result;
      });
    });
  }

  Napi::Value Predict(const Napi::CallbackInfo& info) {
    return Guarded(info.Env(), [&]() -> Napi::Value {
      Network& network = Idle();
      auto inputs = std::make_shared<std::vector<float>>(ReadFloats(info[0], "inputs"));
      if (inputs->size() % network.row_size() != 0)
        throw std::invalid_argument("Expected inputs in rows of " + std::to_string(network.row_size()) +
                                    " values but received " + std::to_string(inputs->size()));
      const std::size_t rows = inputs->size() / network.row_size();
      auto probabilities = std::make_shared<std::vector<float>>(rows * std::size_t(network.classes()));
      auto run = [session = session_, inputs, rows, probabilities](const train::StopRequest&) {
        session->network.Predict(inputs->data(), rows, probabilities->data());
        return true;
      };
      return TrainerWork::Start(info.Env(), session_, run, [probabilities](Napi::Env env) -> Napi::Value {
        return ToFloat32Array(env, probabilities->data(), probabilities->size());
      });
    });
  }

  void Abort(const Napi::CallbackInfo&) {
    if (session_) session_->abort.store(true);
  }

  // Frees the network now, or at the end of what runs, which is told to stop.
  void Dispose(const Napi::CallbackInfo& info) {
    Abort(info);
    session_.reset();
  }

  std::shared_ptr<TrainerSession> session_;
};

// dropout(values, rate, seed, step, layer): Float32Array
Napi::Value Dropout(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    if (!info[0].IsTypedArray() || info[0].As<Napi::TypedArray>().TypedArrayType() != napi_float32_array)
      throw std::invalid_argument("Expected a Float32Array for values but received something else");
    const auto values = info[0].As<Napi::Float32Array>();
    const std::size_t length = values.ElementLength();
    const double rate = ReadNumber(info[1], "rate");
    if (!(rate >= 0 && rate < 1))
      throw std::invalid_argument("Expected a number in [0, 1) for rate but received " + std::to_string(rate));
    if (length > 0x7fffffff)
      throw std::invalid_argument("Expected fewer than 2147483648 values but received " + std::to_string(length));
    auto word = [&](std::size_t i, const char* name) {
      return std::uint32_t(ReadInteger(info[i], name, 0, 0xffffffffll));
    };
    const auto key = train::MakeDropoutKey(word(2, "seed"), word(3, "step"), word(4, "layer"), rate);
    const DropoutKernel& kernel = PROSODIA_SELECT(kDropoutKernel, ChosenIsa());
    const std::size_t panel = std::size_t(Parameter::Gemm().panel), whole = length / panel * panel;
    auto kept = Napi::Float32Array::New(info.Env(), length);
    kernel.apply(key, {values.Data(), kept.Data(), int(whole / panel), 0, std::uint32_t(panel)}, int(panel));
    // The kernel takes whole panels: the rest goes through a copy with zeros behind it.
    std::vector<float> rest(panel);
    std::copy_n(values.Data() + whole, length - whole, rest.begin());
    kernel.apply(key, {rest.data(), rest.data(), 1, std::uint32_t(whole), std::uint32_t(panel)}, int(panel));
    std::copy_n(rest.begin(), length - whole, kept.Data() + whole);
    return kept;
  });
}

}  // namespace

void AddTraining(Napi::Env env, Napi::Object exports) {
  exports.Set("Trainer", Trainer::Define(env));
  exports.Set("dropout", Napi::Function::New(env, Dropout, "dropout"));
}

}  // namespace prosodia::binding
