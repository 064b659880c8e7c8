"""Reference for packages/training/test/training-golden.test.ts: losses, gradients and weights as Keras computes them.

python -m pip install -r tools/golden/training-requirements.txt; python tools/golden/write_training.py

Weights, inputs and classes come from a linear congruential generator whose numbers are exact in float32
(test/support/golden-training.ts has the same), so only results are stored: float32, little-endian, base64.
"""

import base64
import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

CASES = [
    {"name": "small", "steps": 7, "width": 3, "first": 20, "second": 9, "dense": 13, "classes": 5,
     "batch": 6, "rows": 58, "rate": 0.01, "scale": 0.25},
    {"name": "paper", "steps": 13, "width": 1, "first": 256, "second": 64, "dense": 128, "classes": 8,
     "batch": 32, "rows": 308, "rate": 0.001, "scale": 0.0625},
    # Soft labels, class weights and AdamW.
    {"name": "soft", "steps": 7, "width": 3, "first": 20, "second": 9, "dense": 13, "classes": 5,
     "batch": 6, "rows": 58, "rate": 0.01, "scale": 0.25,
     "smoothing": 0.1, "classWeights": [1, 2, 0.5, 1.25, 0.75], "decay": 0.1},
    # Batch normalisation, along time and of one vector.
    {"name": "norm", "steps": 7, "width": 3, "first": 20, "second": 9, "dense": 13, "classes": 5,
     "batch": 10, "rows": 98, "rate": 0.01, "scale": 0.25, "norm": True},
]


class Generator:
    """Numbers in [0, 1) with 24 bits."""

    def __init__(self, state):
        self.state = state

    def take(self, count):
        numbers = np.empty(count)
        for i in range(count):
            self.state = (self.state * 1664525 + 1013904223) % 2**32
            numbers[i] = (self.state >> 8) / 2**24
        return numbers


def build(case):
    norm = lambda: [keras.layers.BatchNormalization()] if case.get("norm") else []  # noqa: E731
    return keras.Sequential(
        [
            keras.Input((case["steps"], case["width"])),
            keras.layers.LSTM(case["first"], return_sequences=True),
            *norm(),
            keras.layers.LSTM(case["second"]),
            *norm(),
            keras.layers.Dense(case["dense"], activation="relu"),
            keras.layers.Dense(case["classes"], activation="softmax"),
        ]
    )


def gradients(case, model, x, y):
    weights = np.asarray(case.get("classWeights", [1] * case["classes"]))[y.argmax(axis=1)]
    with tf.GradientTape() as tape:
        losses = keras.losses.CategoricalCrossentropy(label_smoothing=case.get("smoothing", 0))
        loss = losses(y, model(x, training=True), sample_weight=weights)
    return float(loss), tape.gradient(loss, [w.value for w in model.trainable_variables])


def packed(arrays):
    return [base64.b64encode(np.asarray(a, "<f4").tobytes()).decode() for a in arrays]


def run(case, keep_arrays):
    numbers = Generator(20260711)
    model = build(case)
    for w in model.trainable_variables:
        shape = tuple(w.shape)
        w.assign(((2 * numbers.take(int(np.prod(shape))) - 1) * case["scale"]).reshape(shape))
    shape = (case["rows"], case["steps"], case["width"])
    x = (4 * numbers.take(np.prod(shape)) - 2).reshape(shape).astype("float32")
    y = keras.utils.to_categorical(np.floor(numbers.take(case["rows"]) * case["classes"]), case["classes"])
    decay = case.get("decay")
    optimizer = keras.optimizers.AdamW(case["rate"], decay) if decay else keras.optimizers.Adam(case["rate"])
    losses, first = [], None
    for start in range(0, case["rows"], case["batch"]):
        loss, grads = gradients(case, model, x[start : start + case["batch"]], y[start : start + case["batch"]])
        first = first or packed(grads)
        losses.append(loss)
        optimizer.apply(grads, model.trainable_variables)
    # Without the seeds that Keras counts among the variables.
    seen = [w for w in model.non_trainable_variables if w.dtype == "float32"]
    arrays = {"gradients": first, "weights": packed([*model.trainable_variables, *seen])} if keep_arrays else {}
    return {**case, "losses": losses, **arrays}


def main():
    cases = [run(case, case["name"] != "paper") for case in CASES]
    reference = {"tool": f"Keras {keras.__version__}, TensorFlow {tf.__version__}", "cases": cases}
    path = pathlib.Path(__file__).parent / "reference" / "training.json"
    path.write_text(json.dumps(reference, indent=1) + "\n")


main()
