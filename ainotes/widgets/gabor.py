"""A Gabor kernel that can be turned: a wave in a Gaussian window, and what a picture answers to it."""

import math
from typing import Any

import numpy as np
import traitlets

from ainotes.widgets.base import LiveFigure
from ainotes.widgets.pictures import named_pictures, one_of, plane

ORIENTATIONS = 8  # of the bank
PARTS = ("magnitude", "real part")
_REACH = 3  # standard deviations from the middle of the kernel to its border, as in scikit-image
_RANGES = {
    "frequency": (0.05, 0.5, "waves a pixel"),
    "theta": (0.0, math.pi, "radians"),
    "sigma": (1.0, 4.0, "pixels"),
}


class GaborExplorer(LiveFigure):
    """A Gabor kernel, which can be turned, and the answers of a picture to it and to a bank of eight orientations.

    The kernel is a wave seen through a round Gaussian window; at row r and column c from its middle, with
    u = c cos(theta) + r sin(theta): exp(-(r² + c²) / (2 sigma²)) / (2 pi sigma²) · exp(2 pi i · frequency · u). It is
    square, K = 2 ceil(3 sigma) + 1, whatever theta is; `skimage.filters.gabor_kernel`, whose convention this is, cuts
    it shorter where it stands aslant.

    Parameters
    ----------
    images : dict or array_like
        Name -> picture, or one picture, all grey: (H, W) or (1, H, W); uint8, or floats from 0 to 1; at most 96 pixels
        a side. Pixels count as numbers from 0 to 1.
    picture : str, optional
        Name of the one to begin with; the first one by default.
    frequency : float
        Waves a pixel, 0.05 to 0.5; 1 / frequency is the wavelength in pixels.
    theta : float
        Direction in which the wave runs, in radians, 0 to pi: 0 to the right (upright stripes), pi / 2 downwards.
    sigma : float
        Standard deviation of the Gaussian window, 1 to 4 pixels.
    title, alt : str, optional
        By default made from the data.

    Attributes
    ----------
    part : str
        What is shown of the response, "magnitude" or "real part". Synchronised, as are `picture`, `frequency`, `theta`
        and `sigma`.

    Raises
    ------
    ValueError, TypeError
        For pictures of another shape or in colour, an unknown name, or a number out of range.

    Notes
    -----
    Source: Daugman (1985), *Uncertainty relation for resolution in space, spatial frequency, and orientation optimized
    by two-dimensional visual cortical filters*.

    Examples
    --------
    >>> upright = np.tile([0.0, 0.0, 1.0, 1.0], (16, 4))
    >>> figure = GaborExplorer(upright, frequency=0.25)
    >>> figure.kernel.shape, figure.response.shape, int(figure.bank.argmax())
    ((13, 13), (16, 16), 0)
    """

    figure = "gabor"
    shared = ("pictures",)
    pictures: Any = traitlets.Dict().tag(sync=True)
    picture = traitlets.Unicode().tag(sync=True)
    frequency = traitlets.Float(0.2).tag(sync=True)
    theta = traitlets.Float(0.0).tag(sync=True)
    sigma = traitlets.Float(2.0).tag(sync=True)
    part = traitlets.Unicode("magnitude").tag(sync=True)

    def __init__(
        self,
        images: Any,
        *,
        picture: str | None = None,
        frequency: float = 0.2,
        theta: float = 0.0,
        sigma: float = 2.0,
        title: str = "A Gabor kernel looks for stripes of one direction",
        alt: str | None = None,
        **kwargs: Any,
    ):
        where = type(self).__name__
        pictures = named_pictures(where, images)
        for name, each in pictures.items():
            if each["shape"][0] != 1:
                raise ValueError(
                    f"{where}: image {name!r} is in colour; give a grey one, such as its mean over channels"
                )
        super().__init__(
            pictures=pictures,
            picture=one_of(where, "picture", next(iter(pictures)) if picture is None else picture, pictures),
            frequency=frequency,
            theta=theta,
            sigma=sigma,
            title=title,
            **kwargs,
        )
        self.alt = self._describe() if alt is None else alt

    @property
    def kernel(self) -> np.ndarray:
        """The kernel, complex128 of shape (K, K)."""
        down, right = self._waves(self.theta)
        return np.outer(down, right)

    @property
    def response(self) -> np.ndarray:
        """The picture's answer to the kernel, float64 of shape (H, W), zeros padded ("same"): its `part`."""
        answer = self._answer(self.theta)
        return np.abs(answer) if self.part == "magnitude" else answer.real

    @property
    def bank(self) -> np.ndarray:
        """Mean magnitude of the answers to eight orientations, theta = 0, pi / 8, 2 pi / 8, ...; float64 (8,)."""
        angles = np.arange(ORIENTATIONS) * math.pi / ORIENTATIONS
        return np.array([np.abs(self._answer(theta)).mean() for theta in angles])

    def _waves(self, theta: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the kernel's two factors: it is separable, because its window is round."""
        half = math.ceil(_REACH * self.sigma)
        at = np.arange(-half, half + 1)
        window = np.exp(-(at**2) / (2 * self.sigma**2)) / (math.sqrt(2 * math.pi) * self.sigma)
        turn = 2j * math.pi * self.frequency * at
        return window * np.exp(turn * math.sin(theta)), window * np.exp(turn * math.cos(theta))

    def _answer(self, theta: float) -> np.ndarray:
        image = plane(self.pictures[self.picture])[0]
        down, right = (_banded(wave, size) for wave, size in zip(self._waves(theta), image.shape, strict=True))
        return down @ image @ right.T

    @traitlets.validate("picture")
    def _valid_picture(self, proposal: Any) -> str:
        return one_of(type(self).__name__, "picture", proposal["value"], self.pictures)

    @traitlets.validate("part")
    def _valid_part(self, proposal: Any) -> str:
        return one_of(type(self).__name__, "part", proposal["value"], PARTS)

    @traitlets.validate("frequency", "theta", "sigma")
    def _valid_number(self, proposal: Any) -> float:
        name, value = proposal["trait"].name, proposal["value"]
        least, most, unit = _RANGES[name]
        if not least <= value <= most:
            raise ValueError(
                f"{type(self).__name__}: {name} expects a number from {least:g} to {most:.4g} {unit}, got {value:g}"
            )
        return value

    def _describe(self) -> str:
        _, rows, columns = self.pictures[self.picture]["shape"]
        bank, side = self.bank, len(self.kernel)
        strongest = "" if not bank.max() else f"; the strongest is {180 / ORIENTATIONS * int(bank.argmax()):g}°"
        return (
            f"A picture ({self.picture}, {rows} rows and {columns} columns), a Gabor kernel of {side} by {side} pixels "
            f"with {self.frequency:g} waves a pixel, turned to {math.degrees(self.theta):g}°, and the picture's answer "
            f"to it; below, the answers to {ORIENTATIONS} orientations{strongest}."
        )


def _banded(wave: np.ndarray, size: int) -> np.ndarray:
    """Return the matrix (size, size) that correlates a row with a wave, with zeros beyond its ends."""
    shift = np.arange(size)[None, :] - np.arange(size)[:, None]  # from each place to each pixel
    half = len(wave) // 2
    return np.where(np.abs(shift) <= half, wave[np.clip(shift, -half, half) + half], 0)
