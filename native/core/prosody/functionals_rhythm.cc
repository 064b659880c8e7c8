// How the clip goes over time: thirds, the first cosines of its contours, its modulation.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/kernels/modulation.h"
#include "core/prosody/functional_sets.h"

namespace prosodia {
namespace {

constexpr int kThirdsCepstra = 13;
constexpr int kContourPoints = 64, kContourCosines = 10;
constexpr float kModulationFloor = 1e-3f;

// Orthonormal DCT-II of kContourPoints values: the rows of its first coefficients.
struct CosineTable {
  double row[kContourCosines][kContourPoints];
  CosineTable() {
    for (int k = 0; k < kContourCosines; k++) {
      const double scale = std::sqrt((k == 0 ? 1.0 : 2.0) / kContourPoints);
      for (int i = 0; i < kContourPoints; i++) {
        row[k][i] = scale * std::cos(std::numbers::pi * k * (i + 0.5) / kContourPoints);
      }
    }
  }
};

// The contour at kContourPoints places from first frame to last, straight lines between frames; its first cosines.
void AddCosines(const Contour& contour, FunctionalWriter* to, const char* name) {
  static const auto* table = new CosineTable;
  double points[kContourPoints];
  const double last = double(contour.size() - 1);
  for (int i = 0; i < kContourPoints; i++) {
    const double place = last * i / (kContourPoints - 1);
    const std::size_t low = std::size_t(place), high = std::min(low + 1, contour.size() - 1);
    points[i] = contour[low] + (double(contour[high]) - contour[low]) * (place - double(low));
  }
  for (int k = 0; k < kContourCosines; k++) {
    double sum = 0;
    for (int i = 0; i < kContourPoints; i++) sum += points[i] * table->row[k][i];
    to->Add(sum, "cosine", name, k);
  }
}

constexpr int kCoarseBands = 8, kBandsEach = SpeechFrames::kBands / kCoarseBands;

// Magnitudes of the Fourier transform of eight coarse band levels, and of the mean level, at multiples of 100 / kPeriod Hz.
class ModulationSpectrum {
 public:
  static constexpr int kColumns = kCoarseBands + 1;  // the last is the mean level, without a window
  static constexpr int kPeriod = 512;
  using Magnitudes = std::array<float, kColumns>;

  explicit ModulationSpectrum(const SpeechFrames& frames)
      : kernel_(PROSODIA_SELECT(kModulationKernel, ChosenIsa())), count_(frames.count), rows_(count_) {
    Row mean = {};
    for (std::size_t f = 0; f < count_; f++) {
      const float* level = &frames.level[f * SpeechFrames::kBands];
      for (int b = 0; b < SpeechFrames::kBands; b++) rows_[f][b / kBandsEach] += level[b] / kBandsEach;
      rows_[f][kCoarseBands] = frames.mean[f];
      for (int c = 0; c < kColumns; c++) mean[c] += rows_[f][c] / float(count_);
    }
    for (std::size_t f = 0; f < count_; f++) {
      const double turn = count_ > 1 ? 2 * std::numbers::pi * double(f) / double(count_ - 1) : std::numbers::pi;
      const float hann = float(0.5 - 0.5 * std::cos(turn));
      for (int c = 0; c < kColumns; c++) rows_[f][c] = (rows_[f][c] - mean[c]) * (c < kCoarseBands ? hann : 1.f);
    }
  }

  // Magnitudes at `bin` and bin + 1 over kPeriod cycles a frame, over the square root of the number of frames.
  void At(int bin, Magnitudes* first, Magnitudes* second) const {
    float sums[4 * kModulationRow];
    kernel_.turn(rows_[0].data(), long(count_), Turns().cosine, Turns().sine, kPeriod, bin, sums);
    for (int i = 0; i < kColumns; i++) {
      const auto magnitude = [&](int row) {
        return std::hypot(sums[row * kModulationRow + i], sums[(row + 1) * kModulationRow + i]) / std::sqrt(float(count_));
      };
      (*first)[i] = magnitude(0);
      (*second)[i] = magnitude(2);
    }
  }

 private:
  using Row = std::array<float, kModulationRow>;
  struct Circle {
    float cosine[kPeriod], sine[kPeriod];
    Circle() {
      for (int i = 0; i < kPeriod; i++) {
        cosine[i] = float(std::cos(2 * std::numbers::pi * i / kPeriod));
        sine[i] = float(std::sin(2 * std::numbers::pi * i / kPeriod));
      }
    }
  };
  static const Circle& Turns() {
    static const auto* circle = new Circle;
    return *circle;
  }

  const ModulationKernel& kernel_;
  const std::size_t count_;
  std::vector<Row> rows_;
};

}  // namespace

void AddModulation(const SpeechFrames& frames, FunctionalScratch*, FunctionalWriter* to) {
  constexpr int kEnd = 82;  // 16 Hz
  const ModulationSpectrum spectrum(frames);
  std::array<ModulationSpectrum::Magnitudes, kEnd> magnitude;
  for (int bin = 2; bin < kEnd; bin += 2) spectrum.At(bin, &magnitude[bin], &magnitude[bin + 1]);
  // Eight bands of 1.6 Hz from 0.4 Hz on, of the mean level: every second bin.
  for (int band = 0; band < 8; band++) {
    float sum = 0;
    for (int i = 1; i <= 4; i++) sum += magnitude[2 * (4 * band + i)][kCoarseBands];
    to->Add(std::log(sum / 4 + kModulationFloor), "modulation", "mean-level", band);
  }
  // Octaves from 1 Hz on, of the coarse bands.
  constexpr int kEdges[] = {6, 11, 21, 41, kEnd};
  constexpr const char* kNames[] = {"modulation1-2", "modulation2-4", "modulation4-8", "modulation8-16"};
  for (int octave = 0; octave < 4; octave++) {
    for (int c = 0; c < kCoarseBands; c++) {
      float sum = 0;
      for (int bin = kEdges[octave]; bin < kEdges[octave + 1]; bin++) sum += magnitude[bin][c];
      to->Add(std::log(sum / float(kEdges[octave + 1] - kEdges[octave]) + kModulationFloor), kNames[octave],
              "coarse-band", c);
    }
  }
}

void AddThirds(const SpeechFrames& frames, FunctionalScratch*, FunctionalWriter* to) {
  // As numpy.array_split: the first parts take what is left over; of a clip of one or two frames, some parts are empty
  // and take the frame next to them.
  constexpr const char* kNames[3][3] = {{"first-third", "first-third-cepstrum", "first-third-pitch"},
                                        {"middle-third", "middle-third-cepstrum", "middle-third-pitch"},
                                        {"last-third", "last-third-cepstrum", "last-third-pitch"}};
  std::size_t start = 0;
  for (std::size_t part = 0; part < 3; part++) {
    const std::size_t length = frames.count / 3 + (part < frames.count % 3);
    const std::size_t from = std::min(start, frames.count - 1), count = std::max<std::size_t>(length, 1);
    start += length;
    for (int c = 0; c < kThirdsCepstra; c++) to->Add(Mean(&frames.cepstrum[c][from], count), "mean", kNames[part][1], c);
    const Spread power = SpreadOf(&frames.power[from], count);
    double weighted = 0, weight = 0;
    std::size_t voiced = 0;
    for (std::size_t i = from; i < from + count; i++) {
      weighted += double(frames.log_f0[i]) * frames.voicing[i];
      weight += frames.voicing[i];
      voiced += frames.voiced[i];
    }
    to->Add(power.mean, "power", kNames[part][0]);
    to->Add(power.deviation, "powerDeviation", kNames[part][0]);
    to->Add(weighted / (weight + 1e-3), "voicedMean", kNames[part][2]);
    to->Add(double(voiced) / double(count), "voicedShare", kNames[part][0]);
  }
}

void AddContours(const SpeechFrames& frames, FunctionalScratch*, FunctionalWriter* to) {
  AddCosines(frames.log_f0, to, "pitch");
  AddCosines(frames.power, to, "power");
  AddCosines(frames.cepstrum[1], to, "tilt");
  AddCosines(frames.voicing, to, "voicing");
}

}  // namespace prosodia
