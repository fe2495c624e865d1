"""What the course has: its six parts and their lessons, read from the table of contents and the lessons' sources."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

TITLE = re.compile(r"(?m)^# # (.+)$")
PROMISE = re.compile(r"(?m)^# \*([^*\n][^\n]*?)\*$")
MINUTES = re.compile(r"\*\*Time\*\*: *(\d+) minutes")
PROMISES = re.compile(r"(?s)\*\*You will be able to\*\*:?\n(?:#\n)?((?:# +[-*] .+?\n|#   .+?\n)+)")


@dataclass(frozen=True)
class Lesson:
    """What a lesson's first cell says about it."""

    page: str
    title: str
    promise: str
    minutes: int | None
    able_to: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """One of the six parts of the course; `lessons` is empty while the part is being written."""

    number: int
    title: str
    about: str
    lessons: tuple[Lesson, ...]


# Title of each part, and one sentence for a reader who has not met the words yet.
PARTS = (
    ("Convolutions", "What a kernel sees: images as tensors, the operation itself, written by hand and moved by hand."),
    (
        "Architectures",
        "From LeNet to ConvNeXt: each landmark built from small blocks and checked against the original.",
    ),
    ("Fashion-MNIST", "Train a network on 70,000 garments, see where it fails and why, and make it good and fast."),
    ("Pretrained networks", "Ask networks that others trained: about your own photographs, and about their limits."),
    ("Transfer learning", "Teach a trained network something new with a few hundred photographs."),
    (
        "Interpretation",
        "Look inside: features, saliency, class activation maps, and tests that tell a map from a mirage.",
    ),
)


def items(block: str) -> tuple[str, ...]:
    """Return the entries of a markdown list that is written in comment lines."""
    lines = [line.removeprefix("#").strip() for line in block.splitlines()]
    entries: list[str] = []
    for line in lines:
        if line[:2] in ("- ", "* "):
            entries.append(line[2:])
        elif entries:
            entries[-1] += f" {line}"
    return tuple(entries)


def read_lesson(root: Path, page: str) -> Lesson:
    """Read a lesson's first cell from its source."""
    text = (root / f"{page}.py").read_text(encoding="utf-8")
    title, promise, minutes = TITLE.search(text), PROMISE.search(text), MINUTES.search(text)
    able_to = PROMISES.search(text)
    return Lesson(
        page=page,
        title=title[1] if title else page.rsplit("/", 1)[-1],
        promise=promise[1] if promise else "",
        minutes=int(minutes[1]) if minutes else None,
        able_to=items(able_to[1]) if able_to else (),
    )


def pages(root: Path) -> list[str]:
    """Return every page of the table of contents, in order."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    return [toc["root"], *(chapter["file"] for part in toc["parts"] for chapter in part["chapters"])]


def parts(root: Path) -> list[Part]:
    """Return the six parts with the lessons of each that are in the book."""
    in_book = pages(root)
    found = []
    for number, (title, about) in enumerate(PARTS, start=1):
        lessons = [read_lesson(root, page) for page in in_book if page.startswith(f"notebooks/{number}_")]
        found.append(Part(number, title, about, tuple(lessons)))
    return found
