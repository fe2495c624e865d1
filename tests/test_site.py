"""The book's own extension and its pages, without a build; the built book is visited in tests/browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "site" / "_ext"))
from ainotes_site import accessible, catalogue, hero, lessons, offline  # noqa: E402

CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
PAGES = sorted((ROOT / "site").glob("*.md"))
TITLE_CELL = """\
# %% [markdown]
# # How big is the output?
# [![Open in Colab](x.svg)](https://x)
#
# *Predict any shape before you run it.*
#
# **Before you start**: nothing. **Time**: 25 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - say what padding does,
# - compute a size in your head, also when
#   the stride does not divide.
"""


# The catalogue of lessons


def test_a_lesson_tells_its_title_promise_minutes_and_goals(tmp_path):
    (tmp_path / "one.py").write_text(TITLE_CELL)
    lesson = catalogue.read_lesson(tmp_path, "one")
    assert lesson.title == "How big is the output?"
    assert lesson.promise == "Predict any shape before you run it."
    assert lesson.minutes == 25
    assert lesson.able_to == (
        "say what padding does,",
        "compute a size in your head, also when the stride does not divide.",
    )


def test_every_lesson_of_the_book_can_be_read_by_the_catalogue():
    for part in catalogue.parts(ROOT):
        for lesson in part.lessons:
            assert lesson.promise, lesson.page
            assert lesson.minutes, lesson.page
            assert len(lesson.able_to) >= 3, lesson.page


def test_there_are_six_parts_and_those_without_lessons_are_said_to_come():
    parts = catalogue.parts(ROOT)
    assert [part.number for part in parts] == [1, 2, 3, 4, 5, 6]
    for part in parts:
        assert ("Coming" in lessons.card(part)) == (not part.lessons)


def test_a_card_counts_the_lessons_and_their_minutes():
    lesson = catalogue.Lesson("notebooks/1_x/01_y", "Title", "Promise.", 25, ())
    card = lessons.card(catalogue.Part(1, "X", "About.", (lesson, lesson)))
    assert "2 lessons · about 50 minutes" in card
    assert ":link: /notebooks/1_x/01_y" in card


# Last verified

RECORD = {
    "date": "2026-01-31",
    "versions": {"Python": "3.11.7", "torch": "2.15.0"},
    "device": "A processor, 2 cores",
    "seconds": 61.4,
    "figures": {"parameters": 225034, "test accuracy": 0.90512},
    "code": "abc",
}


def parts_of(page: str) -> tuple[str, dict[str, str]]:
    """Return the line that shows, without its tags, and the names and values that it unfolds."""
    folded = re.fullmatch(r'<details class="ainotes-verified"><summary>(.*?)</summary>(.*)</details>', page, re.S)
    assert folded, page
    line, body = folded.groups()
    return re.sub(r"<[^>]+>", "", line), dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", body))


def test_the_record_of_a_lesson_becomes_one_line_that_unfolds():
    line, details = parts_of(lessons.verified(RECORD, "abc"))
    assert line == "Last verified 2026-01-31 in full on the real data"
    assert details == {
        "Versions": "Python 3.11.7, torch 2.15.0",
        "Machine": "A processor, 2 cores",
        "Time": "61 s",
        "parameters": "225,034",
        "test accuracy": "0.9051",
    }


def test_a_record_without_figures_unfolds_without_a_list_of_them():
    page = lessons.verified(RECORD | {"figures": {}}, "abc")
    assert page.count("<dl>") == 1
    assert "What it found" not in page


def test_a_lesson_whose_code_changed_since_says_so_before_it_is_unfolded():
    line, _ = parts_of(lessons.verified(RECORD, "other"))
    assert line.endswith("in full on the real data. Its code has changed since.")


def test_names_and_values_of_a_record_are_text_not_markup():
    page = lessons.verified(RECORD | {"device": "<b>R&D</b>", "figures": {"loss < floor": 1}}, "abc")
    assert "<dd>&lt;b&gt;R&amp;D&lt;/b&gt;</dd>" in page
    assert "<dt>loss &lt; floor</dt>" in page


@pytest.mark.parametrize("short", ["", "1"])
def test_the_record_stands_right_under_the_title_and_a_short_run_says_so(tmp_path, monkeypatch, short):
    from docutils import nodes

    monkeypatch.setenv("AINOTES_SHORT", short)

    page = "notebooks/1_x/01_y"
    for path, text in {f"{page}.ipynb": '{"cells": []}', "data/verified.json": json.dumps({page: RECORD})}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    title, first = nodes.title("", "Title"), nodes.paragraph("", "Promise.")
    tree = nodes.document(None, None, "", nodes.section("", title, first))
    noted = []
    app = SimpleNamespace(srcdir=tmp_path, env=SimpleNamespace(docname=page, note_dependency=noted.append))
    lessons.add_verified(app, tree)
    assert [type(node) for node in tree[0]] == [nodes.title, nodes.raw, nodes.paragraph]
    record = lessons.verified(RECORD, lessons.code_hash('{"cells": []}'))
    assert tree[0][1].astext() == record + (lessons.SHORT if short else "")
    assert noted == [str(tmp_path / "data" / "verified.json")]


def test_prose_may_change_without_a_new_verification():
    def notebook(prose: str, code: str) -> str:
        cells = [{"cell_type": "markdown", "source": [prose]}, {"cell_type": "code", "source": [code]}]
        return json.dumps({"cells": cells})

    assert lessons.code_hash(notebook("a", "x")) == lessons.code_hash(notebook("b", "x"))
    assert lessons.code_hash(notebook("a", "x")) != lessons.code_hash(notebook("a", "y"))


# Pages that ask no other host


@pytest.mark.parametrize(
    "script",
    [
        SimpleNamespace(filename="https://unpkg.com/thebe@0.8.2/lib/index.js", attributes={}),
        SimpleNamespace(filename=None, attributes={"type": "application/vnd.jupyter.widget-state+json"}),
        "_static/sphinx-thebe.css",
    ],
)
def test_thebe_and_saved_widget_state_are_dropped(script):
    assert not offline.is_wanted(script)


def test_other_scripts_stay():
    assert offline.is_wanted(SimpleNamespace(filename="_static/togglebutton.js", attributes={}))
    assert offline.is_wanted("_static/ainotes.css")


def test_the_configuration_names_no_other_host_for_a_page_to_ask():
    config = CONFIG["sphinx"]["config"]
    assert config["nb_ipywidgets_js"] == {}
    assert config["mathjax_path"].startswith("mathjax/")
    assert config["intersphinx_mapping"] == {}


@pytest.mark.parametrize("path", sorted((ROOT / "site").rglob("*.css")) + sorted((ROOT / "site").rglob("*.js")))
def test_styles_and_scripts_load_nothing_from_elsewhere(path):
    assert re.findall(r"https?:|@import|url\(", path.read_text(encoding="utf-8")) == []


def test_pictures_of_the_site_are_drawn_here():
    for path in (ROOT / "site" / "_static").iterdir():
        assert path.suffix in (".svg", ".css"), "draw figures in code or as SVG"
        if path.suffix == ".svg":
            assert "<image" not in path.read_text(encoding="utf-8")


def test_every_build_executes_every_lesson_and_fails_where_a_cell_fails():
    execute = CONFIG["execute"]
    assert execute["execute_notebooks"] == "force"
    assert execute["raise_on_error"] is True
    assert execute["allow_errors"] is False
    assert execute["timeout"] >= 600


def test_withdrawn_roles_are_taken_off_a_page():
    context = {"body": '<div role="list" class="citation-list"><div class="citation" role="doc-biblioentry">'}
    accessible.mend_roles(None, "page", "page.html", context, None)
    assert context["body"] == '<div class="citation-list"><div class="citation">'


# The landing page's figure


def test_every_garment_of_the_landing_page_is_a_picture_of_28_by_28():
    pictures = hero.pictures()
    assert len(pictures) == len(hero.GARMENTS)
    for pixels in pictures.values():
        assert len(bytes.fromhex(pixels)) == 28 * 28
        assert max(bytes.fromhex(pixels)) > 100


def test_the_figure_names_every_field_for_a_screen_reader():
    page = hero.figure({"Boot": "00" * 784})
    assert len(re.findall(r'aria-label="Kernel, row [123], column [123]"', page)) == 9
    assert page.count('role="img" aria-label=') == 2


def test_data_in_the_page_cannot_end_its_script():
    assert "</script><b>" not in hero.figure({"</script><b>": "00" * 784}).split('type="application/json">')[1]


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_script_slides_a_kernel_as_numpy_does(tmp_path):
    module = tmp_path / "hero.mjs"
    shutil.copy(Path(hero.__file__).with_name("hero.js"), module)
    image = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    kernel = [1, 0, -1, 2, 5, -2, 1, 0, -1]
    code = f"import {{ pixels, slide }} from {json.dumps(module.as_uri())};"
    code += f"console.log(JSON.stringify(slide(pixels('{image.tobytes().hex()}'), {kernel})));"
    done = subprocess.run(["node", "--input-type=module", "-e", code], capture_output=True, text=True, check=True)
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(int), (3, 3))
    expected = (windows * np.array(kernel).reshape(3, 3)).sum((2, 3))
    assert json.loads(done.stdout) == expected.ravel().tolist()


# Prose


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_begins_with_its_title_and_says_in_a_line_what_it_is_for(path):
    text = re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.S).strip()
    assert re.match(r"# \S.*\n\n\*[^*]+\*\n", text)


def test_every_page_is_in_the_table_of_contents():
    listed = {f"{page}.md" for page in catalogue.pages(ROOT) if page.startswith("site/")}
    assert listed == {path.relative_to(ROOT).as_posix() for path in PAGES}


def test_every_citation_is_in_the_bibliography_and_every_entry_is_complete():
    bibliography = (ROOT / "site" / "references.bib").read_text(encoding="utf-8")
    entries = re.findall(r"(?ms)^@\w+\{(\w+),\n(.+?)^\}", bibliography)
    keys = [key for key, _ in entries]
    assert len(set(keys)) == len(keys) > 10
    for key, fields in entries:
        assert {"author", "title", "year"} <= set(re.findall(r"(?m)^ *(\w+) =", fields)), key
    sources = [*PAGES, *(ROOT / "notebooks").rglob("*.py")]
    cited = {key for path in sources for key in re.findall(r"\{cite\}`(\w+)`", path.read_text(encoding="utf-8"))}
    assert cited <= set(keys)


def test_the_glossary_is_in_alphabetical_order():
    text = (ROOT / "site" / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"(?m)^([a-zA-Z][\w -]*)\n  \S", text)
    assert len(terms) > 30
    assert terms == sorted(terms, key=str.casefold)


def test_public_modules_are_in_the_reference():
    text = (ROOT / "site" / "api.md").read_text(encoding="utf-8")
    material = ("data", "models", "ops", "shapes", "kernels", "pretrained", "transfer", "interpret")
    for module in ("utils.train", "utils.plot", *material, "widgets", "checks.engine"):
        assert f".. automodule:: ainotes.{module}\n" in text


def test_every_live_figure_is_in_the_guide_for_teachers():
    widgets = pytest.importorskip("ainotes.widgets")
    text = (ROOT / "site" / "teaching.md").read_text(encoding="utf-8")
    assert [name for name in widgets.__all__ if name != "LiveFigure" and f"`{name}`" not in text] == []
