// A feed-forward chain of layers with its rows, its optimizer and its threads: a whole epoch in one call.
//
// Not for concurrent use.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/train/config.h"
#include "core/train/layer.h"
#include "core/train/softmax_loss.h"
#include "core/train/step_team.h"

namespace prosodia::train {

// Asked after every batch, on the calling thread: true ends the epoch.
using StopRequest = std::function<bool()>;

struct EpochSums {
  double loss = 0;                // summed over rows
  std::vector<double> confusion;  // classes × classes, row = true class
  bool aborted = false;           // weights, state and step are those of before
};

class Network {
 public:
  // Throws std::invalid_argument for a configuration out of range.
  explicit Network(const NetworkConfig& config);

  // Rows to learn from: inputs.size() = classes.size() · row size, classes in [0, classes()); targets, rows × classes(),
  // may be empty: each row's class alone.
  void SetRows(std::vector<float> inputs, std::vector<std::int32_t> classes, std::vector<float> targets);

  std::vector<Parameter*> parameters() const { return parameters_; }
  // What layers keep of batches beside their weights.
  std::vector<Matrix*> statistics() const { return statistics_; }
  // To be called after writing to parameters.
  void Refresh();
  std::uint32_t step() const { return step_; }
  void set_step(std::uint32_t step) { step_ = step; }

  // One pass in `order`, by batches. Each entry is in [0, rows()).
  EpochSums Epoch(const std::vector<std::int32_t>& order, const StopRequest& stop);
  // The loss and the parameters' gradients of `order` (at most batch_rows() entries), with the next step's dropout.
  double Gradients(const std::vector<std::int32_t>& order);
  // Probabilities without dropout of `count` rows.
  void Predict(const float* inputs, std::size_t count, float* probabilities);

  int classes() const { return layers_.back()->output().value.columns(); }
  std::size_t row_size() const { return std::size_t(config_.steps) * std::size_t(config_.width); }
  std::size_t rows() const { return classes_.size(); }
  int batch_rows() const { return config_.batch_rows; }

 private:
  struct Batch {
    Pass pass;
    const std::int32_t* rows;
    bool update;
    const StopRequest* stop;  // may be null
  };
  struct PanelTask {
    Layer* layer;
    int panel;
  };
  class Snapshot;

  void AddLayer(const LayerConfig& layer, int& width);
  RowRange Share(int rows, int thread) const;
  void LoadRow(const float* row, const Pass& pass, int slot);
  void Forward(const Pass& pass, RowRange rows);
  void Backward(const Pass& pass, RowRange rows);
  void Step(int thread, const Batch& batch, EpochSums& sums);
  void Score(const Batch& batch, RowRange rows);
  RowTarget TargetOf(std::int32_t row) const;
  void Add(const Batch& batch, EpochSums& sums) const;
  AdamRates Rates(std::uint32_t step) const;

  const NetworkConfig config_;
  const int capacity_;
  Port input_;
  std::vector<std::unique_ptr<Layer>> layers_;
  std::vector<Parameter*> parameters_;
  std::vector<Matrix*> statistics_;
  std::vector<PanelTask> tasks_;
  std::atomic<std::size_t> next_task_{0};
  std::atomic<bool> stop_{false};
  std::vector<float> inputs_;
  std::vector<std::int32_t> classes_;
  std::vector<float> targets_;
  std::vector<double> row_loss_;
  std::vector<int> row_predicted_;
  std::uint32_t step_ = 0;
  StepTeam team_;
};

}  // namespace prosodia::train
