"""Writes the reference signals and features of packages/features' golden tests, with librosa in float64.

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install -r tools/golden/requirements.txt
    /tmp/golden/bin/python tools/golden/write_mfcc.py [RAVDESS folder]

Signals are 16-bit WAV files in reference/signals. Matrices are float64, frames x coefficients, one after another in
reference/mfcc.f64; reference/mfcc.json says which is which. With a RAVDESS folder, numbers of a few of its clips (never
the audio) go to reference/ravdess.f64 and ravdess.json.
"""

import hashlib
import json
import sys
from pathlib import Path

import librosa
import numpy as np
import scipy
import soundfile
import soxr

HERE = Path(__file__).parent / "reference"
RAVDESS_CLIPS = [
    "Actor_01/03-01-01-01-01-01-01",
    "Actor_07/03-01-03-01-02-01-07",
    "Actor_12/03-01-05-02-01-01-12",
    "Actor_20/03-01-02-01-02-02-20",
]


def voice(rate, seconds, seed):
    """A gliding voice with formant-like weights, breath noise, and exact silence at both ends."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(rate * seconds)) / rate
    f0 = 140 + 60 * np.sin(2 * np.pi * 1.3 * t)
    phase = 2 * np.pi * np.cumsum(f0) / rate
    y = sum(np.sin(k * phase) * np.exp(-((k * 140 - 700) / 1500) ** 2) for k in range(1, 60) if k * 200 < rate / 2)
    y = y / np.max(np.abs(y)) * 0.5 + 0.003 * rng.standard_normal(len(t))
    envelope = np.clip(np.minimum(t - 0.1, seconds - 0.15 - t) / 0.05, 0, 1)
    return y * envelope * (0.3 + 0.7 * np.sin(2 * np.pi * 2.1 * t) ** 2)


def signals():
    rng = np.random.default_rng(7)
    impulse = np.zeros(3000)
    impulse[1234] = 0.9
    return {
        "voice": (voice(22050, 1.2, 1), 22050),
        "noise": (0.001 * rng.standard_normal(11025), 22050),
        "loud": (0.9 * np.sign(np.sin(2 * np.pi * 440 * np.arange(9000) / 22050)), 22050),
        "impulse": (impulse, 22050),
        "silence": (np.zeros(11025), 22050),
        "one": (np.array([0.5]), 22050),
        "short": (0.2 * rng.standard_normal(600), 22050),
        "empty": (np.zeros(0), 22050),
        "voice48": (voice(48000, 0.9, 2), 48000),
        "voice44": (voice(44100, 0.6, 3), 44100),
        "voice16": (voice(16000, 0.9, 4), 16000),
    }


# name, signal, FeatureOptions as the TypeScript API takes them
CASES = [(f"librosa defaults, {s}", s, {}) for s in
         ["voice", "noise", "loud", "impulse", "silence", "one", "short", "empty"]]
CASES += [
    ("20 coefficients", "voice", {"nMfcc": 20}),
    ("as many coefficients as bands", "impulse", {"nMfcc": 40, "nMels": 40}),
    ("log-mel", "voice", {"kind": "logmel"}),
    ("log-mel, 40 bands", "loud", {"kind": "logmel", "nMels": 40}),
    ("htk mel scale", "voice", {"melScale": "htk"}),
    ("no mel norm", "voice", {"melNorm": "none"}),
    ("htk without norm", "voice", {"melScale": "htk", "melNorm": "none", "nMels": 26}),
    ("hamming window", "voice", {"window": "hamming"}),
    ("pre-emphasis", "voice", {"preEmphasis": 0.97}),
    ("shorter window", "voice", {"winLength": 1200}),
    ("odd window length", "voice", {"winLength": 1001}),
    ("not centred", "voice", {"center": False}),
    ("band edges", "voice", {"fMinHz": 50, "fMaxHz": 7600, "nMels": 64}),
    ("no floor", "noise", {"topDb": None}),
    ("30 dB floor", "voice", {"topDb": 30}),
    ("one delta", "voice", {"deltas": 1}),
    ("two deltas", "voice", {"deltas": 2}),
    ("two deltas, exactly 9 frames", "impulse", {"deltas": 2, "hopLength": 375}),
    ("two deltas of fewer than 9 frames", "impulse", {"deltas": 2}),
    ("two deltas of one frame", "one", {"deltas": 2}),
    ("Kaldi-like frames", "voice16", {"sampleRateHz": 16000, "nFft": 512, "winLength": 400, "hopLength": 160,
                                      "nMels": 40}),
    ("odd hop", "voice", {"hopLength": 333}),
    ("hop of one", "short", {"nFft": 64, "hopLength": 1, "nMels": 10, "nMfcc": 5}),
    ("hop beyond the window", "voice", {"nFft": 512, "hopLength": 700, "nMels": 40}),
    ("48 kHz as it is", "voice48", {"sampleRateHz": 48000}),
    ("48 to 22.05 kHz", "voice48", {}),
    ("44.1 to 22.05 kHz", "voice44", {}),
    ("16 to 22.05 kHz", "voice16", {}),
]
CASES += [(f"FFT of {n}", "voice", {"nFft": n, "nMels": min(40, n // 8), "nMfcc": 8, "hopLength": max(64, n // 4)})
          for n in [64, 128, 256, 512, 1024, 4096, 8192, 16384]]
# Lengths with factors 3, 5 and 7; 400 and 160 at 16 kHz are what speech models of today take in.
CASES += [(f"FFT of {n}, hop of {hop}", "voice", {"nFft": n, "hopLength": hop, "nMels": min(40, n // 8), "nMfcc": 8})
          for n, hop in [(70, 31), (90, 64), (400, 160), (480, 160), (882, 441), (1000, 333), (1200, 512),
                         (2646, 700), (3000, 512), (16200, 4000)]]
CASES += [
    ("log-mel of 80 bands, FFT of 400", "voice16", {"kind": "logmel", "sampleRateHz": 16000, "nFft": 400,
                                                    "hopLength": 160, "nMels": 80}),
    ("FFT of 600, shorter window, not centred", "voice", {"nFft": 600, "winLength": 441, "hopLength": 200, "nMels": 40,
                                                           "center": False, "preEmphasis": 0.97}),
]


def features(y, rate, options):
    o = {"sampleRateHz": 22050, "kind": "mfcc", "nMfcc": 13, "nFft": 2048, "hopLength": 512, "nMels": 128, "fMinHz": 0,
         "fMaxHz": None, "melScale": "slaney", "melNorm": "slaney", "window": "hann", "topDb": 80, "center": True,
         "preEmphasis": 0, "deltas": 0, "winLength": None, **options}
    if rate != o["sampleRateHz"]:
        y = librosa.resample(y, orig_sr=rate, target_sr=o["sampleRateHz"], res_type="soxr_hq")
    if o["preEmphasis"]:
        y = librosa.effects.preemphasis(y, coef=o["preEmphasis"], zi=np.zeros(1))
    if len(y) == 0:
        y = np.zeros(1)  # librosa refuses an empty signal; one zero sample has the same single frame of zeros
    mel = librosa.feature.melspectrogram(
        y=y, sr=o["sampleRateHz"], n_fft=o["nFft"], hop_length=o["hopLength"], win_length=o["winLength"],
        window=o["window"], center=o["center"], pad_mode="constant", power=2.0, n_mels=o["nMels"], fmin=o["fMinHz"],
        fmax=o["fMaxHz"], htk=o["melScale"] == "htk", norm=None if o["melNorm"] == "none" else "slaney")
    level = librosa.power_to_db(mel, top_db=o["topDb"])
    base = level if o["kind"] == "logmel" else librosa.feature.mfcc(S=level, n_mfcc=o["nMfcc"])
    mode = "interp" if base.shape[1] >= 9 else "nearest"
    deltas = [librosa.feature.delta(base, width=9, order=n, mode=mode) for n in range(1, o["deltas"] + 1)]
    return np.vstack([base, *deltas]).T.astype(np.float64)


def write(name, entries):
    cases, offset = [], 0
    with open(HERE / f"{name}.f64", "wb") as blob:
        for entry, matrix in entries:
            cases.append({**entry, "offset": offset, "frames": matrix.shape[0], "coefficients": matrix.shape[1]})
            blob.write(np.ascontiguousarray(matrix, dtype="<f8").tobytes())
            offset += matrix.size
    versions = {m.__name__: m.__version__ for m in (librosa, np, scipy, soxr, soundfile)}
    (HERE / f"{name}.json").write_text(json.dumps({"versions": versions, "cases": cases}, indent=1) + "\n")


def main():
    (HERE / "signals").mkdir(parents=True, exist_ok=True)
    audio = {}
    for name, (samples, rate) in signals().items():
        path = HERE / "signals" / f"{name}.wav"
        soundfile.write(path, np.clip(np.round(samples * 32768), -32768, 32767).astype(np.int16), rate)
        audio[name] = soundfile.read(path, dtype="float64")
    write("mfcc", [({"name": name, "signal": s, "options": options}, features(*audio[s], options))
                   for name, s, options in CASES])
    if len(sys.argv) > 1:
        entries = []
        for clip in RAVDESS_CLIPS:
            path = next(Path(sys.argv[1], clip).parent.glob(Path(clip).name + ".*"))
            pcm, rate = soundfile.read(path, dtype="int16", always_2d=True)
            digest = hashlib.sha256(pcm[:, 0].astype("<i2").tobytes()).hexdigest()
            y = pcm.astype(np.float64).mean(axis=1) / 32768
            for options in ({"sampleRateHz": 48000}, {}):
                entry = {"name": f"{clip} at {options.get('sampleRateHz', 22050)} Hz", "clip": clip, "options": options,
                         "samples": len(y), "sha256": digest}
                entries.append((entry, features(y, rate, options)))
        write("ravdess", entries)


if __name__ == "__main__":
    main()
