"""What every Python peer shares: clips, and the protocol of src/child-peer.ts."""

import pathlib
import sys
import time

import numpy as np


def clips(folder):
    return [np.fromfile(path, dtype=np.float32) for path in sorted(pathlib.Path(folder).glob("*.f32"))]


def write_changed(source, target, work):
    """What `work` makes of every clip of one folder, under the same names in another."""
    for path in sorted(pathlib.Path(source).glob("*.f32")):
        np.asarray(work(np.fromfile(path, dtype=np.float32)), dtype="<f4").tofile(pathlib.Path(target) / path.name)


def serve(version, items, work):
    """Prints the version, then for every line read runs `work` on every item and prints the milliseconds of one."""
    for item in items:
        work(item)
    print(version, flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        for item in items:
            work(item)
        print((time.perf_counter() - start) * 1000 / len(items), flush=True)
