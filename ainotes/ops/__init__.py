"""Convolution and its relatives, written to be read: short code that does what PyTorch's does.

Images are tensors (N, C, H, W); every function returns a new tensor, keeps dtype and device, and lets gradients
through. PyTorch's own functions are faster: these show what they compute, and are tested against them.
"""

from .convolution import conv2d, im2col
from .filters import gabor_bank, gabor_kernel, gabor_response, hand_made
from .padding import pad
from .pooling import avg_pool2d, max_pool2d

__all__ = [
    "avg_pool2d",
    "conv2d",
    "gabor_bank",
    "gabor_kernel",
    "gabor_response",
    "hand_made",
    "im2col",
    "max_pool2d",
    "pad",
]
