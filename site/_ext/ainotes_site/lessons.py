"""What a page says of lessons: when each was last verified, and the cards and lists of what there is."""

from __future__ import annotations

import hashlib
import json
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from ainotes.data.registry import is_set

from . import catalogue


def code_hash(notebook: str) -> str:
    """Return a hash of a notebook's code cells: prose may change without a new verification."""
    cells = json.loads(notebook)["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return hashlib.sha256(code.encode()).hexdigest()[:16]


def figure(value: float) -> str:
    """Return a figure as people write it: 225,034 and 0.934."""
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def rows(pairs: dict[str, str]) -> str:
    """Return names and values as the rows of a description list."""
    return "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs.items())


def verified(record: dict[str, Any], current_hash: str) -> str:
    """Return the record of a lesson's verification as HTML: one line that unfolds, by mouse or keyboard, no script."""
    line = f"Last verified {escape(record['date'])} in full on the real data"
    if record.get("code") != current_hash:
        line += ". <strong>Its code has changed since.</strong>"
    run = {
        "Versions": ", ".join(f"{name} {number}" for name, number in record["versions"].items()),
        "Machine": record["device"],
        "Time": f"{record['seconds']:.0f} s",
    }
    body = f"<dl>{rows(run)}</dl>"
    if figures := {name: figure(value) for name, value in record.get("figures", {}).items()}:
        body += f"<p>What it found:</p><dl>{rows(figures)}</dl>"
    return f'<details class="ainotes-verified"><summary>{line}</summary>{body}</details>'


SHORT = (
    '<p class="ainotes-short">The outputs below are those of a short run: fewer images, fewer steps. Where the text '
    "promises more than they show, it speaks of the full run, whose figures the record holds.</p>"
)


def add_verified(app: Any, doctree: nodes.document) -> None:
    """Put the record under the lesson's title and its promise."""
    root, page = Path(app.srcdir), app.env.docname
    path, notebook = root / "data" / "verified.json", root / f"{page}.ipynb"
    if not (page.startswith("notebooks/") and path.exists() and notebook.exists()):
        return
    app.env.note_dependency(str(path))
    record = json.loads(path.read_text(encoding="utf-8")).get(page)
    section = next(iter(doctree.findall(nodes.section)), None)
    if record is None or section is None:
        return
    html = verified(record, code_hash(notebook.read_text(encoding="utf-8"))) + (
        SHORT if is_set("AINOTES_SHORT") else ""
    )
    section.insert(1, nodes.raw("", html, format="html"))


def foot(text: str) -> str:
    """Return the foot of a card, and the card's end."""
    return f":::{{card-footer}}\n{text}\n:::\n::::\n"


def card(part: catalogue.Part) -> str:
    """Return one part as a card of the landing page, in the markup of sphinx-design."""
    head = f"::::{{grid-item-card}} {part.number} · {part.title}\n"
    if not part.lessons:
        return f"{head}:class-card: coming\n\n{part.about}\n{foot('Coming')}"
    minutes = sum(lesson.minutes or 0 for lesson in part.lessons)
    count = len(part.lessons)
    footer = f"{count} lesson{'' if count == 1 else 's'}" + (f" · about {minutes} minutes" if minutes else "")
    return f"{head}:link: /{part.lessons[0].page}\n:link-type: doc\n:class-card: there\n\n{part.about}\n{foot(footer)}"


def listing(part: catalogue.Part) -> str:
    """Return a part's lessons with what each promises."""
    lines = []
    for lesson in part.lessons:
        minutes = f" · {lesson.minutes} minutes" if lesson.minutes else ""
        lines += [f"**[{lesson.title}](/{lesson.page}.ipynb)**{minutes}<br>", f"{lesson.promise}", ""]
        lines += [f"- {entry.rstrip(',.')}" for entry in lesson.able_to] + [""]
    return "\n".join(lines)


class Cards(SphinxDirective):
    """The six parts as cards: those that are there link to their first lesson, the others say that they are coming."""

    def run(self) -> list[nodes.Node]:
        """Return the grid."""
        found = catalogue.parts(Path(self.env.srcdir))
        text = ":::::{grid} 1 2 2 3\n:gutter: 3\n\n" + "\n".join(card(part) for part in found) + "\n:::::\n"
        return self.parse_text_to_nodes(text)


class Lessons(SphinxDirective):
    """The lessons of one part; the argument is the part's number."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the list, or a line that says the part is being written."""
        part = catalogue.parts(Path(self.env.srcdir))[int(self.arguments[0]) - 1]
        return self.parse_text_to_nodes(listing(part) if part.lessons else "*Coming.*")


def setup(app: Any) -> None:
    """Register the directives and the line under the title."""
    app.add_directive("part-cards", Cards)
    app.add_directive("part-lessons", Lessons)
    app.connect("doctree-read", add_verified)
