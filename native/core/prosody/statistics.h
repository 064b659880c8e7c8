// What a contour is summarised by. Every function takes any length from one on, and gives finite numbers for finite ones.
#pragma once

#include <cstddef>
#include <vector>

#include "core/kernels/sort_columns.h"

namespace prosodia {

double Mean(const float* values, std::size_t count);

struct Spread {
  double mean, deviation;  // of the population, as numpy.std
};
Spread SpreadOf(const float* values, std::size_t count);

// Mean, deviation, and the third and fourth standardised moments; of a contour that is flat, both are 0.
struct Moments {
  double mean, deviation, skewness, kurtosis;
};
Moments MomentsOf(const float* values, std::size_t count);

// Quantiles of one set of values; kept sorted in scratch that is reused.
class Quantiles {
 public:
  void Take(const float* values, std::size_t count);
  void TakeSorted(std::vector<float>* values) { sorted_.swap(*values); }
  // Linear between the two nearest, as numpy.percentile; `percent` from 0 to 100.
  double At(double percent) const;
  double Range(double low, double high) const { return At(high) - At(low); }

 private:
  std::vector<float> sorted_;
};

// The quantiles of many sets of one size, all sorted together.
class ColumnQuantiles {
 public:
  ColumnQuantiles();

  void Clear() { columns_.clear(); }
  void Add(const std::vector<float>* column) { columns_.push_back(column); }
  // Sorts what was added; the columns are not looked at after.
  void Sort();
  // Moves column `index` out.
  void MoveTo(std::size_t index, Quantiles* quantiles);

 private:
  const SortColumnsKernel& kernel_;
  std::vector<const std::vector<float>*> columns_;
  std::vector<std::vector<float>> sorted_;
  std::vector<float> rows_;
};

// numpy.gradient: half the difference of the neighbours, one-sided at the ends; of a single value, 0.
void Gradient(const float* values, std::size_t count, std::vector<float>* out);

// The polynomial of degree 1 or 2 that fits best; coefficients from the constant up. Without enough distinct places it
// is a constant.
struct Fit {
  double coefficient[3] = {};
  double mean_error, mean_squared_error;
};
Fit FitPolynomial(const std::vector<double>& place, const std::vector<double>& value, int degree);

}  // namespace prosodia
