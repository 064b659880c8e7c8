"""One change to clips by another library; see peer.py.

    augment_peer.py SYSTEM noise|stretch|pitch AMOUNT CLIPS PROBE OUT

The clips of PROBE are written to OUT as changed; those of CLIPS are timed.
"""

import importlib.metadata
import pathlib
import sys

import numpy as np
import peer

SYSTEM, KIND, AMOUNT, CLIPS, PROBE, OUT = *sys.argv[1:3], float(sys.argv[3]), *sys.argv[4:]
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

    change = (peers.STRETCH if KIND == "stretch" else peers.PITCH)[SYSTEM]
    return lambda clip: change(clip, RATE, AMOUNT)


change = {"numpy": numpy_change, "audiomentations": audiomentations_change}.get(SYSTEM, quality_change)()
PACKAGES = {"Praat": "praat-parselmouth", "Rubber Band R3": "pedalboard", "signalsmith-stretch": "python-stretch"}
package = PACKAGES.get(SYSTEM, SYSTEM)
peer.write_changed(PROBE, OUT, change)
version = importlib.metadata.version(package)
peer.serve(version if package == SYSTEM else f"{package} {version}", peer.clips(CLIPS), change)
