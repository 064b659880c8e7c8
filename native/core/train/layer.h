// What the network knows of a layer.
//
// Activations lie time-major: row (t · batch rows + b) of a matrix is step t of batch row b. A thread computes its own
// batch rows through the whole forward and backward pass, so nothing waits inside a recurrence; gradients and updates of
// weights are then shared out by panel, each summed over all rows in one order, whatever the number of threads.
#pragma once

#include <cstdint>
#include <vector>

#include "core/train/parameter.h"
#include "core/train/step_team.h"

namespace prosodia::train {

struct RowRange {
  int from, to;
  int count() const { return to - from; }
};

// The batch being worked on.
struct Pass {
  int rows;            // of the batch; the last may be smaller
  std::uint32_t seed;  // of the dropout masks
  std::uint32_t step;  // number of the training step, from 1
  bool training;       // false: dropout lets everything pass
  bool learning = false;     // weights will move, and what is remembered of batches too
  StepTeam* team = nullptr;  // of the threads that call the layers together; null: one
  int thread = 0;

  // work(0 … count − 1), shared out between the threads after all have come this far; none goes on before all is done.
  template <typename Work>
  void Share(int count, Work work) const {
    if (team) team->Barrier();
    for (int part = thread; part < count; part += team ? team->size() : 1) work(part);
    if (team) team->Barrier();
  }
};

// The activations between two layers, and their gradients.
struct Port {
  Matrix value, gradient;
  int steps = 1;              // seen by the next layer
  int skip = 0;               // steps before the first of them
  bool wants_gradient = true;  // false before the first layer that learns
  std::size_t Row(const Pass& pass, int step, int row) const {
    return (std::size_t(skip) + std::size_t(step)) * std::size_t(pass.rows) + std::size_t(row);
  }
};

class Layer {
 public:
  virtual ~Layer() = default;
  Port& output() { return output_; }

  virtual void Forward(const Pass& pass, RowRange rows) = 0;
  // Reads output().gradient, which it may overwrite, and writes the input's gradient if that is wanted.
  virtual void Backward(const Pass& pass, RowRange rows) = 0;

  // In Keras' order.
  virtual std::vector<Parameter*> parameters() { return {}; }
  // What is kept of batches beside the weights.
  virtual std::vector<Matrix*> statistics() { return {}; }
  // Whether threads must meet in this layer, those without rows too.
  virtual bool together() const { return false; }
  // Panels of weights; each is a piece of work for one thread.
  virtual int panels() const { return 0; }
  virtual void GradientPanel(const Pass&, int /*panel*/) {}
  virtual void UpdatePanel(const AdamRates&, int /*panel*/) {}
  // Brings what is derived from a panel's weights up to date after they were loaded.
  virtual void RefreshPanel(int /*panel*/) {}

 protected:
  Port output_;
};

}  // namespace prosodia::train
