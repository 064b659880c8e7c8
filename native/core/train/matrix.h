// A matrix as a row of panels (core/kernels/gemm.h), zeroed, aligned for the widest vectors.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace prosodia::train {

class Matrix {
 public:
  Matrix() = default;

  // `columns` in `blocks` equal parts, each beginning a panel of its own (an LSTM's gates); what fills up a part's last
  // panel stays zero.
  Matrix(std::size_t rows, int columns, int panel, int blocks = 1)
      : rows_(rows),
        block_columns_(columns / blocks),
        panel_(panel),
        block_panels_((columns / blocks + panel - 1) / panel),
        panels_(block_panels_ * blocks) {
    const std::size_t bytes = (size() * sizeof(float) + 63) / 64 * 64;
    memory_.reset(static_cast<float*>(std::aligned_alloc(64, bytes)));
    if (!memory_) throw std::bad_alloc();
    std::memset(memory_.get(), 0, bytes);
  }

  float* At(int panel, std::size_t row) { return memory_.get() + panel * stride() + row * std::size_t(panel_); }
  const float* At(int panel, std::size_t row) const { return const_cast<Matrix*>(this)->At(panel, row); }

  // Floats from one panel to the next.
  std::size_t stride() const { return rows_ * std::size_t(panel_); }
  std::size_t size() const { return stride() * std::size_t(panels_); }
  std::size_t rows() const { return rows_; }
  int columns() const { return block_columns_ * (panels_ / block_panels_); }
  int panels() const { return panels_; }
  int panel() const { return panel_; }
  // Columns of a panel that are not filling.
  int PanelColumns(int panel) const {
    const int before = panel % block_panels_ * panel_;
    return block_columns_ - before < panel_ ? block_columns_ - before : panel_;
  }

  // From and to row-major order without filling.
  void Load(const float* from) { Copy<true>(const_cast<float*>(from)); }
  void Store(float* to) const { const_cast<Matrix*>(this)->Copy<false>(to); }
  void CopyFrom(const Matrix& other) { std::memcpy(At(0, 0), other.At(0, 0), size() * sizeof(float)); }

 private:
  template <bool kIn>
  void Copy(float* plain) {
    for (int panel = 0; panel < panels_; panel++) {
      const std::size_t bytes = std::size_t(PanelColumns(panel)) * sizeof(float);
      float* column = plain + panel / block_panels_ * block_columns_ + panel % block_panels_ * panel_;
      for (std::size_t row = 0; row < rows_; row++) {
        float* other = column + row * std::size_t(columns());
        kIn ? std::memcpy(At(panel, row), other, bytes) : std::memcpy(other, At(panel, row), bytes);
      }
    }
  }

  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };
  std::unique_ptr<float, Free> memory_;
  std::size_t rows_ = 0;
  int block_columns_ = 0, panel_ = 1, block_panels_ = 1, panels_ = 0;
};

}  // namespace prosodia::train
