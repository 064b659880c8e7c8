#include "core/train/config.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include "core/errors.h"

namespace prosodia::train {

static constexpr int kMostUnits = 65'536, kMostSteps = 1'000'000, kMostBatchRows = 65'536, kMostThreads = 256;
// Rows × steps × units of one activation: its element numbers must fit the dropout mask's 32 bits.
static constexpr double kMostElements = 4294967295.0;

// Floats a network may hold, weights and activations together: 8 GiB.
static constexpr double kMostFloats = 2147483648.0;

static void Range(const char* name, double value, double least, double most) {
  if (value >= least && value <= most) return;
  throw std::invalid_argument("Expected a number from " + std::to_string(std::int64_t(least)) + " to " +
                              std::to_string(std::int64_t(most)) + " for " + name + " but received " +
                              std::to_string(value));
}

static void CheckAdam(const AdamOptions& adam) {
  if (!(adam.learning_rate > 0) || !std::isfinite(adam.learning_rate))
    throw std::invalid_argument("Expected a positive number for learningRate but received " +
                                std::to_string(adam.learning_rate));
  if (!(adam.beta1 >= 0 && adam.beta1 < 1) || !(adam.beta2 >= 0 && adam.beta2 < 1))
    throw std::invalid_argument("Expected numbers in [0, 1) for beta1 and beta2 but received " +
                                std::to_string(adam.beta1) + " and " + std::to_string(adam.beta2));
  if (!(adam.epsilon > 0) || !std::isfinite(adam.epsilon))
    throw std::invalid_argument("Expected a positive number for epsilon but received " +
                                std::to_string(adam.epsilon));
  if (!(adam.weight_decay >= 0 && adam.weight_decay * adam.learning_rate < 1))
    throw std::invalid_argument("Expected from 0 to below 1 / learningRate for weightDecay but received " +
                                std::to_string(adam.weight_decay));
}

static bool KeepsWidth(const LayerConfig& layer) {
  return layer.kind == LayerKind::kDropout || layer.kind == LayerKind::kBatchNorm;
}

// About as many floats as the network will allocate.
static double Floats(const NetworkConfig& config) {
  double floats = 0, width = config.width, rows = double(config.steps) * config.batch_rows;
  for (const LayerConfig& layer : config.layers) {
    const bool lstm = layer.kind == LayerKind::kLstm;
    const double units = KeepsWidth(layer) ? width : layer.units;
    if (!KeepsWidth(layer)) floats += 5 * (lstm ? 4 : 1) * units * (width + (lstm ? units : 0) + 1);
    floats += rows * units * (lstm ? 8 : 3);
    if (lstm && !layer.sequences) rows = config.batch_rows;
    width = units;
  }
  return floats;
}

void CheckConfig(const NetworkConfig& config) {
  Range("steps", config.steps, 1, kMostSteps);
  Range("width", config.width, 1, kMostUnits);
  Range("batchSize", config.batch_rows, 1, kMostBatchRows);
  Range("threads", config.threads, 1, kMostThreads);
  CheckAdam(config.adam);
  if (config.layers.empty()) throw std::invalid_argument("Expected at least one layer but received none");
  double widest = config.width, steps = config.steps;
  for (const LayerConfig& layer : config.layers) {
    if (layer.kind == LayerKind::kDropout) {
      if (!(layer.rate >= 0 && layer.rate < 1))
        throw std::invalid_argument("Expected a number in [0, 1) for rate but received " + std::to_string(layer.rate));
      continue;
    }
    if (layer.kind == LayerKind::kBatchNorm) {
      if (!(layer.momentum >= 0 && layer.momentum < 1) || !(layer.epsilon > 0 && layer.epsilon <= 1))
        throw std::invalid_argument("Expected momentum in [0, 1) and epsilon in (0, 1] but received " +
                                    std::to_string(layer.momentum) + " and " + std::to_string(layer.epsilon));
      continue;
    }
    Range("units", layer.units, 1, kMostUnits);
    widest = std::fmax(widest, (layer.kind == LayerKind::kLstm ? 4.0 : 1.0) * layer.units);
    if (layer.kind == LayerKind::kLstm && !layer.sequences) steps = 1;
  }
  if (widest * config.steps * config.batch_rows > kMostElements)
    throw std::invalid_argument("Expected fewer than 4294967296 activations a layer and batch but received " +
                                std::to_string(widest * config.steps * config.batch_rows));
  if (Floats(config) > kMostFloats)
    throw LimitError("Expected a network of at most 8 GiB but this one needs about " +
                     std::to_string(std::int64_t(Floats(config) / 268435456)) + " GiB");
  const LayerConfig& last = config.layers.back();
  if (last.kind != LayerKind::kDense || last.relu)
    throw std::invalid_argument("Expected a dense softmax layer at the end");
  for (double weight : config.class_weights)
    if (!(weight > 0) || !std::isfinite(weight))
      throw std::invalid_argument("Expected positive numbers for classWeights but received " + std::to_string(weight));
  if (!config.class_weights.empty() && config.class_weights.size() != std::size_t(last.units))
    throw std::invalid_argument("Expected " + std::to_string(last.units) + " numbers for classWeights but received " +
                                std::to_string(config.class_weights.size()));
  if (steps != 1) throw std::invalid_argument("Expected one output a row but the last layer keeps several steps");
}

}  // namespace prosodia::train
