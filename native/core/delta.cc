// Savitzky-Golay derivatives of width 9, as librosa.feature.delta takes them from scipy.signal.savgol_filter with
// polyorder = deriv = order. The derivative of such a fit is constant, so mode='interp' gives the first and last four
// frames the value of the nearest whole window.
#include <algorithm>
#include <vector>

#include "core/feature_matrix.h"

namespace prosodia {

void AppendDeltas(float* data, std::size_t frames, int base, int deltas) {
  constexpr long kHalf = 4;
  const long count = long(frames), last = count - 1;
  const std::size_t row = std::size_t(base) * (1 + deltas);
  const bool whole_windows = count > 2 * kHalf;
  for (int order = 1; order <= deltas; order++) {
    double weight[2 * kHalf + 1];
    for (long i = -kHalf; i <= kHalf; i++) {
      // Order 1: n / Σn². Order 2: 2·(n² − mean n²) / Σ(n² − mean n²)².
      weight[i + kHalf] = order == 1 ? double(i) / 60 : 2 * (double(i * i) - 20.0 / 3) / 308;
    }
    for (long frame = 0; frame < count; frame++) {
      const long centre = whole_windows ? std::clamp(frame, kHalf, last - kHalf) : frame;
      for (int c = 0; c < base; c++) {
        double sum = 0;
        for (long i = -kHalf; i <= kHalf; i++) {
          sum += weight[i + kHalf] * double(data[std::clamp(centre + i, 0L, last) * row + c]);
        }
        data[frame * row + std::size_t(order) * base + c] = float(sum);
      }
    }
  }
}

}  // namespace prosodia
