// What a training loop in JavaScript calls on its own thread: an LSTM layer, and Adam's step on arrays.
#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <string>

#include "binding/arguments.h"
#include "binding/batch.h"
#include "binding/operations.h"
#include "binding/train_arguments.h"
#include "core/train/lstm_operator.h"

namespace prosodia::binding {

using train::LstmOperator;
using train::Matrix;
using train::Parameter;

namespace {

Napi::Float32Array FloatArray(const Napi::Value& value, const std::string& name) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_float32_array)
    throw std::invalid_argument("Expected a Float32Array for " + name + " but received something else");
  return value.As<Napi::Float32Array>();
}

Napi::Float32Array FloatArray(const Napi::Value& value, const std::string& name, std::size_t length) {
  const Napi::Float32Array array = FloatArray(value, name);
  if (array.ElementLength() != length)
    throw std::invalid_argument("Expected " + std::to_string(length) + " values for " + name + " but received " +
                                std::to_string(array.ElementLength()));
  return array;
}

train::LstmShape ReadLstmShape(const Napi::Value& value) {
  if (!value.IsObject()) throw std::invalid_argument("Expected an object for the layer but received something else");
  const auto object = value.As<Napi::Object>();
  auto count = [&](const char* name) { return int(ReadInteger(object.Get(name), name, 1, 0x7fffffff)); };
  auto flag = [&](const char* name) { return ReadBoolean(object.Get(name), name); };
  return {count("steps"),         count("width"),     count("units"),  flag("returnSequences"),
          flag("inputGradient"), count("batchSize"), count("threads")};
}

AdamRates ReadRates(const Napi::Value& value) {
  if (!value.IsObject()) throw std::invalid_argument("Expected an object for step but received something else");
  const auto object = value.As<Napi::Object>();
  const double beta1 = ReadNumber(object.Get("beta1"), "beta1"), beta2 = ReadNumber(object.Get("beta2"), "beta2");
  return {float(ReadNumber(object.Get("rate"), "rate")), float(beta1),     float(beta2),
          float(1 - beta1),                              float(1 - beta2), float(ReadNumber(object.Get("epsilon"), "epsilon")),
          float(ReadNumber(object.Get("keep"), "keep"))};
}

class LstmObject : public Napi::ObjectWrap<LstmObject> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(
        env, "LstmOperator",
        {InstanceMethod<&LstmObject::SetWeights>("setWeights"), InstanceMethod<&LstmObject::Forward>("forward"),
         InstanceMethod<&LstmObject::Backward>("backward"), InstanceMethod<&LstmObject::Gradients>("gradients"),
         InstanceMethod<&LstmObject::Update>("update"), InstanceMethod<&LstmObject::Weights>("weights"),
         InstanceMethod<&LstmObject::SetSlots>("setSlots"), InstanceMethod<&LstmObject::Slots>("slots"),
         InstanceMethod<&LstmObject::Dispose>("dispose")});
  }

  explicit LstmObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<LstmObject>(info) {
    Guarded(info.Env(), [&]() -> Napi::Value {
      lstm_ = std::make_unique<LstmOperator>(ReadLstmShape(info[0]));
      return info.Env().Undefined();
    });
  }

 private:
  LstmOperator& Lstm() {
    if (!lstm_) throw std::invalid_argument("Expected a layer in use but this one was disposed of");
    return *lstm_;
  }

  std::vector<Matrix*> Select(std::vector<Matrix Parameter::*> members) {
    std::vector<Matrix*> matrices;
    for (Matrix Parameter::* member : members)
      for (Parameter* parameter : Lstm().parameters()) matrices.push_back(&(parameter->*member));
    return matrices;
  }

  Napi::Value Store(const Napi::CallbackInfo& info, std::vector<Matrix Parameter::*> members) {
    return Guarded(info.Env(), [&]() -> Napi::Value { return StoreMatrices(info.Env(), Select(members)); });
  }
  Napi::Value Weights(const Napi::CallbackInfo& info) { return Store(info, {&Parameter::value}); }
  Napi::Value Gradients(const Napi::CallbackInfo& info) { return Store(info, {&Parameter::gradient}); }
  Napi::Value Slots(const Napi::CallbackInfo& info) { return Store(info, {&Parameter::first, &Parameter::second}); }

  Napi::Value SetSlots(const Napi::CallbackInfo& info) {
    return Guarded(info.Env(), [&]() -> Napi::Value {
      LoadMatrices(info[0], "slots", Select({&Parameter::first, &Parameter::second}));
      return info.Env().Undefined();
    });
  }

  Napi::Value Update(const Napi::CallbackInfo& info) {
    return Guarded(info.Env(), [&]() -> Napi::Value {
      Lstm().Update(ReadRates(info[0]));
      return info.Env().Undefined();
    });
  }

  Napi::Value SetWeights(const Napi::CallbackInfo& info) {
    return Guarded(info.Env(), [&]() -> Napi::Value {
      LoadMatrices(info[0], "weights", Select({&Parameter::value}));
      Lstm().Refresh();
      return info.Env().Undefined();
    });
  }

  Napi::Value Forward(const Napi::CallbackInfo& info) {
    return Guarded(info.Env(), [&]() -> Napi::Value {
      const auto inputs = FloatArray(info[0], "inputs");
      const std::size_t row = Lstm().input_row_size(), rows = inputs.ElementLength() / row;
      if (rows * row != inputs.ElementLength() || rows < 1 || rows > std::size_t(lstm_->shape().batch_rows))
        throw std::invalid_argument("Expected 1 to " + std::to_string(lstm_->shape().batch_rows) + " rows of " +
                                    std::to_string(row) + " values for inputs but received " +
                                    std::to_string(inputs.ElementLength()) + " values");
      auto outputs = Napi::Float32Array::New(info.Env(), rows * lstm_->output_row_size());
      lstm_->Forward(inputs.Data(), int(rows), outputs.Data());
      return outputs;
    });
  }

  Napi::Value Backward(const Napi::CallbackInfo& info) {
    return Guarded(info.Env(), [&]() -> Napi::Value {
      const auto rows = std::size_t(Lstm().pending_rows());
      if (rows == 0) throw std::invalid_argument("Expected a call of forward before each call of backward");
      const auto gradient = FloatArray(info[0], "gradient", rows * lstm_->output_row_size());
      if (!lstm_->shape().input_gradient) {
        lstm_->Backward(gradient.Data(), nullptr);
        return info.Env().Undefined();
      }
      auto inputs = Napi::Float32Array::New(info.Env(), rows * lstm_->input_row_size());
      lstm_->Backward(gradient.Data(), inputs.Data());
      return inputs;
    });
  }

  Napi::Value Dispose(const Napi::CallbackInfo& info) {
    lstm_.reset();
    return info.Env().Undefined();
  }

  std::unique_ptr<LstmOperator> lstm_;
};

// adamStep({rate, beta1, beta2, epsilon, keep}, weights, gradient, first, second)
Napi::Value AdamStep(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    const AdamRates rates = ReadRates(info[0]);
    auto weights = FloatArray(info[1], "weights");
    const std::size_t length = weights.ElementLength();
    const auto gradient = FloatArray(info[2], "gradient", length);
    auto first = FloatArray(info[3], "first", length), second = FloatArray(info[4], "second", length);
    const AdamKernel& adam = PROSODIA_SELECT(kAdamKernel, ChosenIsa());
    constexpr std::size_t kWidest = 64;  // no panel is wider
    const std::size_t whole = length / kWidest * kWidest;
    adam.step(rates, gradient.Data(), first.Data(), second.Data(), weights.Data(), whole);
    // The kernel takes whole vectors: the rest goes through a copy with zeros behind it.
    const std::size_t rest = length - whole;
    std::array<float, kWidest> g{}, m{}, v{}, w{};
    std::copy_n(gradient.Data() + whole, rest, g.begin());
    std::copy_n(first.Data() + whole, rest, m.begin());
    std::copy_n(second.Data() + whole, rest, v.begin());
    std::copy_n(weights.Data() + whole, rest, w.begin());
    adam.step(rates, g.data(), m.data(), v.data(), w.data(), kWidest);
    std::copy_n(m.begin(), rest, first.Data() + whole);
    std::copy_n(v.begin(), rest, second.Data() + whole);
    std::copy_n(w.begin(), rest, weights.Data() + whole);
    return info.Env().Undefined();
  });
}

}  // namespace

void AddTensorOperators(Napi::Env env, Napi::Object exports) {
  exports.Set("LstmOperator", LstmObject::Define(env));
  exports.Set("adamStep", Napi::Function::New(env, AdamStep, "adamStep"));
}

}  // namespace prosodia::binding
