"""Writes the reference contours of packages/features' prosody tests, with librosa in float64.

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install -r tools/golden/requirements.txt
    /tmp/golden/bin/python tools/golden/write_prosody.py

Of the signals that write_mfcc.py makes, at their own rates. Contours are float64, one after another in
reference/prosody.f64; reference/prosody.json says which is which. librosa has no flux, band energies, loudness or slopes:
those are written out here with numpy.
"""

import json
from pathlib import Path

import librosa
import numpy as np
import scipy
import soundfile

HERE = Path(__file__).parent / "reference"
# signal, ProsodyOptions as the TypeScript API takes them
CASES = [
    ("voice", {}),
    ("noise", {}),
    ("loud", {}),
    ("impulse", {}),
    ("silence", {}),
    ("short", {"nFft": 512, "hopLength": 128}),
    ("voice16", {"sampleRateHz": 16000, "nFft": 512, "hopLength": 160}),
    ("voice44", {"sampleRateHz": 44100, "nFft": 1024, "hopLength": 441}),
]


def slope(power, hz, low, high):
    inside = (hz >= low) & (hz < high)
    level = 10 * np.log10(np.maximum(power[inside], 1e-10))
    return np.polyfit(hz[inside] / 100, level, 1)[0]


def energy(power, hz, low, high):
    return 10 * np.log10(np.maximum(power[(hz >= low) & (hz <= high)].sum(axis=0), 1e-10))


def contours(y, sr, n_fft, hop):
    spectrum = np.abs(librosa.stft(y, n_fft=n_fft, hop_length=hop, pad_mode="constant"))
    power, hz = spectrum**2, librosa.fft_frequencies(sr=sr, n_fft=n_fft)
    total = spectrum.sum(axis=0)
    share = np.divide(spectrum, total, out=np.zeros_like(spectrum), where=total > 0)
    mel = librosa.feature.melspectrogram(S=power, sr=sr, n_fft=n_fft, n_mels=64, fmin=50, fmax=min(8000, sr / 2))
    at = {"S": spectrum, "sr": sr, "n_fft": n_fft, "hop_length": hop}
    return {
        "rms": librosa.feature.rms(y=y, frame_length=n_fft, hop_length=hop, pad_mode="constant")[0],
        "zeroCrossingRate": librosa.feature.zero_crossing_rate(y, frame_length=n_fft, hop_length=hop)[0],
        "centroidHz": librosa.feature.spectral_centroid(**at)[0],
        "bandwidthHz": librosa.feature.spectral_bandwidth(**at)[0],
        "rolloffHz": librosa.feature.spectral_rolloff(**at)[0],
        "flatness": librosa.feature.spectral_flatness(S=spectrum, n_fft=n_fft, hop_length=hop)[0],
        "contrastDb": librosa.feature.spectral_contrast(**at).T,
        "flux": np.r_[0, np.sqrt((np.diff(share, axis=1) ** 2).sum(axis=0))],
        "loudness": np.where(mel > 1e-10, mel, 0).__pow__(0.3).sum(axis=0),
        "energy250To650Db": energy(power, hz, 250, 650),
        "energy1000To4000Db": energy(power, hz, 1000, 4000),
        "slope0To500": np.array([slope(frame, hz, 0, 500) for frame in power.T]),
        "slope500To1500": np.array([slope(frame, hz, 500, 1500) for frame in power.T]),
    }


def main():
    cases, offset = [], 0
    with open(HERE / "prosody.f64", "wb") as blob:
        for signal, options in CASES:
            y, rate = soundfile.read(HERE / "signals" / f"{signal}.wav", dtype="float64")
            found = contours(y, rate, options.get("nFft", 2048), options.get("hopLength", 512))
            entry = {"signal": signal, "options": options, "contours": {}}
            for name, values in found.items():
                entry["contours"][name] = {"offset": offset, "count": int(values.size)}
                blob.write(np.ascontiguousarray(values, dtype="<f8").tobytes())
                offset += values.size
            cases.append(entry)
    versions = {m.__name__: m.__version__ for m in (librosa, np, scipy, soundfile)}
    (HERE / "prosody.json").write_text(json.dumps({"versions": versions, "cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
