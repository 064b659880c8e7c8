#include "core/prosody/functional_sets.h"

namespace prosodia {

void AddDistribution(const float* values, std::size_t count, FunctionalScratch* scratch, FunctionalWriter* to,
                     const char* contour, int number) {
  const Spread spread = SpreadOf(values, count);
  to->Add(spread.mean, "mean", contour, number);
  to->Add(spread.deviation, "deviation", contour, number);
  Quantiles& quantiles = scratch->quantiles;
  quantiles.Take(values, count);
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

void AddQuantiles(const float* values, std::size_t count, double mean, FunctionalScratch* scratch, FunctionalWriter* to,
                  const char* contour, int number) {
  Quantiles& quantiles = scratch->quantiles;
  quantiles.Take(values, count);
  to->Add(quantiles.At(1), "p1", contour, number);
  to->Add(quantiles.At(25), "p25", contour, number);
  to->Add(quantiles.At(50), "p50", contour, number);
  to->Add(quantiles.At(75), "p75", contour, number);
  to->Add(quantiles.At(99), "p99", contour, number);
  to->Add(quantiles.Range(1, 99), "range", contour, number);
  to->Add(quantiles.Range(25, 75), "quartileRange", contour, number);
  to->Add(Trend(values, count, mean), "trend", contour, number);
}

static void AddShape(const std::vector<float>& values, FunctionalScratch* scratch, FunctionalWriter* to,
                     const char* contour) {
  const Moments moments = MomentsOf(values.data(), values.size());
  to->Add(moments.mean, "mean", contour);
  to->Add(moments.deviation, "deviation", contour);
  to->Add(moments.skewness, "skewness", contour);
  to->Add(moments.kurtosis, "kurtosis", contour);
  AddQuantiles(values.data(), values.size(), moments.mean, scratch, to, contour);
}

void AddShapeAndDelta(const Contour& values, FunctionalScratch* scratch, FunctionalWriter* to, const char* contour,
                      const char* delta) {
  AddShape(values, scratch, to, contour);
  Gradient(values.data(), values.size(), &scratch->delta);
  AddShape(scratch->delta, scratch, to, delta);
}

}  // namespace prosodia
