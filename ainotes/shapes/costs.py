"""How many parameters a layer has, and how often it multiplies."""

from __future__ import annotations

from .checked import pair, whole


def conv_parameters(
    in_channels: int, out_channels: int, kernel: int | tuple[int, int], *, groups: int = 1, bias: bool = True
) -> int:
    """Return the parameters of a convolution: (K K C_in / groups + 1) C_out, the 1 being the bias.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of what comes in and goes out; `groups` must divide both.
    kernel : int or pair of int
        Side of the kernel, or (rows, columns).
    groups : int
        Groups of channels that do not see each other.
    bias : bool
        Whether each output channel has a bias.

    Examples
    --------
    >>> conv_parameters(1, 32, 3)
    320
    """
    rows, columns = pair("conv_parameters", "kernel", kernel)
    inputs = _group("conv_parameters", in_channels, out_channels, groups)
    return (rows * columns * inputs + bool(bias)) * int(out_channels)


def conv_multiply_adds(
    in_channels: int,
    out_channels: int,
    kernel: int | tuple[int, int],
    output: int | tuple[int, int],
    *,
    groups: int = 1,
) -> int:
    """Return how often a convolution multiplies and adds for one image: each weight once at each place.

    Parameters
    ----------
    in_channels, out_channels, kernel, groups
        As in :func:`conv_parameters`.
    output : int or pair of int
        Side of the output, or (rows, columns).

    Examples
    --------
    >>> conv_multiply_adds(1, 32, 3, output=26)
    194688
    """
    rows, columns = pair("conv_multiply_adds", "kernel", kernel)
    output_rows, output_columns = pair("conv_multiply_adds", "output", output)
    inputs = _group("conv_multiply_adds", in_channels, out_channels, groups)
    return rows * columns * inputs * int(out_channels) * output_rows * output_columns


def linear_parameters(in_features: int, out_features: int, *, bias: bool = True) -> int:
    """Return the parameters of a linear layer: a weight from each input to each output, and a bias each.

    Examples
    --------
    >>> linear_parameters(784, 10)
    7850
    """
    return (whole("linear_parameters", "in_features", in_features, 1) + bool(bias)) * whole(
        "linear_parameters", "out_features", out_features, 1
    )


def linear_multiply_adds(in_features: int, out_features: int) -> int:
    """Return how often a linear layer multiplies and adds for one sample: once for each weight.

    Examples
    --------
    >>> linear_multiply_adds(784, 10)
    7840
    """
    inputs = whole("linear_multiply_adds", "in_features", in_features, 1)
    return inputs * whole("linear_multiply_adds", "out_features", out_features, 1)


def _group(operation: str, in_channels: int, out_channels: int, groups: int) -> int:
    """Return the input channels of one group."""
    groups = whole(operation, "groups", groups, 1)
    for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
        if whole(operation, name, channels, 1) % groups:
            raise ValueError(
                f"{operation}: groups must divide {name}, {channels} channels do not make {groups} groups; "
                "use a common divisor of both numbers of channels"
            )
    return int(in_channels) // groups
