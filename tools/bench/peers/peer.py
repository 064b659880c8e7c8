"""What every Python peer shares: clips, and the protocol of src/child-peer.ts."""

import pathlib
import sys
import time

import numpy as np


def clips(folder):
    return [np.fromfile(path, dtype=np.float32) for path in sorted(pathlib.Path(folder).glob("*.f32"))]


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
