"""How well a change was made, by several systems: score.py noise|stretch|pitch AMOUNT RATE_HZ PROBE OUT... prints JSON.

PROBE and each OUT hold raw float32 clips of the same names. One object for each OUT: `mean` (name: number) and, for
stretch and pitch, `clips` (name of clip: the same). PROBE/clicks.f32 is the click test of metrics.py, which
`score.py clicks RATE_HZ FILE` writes.
"""

import json
import sys
from pathlib import Path

import numpy as np

import metrics

if sys.argv[1] == "clicks":
    metrics.click_test(int(sys.argv[2]))[0].tofile(sys.argv[3])
    sys.exit()
KIND, AMOUNT, RATE_HZ, PROBE = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
ORIGINALS = {path.stem: np.fromfile(path, dtype="<f4") for path in sorted(PROBE.glob("*.f32"))}


def noise(changed):
    errors, drawn = [], []
    for name, clip in ORIGINALS.items():
        added = changed[name].astype(float) - clip
        errors.append(abs(10 * np.log10(np.sum(clip.astype(float) ** 2) / np.sum(added**2)) - AMOUNT))
        drawn.append(added / np.sqrt(np.mean(added**2)))
    return {"snrErrorDb": float(max(errors)), "kurtosis": float(np.mean(np.concatenate(drawn) ** 4))}, {}


def stretch(changed):
    clips = {
        name: {"logMelErrorDb": metrics.log_mel_error_db(clip, changed[name], AMOUNT, RATE_HZ)}
        for name, clip in ORIGINALS.items()
        if name != "clicks"
    }
    places = metrics.click_test(RATE_HZ)[1]
    kept, _ = metrics.click_energy_kept(ORIGINALS["clicks"], places, changed["clicks"], AMOUNT, RATE_HZ)
    error = float(np.mean([c["logMelErrorDb"] for c in clips.values()]))
    return {"logMelErrorDb": error, "clicksKeptPercent": 100 * kept}, clips


def pitch(changed):
    clips = {}
    for name, clip in ORIGINALS.items():
        if name == "clicks":
            continue
        out = np.pad(changed[name], (0, max(0, clip.size - changed[name].size)))[: clip.size]
        cents = metrics.f0_error_cents(clip, out, 2 ** (AMOUNT / 12), RATE_HZ)
        clips[name] = {"f0ErrorCents": cents, "envelopeDb": metrics.envelope_change_db(clip, out, RATE_HZ)[0]}
    mean = {
        "f0ErrorCents": float(np.nanmedian([c["f0ErrorCents"] for c in clips.values()])),
        "envelopeDb": float(np.nanmean([c["envelopeDb"] for c in clips.values()])),
    }
    return mean, clips


answers = []
for out in sys.argv[5:]:
    changed = {name: np.fromfile(Path(out) / f"{name}.f32", dtype="<f4") for name in ORIGINALS}
    mean, clips = {"noise": noise, "stretch": stretch, "pitch": pitch}[KIND](changed)
    answers.append({"mean": mean, "clips": clips})
print(json.dumps(answers))
