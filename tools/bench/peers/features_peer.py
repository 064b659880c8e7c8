"""librosa's MFCC, timed on request: features_peer.py FOLDER. Reads a line, runs every clip once, prints ms per clip.

The first line it prints is its version. FOLDER holds mono clips as raw float32 at 22,050 Hz. One thread.
"""

import pathlib
import sys
import time

import librosa
import numpy as np

clips = [np.fromfile(path, dtype=np.float32) for path in sorted(pathlib.Path(sys.argv[1]).glob("*.f32"))]


def run() -> None:
    for clip in clips:
        librosa.feature.mfcc(y=clip, sr=22050, n_mfcc=13)


run()
print(librosa.__version__, flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    run()
    print((time.perf_counter() - start) * 1000 / len(clips), flush=True)
