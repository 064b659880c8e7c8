// The low pass of every change of sample rate: a sinc under a Kaiser window.
#pragma once

namespace prosodia {

// With f the lower of the two rates' Nyquist frequencies: flat to 0.913·f, −120 dB and less from f on, as soxr's HQ.
// Time is in input samples, `ratio` is the new rate divided by the old one. J. F. Kaiser's formulas for β and the length.
class LowPass {
 public:
  explicit LowPass(double ratio);
  // The response's value at time t; zero from half_length on.
  double operator()(double t) const;
  double half_length() const { return half_length_; }

 private:
  double cutoff_, half_length_, beta_, scale_;
};

}  // namespace prosodia
