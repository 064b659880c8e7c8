// JavaScript values as the training core wants them; throws std::invalid_argument in words.
#pragma once

#include <napi.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/train/config.h"
#include "core/train/parameter.h"

namespace prosodia::binding {

// A number in [least, most], whole.
std::int64_t ReadInteger(const Napi::Value& value, const std::string& name, std::int64_t least, std::int64_t most);
bool ReadBoolean(const Napi::Value& value, const std::string& name);

// Copies of typed arrays.
std::vector<float> ReadFloats(const Napi::Value& value, const std::string& name);
std::vector<std::int32_t> ReadIntegers(const Napi::Value& value, const std::string& name);

// {steps, width, batchSize, threads, seed, learningRate, beta1, beta2, epsilon, layers: [{kind, …}]}
train::NetworkConfig ReadNetworkConfig(const Napi::Value& value);

// An array of Float32Array, one for each matrix, row-major; nothing is written unless all fit.
void LoadMatrices(const Napi::Value& value, const std::string& name, const std::vector<train::Matrix*>& matrices);
Napi::Array StoreMatrices(Napi::Env env, const std::vector<train::Matrix*>& matrices);

}  // namespace prosodia::binding
