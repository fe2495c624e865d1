"""The workflow files pass two real linters: GitHub's schema, and zizmor's security audit. Neither needs a network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
PROGRAMS = Path(sys.executable).parent


def schema(path: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)]
    return subprocess.run(command, capture_output=True, text=True)


def zizmor(path: Path) -> subprocess.CompletedProcess:
    found = sorted(PROGRAMS.glob("zizmor*"))
    assert found, "zizmor is part of requirements.lock; run `make setup`"
    config = ROOT / ".github" / "zizmor.yml"
    command = [str(found[0]), "--offline", "--no-progress", "--persona", "auditor", "--config", str(config), str(path)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_schema_of_workflows_finds_nothing(path):
    done = schema(path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_security_audit_finds_nothing(path):
    done = zizmor(path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_both_linters_find_what_is_wrong(tmp_path):
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{uses: somebody/action@main, runs: x}]\n"
    )
    assert schema(wrong).returncode != 0
    assert zizmor(wrong).returncode != 0


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_job_has_a_time_limit(path):
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    assert [name for name, job in jobs.items() if "timeout-minutes" not in job] == []


@pytest.mark.parametrize("path", [*FILES, ROOT / ".ci" / "run"], ids=lambda path: path.name)
def test_every_tool_that_ci_calls_exists(path):
    called = re.findall(r"\btools/(\w+)\.py", path.read_text(encoding="utf-8"))
    assert called
    assert [name for name in called if not (ROOT / "tools" / f"{name}.py").exists()] == []


def test_three_pythons_and_three_systems_test_the_package():
    matrix = yaml.safe_load((FOLDER / "ci.yml").read_text(encoding="utf-8"))["jobs"]["package"]["strategy"]["matrix"]
    assert len(matrix["python"]) == len(matrix["system"]) == 3


def test_the_gpu_job_waits_for_a_runner_to_be_named():
    job = yaml.safe_load((FOLDER / "gpu.yml").read_text(encoding="utf-8"))["jobs"]["notebooks"]
    assert job["if"] == "vars.GPU_RUNNER != ''"
    assert job["runs-on"] == "${{ vars.GPU_RUNNER }}"


@pytest.mark.skipif(os.name == "nt", reason="needs a Unix file system and bash")
def test_the_ci_script_is_valid_bash_and_executable():
    script = ROOT / ".ci" / "run"
    done = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert script.stat().st_mode & 0o100
