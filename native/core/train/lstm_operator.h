// One LSTM layer by itself with its weights and what Adam remembers of them, for programs that compute the rest of a
// network elsewhere: nothing as large as the weights has to cross over at each step.
#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

#include "core/train/lstm_layer.h"
#include "core/train/step_team.h"

namespace prosodia::train {

struct LstmShape {
  int steps, width, units;
  bool sequences;       // hand on every step, not the last alone
  bool input_gradient;  // false where nothing before the layer learns
  int batch_rows;       // the most rows of a call
  int threads;
};

class LstmOperator {
 public:
  // Throws std::invalid_argument or LimitError for a shape out of range.
  explicit LstmOperator(const LstmShape& shape);

  // Kernel, recurrent kernel, bias; after a change of `value`, call Refresh.
  std::vector<Parameter*> parameters() { return layer_.parameters(); }
  void Refresh();

  // inputs: rows × steps × width; outputs: rows × (steps or 1) × units.
  void Forward(const float* inputs, int rows, float* outputs);

  // Of the rows of the last Forward, once: gradients are left in `parameters`, and `input_gradient` (rows × steps ×
  // width) is written if the shape asked for it.
  void Backward(const float* output_gradient, float* input_gradient);
  // Moves the weights along the gradients of the last Backward.
  void Update(const AdamRates& rates);

  const LstmShape& shape() const { return shape_; }
  // Rows a Backward would be for; 0 when there is none.
  int pending_rows() const { return pending_rows_; }
  std::size_t input_row_size() const { return std::size_t(shape_.steps) * std::size_t(shape_.width); }
  std::size_t output_row_size() const {
    return std::size_t(shape_.sequences ? shape_.steps : 1) * std::size_t(shape_.units);
  }

 private:
  RowRange Share(int rows, int thread) const;

  const LstmShape shape_;
  Port input_;
  LstmLayer layer_;
  StepTeam team_;
  std::atomic<int> next_panel_{0};
  int pending_rows_ = 0;
};

}  // namespace prosodia::train
