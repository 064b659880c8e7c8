"""Writes the references of the presets `kaldi` and `htk`, in float64.

    python3 -m venv /tmp/golden-kaldi && /tmp/golden-kaldi/bin/pip install -r tools/golden/recogniser-requirements.txt
    /tmp/golden-kaldi/bin/python tools/golden/write_recogniser_frames.py

`kaldi` is torchaudio.compliance.kaldi's, without dither. `htk` is the same with HTK's window, bands and mean left in;
htk_compat puts its coefficient 0 last, and here it comes first. Signals are those of write_mfcc.py at 16 kHz; matrices
are float64, frames x coefficients, in reference/recogniser-frames.f64.
"""

import json
import wave
from pathlib import Path

import numpy as np
import torch
import torchaudio
import torchaudio.compliance.kaldi as kaldi

HERE = Path(__file__).parent / "reference"
HTK = {"window_type": "hamming", "num_mel_bins": 26, "low_freq": 0.0, "remove_dc_offset": False}


def signal(name):
    with wave.open(str(HERE / "signals" / f"{name}.wav")) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    return torch.from_numpy(pcm / 32768.0)[None]


def htk_mfcc(samples):
    matrix = kaldi.mfcc(samples, dither=0.0, htk_compat=True, **HTK)
    return torch.cat([matrix[:, -1:], matrix[:, :-1]], dim=1)


# name, options beyond the preset's, matrix
CASES = [
    ("kaldi mfcc", {"preset": "kaldi"}, lambda y: kaldi.mfcc(y, dither=0.0)),
    ("kaldi mfcc, 20 of 40 bands", {"preset": "kaldi", "nMfcc": 20, "nMels": 40},
     lambda y: kaldi.mfcc(y, dither=0.0, num_ceps=20, num_mel_bins=40)),
    ("kaldi fbank, 80 bands", {"preset": "kaldi", "kind": "logmel", "nMels": 80},
     lambda y: kaldi.fbank(y, dither=0.0, num_mel_bins=80)),
    ("kaldi fbank, hamming, no emphasis, up to 7.6 kHz",
     {"preset": "kaldi", "kind": "logmel", "nMels": 40, "window": "hamming", "preEmphasis": 0, "fMaxHz": 7600},
     lambda y: kaldi.fbank(y, dither=0.0, num_mel_bins=40, window_type="hamming", preemphasis_coefficient=0.0,
                           high_freq=7600.0)),
    ("htk mfcc", {"preset": "htk"}, htk_mfcc),
    ("htk fbank", {"preset": "htk", "kind": "logmel"}, lambda y: kaldi.fbank(y, dither=0.0, **HTK)),
]


def main():
    cases, offset = [], 0
    with open(HERE / "recogniser-frames.f64", "wb") as blob:
        for name, options, matrix_of in CASES:
            matrix = matrix_of(signal("voice16")).numpy()
            cases.append({"name": name, "signal": "voice16", "options": options, "offset": offset,
                          "frames": matrix.shape[0], "coefficients": matrix.shape[1]})
            blob.write(np.ascontiguousarray(matrix, dtype="<f8").tobytes())
            offset += matrix.size
    versions = {module.__name__: module.__version__ for module in (torch, torchaudio, np)}
    (HERE / "recogniser-frames.json").write_text(json.dumps({"versions": versions, "cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
