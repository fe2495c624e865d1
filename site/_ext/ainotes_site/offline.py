"""Pages that make no request to another host."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

# The one file of MathJax that the pages load, and the fonts that it asks for.
MATHJAX = ("tex-mml-chtml.js", "output/chtml/fonts/woff-v2")
UNWANTED = ("thebe", "widget-state", "embed-amd")


def copy_mathjax(app: Any, error: Exception | None) -> None:
    """Put MathJax beside the pages (1.6 MB), from the package that carries it."""
    if error is not None or app.builder.format != "html":
        return
    spec = importlib.util.find_spec("sphinx-mathjax-offline")
    if spec is None or spec.origin is None:
        raise RuntimeError("offline: the package sphinx-mathjax-offline is not installed; run `make setup`")
    source = Path(spec.origin).parent / "static" / "mathjax"
    target = Path(app.outdir) / "_static" / "mathjax"
    for name in MATHJAX:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, dirs_exist_ok=True)
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name)


def is_wanted(script: Any) -> bool:
    """Say whether a page's script stays: not thebe (it loads from elsewhere) and not a widget's saved state."""
    attributes = getattr(script, "attributes", {})
    text = " ".join(map(str, (getattr(script, "filename", script), *attributes.values())))
    return not any(word in text for word in UNWANTED)


def drop_scripts(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Take the unwanted scripts and styles off a page."""
    for key in ("script_files", "css_files"):
        if key in context:
            context[key] = [entry for entry in context[key] if is_wanted(entry)]


def setup(app: Any) -> None:
    """Connect after every other extension, so that their scripts are seen."""
    app.connect("html-page-context", drop_scripts, priority=900)
    app.connect("build-finished", copy_mathjax)
