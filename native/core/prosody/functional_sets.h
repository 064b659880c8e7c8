// Sets of statistics that several groups take of their contours.
#pragma once

#include "core/prosody/functionals.h"

namespace prosodia {

// Mean, deviation and five percentiles: 7 values.
void AddDistribution(const float* values, std::size_t count, FunctionalScratch* scratch, FunctionalWriter* to,
                     const char* contour, int number = -1);

// Five percentiles, two ranges and the trend: 8 values. `mean` is that of the values.
void AddQuantiles(const float* values, std::size_t count, double mean, FunctionalScratch* scratch, FunctionalWriter* to,
                  const char* contour, int number = -1);

// Four moments and the quantiles of a contour, and of its gradient: 24 values.
void AddShapeAndDelta(const Contour& values, FunctionalScratch* scratch, FunctionalWriter* to, const char* contour,
                      const char* delta);

}  // namespace prosodia
