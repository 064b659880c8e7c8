"""One change to clips by another library: augment_peer.py SYSTEM noise|stretch|pitch AMOUNT [dB] FOLDER; see peer.py."""

import importlib.metadata
import pathlib
import sys

import numpy as np
import peer

SYSTEM, KIND, AMOUNT, FOLDER = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[-1]
RATE = 22050
sys.path.append(str(pathlib.Path(__file__).parent.parent / "quality"))


def numpy_change():
    random = np.random.default_rng(0)

    def noise(clip):
        drawn = random.standard_normal(clip.size, dtype=np.float32)
        return clip + drawn * np.sqrt(np.sum(clip**2) / np.sum(drawn**2) / 10 ** (AMOUNT / 10))

    return noise


def audiomentations_change():
    import audiomentations as am

    transform = {
        "noise": lambda: am.AddGaussianSNR(min_snr_db=AMOUNT, max_snr_db=AMOUNT, p=1.0),
        "stretch": lambda: am.TimeStretch(min_rate=AMOUNT, max_rate=AMOUNT, leave_length_unchanged=False, p=1.0),
        "pitch": lambda: am.PitchShift(min_semitones=AMOUNT, max_semitones=AMOUNT, p=1.0),
    }[KIND]()
    return lambda clip: transform(samples=clip, sample_rate=RATE)


def quality_change():
    import peers

    names = {"librosa": "librosa", "pedalboard": "Rubber Band (pedalboard)", "parselmouth": "Praat"}
    change = (peers.STRETCH if KIND == "stretch" else peers.PITCH)[names[SYSTEM]]
    return lambda clip: change(clip, RATE, AMOUNT)


change = {"numpy": numpy_change, "audiomentations": audiomentations_change}.get(SYSTEM, quality_change)()
package = {"parselmouth": "praat-parselmouth"}.get(SYSTEM, SYSTEM)
peer.serve(importlib.metadata.version(package), peer.clips(FOLDER), change)
