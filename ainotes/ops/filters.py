"""Kernels that nobody trained: the classical ones, and Gabor's waves in a Gaussian window."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .. import kernels, shapes
from . import checked
from .convolution import conv2d

REACH = 3  # standard deviations from a Gabor kernel's centre to its border: 1 % of the centre's weight is left there


def hand_made(name: str) -> Tensor:
    """Return a classical kernel as a float32 tensor (3, 3); see :func:`ainotes.kernels.kernel` for the names.

    Examples
    --------
    >>> hand_made("vertical edges")
    tensor([[ 1.,  0., -1.],
            [ 2.,  0., -2.],
            [ 1.,  0., -1.]])
    """
    return torch.tensor(kernels.kernel(name), dtype=torch.float32)


def gabor_kernel(frequency: float, theta: float = 0.0, sigma: float = 2.0, size: int | None = None) -> Tensor:
    """Return a complex Gabor kernel: a wave seen through a round Gaussian window.

    At row r and column c from the centre, with u = c cos(theta) + r sin(theta):

        exp(-(r² + c²) / (2 sigma²)) / (2 pi sigma²) · exp(2 pi i · frequency · u)

    Its real part is even and answers bars, its imaginary part is odd and answers edges.

    Parameters
    ----------
    frequency : float
        Waves per pixel, from 0 to 0.5; 1 / frequency is the wavelength in pixels.
    theta : float
        Direction in which the wave runs, in radians: 0 to the right (vertical stripes), pi / 2 downwards.
    sigma : float
        Standard deviation of the Gaussian window, in pixels.
    size : int, optional
        Side K, odd. By default as far as three standard deviations reach along the wider of the two directions.

    Returns
    -------
    Tensor
        complex64 (K, K), equal to :func:`skimage.filters.gabor_kernel` with `sigma_x` and `sigma_y` equal to `sigma`.

    Raises
    ------
    TypeError
        Where an argument is not a number.
    ValueError
        Where the frequency lies outside 0 to 0.5, sigma is not positive, or size is even.

    Notes
    -----
    Source: Gabor (1946), *Theory of communication*; in two dimensions Daugman (1985), *Uncertainty relation for
    resolution in space, spatial frequency, and orientation optimized by two-dimensional visual cortical filters*.

    Examples
    --------
    >>> gabor_kernel(0.25).shape, gabor_kernel(0.25, size=7).dtype
    (torch.Size([13, 13]), torch.complex64)
    >>> [round(weight, 3) for weight in gabor_kernel(0.5, size=5).real[2].tolist()]
    [0.024, -0.035, 0.04, -0.035, 0.024]
    """
    _check_gabor("gabor_kernel", frequency, theta, sigma)
    cos, sin = math.cos(theta), math.sin(theta)
    half = math.ceil(REACH * sigma * max(abs(cos), abs(sin)))
    if size is not None:
        half = _odd("gabor_kernel", size) // 2
    column = torch.arange(-half, half + 1, dtype=torch.float64)  # (K,)
    row = column[:, None]  # (K, 1)
    window = torch.exp(-(row**2 + column**2) / (2 * sigma**2)) / (2 * math.pi * sigma**2)  # (K, K)
    phase = 2 * math.pi * frequency * (column * cos + row * sin)  # (K, K)
    return torch.polar(window, phase).to(torch.complex64)


def gabor_bank(frequency: float, sigma: float = 2.0, orientations: int = 8, size: int | None = None) -> Tensor:
    """Return Gabor kernels that share out the half circle: theta = 0, pi / orientations, 2 pi / orientations, ...

    The other half circle would repeat them: a wave that runs the other way has the same magnitude.

    Parameters
    ----------
    frequency, sigma
        As in :func:`gabor_kernel`.
    orientations : int
        How many, at least 1.
    size : int, optional
        Side K of all of them, odd; by default as far as three standard deviations reach.

    Returns
    -------
    Tensor
        complex64 (orientations, K, K).

    Examples
    --------
    >>> gabor_bank(0.25, orientations=4).shape
    torch.Size([4, 13, 13])
    """
    _check_gabor("gabor_bank", frequency, 0.0, sigma)
    count = shapes.whole("gabor_bank", "orientations", orientations, 1)
    side = 2 * math.ceil(REACH * sigma) + 1 if size is None else _odd("gabor_bank", size)
    return torch.stack([gabor_kernel(frequency, math.pi * step / count, sigma, side) for step in range(count)])


def gabor_response(images: Tensor, kernel: Tensor) -> Tensor:
    """Return how strongly each place answers a Gabor kernel, whether with a bar or an edge: its magnitude.

    The square root of the real part's answer squared plus the imaginary part's squared: it does not change when the
    stripes move by less than a wavelength, as a complex cell's answer does not.

    Parameters
    ----------
    images : Tensor
        Grey images (N, 1, H, W), float.
    kernel : Tensor
        Complex (K, K), or a bank (B, K, K); cast to the precision of the images.

    Returns
    -------
    Tensor
        (N, 1, H, W), or (N, B, H, W) for a bank; at least 0, dtype of the images. Zeros are padded ("same"), so an
        image's border answers like an edge against black.

    Raises
    ------
    TypeError
        Where images are not floats, or the kernel is not complex.
    ValueError
        Where a shape is wrong, images are not grey, or the devices differ.

    Notes
    -----
    Source: Adelson and Bergen (1985), *Spatiotemporal energy models for the perception of motion*.

    Examples
    --------
    >>> stripes = torch.tensor([0., 1., 1., 0.]).repeat(5).expand(1, 1, 20, 20)  # vertical, 4 pixels apart
    >>> along, across = gabor_response(stripes, gabor_bank(0.25, orientations=2))[0, :, 10, 10].tolist()
    >>> round(along, 2), round(across, 2)
    (0.36, 0.0)
    """
    checked.floats("gabor_response", checked.images("gabor_response", images))
    if images.shape[1] != 1:
        raise ValueError(
            f"gabor_response: images expect one channel (N, 1, H, W), got {tuple(images.shape)}; "
            "use images.mean(dim=1, keepdim=True)"
        )
    _check_response_kernel(kernel, images)
    K_rows, K_columns = kernel.shape[-2:]
    bank = kernel.reshape(-1, 1, K_rows, K_columns)  # (B, 1, K, K)
    parts = [conv2d(images, part.to(images.dtype), padding="same") for part in (bank.real, bank.imag)]
    # The norm, and not sqrt of a sum: its gradient is 0, not nan, where the answer is 0.
    return torch.linalg.vector_norm(torch.stack(parts), dim=0)  # (N, B, H, W)


def _odd(operation: str, size: int) -> int:
    if shapes.whole(operation, "size", size, 1) % 2 == 0:
        raise ValueError(f"{operation}: size expects an odd number, so that one pixel is the centre, got {size}")
    return size


def _check_gabor(operation: str, frequency: float, theta: float, sigma: float) -> None:
    for name, value in (("frequency", frequency), ("theta", theta), ("sigma", sigma)):
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise TypeError(f"{operation}: {name} expects a number, got {value!r} ({type(value).__name__})")
        if not math.isfinite(value):
            raise ValueError(f"{operation}: {name} expects a finite number, got {value}")
    if not 0 <= frequency <= 0.5:
        hint = f"; for a wavelength of {frequency} pixels use 1 / {frequency}" if frequency >= 2 else ""
        raise ValueError(f"{operation}: frequency expects waves per pixel, from 0 to 0.5, got {frequency}{hint}")
    if sigma <= 0:
        raise ValueError(f"{operation}: sigma expects a number of pixels above 0, got {sigma}")


def _check_response_kernel(kernel: Tensor, images: Tensor) -> None:
    checked.tensor("gabor_response", "kernel", kernel)
    if not kernel.is_complex():
        raise TypeError(
            f"gabor_response: kernel expects a complex dtype, got {kernel.dtype}; make it with gabor_kernel(frequency)"
        )
    if kernel.ndim not in (2, 3) or 0 in kernel.shape:
        raise ValueError(
            f"gabor_response: kernel expects shape (K, K), or (B, K, K) for a bank, got {tuple(kernel.shape)}"
        )
    if kernel.device != images.device:
        raise ValueError(
            f"gabor_response: kernel and images must be on one device, got {kernel.device} and {images.device}; "
            "use kernel.to(images.device)"
        )
