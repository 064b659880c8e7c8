"""The service a Python team would write: FastAPI, librosa's MFCC means, ONNX Runtime on one thread.

Usage: fastapi_service.py MODEL INPUT PORT; serves POST /v1/recognize until it is stopped.
"""

import io
import sys

import librosa
import numpy as np
import onnxruntime
import uvicorn
from fastapi import FastAPI, UploadFile

model, input_name, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(model, options)
app = FastAPI()


@app.post("/v1/recognize")
def recognize(file: UploadFile):
    samples, rate = librosa.load(io.BytesIO(file.file.read()), sr=22050, mono=True)
    mean = librosa.feature.mfcc(y=samples, sr=rate, n_mfcc=13).mean(axis=1)
    (probabilities,) = session.run(["probabilities"], {input_name: mean.reshape(1, 13, 1).astype(np.float32)})
    return {"probabilities": probabilities[0].tolist()}


# A thread pool answers; librosa and ONNX Runtime let others run while they compute.
uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
