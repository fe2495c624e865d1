import base64
import io
import re
import subprocess
import sys
from html.parser import HTMLParser

import matplotlib as mpl
import numpy as np
import pytest
import skimage.data
from PIL import Image

from ainotes.utils.figure import COLORS, AltFigure, _encoded, _fewer_colors, drawing


class Images(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def settings():
    """The settings as they are stored; reading `rcParams["backend"]` itself would resolve it."""
    return {key: dict.__getitem__(mpl.rcParams, key) for key in mpl.rcParams}


def picture(fig):
    [(_, attributes)] = Images(fig._repr_html_()).found
    kind, data = re.fullmatch(r"data:image/(png|webp);base64,(.+)", attributes["src"]).groups()
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert image.format.lower() == kind
    return image


def line_figure():
    fig = AltFigure(4, 2, alt="A line")
    with drawing():
        fig.subplots().plot([1, 2], [3, 4])
    return fig


def test_a_figure_shows_itself_as_one_image_with_its_alt_text():
    [(tag, attributes)] = Images(line_figure()._repr_html_()).found
    assert tag == "img"
    assert attributes["alt"] == "A line"
    assert attributes["src"].startswith("data:image/png;base64,")


def test_alt_text_with_quotes_and_tags_comes_back_unchanged():
    alt = 'Loss < 0.5 & "falls" <script>'
    [(tag, attributes)] = Images(AltFigure(1, 1, alt=alt)._repr_html_()).found
    assert (tag, attributes["alt"]) == ("img", alt)


def test_the_image_has_its_size_in_css_pixels_and_shrinks_with_the_page():
    [(_, attributes)] = Images(line_figure()._repr_html_()).found
    assert (attributes["width"], attributes["height"]) == ("384", "192")
    assert "max-width:100%" in attributes["style"]
    assert "height:auto" in attributes["style"]
    assert picture(line_figure()).size == (576, 288)


def test_the_image_is_a_white_card_that_the_dark_theme_does_not_dim():
    [(_, attributes)] = Images(line_figure()._repr_html_()).found
    assert "background:#fff" in attributes["style"]
    assert "dark-light" in attributes["class"].split()
    assert picture(line_figure()).convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_ipython_gets_html_and_plain_text_and_nothing_else(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append((data, raw)))
    line_figure()._ipython_display_()
    [(data, raw)] = shown
    assert raw
    assert set(data) == {"text/html", "text/plain"}
    assert data["text/plain"] == "A line"


def test_the_inline_backend_adds_no_second_picture():
    from IPython.core.formatters import DisplayFormatter
    from matplotlib.figure import Figure

    formatter = DisplayFormatter()
    formatter.formatters["image/png"].for_type(Figure, lambda figure: b"second")
    assert formatter.format(line_figure()) == ({}, {})  # it has shown itself


def test_the_learners_settings_are_left_alone():
    with mpl.rc_context({"axes.grid": False, "font.size": 23.0, "figure.facecolor": "black"}):
        before = settings()
        line_figure()._repr_html_()
        assert settings() == before


def test_the_learners_settings_come_back_after_an_error():
    before = settings()

    def fail_while_drawing():
        with drawing():
            mpl.rcParams["font.size"] = 99
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_while_drawing()
    assert settings() == before


def test_a_figure_looks_the_same_whatever_the_learner_has_set():
    plain = np.asarray(picture(line_figure()).convert("RGB"))
    with mpl.rc_context({"figure.facecolor": "black", "font.size": 30.0, "lines.linewidth": 9.0}):
        styled = np.asarray(picture(line_figure()).convert("RGB"))
    assert np.array_equal(plain, styled)


def test_the_same_figure_gives_the_same_bytes():
    assert line_figure()._repr_html_() == line_figure()._repr_html_()


def test_pyplot_never_hears_of_a_figure():
    code = (
        "from ainotes.utils.plot import plot_loss_acc, plot_runs\n"
        "import matplotlib.pyplot as plt\n"
        "h = {'loss': [1.0, 0.5], 'acc': [0.5, 0.7]}\n"
        "plot_loss_acc(h)._repr_html_(), plot_runs({'a': h}, 'acc')._repr_html_()\n"
        "assert plt.get_fignums() == []\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_saving_writes_the_format_of_the_name(tmp_path):
    line_figure().savefig(tmp_path / "line.svg")
    assert "<svg" in (tmp_path / "line.svg").read_text()


def test_photographs_keep_their_colours():
    pixels = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    fig = AltFigure(1, 1, alt="Noise", layout="none")
    axes = fig.add_axes((0, 0, 1, 1))
    axes.imshow(pixels)
    assert picture(fig).mode == "RGB"
    assert picture(line_figure()).mode == "P"


def test_photographs_are_light_and_still_look_the_same():
    """Real photographs as WebP weigh less than half of what PNG would, and differ from it by little."""
    fig = AltFigure(3, 2, alt="A cup of coffee", layout="none")
    fig.add_axes((0, 0, 1, 1)).imshow(skimage.data.coffee())
    exact, shown = fig._rendered(), picture(fig)
    assert (shown.format, shown.size) == ("WEBP", exact.size)
    assert len(fig._data_uri()) < 0.5 * len(_encoded(exact, "png", optimize=True))
    difference = np.abs(np.asarray(exact, float) - np.asarray(shown.convert("RGB"), float))
    assert difference.mean() < 4  # of 255
    assert picture(fig).size == exact.size  # and again: showing a figure does not change it


def test_fine_textures_are_stored_as_photographs_also_in_few_colours():
    fig = AltFigure(3, 3, alt="A photographer", layout="none")
    fig.add_axes((0, 0, 1, 1)).imshow(skimage.data.camera(), cmap="gray")
    reduced = _fewer_colors(fig._rendered())
    assert reduced is not None
    assert picture(fig).format == "WEBP"
    assert 2 * len(fig._data_uri()) < len(_encoded(reduced, "png", optimize=True)) * 4 / 3


def luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("color", COLORS)
def test_every_colour_stands_out_from_the_white_card(color):
    """4.5 to 1, since colours are used for text too (WCAG 2.2, 1.4.3)."""
    assert 1.05 / (luminance(color) + 0.05) >= 4.5


def test_a_figure_without_alt_text_still_says_what_it_is():
    assert repr(AltFigure(1, 1)).startswith("<AltFigure size")
