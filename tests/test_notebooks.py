"""The lessons' sources and notebooks: derived, clean, and shaped like lessons. That they run is nbval's affair."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import jupytext
import nbformat
import pytest
from tools_path import ROOT, load

notebooks = load("notebooks")
SOURCES = sorted(notebooks.sources(ROOT / "notebooks"))
LESSONS = [path for path in SOURCES if re.match(r"\d_", path.parent.name)]
HEADER = """\
# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---
"""
FIRST_CODE = """\
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    %pip install --quiet "ainotes @ git+https://"""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def read(path: Path):
    return nbformat.read(path.with_suffix(".ipynb"), as_version=4)


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


each_source = pytest.mark.parametrize("source", SOURCES, ids=name)
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=name)

SMALL = HEADER + (
    "\n# %% [markdown]\n# # Title\n\n# %%\n1 + 1\n\n# %%\n1 + 1\n\n"
    '# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"\n# @title Solution\nx = 1\n'
)


# Deriving


def test_every_notebook_is_what_its_source_gives():
    assert notebooks.stale(ROOT / "notebooks") == []


def test_deriving_twice_gives_the_same_bytes():
    assert notebooks.derive(SMALL) == notebooks.derive(SMALL)


def test_a_derived_notebook_is_valid_and_has_no_outputs():
    notebook = nbformat.reads(notebooks.derive(SMALL), as_version=4)
    nbformat.validate(notebook)
    assert all(not cell.get("outputs") for cell in notebook.cells)


def test_equal_cells_get_different_ids():
    ids = [cell["id"] for cell in json.loads(notebooks.derive(SMALL))["cells"]]
    assert len(set(ids)) == len(ids) == 4


def test_the_id_of_a_cell_stays_when_another_cell_changes():
    changed = SMALL.replace("# # Title", "# # Another title")
    before, after = (json.loads(notebooks.derive(text))["cells"] for text in (SMALL, changed))
    assert [cell["id"] for cell in before[1:]] == [cell["id"] for cell in after[1:]]
    assert before[0]["id"] != after[0]["id"]


def test_metadata_in_use_is_kept_and_other_metadata_is_not():
    text = SMALL.replace('cellView="form"', 'cellView="form" collapsed=true')
    assert json.loads(notebooks.derive(text))["cells"][3]["metadata"] == {
        "cellView": "form",
        "jupyter": {"source_hidden": True},
        "tags": ["solution", "hide-cell"],
    }


@each_source
def test_saving_a_notebook_in_jupyterlab_gives_its_source_back(source):
    # JupyterLab writes the .py from the .ipynb; deriving from that .py must give the same notebook again.
    saved = jupytext.writes(read(source), fmt="py:percent")
    assert notebooks.derive(saved) == source.with_suffix(".ipynb").read_text(encoding="utf-8")


def test_check_names_what_is_stale_missing_or_without_a_source(tmp_path, capsys):
    (tmp_path / "one.py").write_text(SMALL)
    (tmp_path / "orphan.ipynb").write_text("{}")
    assert notebooks.main(["--check", "--folder", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "one.ipynb" in said
    assert "orphan.ipynb" in said
    assert not (tmp_path / "one.ipynb").exists()
    (tmp_path / "orphan.ipynb").unlink()
    assert notebooks.main(["--folder", str(tmp_path)]) == 0
    assert notebooks.main(["--check", "--folder", str(tmp_path)]) == 0
    (tmp_path / "one.py").write_text(SMALL.replace("x = 1", "x = 2"))
    assert notebooks.main(["--check", "--folder", str(tmp_path)]) == 1


# The shape of a lesson


@each_source
def test_a_source_begins_with_the_course_header(source):
    assert source.read_text(encoding="utf-8").startswith(HEADER)


@each_source
def test_the_second_cell_installs_the_package_on_colab_alone(source):
    cell = read(source).cells[1]
    assert cell.source.startswith(FIRST_CODE)
    assert tags(cell) == ["colab", "remove-cell"]


@each_source
def test_the_first_cell_has_title_badge_promise_time_and_goals(source):
    text = read(source).cells[0].source
    lines = text.splitlines()
    assert re.fullmatch(r"# \S.*", lines[0])
    assert lines[1].startswith("[![Open in Colab](")
    assert re.search(r"(?m)^\*[^*].*\*$", text), "a one-line promise in italics"
    assert "**Before you start**" in text
    assert re.search(r"\*\*Time\*\*: \d+ minutes", text)
    assert 3 <= len(re.findall(r"(?m)^- ", text.split("**You will be able to**")[1])) <= 5


@each_source
def test_only_the_tags_of_the_course_are_used(source):
    known = {
        "colab",
        "remove-cell",
        "exercise",
        "solution",
        "hide-cell",
        "hide-input",
        "hide-output",
        "remove-output",
        "key-figures",
    }
    known |= {"remove-input", "raises-exception"}
    used = {tag for cell in read(source).cells for tag in tags(cell)}
    assert used <= known


@each_source
def test_links_lead_to_files(source):
    text = "\n".join(cell.source for cell in read(source).cells if cell.cell_type == "markdown")
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text)
    assert [target for target in targets if not (source.parent / target).exists()] == []


@each_lesson
def test_a_lesson_asks_to_predict_closes_with_what_was_promised_and_names_its_sources(lesson):
    text = "\n".join(cell.source for cell in read(lesson).cells if cell.cell_type == "markdown")
    assert "**Predict, then run**" in text
    assert "## What you can do now" in text
    assert "**Next**" in text
    assert "**Sources**" in text


@each_lesson
def test_a_lesson_has_two_to_five_exercises_with_stars_and_minutes(lesson):
    text = "\n".join(cell.source for cell in read(lesson).cells if cell.cell_type == "markdown")
    headings = re.findall(r"(?m)^## Exercise (\d+) · .+ · [★☆]{3} · \d+ minutes$", text)
    assert headings == [str(number) for number in range(1, len(headings) + 1)]
    assert 2 <= len(headings) <= 5
    assert len(re.findall(r"(?m)^#+ Exercise", text)) == len(headings)


@each_source
def test_every_exercise_has_a_stub_a_check_and_a_solution_that_is_proved(source):
    cells = [cell for cell in read(source).cells if cell.cell_type == "code"]
    stubs = [index for index, cell in enumerate(cells) if "exercise" in tags(cell)]
    solutions = [index for index, cell in enumerate(cells) if "solution" in tags(cell)]
    assert len(stubs) == len(solutions)
    for stub, solution in zip(stubs, solutions, strict=True):
        between = "\n".join(cell.source for cell in cells[stub + 1 : solution])
        assert ".check(" in between, f"no check after the stub {cells[stub].source!r}"
        cell = cells[solution]
        assert cell.source.startswith("# @title Solution")
        assert "hide-cell" in tags(cell)
        assert cell.metadata["jupyter"]["source_hidden"] is True
        assert cell.metadata["cellView"] == "form"
        assert re.search(r"(?m)^assert .*\bcheck\(.*\)\.passed\b", cell.source)


@each_source
def test_there_is_a_quiz_with_its_answers_folded_away(source):
    quizzes = [cell for cell in read(source).cells if cell.cell_type == "code" and "Quiz(" in cell.source]
    assert quizzes
    assert all("hide-input" in tags(cell) and cell.metadata["jupyter"]["source_hidden"] for cell in quizzes)


@each_source
def test_no_cell_is_longer_than_a_screen(source):
    # Ten lines is the aim; a class or a quiz may need more.
    long = [
        f"{len(cell.source.splitlines())} lines: {cell.source.splitlines()[0]}"
        for cell in read(source).cells
        if cell.cell_type == "code" and len(cell.source.splitlines()) > 30 and "hide-input" not in tags(cell)
    ]
    assert long == []


@each_source
def test_no_ipywidgets_interact(source):
    # It is dead on a page, and executing it was seen to hang.
    assert not any(re.search(r"\binteract\(", cell.source) for cell in read(source).cells)


def test_every_lesson_is_in_the_table_of_contents_in_order():
    import yaml

    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    listed = [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    listed = [page for page in listed if page.startswith("notebooks/")]
    present = [name(path).removesuffix(".py") for path in SOURCES]
    assert sorted(listed) == sorted(present)
    assert [page for page in listed if page[10:11].isdigit()] == sorted(page for page in present if page[10].isdigit())


def test_a_notebook_that_was_derived_long_after_its_source_opens_in_jupyterlab(tmp_path):
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    for suffix, seconds in ((".py", 1_000_000), (".ipynb", 1_009_000)):
        lesson = (ROOT / "notebooks" / "start_here").with_suffix(suffix)
        (tmp_path / lesson.name).write_bytes(lesson.read_bytes())
        os.utime(tmp_path / lesson.name, (seconds, seconds))
    manager = jupytext.TextFileContentsManager(root_dir=str(tmp_path))
    opened = manager.get("start_here.ipynb", type="notebook", content=True)
    assert opened["content"].cells[0].source == read(ROOT / "notebooks" / "start_here.py").cells[0].source
