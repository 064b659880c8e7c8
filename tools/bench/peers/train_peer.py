"""Epochs of the paper's final network: train_peer.py torch|keras ROWS.f32 CLASSES.i32 FIRST_UNITS STEPS THREADS."""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np

from peer import serve

BATCH = 32


def torch_epochs(inputs, classes, units, threads):
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.manual_seed(1)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.LSTM(1, units, batch_first=True)
            self.second = nn.LSTM(units, 64, batch_first=True)
            self.dense = nn.Linear(64, 128)
            self.last = nn.Linear(128, 8)
            self.drop = nn.Dropout(0.2)

        def forward(self, x):
            x = self.drop(self.first(x)[0])
            x = self.drop(self.second(x)[0][:, -1])
            return self.last(self.drop(torch.relu(self.dense(x))))

    net = Net()
    adam = torch.optim.Adam(net.parameters(), lr=1e-3, eps=1e-7)
    entropy = nn.CrossEntropyLoss()
    x, y = torch.from_numpy(inputs), torch.from_numpy(classes).long()

    def epoch(_):
        net.train()
        for rows in torch.randperm(len(x)).split(BATCH):
            adam.zero_grad(set_to_none=True)
            entropy(net(x[rows]), y[rows]).backward()
            adam.step()

    return torch.__version__, epoch


def keras_epochs(inputs, classes, units, threads):
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    import keras
    from keras import layers

    keras.utils.set_random_seed(1)
    net = keras.Sequential([
        layers.Input(inputs.shape[1:]),
        layers.LSTM(units, return_sequences=True),
        layers.Dropout(0.2),
        layers.LSTM(64),
        layers.Dropout(0.2),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.2),
        layers.Dense(8, activation="softmax"),
    ])
    net.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    version = f"{keras.__version__} on TensorFlow {tf.__version__}"
    return version, lambda _: net.fit(inputs, classes, batch_size=BATCH, epochs=1, verbose=0)


if __name__ == "__main__":
    tool, rows, labels, units, steps, threads = sys.argv[1:]
    make = {"torch": torch_epochs, "keras": keras_epochs}[tool]
    inputs = np.fromfile(rows, dtype=np.float32).reshape(-1, int(steps), 1)
    version, epoch = make(inputs, np.fromfile(labels, dtype=np.int32), int(units), int(threads))
    serve(version, [None], epoch)
