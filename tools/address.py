"""The repository's address stands in _config.yml; everything else that names it is derived from there.

    python tools/address.py                                  write the derived places anew
    python tools/address.py https://github.com/OWNER/NAME    change the address everywhere
    python tools/address.py --check                          change nothing; fail when a place names another address

Derived: the Colab badge under each lesson's title, the line that installs the package on Colab, the README, the
project's links in pyproject.toml, and the address of the published site.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import setup
from project import ROOT, relative, sources, stop, write_text

ADDRESS = re.compile(r"https://github\.com/(?P<owner>[A-Za-z0-9-]+)/(?P<name>[A-Za-z0-9._-]+?)(\.git)?/?")
IN_CONFIG = re.compile(r"(?m)^(repository:\n(?:[ #].*\n)*?  url: *)(\S+)$")
BRANCH_IN_CONFIG = re.compile(r"(?m)^repository:\n(?:[ #].*\n)*?  branch: *(\S+)$")
BADGE_LINE = re.compile(r"(?m)^# (<!-- colab -->|\[!\[Open in Colab\]\(.*)$")
INSTALL = re.compile(r"ainotes @ git\+https://[^\"'\s]+")
BADGE = "site/_static/colab.svg"
# Files beside the lessons that name the address.
TEXTS = ("README.md", "pyproject.toml", "_config.yml", "site/*.md", ".github/workflows/*.yml", ".github/*.md")


@dataclass(frozen=True)
class Repository:
    """A repository on GitHub, and the addresses that follow from it."""

    owner: str
    name: str
    branch: str = "main"

    @property
    def url(self) -> str:
        """Address of the repository."""
        return f"https://github.com/{self.owner}/{self.name}"

    @property
    def colab(self) -> str:
        """Address under which Colab opens the repository's notebooks."""
        return f"https://colab.research.google.com/github/{self.owner}/{self.name}/blob/{self.branch}"

    @property
    def site(self) -> str:
        """Address of the published site, with a slash at its end."""
        host = f"{self.owner.lower()}.github.io"
        return f"https://{host}/" if self.name.lower() == host else f"https://{host}/{self.name}/"

    @property
    def requirement(self) -> str:
        """What pip installs on Colab: the repository, since the package index's `ainotes` is another project."""
        return f"ainotes @ git+{self.url}"


def parse(url: str, branch: str = "main") -> Repository:
    """Return the repository of an address; raise ValueError where it is none on GitHub."""
    match = ADDRESS.fullmatch(url)
    if match is None:
        raise ValueError(
            f"address: expected https://github.com/OWNER/NAME, got {url!r}; Colab opens notebooks from GitHub alone"
        )
    return Repository(match["owner"], match["name"], branch)


def read(root: Path = ROOT) -> Repository:
    """Return the repository that _config.yml names."""
    text = (root / "_config.yml").read_text(encoding="utf-8")
    url, branch = IN_CONFIG.search(text), BRANCH_IN_CONFIG.search(text)
    if url is None:
        raise ValueError("address: _config.yml has no repository.url; add it (two spaces, `url: https://github.com/…`)")
    return parse(url[2], branch[1] if branch else "main")


def badge(lesson: Path, root: Path, repository: Repository) -> str:
    """Return the badge of one lesson in markdown; the picture is the project's own."""
    picture = os.path.relpath(root / BADGE, lesson.parent).replace(os.sep, "/")
    notebook = relative(lesson.with_suffix(".ipynb"), root)
    return f"[![Open in Colab]({picture})]({repository.colab}/{notebook})"


def lesson_text(lesson: Path, root: Path, repository: Repository) -> str:
    """Return a lesson's source with its badge and its install line as they should be."""
    text = lesson.read_text(encoding="utf-8")
    line = f"# {badge(lesson, root, repository)}"
    text = BADGE_LINE.sub(lambda match: line, text, count=1)
    return INSTALL.sub(lambda match: repository.requirement, text)


def moved(text: str, old: Repository, new: Repository) -> str:
    """Return a text in which every address of `old` is the one of `new`."""
    for before, after in ((old.colab, new.colab), (old.url, new.url), (old.site, new.site)):
        text = re.sub(rf"{re.escape(before.rstrip('/'))}(?![A-Za-z0-9-])", after.rstrip("/"), text)
    return text


def planned(root: Path, old: Repository, new: Repository) -> dict[Path, str]:
    """Return each file that names the address, with the text it should have."""
    plan = {lesson: lesson_text(lesson, root, new) for lesson in sources(root / "notebooks")}
    for pattern in TEXTS:
        for path in sorted(root.glob(pattern)):
            plan[path] = moved(path.read_text(encoding="utf-8"), old, new)
    return plan


def missing(root: Path, repository: Repository) -> list[str]:
    """Return sentences about the places where the address should stand and does not."""
    found = []
    for name, wanted in (("README.md", repository.site), ("pyproject.toml", repository.url)):
        if wanted not in (root / name).read_text(encoding="utf-8"):
            found.append(f"{name} does not name {wanted}")
    for lesson in sources(root / "notebooks"):
        text = lesson.read_text(encoding="utf-8")
        if not BADGE_LINE.search(text):
            found.append(f"{relative(lesson, root)} has no line `# <!-- colab -->` under its title")
        if not INSTALL.search(text):
            found.append(f"{relative(lesson, root)} has no Colab cell that installs the package")
    return found


def apply(root: Path, repository: Repository) -> list[Path]:
    """Write every derived place; return the files that changed."""
    plan = planned(root, read(root), repository)
    return [path for path, text in plan.items() if write_text(path, text)]


def check(root: Path = ROOT) -> list[str]:
    """Return a sentence for each place that disagrees with _config.yml."""
    repository = read(root)
    plan = planned(root, repository, repository)
    wrong = [path for path, text in plan.items() if path.read_text(encoding="utf-8") != text]
    return [f"{relative(path, root)} names another address" for path in wrong] + missing(root, repository)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Keep the repository's address the same everywhere.")
    parser.add_argument("url", nargs="?", help="the new address; without it the present one is written out")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when a place disagrees")
    options = parser.parse_args(arguments)
    if options.check:
        wrong = check()
        print("\n".join(f"{sentence}: run `make address`." for sentence in wrong) or "One address everywhere.")
        return int(bool(wrong))
    try:
        present = read()
        repository = parse(options.url, present.branch) if options.url else present
    except ValueError as error:
        stop(str(error))
    for path in apply(ROOT, repository):
        print(f"changed {relative(path)}")
    import notebooks

    return notebooks.main([])


if __name__ == "__main__":
    setup.enter()
    sys.exit(main())
