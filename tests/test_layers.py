"""The package's layers: imports go downward only, light doors stay light, and examples in docstrings are true."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import ainotes

PACKAGE = Path(ainotes.__file__).parent
LAYERS = (
    ("shapes", "kernels"),
    ("models", "ops", "data"),
    ("utils.train", "pretrained", "interpret", "transfer"),
    ("utils.plot", "widgets", "checks"),
)
# Private helpers of `utils` that serve one of its two public modules, by the start of their names.
HELPERS = {
    "utils.plot_": "utils.plot",
    "utils.figure": "utils.plot",
    "utils.": "utils.train",
}


def modules() -> list[str]:
    return sorted(found.name for found in pkgutil.walk_packages([str(PACKAGE)], "ainotes."))


def unit(module: str) -> str | None:
    """Return the name in LAYERS that a module belongs to; None for the package's bare folders."""
    name = module.removeprefix("ainotes").lstrip(".")
    names = [known for layer in LAYERS for known in layer]
    for known in names:
        if name == known or name.startswith(f"{known}."):
            return known
    return next((owner for start, owner in HELPERS.items() if name.startswith(start)), None)


def layer(name: str) -> int:
    return next(level for level, names in enumerate(LAYERS) if name in names)


def source(module: str) -> Path:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def imported(module: str) -> set[str]:
    """Return the modules of this package that a module imports anywhere, also inside functions."""
    tree = ast.parse(source(module).read_text(encoding="utf-8"))
    package = module if source(module).name == "__init__.py" else module.rpartition(".")[0]
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == "ainotes"}


def wrong_directions(module: str, targets: set[str]) -> list[str]:
    own = unit(module)
    if own is None:
        return []
    others = {name for name in map(unit, targets) if name not in (None, own)}
    up = [f"{module} ({own}) imports {other}" for other in others if layer(other) > layer(own)]
    # In the top layer even neighbours keep apart; below it they may use each other.
    aside = [f"{module} ({own}) imports its neighbour {other}" for other in others if layer(other) == layer(own) == 3]
    return up + aside


@pytest.mark.parametrize("module", modules())
def test_imports_go_downward_only(module):
    assert wrong_directions(module, imported(module)) == []


def test_an_upward_or_a_sideward_import_would_be_found():
    assert wrong_directions("ainotes.data.files", {"ainotes.utils.train"})
    assert wrong_directions("ainotes.widgets.quiz", {"ainotes.utils.plot"})
    assert not wrong_directions("ainotes.checks.training", {"ainotes.utils.train", "ainotes.data"})


def test_every_module_has_a_layer():
    bare = {"ainotes.utils"}
    assert [name for name in modules() if unit(name) is None and name not in bare] == []


def loaded_by(statement: str) -> set[str]:
    """Return the top-level modules that are loaded after a statement in a fresh Python."""
    code = f"{statement}; import sys; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_import_ainotes_is_light():
    assert loaded_by("import ainotes").isdisjoint({"torch", "torchvision", "matplotlib", "numpy", "anywidget"})


@pytest.mark.parametrize("module", ["ainotes.widgets", "ainotes.shapes", "ainotes.kernels"])
def test_the_doors_without_torch_load_without_torch(module):
    if not source(module).exists():
        pytest.skip(f"{module} does not exist yet")
    assert "torch" not in loaded_by(f"import {module}")


def test_loading_the_plots_leaves_pyplot_alone():
    done = subprocess.run(
        [sys.executable, "-c", "import ainotes.utils.plot, sys; print('matplotlib.pyplot' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("module", modules())
def test_examples_in_docstrings_are_true(module, monkeypatch):
    monkeypatch.setenv("AINOTES_OFFLINE", "1")
    result = doctest.testmod(
        importlib.import_module(module), optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    )
    assert result.failed == 0


def test_public_modules_have_examples():
    material = ("data", "models", "ops", "shapes", "kernels", "pretrained", "transfer", "interpret")
    public = [f"ainotes.{name}" for name in ("utils.train", "utils.plot", *material)]
    finder = doctest.DocTestFinder()
    found = {}
    for name in public:
        module = importlib.import_module(name)
        objects = [item for member in module.__all__ if hasattr(item := getattr(module, member), "__name__")]
        found[name] = sum(len(test.examples) for item in objects for test in finder.find(item, module=False))
    assert all(found.values()), found
