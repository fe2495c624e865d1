"""The base of every live figure: one ES module, at home with a kernel and without.

A figure is a subclass that names its files and declares its state as traits:

>>> import traitlets
>>> from ainotes.widgets import Quiz
>>> Quiz.figure, Quiz.chosen.metadata["sync"]
('quiz', True)

``static/quiz.js`` exports ``default { render({ model, el }) }`` as any anywidget module does, and its pure functions by
name; ``static/kit.js`` (helpers) is put in front of it, and what else the figure shares (`LiveFigure.shared`), and
``static/base.css`` in front of its CSS, so that what the browser loads is one file. With a kernel the widget view runs
the module. Everywhere else the ``text/html`` entry of
the same output does: it carries module, CSS and traits as JSON and mounts them on a stand-in for the widget model
(``static/base.js``). Before that, without scripts, or in a notebook that is not trusted, the reader sees `poster`.
"""

import base64
import hashlib
import html
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import ipywidgets
import traitlets

STATIC = Path(__file__).parent / "static"
_PLAIN = ("arithmetic", "stages")  # shared files without looks
_NOT_STATE = set(ipywidgets.DOMWidget.class_trait_names())
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>:root {{ color-scheme: light dark }} body {{ margin: 1rem auto; max-width: 46rem; padding: 0 1rem }}</style>
</head>
<body><main>
{figure}
</main></body>
</html>
"""


class LiveFigure(anywidget.AnyWidget):
    """A figure that can be played with in a notebook, on a static page and, as `standalone`, in a file of its own.

    Attributes
    ----------
    figure : str
        Of a subclass: the stem of its two files in ``static/``.
    shared : tuple of str
        Of a subclass: stems of the files in ``static/`` that come before them, "arithmetic" and "pictures".
    title : str
        A short title, shown above the figure and read by screen readers as its name.
    alt : str
        What the figure shows, in a sentence or two made from its data; stands in for it where no script runs.
    """

    figure: ClassVar[str] = ""
    shared: ClassVar[tuple[str, ...]] = ()
    title = traitlets.Unicode("").tag(sync=True)
    alt = traitlets.Unicode("").tag(sync=True)

    # How often each payload was shown: makes two copies on a page distinct, and a rebuilt page the same as before.
    _shown: ClassVar[Counter] = Counter()

    def __init_subclass__(cls, **kwargs: Any):
        if "figure" in cls.__dict__:
            cls._esm = "".join(_text(f"{name}.js") for name in ("kit", *cls.shared, cls.figure))
            cls._css = "".join(_text(f"{name}.css") for name in ("base", *cls.shared, cls.figure) if name not in _PLAIN)
        super().__init_subclass__(**kwargs)

    def poster(self) -> list[str]:
        """Return the paragraphs that a reader sees where no script runs."""
        return [self.alt or self.title]

    def state(self) -> dict[str, Any]:
        """Return the figure's own traits as the front end gets them: what JSON can say, and bytes."""
        return self.get_state([key for key in self.keys if key not in _NOT_STATE and not key.startswith("_")])

    def html(self) -> str:
        """Return the figure as an HTML fragment that needs nothing else, for a page without a kernel.

        The fragment holds its own module, CSS and state, asks no other host, and may stand on a page several times.
        Each call gives another id, counted from 1 for each content, so that a rebuilt page is the same.
        """
        content = json.dumps(self._payload(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        digest = _digest(content)
        LiveFigure._shown[digest] += 1
        name = f"live-{digest}-{LiveFigure._shown[digest]}"
        paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in self.poster())
        return (
            f'<div class="ainotes-live" id="{name}"><div class="ainotes-poster">{paragraphs}</div>'
            f'<script type="application/json">{content.replace("<", _ESCAPED)}</script></div>'
            f'<script type="module">{_text("base.js")}</script>'
        )

    @property
    def standalone(self) -> str:
        """The figure as a complete HTML page, to write to a file and open anywhere."""
        return _PAGE.format(title=html.escape(self.title or type(self).__name__), figure=self.html())

    def _payload(self) -> dict[str, Any]:
        module, css = self._esm, self._css
        return {
            "module": {"id": _digest(module), "text": module},
            "css": {"id": _digest(css), "text": css},
            "state": _encoded(self.state()),
        }

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/plain": "\n".join(self.poster()), "text/html": self.html()}, metadata


_ESCAPED = "\\u003c"  # a "<" inside JSON, so that no text can end the script element that holds it


@cache
def _text(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _encoded(value: Any) -> Any:
    """Write bytes as ``{"$bytes": base64}``, which ``base.js`` revives as a DataView, as anywidget gives them."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"$bytes": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, dict):
        return {key: _encoded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encoded(item) for item in value]
    return value
