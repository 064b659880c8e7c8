// Where speech begins and ends: edges far below the loudest part are left out.
#pragma once

#include <cstddef>

namespace prosodia {

struct FrameRange {
  std::size_t first, end;  // first … end − 1
  std::size_t count() const { return end - first; }
};

// The frames from the first to the last whose power, smoothed over five frames in dB, lies at most `below_peak_db` under
// the loudest, and `margin` more at both ends as far as something was recorded there: frames of digital silence, or of
// nothing but the rounding of 16 bits, tell who cut the clip and not who speaks. A clip without frames gives an empty
// range, any other at least one frame. Power is summed over mel bands.
FrameRange TrimmedRange(const float* power, std::size_t frames, double below_peak_db, std::size_t margin);

// The same for samples: power is that of 25 ms every 10 ms, and the margin is given in seconds. In samples, within the clip.
FrameRange SpeechRange(const float* samples, std::size_t count, int sample_rate_hz, double below_peak_db,
                       double margin_sec);

}  // namespace prosodia
