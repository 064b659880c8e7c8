#include "core/kernels/lstm_cell.h"

#include "core/kernels/lstm_activation.h"

namespace prosodia::PROSODIA_ISA {

static void Forward(const LstmCell& cell, size_t count) {
  for (size_t at = 0; at < count; at += kLanes) {
    const F32 input = Sigmoid(Load(cell.gates[0] + at));
    const F32 forget = Sigmoid(Load(cell.gates[1] + at));
    const F32 candidate = Tanh(Load(cell.gates[2] + at));
    const F32 output = Sigmoid(Load(cell.gates[3] + at));
    F32 state = input * candidate;
    if (cell.previous_cell) state += forget * Load(cell.previous_cell + at);
    const F32 squashed = Tanh(state);
    Store(cell.gates[0] + at, input);
    Store(cell.gates[1] + at, forget);
    Store(cell.gates[2] + at, candidate);
    Store(cell.gates[3] + at, output);
    Store(cell.cell + at, state);
    Store(cell.tanh_cell + at, squashed);
    Store(cell.hidden + at, output * squashed);
  }
}

static void Backward(const LstmCellGradient& cell, size_t count) {
  for (size_t at = 0; at < count; at += kLanes) {
    const F32 input = Load(cell.gates[0] + at), forget = Load(cell.gates[1] + at);
    const F32 candidate = Load(cell.gates[2] + at), output = Load(cell.gates[3] + at);
    const F32 squashed = Load(cell.tanh_cell + at);
    const F32 through = Load(cell.hidden_gradient + at) * output;
    F32 state = through * (1.0f - squashed * squashed);
    if (!cell.last) state += Load(cell.cell_gradient + at);
    const F32 previous = cell.previous_cell ? Load(cell.previous_cell + at) : F32{};
    Store(cell.gates[0] + at, state * candidate * (input - input * input));
    Store(cell.gates[1] + at, state * previous * (forget - forget * forget));
    Store(cell.gates[2] + at, state * input * (1.0f - candidate * candidate));
    Store(cell.gates[3] + at, through * squashed * (1.0f - output));
    Store(cell.cell_gradient + at, state * forget);
  }
}

extern const LstmKernel kLstmKernel = {Forward, Backward};

}  // namespace prosodia::PROSODIA_ISA
