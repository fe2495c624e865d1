"""The arithmetic of convolutions in whole numbers: sizes, receptive fields, parameters, multiplications.

Everything here is along one side of an image, its rows or its columns: a convolution treats the two alike, each on its
own. One alphabet: a size n, a kernel of K cells, stride S, padding P on each side, dilation D (the distance
between the kernel's cells). Nothing here needs PyTorch.

Examples
--------
>>> output_size(28, 3)
26
>>> receptive_field([(3,), (2, 2), (3,)])
8
>>> conv_parameters(3, 64, 3)
1792
"""

from .costs import conv_multiply_adds, conv_parameters, linear_multiply_adds, linear_parameters
from .fields import Field, Layer, receptive_field, receptive_fields, seen
from .sizes import output_size

# Other modules of the package check their numbers with these.
from .checked import pair as pair, places as places, sides as sides, whole as whole  # isort: skip

__all__ = [
    "Field",
    "Layer",
    "conv_multiply_adds",
    "conv_parameters",
    "linear_multiply_adds",
    "linear_parameters",
    "output_size",
    "receptive_field",
    "receptive_fields",
    "seen",
]
