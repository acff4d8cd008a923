# SPDX-License-Identifier: MIT
"""Keras: a run that prints the address of its board. (The callback needs the package tensorboard beside tensorflow.)"""
import numpy
from tensorflow import keras

from plain import board_url

folder = "runs/keras"
print(f"curves: {board_url(folder) or folder}")
x = numpy.random.rand(1000, 1)
model = keras.Sequential([keras.layers.Dense(1)])
model.compile(optimizer="sgd", loss="mse")
model.fit(x, 3 * x + 1, epochs=10, verbose=0, callbacks=[keras.callbacks.TensorBoard(folder)])
