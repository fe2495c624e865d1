"""What every copy of CIFAR-10 has in common."""

import numpy as np

CLASSES = ("Airplane", "Automobile", "Bird", "Cat", "Deer", "Dog", "Frog", "Horse", "Ship", "Truck")
PARTS = ("train", "test")
SIDE = 32  # rows and columns of an image

Arrays = dict[str, np.ndarray]  # of one part: images, uint8 (N, 3, 32, 32), and labels, int64 (N,)
