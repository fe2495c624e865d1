"""The command tools: set-up, test, address, strip, verify, clean, and what the Makefile and the README say of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from tools_path import ROOT, TOOLS, load

setup = load("setup")
address = load("address")
strip = load("strip")
verify = load("verify")
clean = load("clean")
runner = load("test")
book = load("book")
project = load("project")

# What the installers were seen to print, shortened.
NO_NETWORK_UV = """error: Request failed after 3 retries
  Caused by: Failed to fetch: `https://index.example/simple/torch/`
  Caused by: dns error: failed to lookup address information: Temporary failure in name resolution"""
NO_NETWORK_PIP = """WARNING: Retrying (Retry(total=0, connect=None, read=None)) after connection broken by
'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object>: Failed to establish a new connection')'
ERROR: Could not find a version that satisfies the requirement uv==0.13.9 (from versions: none)
ERROR: No matching distribution found for uv==0.13.9"""
DISK_FULL = """error: Failed to install: torch-2.15.0-cp311-cp311-manylinux_2_28_x86_64.whl (torch==2.15.0)
  cause: failed to copy file: No space left on device (os error 28)"""
WRONG_HASH_UV = """error: Failed to download `six==1.17.0`
  cause: Hash mismatch for `six==1.17.0`"""
WRONG_HASH_PIP = """ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."""
NO_WHEEL = """  × No solution found when resolving dependencies:
  ╰─▶ Because torch==2.15.0 has no wheels with a matching Python ABI tag"""
FORBIDDEN = "error: failed to create file `.venv/lib/x`: Permission denied (os error 13)"


# Set-up


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        (NO_NETWORK_UV, "index cannot be reached"),
        (NO_NETWORK_PIP, "index cannot be reached"),
        (DISK_FULL, "disk is full"),
        (WRONG_HASH_UV, "its hash differs"),
        (WRONG_HASH_PIP, "its hash differs"),
        (NO_WHEEL, "does not exist for this Python"),
        (FORBIDDEN, "may not write here"),
        ("something nobody has seen", "the lines above say why"),
    ],
)
def test_a_broken_step_is_explained_in_one_line_that_says_what_to_do(printed, said):
    sentence = setup.explain(printed)
    assert said in sentence
    assert "\n" not in sentence
    assert "same command again" in sentence or "use a 64-bit Python" in sentence


def test_setup_is_ready_only_with_its_stamp_and_its_python(tmp_path):
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text("one")
    venv = tmp_path / ".venv"
    python = project.venv_program("python", venv)
    python.parent.mkdir(parents=True)
    assert not setup.is_ready(tmp_path, venv)
    (venv / setup.STAMP).write_text(setup.fingerprint(tmp_path))
    assert not setup.is_ready(tmp_path, venv)
    python.touch()
    assert setup.is_ready(tmp_path, venv)
    (tmp_path / "requirements.lock").write_text("two")
    assert not setup.is_ready(tmp_path, venv)


def test_setup_notices_that_the_folder_was_moved(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        for name in ("requirements.lock", "pyproject.toml"):
            (tmp_path / folder / name).write_text("same")
    assert setup.fingerprint(tmp_path / "a") != setup.fingerprint(tmp_path / "b")


def test_an_old_python_without_a_newer_one_beside_it_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(setup.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(setup, "newer_python", lambda path=None: None)
    with pytest.raises(SystemExit, match=r"This is Python 3\.9.*needs 3\.11 or newer"):
        setup.check_python()


def test_a_python_without_venv_is_told_which_package_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit, match=r"sudo apt install python3\.\d+-venv"):
        setup.check_venv_module()


def test_a_nearly_full_disk_stops_before_the_download(monkeypatch):
    usage = shutil.disk_usage(ROOT)._replace(free=10**9)
    monkeypatch.setattr(setup.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(SystemExit, match=r"1\.0 GB free"):
        setup.check_disk()


def test_a_half_made_environment_is_made_anew(tmp_path, capsys):
    venv = tmp_path / ".venv"
    (venv / "lib").mkdir(parents=True)
    (venv / "lib" / "left_over").touch()
    assert not setup.works(venv)
    setup.make_venv(venv)
    assert "making it anew" in capsys.readouterr().out
    assert setup.works(venv)
    assert not (venv / "lib" / "left_over").exists()


def test_a_failing_installer_is_tried_again_and_its_words_are_kept(capfd):
    with pytest.raises(setup.BrokenStep, match="No space left"):
        setup.run([sys.executable, "-c", "import sys; sys.exit('No space left on device')"])
    assert "trying once more" in capfd.readouterr().out


def test_pip_takes_over_where_uv_does_not_reach_the_index(monkeypatch):
    called = []

    def uv_fails():
        raise setup.BrokenStep(NO_NETWORK_UV)

    monkeypatch.setattr(setup, "install_uv", lambda: True)
    monkeypatch.setattr(setup, "install_with_uv", uv_fails)
    monkeypatch.setattr(setup, "install_with_pip", lambda: called.append("pip"))
    setup.install()
    assert called == ["pip"]


def test_uv_refuses_to_install_where_there_is_no_virtual_environment(tmp_path):
    # A folder that looks like an environment and leads to the system's Python: nothing may be installed there.
    python = project.venv_program("python", tmp_path / "false")
    python.parent.mkdir(parents=True)
    try:
        python.symlink_to(Path(sys.base_prefix) / python.relative_to(tmp_path / "false"))
    except OSError:
        pytest.skip("this system makes no links")
    uv = [str(project.venv_program("uv", Path(sys.prefix))), "pip", "install", "--dry-run", "--offline", "pytest"]
    environment = setup.inside(tmp_path / "false", os.environ)
    done = subprocess.run(uv, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode != 0
    assert "No virtual environment found" in done.stderr


def test_settings_that_lead_uv_elsewhere_are_left_out():
    given = {"UV_SYSTEM_PYTHON": "1", "UV_PYTHON": "3.9", "PATH": "p"}
    variables = setup.inside(Path("venv"), given)
    assert variables == {"PATH": "p", "VIRTUAL_ENV": "venv", "PIP_REQUIRE_VIRTUALENV": "1"}
    assert (
        "--python"
        not in (TOOLS / "setup.py").read_text(encoding="utf-8").split("def install_with_uv")[1].split("def ")[0]
    )


def test_pip_does_not_take_over_where_a_hash_is_wrong(monkeypatch):
    def uv_fails():
        raise setup.BrokenStep(WRONG_HASH_UV)

    monkeypatch.setattr(setup, "install_uv", lambda: True)
    monkeypatch.setattr(setup, "install_with_uv", uv_fails)
    monkeypatch.setattr(setup, "install_with_pip", lambda: pytest.fail("pip must not be asked"))
    with pytest.raises(setup.BrokenStep):
        setup.install()


def test_uv_is_installed_with_the_hashes_of_the_lock():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = setup.locked("uv", lock)
    assert lines.startswith("uv==")
    assert lines.count("--hash=sha256:") > 3
    assert len(re.findall(r"(?m)^\S", lines)) == 1
    with pytest.raises(ValueError, match="no-such-package is not in"):
        setup.locked("no-such-package", lock)


def test_setup_can_be_read_by_an_old_python():
    # It must get as far as saying that the Python is too old: no syntax newer than 3.8.
    import ast

    for name in ("setup.py", "project.py"):
        ast.parse((TOOLS / name).read_text(encoding="utf-8"), feature_version=(3, 8))


def test_the_lock_has_hashes_and_no_address():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    pins = re.findall(r"(?m)^[A-Za-z0-9_.-]+==", lock)
    assert len(pins) > 100
    assert lock.count("--hash=sha256:") >= len(pins)


# Running the tests


def test_everything_is_tested_when_nothing_is_named():
    command = runner.command(["-x"], cores=2)
    assert command[-4:] == ["tests/browser", "tests", "notebooks", "-x"]
    assert {"--nbval-lax", "--nbval-current-env", "loadscope"} <= set(command)
    assert command[command.index("-n") + 1] == "2"


def test_only_what_is_named_is_tested():
    command = runner.command(["tests/test_tools.py", "-q"], cores=64)
    assert "notebooks" not in command
    assert command[command.index("-n") + 1] == str(runner.MOST_WORKERS)


def test_the_tests_run_the_lessons_short_and_find_data_from_any_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    given = runner.environment({"AINOTES_DATA": "data", "PATH": "p"})
    assert given["AINOTES_SHORT"] == "1"
    assert given["OMP_NUM_THREADS"] == "1"
    assert given["AINOTES_DATA"] == os.path.abspath("data")
    assert runner.environment({"AINOTES_SHORT": "0"})["AINOTES_SHORT"] == "0"


# The repository's address


@pytest.fixture
def course(tmp_path) -> Path:
    """A copy of everything that names the address."""
    for name in ("README.md", "pyproject.toml", "_config.yml", "_toc.yml"):
        shutil.copy(ROOT / name, tmp_path / name)
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in ("notebooks", "site", ".github"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    return tmp_path


def test_the_address_is_the_same_everywhere():
    assert address.check(ROOT) == []


def test_one_command_changes_the_address_everywhere_and_back(course):
    old = address.read(course)
    kinds = {".md", ".py", ".toml", ".yml", ".css", ".html"}
    before = {path: path.read_bytes() for path in course.rglob("*") if path.suffix in kinds}
    new = address.parse("https://github.com/Somebody-Else/My.Course", old.branch)
    changed = address.apply(course, new)
    assert {path.name for path in changed} >= {"README.md", "pyproject.toml", "_config.yml", "start_here.py"}
    assert address.read(course) == new
    assert address.check(course) == []
    texts = {path: path.read_text(encoding="utf-8") for path in before}
    assert [path for path, text in texts.items() if f"{old.owner}/{old.name}" in text] == []
    assert "https://somebody-else.github.io/My.Course/" in texts[course / "_config.yml"]
    address.apply(course, old)
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("README.md", "ainotes-course.github.io", "elsewhere.github.io"),
        ("notebooks/start_here.py", "ainotes-course/ainotes/blob", "elsewhere/ainotes/blob"),
        ("notebooks/start_here.py", "git+https://github.com/ainotes-course", "git+https://github.com/elsewhere"),
    ],
)
def test_check_finds_a_place_that_names_another_address(course, name, old, new):
    path = course / name
    assert old in path.read_text(encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert any(name in sentence for sentence in address.check(course))


def test_a_new_lesson_gets_its_badge_from_the_marker_line(course):
    lesson = course / "notebooks" / "1_convolutions" / "01_new.py"
    lesson.parent.mkdir(exist_ok=True)
    lesson.write_text('# %% [markdown]\n# # New\n# <!-- colab -->\n\n# %%\n"ainotes @ git+https://x"\n')
    repository = address.read(course)
    address.apply(course, repository)
    line = lesson.read_text(encoding="utf-8").splitlines()[2]
    assert line.startswith("# [![Open in Colab](../../site/_static/colab.svg)](")
    assert line.endswith(f"/blob/{repository.branch}/notebooks/1_convolutions/01_new.ipynb)")


@pytest.mark.parametrize("url", ["http://github.com/a/b", "https://gitlab.com/a/b", "a/b", "https://github.com/a"])
def test_an_address_that_colab_cannot_open_is_refused(url):
    with pytest.raises(ValueError, match=r"expected https://github\.com/OWNER/NAME"):
        address.parse(url)


def test_the_site_of_a_user_repository_is_at_the_root():
    assert address.parse("https://github.com/Me/me.github.io").site == "https://me.github.io/"
    assert address.parse("https://github.com/Me/course.git").site == "https://me.github.io/course/"


# Lessons for a class


def test_stripping_removes_every_solution_and_nothing_else(tmp_path):
    removed = strip.strip(ROOT / "notebooks", tmp_path)
    assert removed["start_here.py"] == 1
    for source in sorted((ROOT / "notebooks").rglob("*.py")):
        relative = source.relative_to(ROOT / "notebooks").with_suffix(".ipynb")
        before = nbformat.reads(strip.notebooks.derive(source.read_text(encoding="utf-8")), as_version=4).cells
        after = nbformat.read(tmp_path / relative, as_version=4).cells
        kept = [cell.source for cell in before if "solution" not in cell.metadata.get("tags", [])]
        assert [cell.source for cell in after][1:] == kept[1:]
        assert "Open in Colab" not in after[0].source


def test_stripping_refuses_a_folder_that_holds_something(tmp_path):
    (tmp_path / "mine.txt").touch()
    with pytest.raises(SystemExit, match="is not empty"):
        strip.main([str(tmp_path)])


# Verifying


def notebook_with(text: str | None):
    outputs = [] if text is None else [nbformat.v4.new_output("execute_result", {"text/plain": text})]
    cell = nbformat.v4.new_code_cell("figures", metadata={"tags": ["key-figures"]}, outputs=outputs)
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1"), cell])


def test_key_figures_are_read_from_the_tagged_cell():
    assert verify.key_figures(notebook_with("{'test accuracy': 0.931, 'parameters': 225034}")) == {
        "test accuracy": 0.931,
        "parameters": 225034,
    }
    assert verify.key_figures(nbformat.v4.new_notebook()) == {}


@pytest.mark.parametrize("text", [None, "tensor(1)", "{'a': tensor(1)}", "[1]", "{'a': 'b'}"])
def test_key_figures_that_are_no_numbers_are_refused(text):
    with pytest.raises(ValueError, match="dict of names and numbers"):
        verify.key_figures(notebook_with(text))


def test_records_are_merged_by_lesson_and_lessons_that_are_gone_are_dropped():
    known = {"b": {"seconds": 1}, "gone": {}}
    assert verify.merged(known, "a", {"seconds": 2}, ["a", "b"]) == {"a": {"seconds": 2}, "b": {"seconds": 1}}
    assert list(verify.merged(known, "a", {}, ["a", "b"])) == ["a", "b"]


def test_verify_says_what_it_needs_where_the_real_data_is_not(monkeypatch, tmp_path):
    monkeypatch.setenv("AINOTES_DATA", str(tmp_path))
    with pytest.raises(SystemExit, match="must name a folder with the real data"):
        verify.main([])


def test_a_lesson_is_executed_in_its_own_folder_and_stops_where_it_fails(tmp_path):
    from nbclient.exceptions import CellExecutionError

    path = tmp_path / "lesson.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import os; os.getcwd()")]), path)
    executed = verify.execute(path)
    assert str(tmp_path) in executed.cells[0].outputs[0].data["text/plain"]
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("assert 1 == 2")]), path)
    with pytest.raises(CellExecutionError):
        verify.execute(path)


# Writing files, cleaning


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "file.txt"
    assert project.write_text(path, "one")
    assert not project.write_text(path, "one")
    monkeypatch.setattr(project.os, "replace", lambda *names: (_ for _ in ()).throw(OSError("killed")))
    with pytest.raises(OSError, match="killed"):
        project.write_text(path, "two")
    assert path.read_text(encoding="utf-8") == "one"
    assert list(tmp_path.iterdir()) == [path]


def test_cleaning_finds_caches_and_spares_the_environment_and_the_data(tmp_path):
    for name in (
        "a/__pycache__",
        ".venv/x/__pycache__",
        "data/cache/__pycache__",
        "data/runs/.pytest_cache",
        ".ruff_cache",
    ):
        (tmp_path / name).mkdir(parents=True)
    assert {path.relative_to(tmp_path).as_posix() for path in clean.built(tmp_path)} == {"a/__pycache__", ".ruff_cache"}


# The command surface


def targets() -> dict[str, str]:
    """Return each target of the Makefile with the text that `make` alone prints for it."""
    return dict(re.findall(r"(?m)^([a-z]+):.*## (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8")))


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_alone_explains_every_command():
    done = subprocess.run(["make", "-C", str(ROOT), "--no-print-directory"], capture_output=True, text=True, check=True)
    for name, text in targets().items():
        assert re.search(rf"make {name} +{re.escape(text)}", done.stdout)


def test_every_target_calls_a_tool_that_exists():
    called = re.findall(r"\$\(RUN\)/(\w+\.py)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert len(called) == len(targets()) - 1  # all but `help`
    assert [name for name in called if not (TOOLS / name).exists()] == []


@pytest.mark.parametrize(
    "name", ["README.md", *(path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "site").glob("*.md")))]
)
def test_commands_and_files_named_in_prose_exist(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    commands = re.findall(
        r"(?<![\w-])make ([a-z]+)\b(?! it\b)", "\n".join(re.findall(r"`[^`]+`|```.+?```", text, re.S))
    )
    assert [command for command in commands if command not in targets()] == []
    tools = re.findall(r"tools/(\w+\.py)", text)
    assert [tool for tool in tools if not (TOOLS / tool).exists()] == []
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text)
    base = (ROOT / name).parent
    assert [link for link in links if not (base / link).exists()] == []


def test_the_readme_lists_every_lesson_and_no_other():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\((notebooks/[^)]+\.ipynb)\)", text))
    present = {path.relative_to(ROOT).as_posix() for path in (ROOT / "notebooks").rglob("*.ipynb")}
    assert linked == {path for path in present if ".ipynb_checkpoints" not in path}


def test_the_disk_space_in_prose_is_what_setup_asks_for():
    assert (
        f"{setup.NEEDED_GB:.0f} GB of disk" in (ROOT / "site" / "how_to_run.md").read_text(encoding="utf-8")
        or sys.platform != "linux"
    )
