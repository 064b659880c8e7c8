// Stockham's radix-2 FFT: it sorts itself, so every pass reads and writes in order.
#include "core/kernels/complex_fft.h"

#include <string.h>

namespace prosodia::PROSODIA_ISA {

struct Signal {
  float *real, *imag;
};

// One pass: pairs `half` apart, in runs of `run` numbers that share a twiddle factor.
static void Pass(Signal from, Signal to, const float* cosines, const float* sines, int64_t half, int64_t run) {
  const int64_t apart = half * run;
  for (int64_t j = 0; j < half; j++) {
    const float c = cosines[j * run], s = -sines[j * run];
    const float* __restrict ar = from.real + j * run;
    const float* __restrict ai = from.imag + j * run;
    float* __restrict sum_real = to.real + 2 * j * run;
    float* __restrict sum_imag = to.imag + 2 * j * run;
    for (int64_t k = 0; k < run; k++) {
      const float br = ar[apart + k], bi = ai[apart + k], dr = ar[k] - br, di = ai[k] - bi;
      sum_real[k] = ar[k] + br;
      sum_imag[k] = ai[k] + bi;
      sum_real[run + k] = dr * c - di * s;
      sum_imag[run + k] = dr * s + di * c;
    }
  }
}

static void Transform(float* real, float* imag, float* scratch_real, float* scratch_imag, const float* cosines,
                      const float* sines, int64_t size) {
  Signal from = {real, imag}, to = {scratch_real, scratch_imag};
  for (int64_t half = size / 2, run = 1; half >= 1; half /= 2, run *= 2) {
    Pass(from, to, cosines, sines, half, run);
    const Signal done = to;
    to = from;
    from = done;
  }
  if (from.real == real) return;
  memcpy(real, from.real, sizeof(float) * uint64_t(size));
  memcpy(imag, from.imag, sizeof(float) * uint64_t(size));
}

static void Multiply(float* real, float* imag, const float* other_real, const float* other_imag, float scale,
                     int64_t size) {
  for (int64_t k = 0; k < size; k++) {
    const float r = real[k] * scale, i = imag[k] * scale;
    real[k] = r * other_real[k] - i * other_imag[k];
    imag[k] = r * other_imag[k] + i * other_real[k];
  }
}

extern const ComplexFftKernel kComplexFftKernel = {Transform, Multiply};

}  // namespace prosodia::PROSODIA_ISA
