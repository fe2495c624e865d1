"""The site's root address leads to the landing page, by a page that is valid and readable by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="{icon}">
<meta http-equiv="refresh" content="0; url={target}"><link rel="canonical" href="{target}"></head>
<body><main><h1>{title}</h1><p><a href="{target}">To the first page</a></p></main></body>
</html>
"""


def write(app: Any, error: Exception | None) -> None:
    """Write index.html before the table of contents' extension writes a poorer one."""
    target = f"{app.config.root_doc}.html"
    path = Path(app.outdir, "index.html")
    if error is None and app.builder.format == "html" and target != path.name:
        icon = f"_static/{Path(app.config.html_favicon).name}"
        path.write_text(PAGE.format(title=app.config.html_title, target=target, icon=icon), encoding="utf-8")


def mark_parallel(app: Any) -> None:
    """Let Sphinx read in parallel: this extension only numbers tables of contents, and only after the reading."""
    numbering = app.extensions.get("sphinx_multitoc_numbering")
    if numbering is not None:
        numbering.parallel_read_safe = True


def setup(app: Any) -> None:
    """Connect before the others."""
    app.connect("build-finished", write, priority=100)
    app.connect("builder-inited", mark_parallel)
