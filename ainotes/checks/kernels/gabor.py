"""Exercise: a Gabor kernel, a wave under a bell."""

import math

import torch

from ainotes.checks.engine import Exercise, Misconception


def _gabor(size, frequency, theta, sigma):
    middle = (size - 1) / 2
    places = torch.arange(size) - middle
    y, x = torch.meshgrid(places, places, indexing="ij")  # y counts rows downward, x columns to the right
    bell = torch.exp(-(x**2 + y**2) / (2 * sigma**2)) / (2 * math.pi * sigma**2)
    along = x * math.cos(theta) + y * math.sin(theta)
    return bell * torch.cos(2 * math.pi * frequency * along)


def _grid(size, middle=None):
    """Rows y and columns x, (size, size) each, measured from the middle."""
    places = torch.arange(size) - ((size - 1) / 2 if middle is None else middle)
    return torch.meshgrid(places, places, indexing="ij")


def _bell(y, x, sigma):
    return torch.exp(-(x**2 + y**2) / (2 * sigma**2)) / (2 * math.pi * sigma**2)


def _phase(y, x, frequency, theta):
    return 2 * math.pi * frequency * (x * math.cos(theta) + y * math.sin(theta))


def _measured_from(middle, size, frequency, theta, sigma):
    y, x = _grid(size, middle)
    return _bell(y, x, sigma) * torch.cos(_phase(y, x, frequency, theta))


def _from_the_corner(size, frequency, theta, sigma):
    return _measured_from(0, size, frequency, theta, sigma)


def _from_half_the_size(size, frequency, theta, sigma):
    return _measured_from(size / 2, size, frequency, theta, sigma)


def _in_degrees(size, frequency, theta, sigma):
    return _gabor(size, frequency, math.radians(theta), sigma)


def _turned_twice(size, frequency, theta, sigma):
    return _gabor(size, frequency, math.degrees(theta), sigma)


def _exchanged(size, frequency, theta, sigma):
    return _gabor(size, frequency, theta, sigma).T


def _upward(size, frequency, theta, sigma):
    return _gabor(size, frequency, -theta, sigma)


def _across(size, frequency, theta, sigma):
    y, x = _grid(size)
    return _bell(y, x, sigma) * torch.cos(2 * math.pi * frequency * (y * math.cos(theta) - x * math.sin(theta)))


def _without_two_pi(size, frequency, theta, sigma):
    return _gabor(size, frequency / (2 * math.pi), theta, sigma)


def _with_pi_only(size, frequency, theta, sigma):
    return _gabor(size, frequency / 2, theta, sigma)


def _by_wavelength(size, frequency, theta, sigma):
    return _gabor(size, 1 / frequency, theta, sigma)


def _wave(size, frequency, theta):
    y, x = _grid(size)
    return torch.cos(_phase(y, x, frequency, theta))


def _without_squares(size, frequency, theta, sigma):
    y, x = _grid(size)
    return torch.exp(-(x + y) / (2 * sigma**2)) / (2 * math.pi * sigma**2) * _wave(size, frequency, theta)


def _with_absolute_values(size, frequency, theta, sigma):
    y, x = _grid(size)
    return torch.exp(-(x.abs() + y.abs()) / (2 * sigma**2)) / (2 * math.pi * sigma**2) * _wave(size, frequency, theta)


def _sigma_not_squared(inside, outside):
    """Forms of one error: sigma to these powers inside the bell and in front of it."""

    def form(size, frequency, theta, sigma):
        y, x = _grid(size)
        bell = torch.exp(-(x**2 + y**2) / (2 * sigma**inside)) / (2 * math.pi * sigma**outside)
        return bell * _wave(size, frequency, theta)

    return form


def _without_the_two(size, frequency, theta, sigma):
    y, x = _grid(size)
    return torch.exp(-(x**2 + y**2) / sigma**2) / (2 * math.pi * sigma**2) * _wave(size, frequency, theta)


def _growing(size, frequency, theta, sigma):
    y, x = _grid(size)
    return torch.exp((x**2 + y**2) / (2 * sigma**2)) / (2 * math.pi * sigma**2) * _wave(size, frequency, theta)


def _not_normalised(size, frequency, theta, sigma):
    return _gabor(size, frequency, theta, sigma) * (2 * math.pi * sigma**2)


def _by_its_own_sum(size, frequency, theta, sigma):
    y, x = _grid(size)
    bell = torch.exp(-(x**2 + y**2) / (2 * sigma**2))
    return bell / bell.sum() * _wave(size, frequency, theta)


def _sine(size, frequency, theta, sigma):
    y, x = _grid(size)
    return _bell(y, x, sigma) * torch.sin(_phase(y, x, frequency, theta))


def _complex(size, frequency, theta, sigma):
    y, x = _grid(size)
    return _bell(y, x, sigma) * torch.exp(1j * _phase(y, x, frequency, theta))


def _bell_only(size, frequency, theta, sigma):
    y, x = _grid(size)
    return _bell(y, x, sigma)


def _wave_only(size, frequency, theta, sigma):
    return _wave(size, frequency, theta)


def _added(size, frequency, theta, sigma):
    return _bell_only(size, frequency, theta, sigma) + _wave(size, frequency, theta)


gabor = Exercise(
    name="gabor",
    title="A Gabor kernel",
    difficulty=3,
    minutes=10,
    reference=_gabor,
    cases=[
        (7, 0.2, 0.0, 1.5),
        (9, 0.1, math.pi / 3, 3.0),
        (5, 0.3, math.pi / 2, 0.8),
        (11, 0.15, 2.5, 2.5),
        (9, 0.25, -0.4, 1.2),
    ],
    misconceptions=(
        Misconception(
            _in_degrees,
            "`theta` is in radians already: a quarter turn is pi / 2. You turn it from degrees to radians once more.",
        ),
        Misconception(_turned_twice, "`math.cos` and `math.sin` take radians, and `theta` is in radians. Leave it so."),
        Misconception(
            _exchanged,
            "Rows and columns have changed places: at `theta` 0 the wave should run to the right, over the columns. In "
            "`meshgrid` with `indexing='ij'` the first answer counts rows.",
        ),
        Misconception(
            _upward,
            "Your wave turns the other way: here y grows downward, as rows do.",
        ),
        Misconception(
            _across,
            "Your wave runs at a right angle to `theta`: the one across is y cos - x sin, the one along has a plus.",
        ),
        Misconception(
            _without_two_pi,
            "The wave is too slow: one whole turn of the cosine is 2 pi, and `frequency` counts turns per pixel.",
        ),
        Misconception(_with_pi_only, "The wave is too slow by half: a whole turn of the cosine is 2 pi, not pi."),
        Misconception(
            _by_wavelength,
            "You divide by `frequency` as if it were a wavelength. It counts waves per pixel: multiply.",
        ),
        Misconception(
            _without_squares,
            "The bell has no squares: it grows without end towards one corner. Square x and y.",
        ),
        Misconception(
            _with_absolute_values,
            "The bell has absolute values where squares belong, so it is a tent with edges. Square x and y.",
        ),
        Misconception(
            _sigma_not_squared(1, 2),
            "`sigma` should be squared in the bell, like x and y: both are lengths.",
            also=(_sigma_not_squared(1, 1), _sigma_not_squared(2, 1)),
        ),
        Misconception(
            _without_the_two,
            "A 2 is missing inside the bell: its exponent has 2 sigma² below.",
        ),
        Misconception(_growing, "The bell opens upward: the exponent needs a minus."),
        Misconception(
            _from_the_corner,
            "You measure from the upper left corner. x and y are 0 in the middle of the kernel.",
        ),
        Misconception(
            _from_half_the_size,
            "Your middle is half a pixel off. The places run from 0 to `size - 1`: what lies halfway?",
        ),
        Misconception(_not_normalised, "The shape is right, the scale is not: divide the bell by 2 pi sigma²."),
        Misconception(
            _by_its_own_sum,
            "You divide the bell by its own sum, which is only about the same. The formula divides by 2 pi sigma².",
        ),
        Misconception(
            _sine, "That is the imaginary part, with a sine: it is 0 in the middle. The real part has a cosine."
        ),
        Misconception(_complex, "Your kernel is complex. The real part is wanted: a cosine, or `.real`."),
        Misconception(_bell_only, "That is the bell alone: it blurs. Multiply it by the wave."),
        Misconception(
            _wave_only, "That is the wave alone, as strong at the rim as in the middle. Multiply by the bell."
        ),
        Misconception(_added, "You add bell and wave. The bell should fade the wave out: multiply."),
    ),
    hints=(
        "Begin with two grids, (size, size) each: x, the columns measured from the middle, and y, the rows.",
        "`torch.arange(size) - (size - 1) / 2` measures from the middle; `torch.meshgrid(..., indexing='ij')` gives "
        "rows first.",
        "Bell times wave. How far a pixel lies along the wave is `x * math.cos(theta) + y * math.sin(theta)`.",
    ),
    praise="Long before networks learned such kernels, the first layer of our own seeing was described with them.",
)
