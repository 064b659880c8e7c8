// Sets of statistics that several groups take of their contours.
#pragma once

#include "core/prosody/functionals.h"

namespace prosodia {

// Mean, deviation and five percentiles: 7 values. `quantiles` are those of the values, here and below.
void AddDistribution(const float* values, std::size_t count, const Quantiles& quantiles, FunctionalWriter* to,
                     const char* contour, int number = -1);

// Five percentiles, two ranges and the trend: 8 values. `mean` is that of the values.
void AddQuantiles(const float* values, std::size_t count, double mean, const Quantiles& quantiles,
                  FunctionalWriter* to, const char* contour, int number = -1);

struct NamedContour {
  const Contour* values;
  const char* name;
  const char* delta_name;
};
// Four moments and the quantiles of each contour and of its gradient, in turn: 24 values each.
void AddShapes(const std::vector<NamedContour>& contours, FunctionalScratch* scratch, FunctionalWriter* to);

}  // namespace prosodia
