#include "core/train/network.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/train/batch_norm_layer.h"
#include "core/train/dense_layer.h"
#include "core/train/dropout_layer.h"
#include "core/train/lstm_layer.h"

namespace prosodia::train {

// Before any member allocates by it.
static const NetworkConfig& Checked(const NetworkConfig& config) {
  CheckConfig(config);
  return config;
}

Network::Network(const NetworkConfig& config)
    : config_(Checked(config)),
      capacity_(config.batch_rows),
      row_loss_(std::size_t(capacity_)),
      row_predicted_(std::size_t(capacity_)),
      team_(std::min(config.threads, config.batch_rows)) {
  input_.steps = config.steps;
  input_.wants_gradient = false;
  input_.value = Matrix(std::size_t(config.steps) * std::size_t(capacity_), config.width, Parameter::Gemm().panel);
  int width = config.width;
  for (const LayerConfig& layer : config.layers) AddLayer(layer, width);
  for (auto& layer : layers_) {
    for (Parameter* parameter : layer->parameters()) parameters_.push_back(parameter);
    for (Matrix* statistic : layer->statistics()) statistics_.push_back(statistic);
    for (int panel = 0; panel < layer->panels(); panel++) tasks_.push_back({layer.get(), panel});
  }
}

void Network::AddLayer(const LayerConfig& layer, int& width) {
  Port& from = layers_.empty() ? input_ : layers_.back()->output();
  switch (layer.kind) {
    case LayerKind::kLstm:
      layers_.push_back(std::make_unique<LstmLayer>(from, width, layer.units, layer.sequences, capacity_));
      break;
    case LayerKind::kDense:
      layers_.push_back(std::make_unique<DenseLayer>(
          from, width, layer.units, layer.relu ? Activation::kRelu : Activation::kLinear, capacity_));
      break;
    case LayerKind::kDropout:
      layers_.push_back(std::make_unique<DropoutLayer>(from, width, layer.rate, layer.number, capacity_));
      return;
    case LayerKind::kBatchNorm:
      layers_.push_back(
          std::make_unique<BatchNormLayer>(from, width, BatchNormOptions{layer.momentum, layer.epsilon}, capacity_));
      return;
  }
  width = layer.units;
}

void Network::SetRows(std::vector<float> inputs, std::vector<std::int32_t> classes, std::vector<float> targets) {
  inputs_ = std::move(inputs);
  targets_ = std::move(targets);
  classes_ = std::move(classes);
}

void Network::Refresh() {
  for (const PanelTask& task : tasks_) task.layer->RefreshPanel(task.panel);
}

RowRange Network::Share(int rows, int thread) const {
  const int threads = team_.size();
  return {rows * thread / threads, rows * (thread + 1) / threads};
}

void Network::LoadRow(const float* row, const Pass& pass, int slot) {
  const int panel_width = input_.value.panel();
  for (int step = 0; step < config_.steps; step++, row += config_.width) {
    for (int panel = 0; panel < input_.value.panels(); panel++) {
      std::copy_n(row + panel * panel_width, input_.value.PanelColumns(panel),
                  input_.value.At(panel, input_.Row(pass, step, slot)));
    }
  }
}

void Network::Forward(const Pass& pass, RowRange rows) {
  for (auto& layer : layers_)
    if (rows.count() > 0 || layer->together()) layer->Forward(pass, rows);
}

void Network::Backward(const Pass& pass, RowRange rows) {
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer)
    if (rows.count() > 0 || (*layer)->together()) (*layer)->Backward(pass, rows);
}

RowTarget Network::TargetOf(std::int32_t row) const {
  const std::int32_t label = classes_[std::size_t(row)];
  const float* probabilities = targets_.empty() ? nullptr : targets_.data() + std::size_t(row) * std::size_t(classes());
  return {label, probabilities, config_.class_weights.empty() ? 1 : config_.class_weights[std::size_t(label)]};
}

void Network::Score(const Batch& batch, RowRange rows) {
  Port& logits = layers_.back()->output();
  for (int slot = rows.from; slot < rows.to; slot++) {
    const RowLoss row =
        SoftmaxLoss(logits, logits.Row(batch.pass, 0, slot), TargetOf(batch.rows[slot]), batch.pass.rows);
    row_loss_[std::size_t(slot)] = row.loss;
    row_predicted_[std::size_t(slot)] = row.predicted;
  }
}

void Network::Add(const Batch& batch, EpochSums& sums) const {
  for (int slot = 0; slot < batch.pass.rows; slot++) {
    sums.loss += row_loss_[std::size_t(slot)];
    const std::size_t label = std::size_t(classes_[std::size_t(batch.rows[slot])]);
    sums.confusion[label * std::size_t(classes()) + std::size_t(row_predicted_[std::size_t(slot)])] += 1;
  }
}

AdamRates Network::Rates(std::uint32_t step) const {
  const AdamOptions& adam = config_.adam;
  const double rate = adam.learning_rate * std::sqrt(1 - std::pow(adam.beta2, step)) / (1 - std::pow(adam.beta1, step));
  return {float(rate),           float(adam.beta1), float(adam.beta2), float(1 - adam.beta1), float(1 - adam.beta2),
          float(adam.epsilon),   float(1 - adam.learning_rate * adam.weight_decay)};
}

// Called by every thread of the team.
void Network::Step(int thread, const Batch& batch, EpochSums& sums) {
  const RowRange mine = Share(batch.pass.rows, thread);
  if (thread == 0) next_task_.store(0, std::memory_order_relaxed);
  for (int slot = mine.from; slot < mine.to; slot++)
    LoadRow(inputs_.data() + std::size_t(batch.rows[slot]) * row_size(), batch.pass, slot);
  Forward(batch.pass, mine);
  Score(batch, mine);
  Backward(batch.pass, mine);
  team_.Barrier();
  if (thread == 0) {
    Add(batch, sums);
    // Between the barriers, so that after the second one all threads read the same.
    stop_.store(batch.stop && (*batch.stop)(), std::memory_order_relaxed);
  }
  const AdamRates rates = Rates(batch.pass.step);
  for (std::size_t task; (task = next_task_.fetch_add(1, std::memory_order_relaxed)) < tasks_.size();) {
    tasks_[task].layer->GradientPanel(batch.pass, tasks_[task].panel);
    if (batch.update) tasks_[task].layer->UpdatePanel(rates, tasks_[task].panel);
  }
  team_.Barrier();
}

// What an aborted epoch goes back to.
class Network::Snapshot {
 public:
  explicit Snapshot(Network& network) : network_(network), step_(network.step_) {
    for (Parameter* parameter : network.parameters_)
      for (const Matrix* matrix : {&parameter->value, &parameter->first, &parameter->second})
        Keep(*matrix);
    for (Matrix* statistic : network.statistics_) Keep(*statistic);
  }
  std::uint32_t step() const { return step_; }
  void Restore() {
    std::size_t next = 0;
    for (Parameter* parameter : network_.parameters_)
      for (Matrix* matrix : {&parameter->value, &parameter->first, &parameter->second}) PutBack(next++, *matrix);
    for (Matrix* statistic : network_.statistics_) PutBack(next++, *statistic);
    network_.step_ = step_;
    network_.Refresh();
  }

 private:
  void Keep(const Matrix& matrix) { copies_.emplace_back(matrix.At(0, 0), matrix.At(0, 0) + matrix.size()); }
  void PutBack(std::size_t copy, Matrix& matrix) const {
    std::copy(copies_[copy].begin(), copies_[copy].end(), matrix.At(0, 0));
  }

  Network& network_;
  const std::uint32_t step_;
  std::vector<std::vector<float>> copies_;
};

EpochSums Network::Epoch(const std::vector<std::int32_t>& order, const StopRequest& stop) {
  EpochSums sums;
  sums.confusion.assign(std::size_t(classes()) * std::size_t(classes()), 0);
  Snapshot before(*this);
  team_.Run([&](int thread) {
    std::uint32_t step = before.step();
    for (std::size_t from = 0; from < order.size(); from += std::size_t(capacity_)) {
      const int rows = int(std::min(order.size() - from, std::size_t(capacity_)));
      Step(thread, {{rows, config_.seed, ++step, true, true, &team_, thread}, order.data() + from, true, &stop}, sums);
      if (stop_.load(std::memory_order_relaxed)) break;
    }
    if (thread == 0) step_ = step;
  });
  sums.aborted = stop_.load(std::memory_order_relaxed);
  if (sums.aborted) before.Restore();
  return sums;
}

double Network::Gradients(const std::vector<std::int32_t>& order) {
  EpochSums sums;
  sums.confusion.assign(std::size_t(classes()) * std::size_t(classes()), 0);
  team_.Run([&](int thread) {
    Step(thread, {{int(order.size()), config_.seed, step_ + 1, true, false, &team_, thread}, order.data(), false, nullptr}, sums);
  });
  return sums.loss / double(order.size());
}

void Network::Predict(const float* inputs, std::size_t count, float* probabilities) {
  Port& logits = layers_.back()->output();
  // Every thread stays with its own rows, so none waits for another while batches are of one size. A smaller last batch
  // lies differently in the matrices: its rows are other threads' rows of the batch before.
  team_.Run([&](int thread) {
    for (std::size_t from = 0; from < count; from += std::size_t(capacity_)) {
      const Pass pass{int(std::min(count - from, std::size_t(capacity_))), config_.seed, 0, false};
      if (pass.rows < capacity_) team_.Barrier();
      const RowRange mine = Share(pass.rows, thread);
      for (int slot = mine.from; slot < mine.to; slot++)
        LoadRow(inputs + (from + std::size_t(slot)) * row_size(), pass, slot);
      Forward(pass, mine);
      for (int slot = mine.from; slot < mine.to; slot++)
        Softmax(logits.value, logits.Row(pass, 0, slot),
                probabilities + (from + std::size_t(slot)) * std::size_t(classes()));
    }
  });
}

}  // namespace prosodia::train
