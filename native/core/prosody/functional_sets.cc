#include "core/prosody/functional_sets.h"

#include <algorithm>

namespace prosodia {

void AddDistribution(const float* values, std::size_t count, const Quantiles& quantiles, FunctionalWriter* to,
                     const char* contour, int number) {
  const Spread spread = SpreadOf(values, count);
  to->Add(spread.mean, "mean", contour, number);
  to->Add(spread.deviation, "deviation", contour, number);
  to->Add(quantiles.At(5), "p5", contour, number);
  to->Add(quantiles.At(25), "p25", contour, number);
  to->Add(quantiles.At(50), "p50", contour, number);
  to->Add(quantiles.At(75), "p75", contour, number);
  to->Add(quantiles.At(95), "p95", contour, number);
}

// Covariance with time, which runs from −1/2 to 1/2 over the contour.
static double Trend(const float* values, std::size_t count, double mean) {
  if (count < 2) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < count; i++) sum += (double(i) / double(count - 1) - 0.5) * (values[i] - mean);
  return sum / double(count);
}

void AddQuantiles(const float* values, std::size_t count, double mean, const Quantiles& quantiles,
                  FunctionalWriter* to, const char* contour, int number) {
  to->Add(quantiles.At(1), "p1", contour, number);
  to->Add(quantiles.At(25), "p25", contour, number);
  to->Add(quantiles.At(50), "p50", contour, number);
  to->Add(quantiles.At(75), "p75", contour, number);
  to->Add(quantiles.At(99), "p99", contour, number);
  to->Add(quantiles.Range(1, 99), "range", contour, number);
  to->Add(quantiles.Range(25, 75), "quartileRange", contour, number);
  to->Add(Trend(values, count, mean), "trend", contour, number);
}

static void AddShape(const std::vector<float>& values, const Quantiles& quantiles, FunctionalWriter* to,
                     const char* contour) {
  const Moments moments = MomentsOf(values.data(), values.size());
  to->Add(moments.mean, "mean", contour);
  to->Add(moments.deviation, "deviation", contour);
  to->Add(moments.skewness, "skewness", contour);
  to->Add(moments.kurtosis, "kurtosis", contour);
  AddQuantiles(values.data(), values.size(), moments.mean, quantiles, to, contour);
}

void AddShapes(const std::vector<NamedContour>& contours, FunctionalScratch* scratch, FunctionalWriter* to) {
  std::vector<std::vector<float>>& deltas = scratch->deltas;
  ColumnQuantiles& columns = scratch->columns;
  deltas.resize(std::max(deltas.size(), contours.size()));
  columns.Clear();
  for (std::size_t i = 0; i < contours.size(); i++) {
    Gradient(contours[i].values->data(), contours[i].values->size(), &deltas[i]);
    columns.Add(contours[i].values);
    columns.Add(&deltas[i]);
  }
  columns.Sort();
  for (std::size_t i = 0; i < contours.size(); i++) {
    columns.MoveTo(2 * i, &scratch->quantiles);
    AddShape(*contours[i].values, scratch->quantiles, to, contours[i].name);
    columns.MoveTo(2 * i + 1, &scratch->quantiles);
    AddShape(deltas[i], scratch->quantiles, to, contours[i].delta_name);
  }
}

}  // namespace prosodia
