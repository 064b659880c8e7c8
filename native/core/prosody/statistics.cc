#include "core/prosody/statistics.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace prosodia {

static constexpr double kFlat = 1e-6;  // a deviation that is none

// Four sums at once: one waits for the last addition.
template <class Term>
static double SumOf(std::size_t count, Term term) {
  double sum[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (std::size_t k = 0; k < 4; k++) sum[k] += term(i + k);
  }
  for (; i < count; i++) sum[0] += term(i);
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

double Mean(const float* values, std::size_t count) {
  return count == 0 ? 0 : SumOf(count, [=](std::size_t i) { return double(values[i]); }) / double(count);
}

Spread SpreadOf(const float* values, std::size_t count) {
  if (count == 0) return {0, 0};
  const double mean = Mean(values, count);
  const double squares = SumOf(count, [=](std::size_t i) { return (values[i] - mean) * (values[i] - mean); });
  return {mean, std::sqrt(squares / double(count))};
}

Moments MomentsOf(const float* values, std::size_t count) {
  const Spread spread = SpreadOf(values, count);
  if (spread.deviation < kFlat) return {spread.mean, spread.deviation, 0, 0};
  const double mean = spread.mean, scale = 1 / spread.deviation;
  const auto standard = [=](std::size_t i) { return (values[i] - mean) * scale; };
  const double third = SumOf(count, [=](std::size_t i) { return standard(i) * standard(i) * standard(i); });
  const double fourth = SumOf(count, [=](std::size_t i) {
    const double square = standard(i) * standard(i);
    return square * square;
  });
  return {mean, spread.deviation, third / double(count), fourth / double(count)};
}

void Quantiles::Take(const float* values, std::size_t count) {
  sorted_.assign(values, values + count);
  std::sort(sorted_.begin(), sorted_.end());
}

double Quantiles::At(double percent) const {
  if (sorted_.empty()) return 0;
  const double place = percent / 100 * double(sorted_.size() - 1);
  const std::size_t low = std::size_t(place), high = std::min(low + 1, sorted_.size() - 1);
  return sorted_[low] + (double(sorted_[high]) - sorted_[low]) * (place - double(low));
}

ColumnQuantiles::ColumnQuantiles() : kernel_(PROSODIA_SELECT(kSortColumnsKernel, ChosenIsa())) {}

void ColumnQuantiles::Sort() {
  const std::size_t lanes = std::size_t(kernel_.lanes);
  sorted_.resize(columns_.size());
  for (std::size_t first = 0; first < columns_.size(); first += lanes) {
    const std::size_t count = columns_[first]->size(), used = std::min(lanes, columns_.size() - first);
    rows_.assign(count * lanes, 0.f);
    for (std::size_t i = 0; i < count; i++) {
      for (std::size_t lane = 0; lane < used; lane++) rows_[i * lanes + lane] = (*columns_[first + lane])[i];
    }
    kernel_.sort(rows_.data(), long(count));
    for (std::size_t lane = 0; lane < used; lane++) {
      std::vector<float>& column = sorted_[first + lane];
      column.resize(count);
      for (std::size_t i = 0; i < count; i++) column[i] = rows_[i * lanes + lane];
    }
  }
}

void ColumnQuantiles::MoveTo(std::size_t index, Quantiles* quantiles) { quantiles->TakeSorted(&sorted_[index]); }

void Gradient(const float* values, std::size_t count, std::vector<float>* out) {
  out->assign(count, 0.f);
  if (count < 2) return;
  (*out)[0] = values[1] - values[0];
  for (std::size_t i = 1; i + 1 < count; i++) (*out)[i] = 0.5f * (values[i + 1] - values[i - 1]);
  (*out)[count - 1] = values[count - 1] - values[count - 2];
}

// Solves the symmetric system of `size` equations in place; false where it has no single solution.
static bool Solve(double (&matrix)[3][4], int size) {
  const double scale = matrix[0][0];
  for (int pivot = 0; pivot < size; pivot++) {
    int row = pivot;
    for (int i = pivot + 1; i < size; i++) {
      if (std::fabs(matrix[i][pivot]) > std::fabs(matrix[row][pivot])) row = i;
    }
    if (std::fabs(matrix[row][pivot]) < 1e-12 * scale) return false;
    std::swap(matrix[row], matrix[pivot]);
    for (int i = 0; i < size; i++) {
      if (i == pivot) continue;
      const double factor = matrix[i][pivot] / matrix[pivot][pivot];
      for (int j = pivot; j <= 3; j++) matrix[i][j] -= factor * matrix[pivot][j];
    }
  }
  for (int i = 0; i < size; i++) matrix[i][3] /= matrix[i][i];
  return true;
}

Fit FitPolynomial(const std::vector<double>& place, const std::vector<double>& value, int degree) {
  const std::size_t count = value.size();
  Fit fit = {};
  if (count == 0) return fit;
  double matrix[3][4] = {};
  double mean = 0;
  for (std::size_t i = 0; i < count; i++) {
    const double powers[3] = {1, place[i], place[i] * place[i]};
    for (int r = 0; r <= degree; r++) {
      for (int c = 0; c <= degree; c++) matrix[r][c] += powers[r] * powers[c];
      matrix[r][3] += powers[r] * value[i];
    }
    mean += value[i] / double(count);
  }
  if (Solve(matrix, degree + 1)) {
    for (int i = 0; i <= degree; i++) fit.coefficient[i] = matrix[i][3];
  } else {
    fit.coefficient[0] = mean;
  }
  for (std::size_t i = 0; i < count; i++) {
    const double error = value[i] - (fit.coefficient[0] + place[i] * (fit.coefficient[1] + place[i] * fit.coefficient[2]));
    fit.mean_error += std::fabs(error) / double(count);
    fit.mean_squared_error += error * error / double(count);
  }
  return fit;
}

}  // namespace prosodia
