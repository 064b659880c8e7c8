"""What a time stretch or a pitch shift did to speech, as four numbers; every definition is here, none is borrowed.

All functions take mono float arrays. Frames count where the original is within 50 dB of its loudest frame.
"""

import librosa
import numpy as np
import parselmouth

ACTIVE_DB = 50.0
FRAME_SEC, MEL_BANDS = 0.020, 40
ALIGN_SEC, ALIGN_STEP_SEC = 0.015, 0.001
CLICK_SEC, CLICK_SEARCH_SEC = 0.002, 0.025


def _log_mel(clip, rate_hz, hop):
    frame = int(round(FRAME_SEC * rate_hz))
    power = np.abs(librosa.stft(clip, n_fft=2 ** int(np.ceil(np.log2(frame))), win_length=frame, hop_length=hop)) ** 2
    n_fft = 2 * (power.shape[0] - 1)
    bands = librosa.filters.mel(sr=rate_hz, n_fft=n_fft, n_mels=MEL_BANDS, fmin=60, fmax=min(8000, rate_hz / 2))
    mel = bands @ power
    floor = mel.max() * 1e-8
    return 10 * np.log10(np.maximum(mel, floor)), 10 * np.log10(power.sum(0) + 1e-20)


def log_mel_error_db(original, stretched, rate, rate_hz):
    """Mean |Δ| over 40 mel bands between each 20 ms frame of the output and the original where it should come from.

    A stretch may legitimately run a few milliseconds early or late (any splice-based one does), so the best original
    frame within ±15 ms is compared.
    """
    step = int(round(ALIGN_STEP_SEC * rate_hz))
    before, loudness = _log_mel(original, rate_hz, step)
    after, _ = _log_mel(stretched, rate_hz, 5 * step)
    active = loudness > loudness.max() - ACTIVE_DB
    reach = int(round(ALIGN_SEC / ALIGN_STEP_SEC))
    errors = []
    for frame in range(after.shape[1]):
        centre = int(round(frame * 5 * rate))
        if centre >= active.size or not active[centre]:
            continue
        near = before[:, max(0, centre - reach) : centre + reach + 1]
        errors.append(np.abs(near - after[:, frame : frame + 1]).mean(0).min())
    return float(np.mean(errors))


def click_test(rate_hz, seed=1):
    """Three seconds of noise at -60 dBFS with twelve clicks, and where they are."""
    rng = np.random.default_rng(seed)
    clip = rng.standard_normal(3 * rate_hz) * 1e-3
    places = (np.arange(12) * 0.23 + 0.15 + rng.uniform(0, 0.05, 12)) * rate_hz
    for place in places.astype(int):
        clip[place : place + 3] += np.array([0.4, 0.8, -0.4])
    return clip.astype(np.float32), places.astype(int)


def click_energy_kept(original, places, stretched, rate, rate_hz):
    """Mean over clicks of the energy within ±2 ms of the click, as a part of all that lies within ±25 ms of where it
    should be (so that an echo or a smear counts as lost), times how much of the original's energy that is (at most 1)."""
    near, wide = int(CLICK_SEC * rate_hz), int(CLICK_SEARCH_SEC * rate_hz)
    kept, late = [], []
    for place in places:
        expected = int(round(place / rate))
        lo = max(0, expected - wide)
        around = stretched[lo : expected + wide + 1].astype(float)
        peak = lo + int(np.argmax(np.abs(around)))
        energy = np.sum(stretched[max(0, peak - near) : peak + near + 1].astype(float) ** 2)
        whole = np.sum(around**2)
        was = np.sum(original[place - near : place + near + 1].astype(float) ** 2)
        noise = np.median(stretched.astype(float) ** 2) / 0.4549  # median of a squared Gaussian to its mean
        kept.append(min(1.0, energy / was, 1.0) * min(1.0, energy / max(1e-20, whole - noise * (around.size - 2 * near))))
        late.append(abs(peak - expected) / rate_hz * 1e3)
    return float(np.mean(kept)), float(np.median(late))


def _praat_f0(clip, rate_hz, lowest, highest, step_sec=0.005):
    sound = parselmouth.Sound(clip.astype(float), rate_hz)
    pitch = sound.to_pitch_ac(time_step=step_sec, pitch_floor=lowest, pitch_ceiling=highest)
    return pitch.xs(), pitch.selected_array["frequency"]


def f0_error_cents(original, shifted, ratio, rate_hz):
    """Median |cents| between Praat's f0 of the output and `ratio` times that of the original, frames voiced in both."""
    times, before = _praat_f0(original, rate_hz, 65, 600)
    when, after = _praat_f0(shifted, rate_hz, 65 * min(1, ratio), 600 * max(1, ratio))
    nearest = np.clip(np.searchsorted(when, times), 1, len(when) - 1)
    nearest -= times - when[nearest - 1] < when[nearest] - times
    after = after[nearest]
    both = (before > 0) & (after > 0)
    if both.sum() < 20:
        return float("nan")
    return float(np.median(np.abs(1200 * np.log2(after[both] / (ratio * before[both])))))


def _true_envelopes(clip, rate_hz, times, lifter_sec=0.0014, rounds=30):
    size, frame = 2048 if rate_hz <= 24000 else 4096, int(0.040 * rate_hz)
    window = np.hanning(frame)
    padded = np.pad(clip.astype(float), size)
    starts = (times * rate_hz).astype(int) - frame // 2 + size
    frames = np.stack([padded[s : s + frame] * window for s in starts])
    spectrum = np.log(np.abs(np.fft.rfft(frames, size)) + 1e-9)
    envelope, order = spectrum.copy(), int(lifter_sec * rate_hz)
    for _ in range(rounds):  # Röbel & Rodet 2005: smooth the upper of spectrum and envelope until it rests on the peaks
        cepstrum = np.fft.irfft(np.maximum(spectrum, envelope) if _ else spectrum)
        cepstrum[:, order : size - order + 1] = 0
        envelope = np.fft.rfft(cepstrum).real
    keep = slice(int(150 * size / rate_hz), int(min(5000, 0.45 * rate_hz) * size / rate_hz))
    return envelope[:, keep] * (20 / np.log(10))


def envelope_change_db(original, shifted, rate_hz):
    """Mean |Δ| between the true envelopes (150 Hz to 5 kHz, 40 ms frames) of both in frames Praat calls voiced, each
    frame's mean level apart; and the mean change of level."""
    times, f0 = _praat_f0(original, rate_hz, 65, 600, 0.010)
    power = np.array([np.mean(original[max(0, int((t - 0.02) * rate_hz)) : int((t + 0.02) * rate_hz)] ** 2) for t in times])
    times = times[(f0 > 0) & (power > power.max() * 10 ** (-ACTIVE_DB / 10))]
    if len(times) < 10:
        return float("nan"), float("nan")
    change = _true_envelopes(shifted, rate_hz, times) - _true_envelopes(original, rate_hz, times)
    level = change.mean(1, keepdims=True)
    return float(np.abs(change - level).mean()), float(level.mean())
