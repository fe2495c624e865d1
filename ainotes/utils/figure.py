"""A figure that carries its own description and shows itself as one picture.

Matplotlib's own figures have no text alternative, are registered with pyplot and look as the learner's settings say.
`AltFigure` is made without pyplot, describes itself (`.alt`) and looks the same in a notebook and on the site.
"""

import base64
import html
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

CSS_PIXELS_PER_INCH = 96  # a CSS inch
SHARPNESS = 1.5  # pixels of the picture per CSS pixel: crisp on a dense screen, still 10 to 60 kB
PHOTOGRAPH_QUALITY = 75  # of 100: at these sizes the eye sees no difference
HEAVY = 60_000  # bytes; plots of lines and bars take less as PNG, photographs and fine textures more
WIDTH = 6.8  # inches: the site's column, with text that a narrow screen can still read

INK, MUTED, GRID = "#1d2433", "#566074", "#e3e7ee"
# Distinct for the common colour deficiencies and at least 4.5:1 on white, so that text can use them too; a
# marker or dash always goes with them.
COLORS = ("#0068b0", "#c8500a", "#00785a", "#a63d8f", "#7a5b00", "#3d4657", "#0a7a96", "#9b1c31")
RIGHT, WRONG = COLORS[0], COLORS[1]

STYLE = {
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "font.size": 11,
    "text.color": INK,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 9,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.9,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.major.pad": 6,
    "ytick.major.pad": 5,
    "lines.linewidth": 2.0,
    "lines.markersize": 5.5,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "legend.handlelength": 2.8,
}

# A white card in light and in dark mode; `dark-light` tells the site's theme not to dim it.
CARD = (
    "display:block;box-sizing:border-box;max-width:100%;height:auto;margin:.4em 0;padding:8px;"
    "background:#fff;border:1px solid #d8dde6;border-radius:10px"
)


@contextmanager
def drawing() -> Iterator[None]:
    """Matplotlib's defaults plus the course's style, for the time of the block; the learner's settings come back.

    Examples
    --------
    >>> import matplotlib
    >>> before = matplotlib.rcParams["axes.grid"]
    >>> with drawing():
    ...     matplotlib.rcParams["axes.grid"]
    True
    >>> matplotlib.rcParams["axes.grid"] == before
    True
    """
    with matplotlib.style.context(["default", STYLE]):
        yield


class AltFigure(Figure):
    """A matplotlib figure with alternative text, shown as one `<img>`; pyplot never hears of it.

    As the last value of a cell, or given to `display`, it shows itself. It can be changed (`fig.axes`) and saved
    (`fig.savefig("curves.png")`) like any other figure.

    Parameters
    ----------
    width, height : float
        Size in inches of 96 CSS pixels; a page narrower than that shrinks the picture.
    alt : str
        What the picture says, in words, made from its data.

    Examples
    --------
    >>> fig = AltFigure(2, 1, alt="An empty figure")
    >>> fig
    An empty figure
    >>> 'alt="An empty figure"' in fig._repr_html_()
    True
    """

    def __init__(self, width: float = WIDTH, height: float = 3.4, *, alt: str = "", **kwargs: Any) -> None:
        with drawing():
            super().__init__(figsize=(width, height), **{"layout": "constrained"} | kwargs)
        FigureCanvasAgg(self)
        self.alt = alt

    def savefig(self, fname: Any, **kwargs: Any) -> None:
        """Save as `Figure.savefig` does, in the course's style whatever the settings are now."""
        with drawing():
            super().savefig(fname, **kwargs)

    def _repr_html_(self) -> str:
        width, height = (round(inches * CSS_PIXELS_PER_INCH) for inches in self.get_size_inches())
        return (
            f'<img class="ainotes-figure dark-light" src="{self._data_uri()}" '
            f'alt="{html.escape(self.alt)}" width="{width}" height="{height}" style="{CARD}">'
        )

    def _data_uri(self) -> str:
        """The picture as PNG where 256 colours are enough; as WebP where they are not, or where it halves the bytes."""
        picture = self._rendered()
        reduced = _fewer_colors(picture)
        png = None if reduced is None else _encoded(reduced, "png", optimize=True)
        if png is None or len(png) > HEAVY:
            webp = _encoded(picture, "webp", quality=PHOTOGRAPH_QUALITY)
            if png is None or 2 * len(webp) < len(png):
                return _as_uri("webp", webp)
        return _as_uri("png", png)

    def _rendered(self) -> Image.Image:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=CSS_PIXELS_PER_INCH * SHARPNESS)
        with Image.open(buffer) as image:
            return image.convert("RGB")

    def _ipython_display_(self) -> None:
        # Not left to IPython: matplotlib's inline backend adds a second, undescribed PNG to every Figure it meets.
        from IPython.display import display

        display({"text/html": self._repr_html_(), "text/plain": repr(self)}, raw=True)

    def __repr__(self) -> str:
        return self.alt or super().__repr__()


def _as_uri(kind: str, data: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format=kind, **options)
    return buffer.getvalue()


def _fewer_colors(image: Image.Image) -> Image.Image | None:
    """The picture with a palette of 256 colours, a third of the bytes; None if the eye would see it (photographs)."""
    reduced = image.quantize(256, dither=Image.Dither.NONE)
    error = np.abs(np.asarray(reduced.convert("RGB"), dtype=np.int16) - np.asarray(image, dtype=np.int16))
    return reduced if error.mean() < 1 else None  # of 255
