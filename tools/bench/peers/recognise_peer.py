"""File to probabilities with onnxruntime and librosa: recognise_peer.py MODEL WAV…. One thread; see peer.py."""

import sys

import librosa
import numpy as np
import onnxruntime

import peer

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])


def recognise(path):
    samples, rate = librosa.load(path, sr=22050)
    row = librosa.feature.mfcc(y=samples, sr=rate, n_mfcc=13).mean(axis=1)
    return session.run(["probabilities"], {"input": row.astype(np.float32).reshape(1, 13, 1)})


peer.serve(f"{onnxruntime.__version__} + {librosa.__version__}", sys.argv[2:], recognise)
