"""How well `extractProsody` follows the pitch of real speech, beside librosa's pYIN and Praat: a table in Markdown.

    python3 -m venv /tmp/quality && /tmp/quality/bin/pip install -r requirements.txt
    RAVDESS_DIR=... /tmp/quality/bin/python f0_quality.py [--clips 48]

RAVDESS_DIR holds Actor_01 ... Actor_24 with .wav or .flac; clips are taken evenly from the whole corpus. RAVDESS has no
laryngograph, so there is no truth: each tracker is held against each other one, and against the frames on which the other
two agree (both voiced and within 5 %, or both unvoiced).

Gross pitch error: share of frames voiced in both where F0 differs by more than 20 %. Voicing error: share of all frames
where one is voiced and the other is not. Frames every 10 ms of 16 kHz audio, 70 to 600 Hz, frames quieter than 50 dB
below the clip's loudest left out. Our side runs through the public call, by f0-contours.mjs (build first).
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

import librosa
import numpy as np
import parselmouth

RATE, HOP = 16000, 160
LOW, HIGH = 70, 600


def ours(clips):
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for i, y in enumerate(clips):
            paths.append(str(Path(folder) / f"{i}.f32"))
            y.astype("<f4").tofile(paths[-1])
        said = subprocess.run(["node", str(Path(__file__).parent / "f0-contours.mjs"), str(RATE), str(HOP), *paths],
                              check=True, capture_output=True, text=True)
    return [np.array(json.loads(line)) for line in said.stdout.splitlines()]


def pyin(y):
    f0, voiced, _ = librosa.pyin(y, fmin=LOW, fmax=HIGH, sr=RATE, frame_length=1024, hop_length=HOP)
    return np.where(voiced, np.nan_to_num(f0), 0)


def praat(y):
    pitch = parselmouth.Sound(y.astype(np.float64), RATE).to_pitch_ac(time_step=HOP / RATE, pitch_floor=LOW,
                                                                       pitch_ceiling=HIGH)
    times, f0 = pitch.xs(), pitch.selected_array["frequency"]
    out = np.zeros(1 + len(y) // HOP)
    for i in range(len(out)):
        nearest = np.argmin(np.abs(times - i * HOP / RATE))
        if abs(times[nearest] - i * HOP / RATE) <= 0.006:
            out[i] = f0[nearest]
    return out


def loud_frames(y):
    level = librosa.amplitude_to_db(librosa.feature.rms(y=y, frame_length=512, hop_length=HOP)[0] + 1e-9, top_db=None)
    return level > level.max() - 50


def compare(a, b, kept):
    """Gross pitch error and voicing error over the kept frames, in percent."""
    a, b = np.concatenate(a)[kept], np.concatenate(b)[kept]
    both = (a > 0) & (b > 0)
    gross = np.abs(a[both] / b[both] - 1) > 0.2
    return 100 * gross.mean(), 100 * ((a > 0) != (b > 0)).mean()


def agreed(a, b):
    """Frames on which two trackers say the same, and what they say."""
    a, b = np.concatenate(a), np.concatenate(b)
    voiced = (a > 0) & (b > 0) & (np.abs(a / np.maximum(b, 1) - 1) < 0.05)
    return voiced | ((a == 0) & (b == 0)), np.where(voiced, (a + b) / 2, 0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--clips", type=int, default=48)
    wanted = parser.parse_args().clips
    root = Path(os.environ["RAVDESS_DIR"])
    paths = sorted(p for p in root.glob("Actor_*/*") if p.suffix in (".wav", ".flac"))
    paths = [paths[i * len(paths) // wanted] for i in range(wanted)]
    clips = [librosa.load(p, sr=RATE)[0] for p in paths]
    frames = [1 + len(y) // HOP for y in clips]
    tracks = {}
    for name, track in (("prosodia", ours), ("pYIN", lambda c: [pyin(y) for y in c]),
                        ("Praat", lambda c: [praat(y) for y in c])):
        start = time.time()
        tracks[name] = [f0[:n] for f0, n in zip(track(clips), frames)]
        print(f"{name}: {time.time() - start:.1f} s for {len(clips)} clips")
    kept = np.concatenate([loud_frames(y)[:n] for y, n in zip(clips, frames)])
    print(f"\nlibrosa {librosa.__version__}, Praat {parselmouth.PRAAT_VERSION}; {len(clips)} clips, {kept.sum()} frames\n")
    print("| | against | gross pitch error % | voicing error % |\n|---|---|---|---|")
    names = list(tracks)
    for name in names:
        others = [other for other in names if other != name]
        for other in others:
            gross, voicing = compare(tracks[name], tracks[other], kept)
            print(f"| {name} | {other} | {gross:.2f} | {voicing:.1f} |")
        same, said = agreed(tracks[others[0]], tracks[others[1]])
        gross, voicing = compare(tracks[name], [said], kept & same)
        print(f"| {name} | {others[0]} and {others[1]} where they agree ({100 * (kept & same).sum() / kept.sum():.0f} %) | "
              f"{gross:.2f} | {voicing:.1f} |")


if __name__ == "__main__":
    main()
