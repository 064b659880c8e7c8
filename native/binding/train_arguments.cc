#include "binding/train_arguments.h"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "binding/arguments.h"

namespace prosodia::binding {

using train::LayerConfig;
using train::LayerKind;
using train::Matrix;

[[noreturn]] static void Refuse(const std::string& expected, const std::string& name, const std::string& received) {
  throw std::invalid_argument("Expected " + expected + " for " + name + " but received " + received);
}

std::int64_t ReadInteger(const Napi::Value& value, const std::string& name, std::int64_t least, std::int64_t most) {
  const double number = ReadNumber(value, name);
  if (!(number >= double(least) && number <= double(most)) || number != std::floor(number))
    Refuse("an integer from " + std::to_string(least) + " to " + std::to_string(most), name, std::to_string(number));
  return std::int64_t(number);
}

template <typename Array, typename Element>
static std::vector<Element> ReadTyped(const Napi::Value& value, const std::string& name, napi_typedarray_type type,
                                      const char* type_name) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type)
    Refuse(std::string("a ") + type_name, name, "something else");
  const Array array = value.As<Array>();
  return std::vector<Element>(array.Data(), array.Data() + array.ElementLength());
}

std::vector<float> ReadFloats(const Napi::Value& value, const std::string& name) {
  return ReadTyped<Napi::Float32Array, float>(value, name, napi_float32_array, "Float32Array");
}

std::vector<std::int32_t> ReadIntegers(const Napi::Value& value, const std::string& name) {
  return ReadTyped<Napi::Int32Array, std::int32_t>(value, name, napi_int32_array, "Int32Array");
}

bool ReadBoolean(const Napi::Value& value, const std::string& name) {
  if (!value.IsBoolean()) Refuse("true or false", name, "something else");
  return value.As<Napi::Boolean>().Value();
}

static int ReadInt(const Napi::Object& object, const char* name) {
  return int(ReadInteger(object.Get(name), name, 0, std::numeric_limits<int>::max()));
}

static std::uint32_t ReadWord(const Napi::Object& object, const char* name) {
  return std::uint32_t(ReadInteger(object.Get(name), name, 0, std::numeric_limits<std::uint32_t>::max()));
}

static LayerConfig ReadLayer(const Napi::Value& value) {
  if (!value.IsObject()) Refuse("objects", "layers", "something else");
  const auto object = value.As<Napi::Object>();
  const std::string kind = object.Get("kind").ToString().Utf8Value();
  LayerConfig layer{};
  if (kind == "lstm") {
    layer.kind = LayerKind::kLstm;
    layer.units = ReadInt(object, "units");
    layer.sequences = ReadBoolean(object.Get("returnSequences"), "returnSequences");
  } else if (kind == "dropout") {
    layer.kind = LayerKind::kDropout;
    layer.rate = ReadNumber(object.Get("rate"), "rate");
    layer.number = ReadWord(object, "number");
  } else if (kind == "dense") {
    layer.kind = LayerKind::kDense;
    layer.units = ReadInt(object, "units");
    layer.relu = ReadBoolean(object.Get("relu"), "relu");
  } else if (kind == "batchNormalization") {
    layer.kind = LayerKind::kBatchNorm;
    layer.momentum = ReadNumber(object.Get("momentum"), "momentum");
    layer.epsilon = ReadNumber(object.Get("epsilon"), "epsilon");
  } else {
    Refuse("lstm, dropout, dense or batchNormalization", "kind", kind);
  }
  return layer;
}

train::NetworkConfig ReadNetworkConfig(const Napi::Value& value) {
  if (!value.IsObject()) Refuse("an object", "the trainer's configuration", "something else");
  const auto object = value.As<Napi::Object>();
  train::NetworkConfig config;
  config.steps = ReadInt(object, "steps");
  config.width = ReadInt(object, "width");
  config.batch_rows = ReadInt(object, "batchSize");
  config.threads = ReadInt(object, "threads");
  config.seed = ReadWord(object, "seed");
  config.adam = {ReadNumber(object.Get("learningRate"), "learningRate"), ReadNumber(object.Get("beta1"), "beta1"),
                 ReadNumber(object.Get("beta2"), "beta2"), ReadNumber(object.Get("epsilon"), "epsilon"),
                 ReadNumber(object.Get("weightDecay"), "weightDecay")};
  if (!object.Get("classWeights").IsArray()) Refuse("an array", "classWeights", "something else");
  const auto weights = object.Get("classWeights").As<Napi::Array>();
  for (std::uint32_t i = 0; i < weights.Length(); i++)
    config.class_weights.push_back(ReadNumber(weights.Get(i), "classWeights"));
  if (!object.Get("layers").IsArray()) Refuse("an array", "layers", "something else");
  const auto layers = object.Get("layers").As<Napi::Array>();
  for (std::uint32_t i = 0; i < layers.Length(); i++) config.layers.push_back(ReadLayer(layers.Get(i)));
  return config;
}

void LoadMatrices(const Napi::Value& value, const std::string& name, const std::vector<Matrix*>& matrices) {
  if (!value.IsArray()) Refuse("an array", name, "something else");
  const auto array = value.As<Napi::Array>();
  if (array.Length() != matrices.size())
    Refuse(std::to_string(matrices.size()) + " arrays", name, std::to_string(array.Length()));
  std::vector<std::vector<float>> copies;
  for (std::uint32_t i = 0; i < array.Length(); i++) {
    const std::string item = name + "[" + std::to_string(i) + "]";
    copies.push_back(ReadFloats(array.Get(i), item));
    const std::size_t wanted = matrices[i]->rows() * std::size_t(matrices[i]->columns());
    if (copies.back().size() != wanted)
      Refuse(std::to_string(wanted) + " values", item, std::to_string(copies.back().size()));
  }
  for (std::size_t i = 0; i < matrices.size(); i++) matrices[i]->Load(copies[i].data());
}

Napi::Array StoreMatrices(Napi::Env env, const std::vector<Matrix*>& matrices) {
  auto array = Napi::Array::New(env, matrices.size());
  for (std::uint32_t i = 0; i < matrices.size(); i++) {
    auto plain = Napi::Float32Array::New(env, matrices[i]->rows() * std::size_t(matrices[i]->columns()));
    matrices[i]->Store(plain.Data());
    array.Set(i, plain);
  }
  return array;
}

}  // namespace prosodia::binding
