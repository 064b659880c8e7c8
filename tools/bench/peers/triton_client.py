"""Asks a running service by NVIDIA's tritonclient and compares with the answers given.

Usage: triton_client.py HOST:PORT MODEL EXPECTED.json; EXPECTED holds input, rows and probabilities.
"""

import json
import sys

import numpy as np
import tritonclient.http as http

address, model, path = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    expected = json.load(file)
client = http.InferenceServerClient(address)
assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(model)
metadata = client.get_model_metadata(model)
assert [entry["name"] for entry in metadata["inputs"]] == [expected["input"]], metadata
rows = np.array(expected["rows"], np.float32)
largest = 0.0
for binary in (True, False):
    tensor = http.InferInput(expected["input"], list(rows.shape), "FP32")
    tensor.set_data_from_numpy(rows, binary_data=binary)
    for outputs in (None, [http.InferRequestedOutput("probabilities", binary_data=binary)]):
        answer = client.infer(model, [tensor], outputs=outputs).as_numpy("probabilities")
        largest = max(largest, float(np.abs(answer - np.array(expected["probabilities"])).max()))
print(json.dumps({"client": "tritonclient", "rows": len(rows), "largestDifference": largest}))
sys.exit(0 if largest < 1e-5 else 1)
