#include "core/block_resampler.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "core/aligned.h"
#include "core/low_pass.h"

namespace prosodia {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr int kMaxPoints = 6'400;
// Beyond, a transform and its tables no longer share the first-level cache with anything; measured.
constexpr int kNearPoints = 4'200;
constexpr double kFarCost = 1.12;

// Arithmetic of a short transform, in units that only compare.
double LengthCost(int n) {
  return n * (std::log2(n) + 1.5) * (1 + 0.25 * (n % 7 == 0) + 0.06 * (n % 3 == 0) + 0.05 * (n % 5 == 0));
}

double TransformCost(const TwoStepTables& t, int lanes) {
  const auto padded = [lanes](int n) { return (n + lanes - 1) / lanes * lanes; };
  const double cost = padded(t.outer) * LengthCost(t.inner) + padded(t.inner) * LengthCost(t.outer);
  return t.Points() > kNearPoints ? kFarCost * cost : cost;
}

// The cheapest way to make `points`; no points where there is none.
TwoStepTables Factors(int points, const TwoStepFftKernel& kernel) {
  TwoStepTables best{};
  for (const int* outer = kernel.lengths; *outer != 0; outer++) {
    for (const int* inner = kernel.lengths; *inner != 0; inner++) {
      const TwoStepTables found{*outer, *inner, nullptr, nullptr};
      if (found.Points() != points) continue;
      if (best.Points() == 0 || TransformCost(found, kernel.lanes) < TransformCost(best, kernel.lanes)) best = found;
    }
  }
  return best;
}

}  // namespace

BlockPlan::Shape BlockPlan::BestShape(int up, int down, const TwoStepFftKernel& kernel) {
  Shape best;
  // An output sample lies at a whole input sample every `down` of them; blocks begin there. The low pass reaches over
  // the block's lead and over what is left after the new samples.
  const int reach = int(std::ceil(LowPass(double(up) / down).half_length()));
  const int lead = (reach + down - 1) / down * down;
  for (int k = 1; std::max(up, down) * k <= kMaxPoints; k++) {
    Shape shape{Factors(down * k, kernel), Factors(up * k, kernel)};
    if (shape.in.Points() == 0 || shape.out.Points() == 0 || down * k <= lead + reach) continue;
    shape.lead = std::size_t(lead);
    shape.fresh = std::size_t((down * k - lead - reach) / down * down);
    if (shape.fresh == 0) continue;
    shape.cost = (TransformCost(shape.in, kernel.lanes) + TransformCost(shape.out, kernel.lanes)) / double(shape.fresh);
    if (best.fresh == 0 || shape.cost < best.cost) best = shape;
  }
  return best;
}

std::unique_ptr<const BlockPlan> BlockPlan::Make(int from_hz, int to_hz, const TwoStepFftKernel& kernel) {
  const int common = std::gcd(from_hz, to_hz), up = to_hz / common, down = from_hz / common;
  if (std::max(up, down) > kMaxPoints) return nullptr;
  const Shape shape = BestShape(up, down, kernel);
  if (shape.fresh == 0) return nullptr;
  return std::unique_ptr<const BlockPlan>(new BlockPlan(shape, up, down, kernel));
}

BlockPlan::BlockPlan(const Shape& shape, int up, int down, const TwoStepFftKernel& kernel) : kernel_(kernel) {
  SetSide(shape.in, &in_);
  SetSide(shape.out, &out_);
  in_.lead = shape.lead;
  out_.lead = shape.lead / std::size_t(down) * std::size_t(up);
  new_inputs_ = shape.fresh;
  new_outputs_ = shape.fresh / std::size_t(down) * std::size_t(up);
  SetResponse(double(up) / down);
}

void BlockPlan::SetSide(const TwoStepTables& shape, Side* side) {
  for (int k = 0; k < shape.outer; k++) {
    for (int n = 0; n < shape.inner; n++) {
      const double angle = 2 * kPi * k * n / shape.Points();
      side->cosines.push_back(float(std::cos(angle)));
      side->minus_sines.push_back(float(-std::sin(angle)));
    }
  }
  side->tables = {shape.outer, shape.inner, side->cosines.data(), side->minus_sines.data()};
}

// The low pass's Fourier transform at the block's frequencies, by a sum over quarters of a sample: its own spectrum ends
// far below twice the rate. From the lower Nyquist frequency on it is what is left of the stopband, and taken as none.
void BlockPlan::SetResponse(double ratio) {
  constexpr int kSteps = 4;
  const LowPass low_pass(ratio);
  const int points = in_.tables.Points(), out_points = out_.tables.Points();
  std::vector<double> taps, circle;
  for (int n = 0; n < kSteps * low_pass.half_length(); n++) {
    taps.push_back(low_pass(double(n) / kSteps) * (n == 0 ? 1 : 2) / kSteps / points);
  }
  for (int i = 0; i < kSteps * points; i++) circle.push_back(std::cos(2 * kPi * i / (kSteps * points)));
  kept_ = (std::min(points, out_points) - 1) / 2;
  response_.resize(std::size_t(out_points));
  for (int k = 0; k <= kept_; k++) {
    double sum = 0;
    std::size_t angle = 0;
    for (const double tap : taps) {
      sum += tap * circle[angle];
      angle += std::size_t(k);
      if (angle >= circle.size()) angle -= circle.size();
    }
    response_[std::size_t(k)] = float(sum);
    if (k > 0) response_[std::size_t(out_points - k)] = float(sum);
  }
}

void BlockPlan::Make(const SampleSource& clip, std::size_t pair, float* to) const {
  const std::size_t in = std::size_t(in_.tables.Points()), out = std::size_t(out_.tables.Points());
  // Between arrays of a multiple of 4,096 bytes, every load would wait for a store to the same place of another.
  constexpr std::size_t kApart = 48;
  const std::size_t most = std::max(in, out) + kApart;
  const std::size_t work = std::size_t(std::max(kernel_.scratch(in_.tables), kernel_.scratch(out_.tables)));
  static thread_local AlignedFloats scratch;
  float* samples = scratch.Reserve(in + new_inputs_ + kApart + 4 * most + work);
  float* real = samples + in + new_inputs_ + kApart;
  float *imag = real + most, *cut_real = imag + most, *cut_imag = cut_real + most, *rest = cut_imag + most;
  ReadPadded(clip, static_cast<long long>(2 * pair * new_inputs_) - static_cast<long long>(in_.lead),
             in + new_inputs_, samples);
  kernel_.transform(in_.tables, samples, samples + new_inputs_, rest, real, imag);
  kernel_.reshape(int(in), int(out), kept_, response_.data(), real, cut_real);
  kernel_.reshape(int(in), int(out), kept_, response_.data(), imag, cut_imag);
  kernel_.transform(out_.tables, cut_imag, cut_real, rest, imag, real);
  std::copy_n(real + out_.lead, new_outputs_, to);
  std::copy_n(imag + out_.lead, new_outputs_, to + new_outputs_);
}

SampleSource BlockSource(const SampleSource& clip, std::shared_ptr<const BlockPlan> plan, int to_hz,
                         std::size_t length) {
  struct Kept {
    std::size_t pair = ~std::size_t{0};
    std::vector<float> outputs;
  };
  const auto kept = std::make_shared<Kept>();
  return {length, to_hz, [clip, plan, kept](std::size_t first, std::size_t wanted, float* to) {
            const std::size_t size = plan->PairOutputs();
            while (wanted > 0) {
              const std::size_t pair = first / size, offset = first % size, part = std::min(wanted, size - offset);
              if (part == size) {
                plan->Make(clip, pair, to);
              } else {
                if (kept->pair != pair) {
                  kept->pair = ~std::size_t{0};
                  kept->outputs.resize(size);
                  plan->Make(clip, pair, kept->outputs.data());
                  kept->pair = pair;
                }
                std::copy_n(kept->outputs.begin() + std::ptrdiff_t(offset), part, to);
              }
              first += part;
              to += part;
              wanted -= part;
            }
          }};
}

}  // namespace prosodia
