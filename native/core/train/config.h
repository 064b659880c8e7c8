// What a network is made of. Checked by CheckConfig; nothing else in this folder checks again.
#pragma once

#include <cstdint>
#include <vector>

namespace prosodia::train {

enum class LayerKind { kLstm, kDropout, kDense, kBatchNorm };

struct LayerConfig {
  LayerKind kind;
  int units = 0;           // lstm, dense
  bool sequences = false;  // lstm: hand on every step
  bool relu = false;       // dense; else linear. The last layer is linear: its softmax belongs to the loss
  double rate = 0;         // dropout
  std::uint32_t number = 0;  // dropout: the layer's place in the model
  double momentum = 0, epsilon = 0;  // batch normalisation
};

struct AdamOptions {
  double learning_rate, beta1, beta2, epsilon;
  double weight_decay = 0;  // of AdamW
};

struct NetworkConfig {
  int steps = 1, width = 1;  // of one input row, step by step
  int batch_rows = 32;
  int threads = 1;
  std::uint32_t seed = 0;
  AdamOptions adam{};
  std::vector<double> class_weights;  // multiply the loss of each class's rows; none: all 1
  std::vector<LayerConfig> layers;
};

// Throws std::invalid_argument naming what is out of range, LimitError for a network of more than 8 GiB.
void CheckConfig(const NetworkConfig& config);

}  // namespace prosodia::train
