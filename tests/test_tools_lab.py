"""`make lab`: what is started, as whom, and what the reader may add."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tools_path import ROOT, load

lab = load("lab")
TESTS = Path(__file__).parent


def test_the_first_page_is_there_and_opens_in_the_courses_folder():
    command = lab.command([])
    assert (ROOT / lab.FIRST_PAGE).exists()
    assert command[1:3] == ["lab", lab.FIRST_PAGE]
    assert f"--ServerApp.root_dir={ROOT}" in command
    assert f"--LabApp.default_url=/lab/tree/{lab.FIRST_PAGE}" in command, "the printed address leads to it too"


def test_the_environments_settings_are_written_once_and_left_to_the_reader(tmp_path):
    lab.set_defaults(tmp_path)
    path = tmp_path / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    assert json.loads(path.read_text()) == lab.DEFAULTS
    path.write_text("{}")
    lab.set_defaults(tmp_path)
    assert path.read_text() == "{}"


def test_what_the_reader_adds_comes_last_and_so_has_the_last_word():
    assert lab.command(["--no-browser", "--ServerApp.port=9999"])[-2:] == ["--no-browser", "--ServerApp.port=9999"]


@pytest.mark.parametrize(("user", "allowed"), [(0, True), (1000, False), (None, False)])
def test_root_is_let_in_and_nobody_else_is_told_about_it(monkeypatch, user, allowed):
    monkeypatch.delattr(os, "geteuid", raising=False)  # as on Windows
    if user is not None:
        monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    assert ("--allow-root" in lab.command([])) is allowed


SERVER = """
import signal, sys, time
def leave(*_):
    print("kernels are shut down", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
print("ready", flush=True)
time.sleep(300)
"""
RUNNER = f"""
import os, signal, sys
# Not what this test inherited: in the background, or under nohup, signals are ignored.
for name in ("SIGTERM", "SIGHUP"):
    if hasattr(signal, name):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, {str(TESTS)!r})
from tools_path import load
sys.exit(load("lab").serve([sys.executable, "-c", sys.argv[1]], dict(os.environ)))
"""


def running(server):
    """Run a stand-in for Jupyter as `make lab` runs it, in a process of its own: it sets handlers of signals."""
    return subprocess.Popen([sys.executable, "-c", RUNNER, server], stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_lets_the_server_shut_down_in_order(number):
    with running(SERVER) as runner:
        assert runner.stdout.readline() == "ready\n"
        assert os.getpgid(runner.pid) == os.getpgid(0), "Ctrl-C reaches the runner as it would reach this test"
        runner.send_signal(getattr(signal, number))
        assert runner.stdout.read() == "\nStopping JupyterLab and its kernels.\nkernels are shut down\n"
    assert runner.returncode == 0


def test_a_server_that_ends_by_itself_gives_its_status():
    with running("raise SystemExit(3)") as runner:
        pass
    assert runner.returncode == 3
