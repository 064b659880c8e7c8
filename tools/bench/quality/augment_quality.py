"""How well `augment` stretches and shifts real speech, beside other tools: prints a table in Markdown.

    python3 -m venv /tmp/quality && /tmp/quality/bin/pip install -r requirements.txt
    RAVDESS_DIR=... /tmp/quality/bin/python augment_quality.py [--rate-hz 22050] [--peers librosa,Praat]

RAVDESS_DIR holds Actor_01 ... Actor_24 with .wav or .flac; one clip of each actor is used, held-out.json (no number was tuned on them).
Our side runs through the public call, by augment-raw.mjs (build first).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import librosa
import numpy as np

import metrics
import peers

CLIPS = json.loads((Path(__file__).parent / "held-out.json").read_text())
RATES, SEMITONES = (0.8, 1.25), (2, -4)


def load(folder, rate_hz):
    clips = []
    for name in CLIPS:
        found = [p for p in Path(folder).glob(f"Actor_*/{name}.*") if p.suffix in (".wav", ".flac")]
        if not found:
            sys.exit(f"Expected {name}.wav or .flac under {folder} but there is none")
        clips.append(librosa.load(found[0], sr=rate_hz)[0])
    return clips


def ours(kind, amount, clips, rate_hz):
    """All clips by one call of augment, through files of raw floats."""
    command = os.environ.get("AUGMENT_COMMAND", f"node {Path(__file__).parent / 'augment-raw.mjs'}").split()
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for i, clip in enumerate(clips):
            paths.append(f"{folder}/{i}.f32")
            clip.astype("<f4").tofile(paths[-1])
        os.mkdir(f"{folder}/out")
        subprocess.run([*command, kind, str(amount), str(rate_hz), f"{folder}/out", *paths], check=True)
        return [np.fromfile(f"{folder}/out/{i}.f32", dtype="<f4") for i in range(len(clips))]


def systems(kind, chosen):
    table = peers.STRETCH if kind == "stretch" else peers.PITCH
    yield "Prosodia", lambda clips, rate_hz, amount: ours(kind, amount, clips, rate_hz)
    for name, apply in table.items():
        if name.split(" ")[0] in chosen:
            yield name, lambda clips, rate_hz, amount, apply=apply: [apply(c, rate_hz, amount) for c in clips]


def report(name, row):
    print(f"| {name} | " + " | ".join(row) + " |", flush=True)


def stretch_table(clips, rate_hz, chosen):
    print("\n| stretch | " + " | ".join(f"{r}: log-mel error dB | clicks kept % | clicks off by ms" for r in RATES) + " |")
    print("|---|" + "---|" * 3 * len(RATES))
    clicks, places = metrics.click_test(rate_hz)
    for name, run in systems("stretch", chosen):
        row = []
        for rate in RATES:
            outs = run([*clips, clicks], rate_hz, rate)
            error = np.mean([metrics.log_mel_error_db(c, o, rate, rate_hz) for c, o in zip(clips, outs)])
            kept, late = metrics.click_energy_kept(clicks, places, outs[-1], rate, rate_hz)
            row += [f"{error:.3f}", f"{100 * kept:.2f}", f"{late:.1f}"]
        report(name, row)


def pitch_table(clips, rate_hz, chosen):
    print("\n| pitch | " + " | ".join(f"{s:+}: f0 error cents | envelope change dB | level dB" for s in SEMITONES) + " |")
    print("|---|" + "---|" * 3 * len(SEMITONES))
    for name, run in systems("pitch", chosen):
        row = []
        for semitones in SEMITONES:
            outs = run(clips, rate_hz, semitones)
            ratio = 2 ** (semitones / 12)
            f0 = np.nanmedian([metrics.f0_error_cents(c, o, ratio, rate_hz) for c, o in zip(clips, outs)])
            change, level = np.nanmean([metrics.envelope_change_db(c, o, rate_hz) for c, o in zip(clips, outs)], axis=0)
            row += [f"{f0:.2f}", f"{change:.2f}", f"{level:+.2f}"]
        report(name, row)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate-hz", type=int, default=22050)
    parser.add_argument("--peers", default="librosa,Praat,Rubber")
    parser.add_argument("--kind", choices=["stretch", "pitch", "both"], default="both")
    options = parser.parse_args()
    clips = load(os.environ["RAVDESS_DIR"], options.rate_hz)
    chosen = options.peers.split(",")
    print(f"{len(clips)} RAVDESS clips at {options.rate_hz} Hz")
    if options.kind != "pitch":
        stretch_table(clips, options.rate_hz, chosen)
    if options.kind != "stretch":
        pitch_table(clips, options.rate_hz, chosen)


if __name__ == "__main__":
    main()
