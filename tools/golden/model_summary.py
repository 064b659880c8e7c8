"""Reference for packages/training/test/models.test.ts: the summary tables Keras prints for the paper's models.

Keras 3.12.0 with jax 0.7.1: pip install keras==3.12.0 jax==0.7.1; python tools/golden/model_summary.py
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "jax"
import keras  # noqa: E402


def summary(units):
    model = keras.Sequential(
        [
            keras.Input((13, 1)),
            keras.layers.LSTM(units, return_sequences=True, name="lstm"),
            keras.layers.Dropout(0.2, name="dropout"),
            keras.layers.LSTM(64, name="lstm_1"),
            keras.layers.Dropout(0.2, name="dropout_1"),
            keras.layers.Dense(128, activation="relu", name="dense"),
            keras.layers.Dropout(0.2, name="dropout_2"),
            keras.layers.Dense(8, activation="softmax", name="dense_1"),
        ],
        name="sequential",
    )
    lines = []
    model.summary(line_length=80, print_fn=lambda text, *_, **__: lines.append(text))
    return "\n".join(lines)


def main():
    reference = {"tool": f"Keras {keras.__version__}", "initial": summary(128), "final": summary(256)}
    path = pathlib.Path(__file__).parent / "reference" / "model-summary.json"
    path.write_text(json.dumps(reference, indent=1, ensure_ascii=False) + "\n")


main()
