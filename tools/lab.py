"""Open JupyterLab on the first page of the course; the first call sets up the environment.

python tools/lab.py [ARGUMENTS OF jupyter lab]
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import setup
from project import ROOT, absolute_folders, venv_program, write_text

import notebooks

FIRST_PAGE = "notebooks/start_here.ipynb"
POSIX = os.name == "posix"
DEFAULTS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}  # until the reader chooses


def command(arguments: list[str]) -> list[str]:
    """Return the command that opens JupyterLab, without its requests for news and updates."""
    quiet = [
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url=/lab/tree/{FIRST_PAGE}",  # what the printed address leads to, where no browser opens
    ]
    return [str(venv_program("jupyter")), "lab", FIRST_PAGE, *quiet, *for_root(), *arguments]


def set_defaults(environment: Path) -> None:
    """Write the settings of the environment's JupyterLab that a reader finds, where nobody has written any yet.

    Without them it begins with a question about news, which it would fetch from the network.
    """
    path = environment / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    if not path.exists():
        write_text(path, json.dumps(DEFAULTS, indent=2) + "\n")


def for_root() -> list[str]:
    """Return what lets root open JupyterLab, who one is in most containers; else nothing.

    Jupyter refuses root unless told. Its server answers this machine alone, and whoever has its token.
    """
    return ["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []


def serve(arguments: list[str], environment: dict[str, str]) -> int:
    """Run a server until it ends or is to be stopped; then let it shut its kernels down. Return its exit status.

    It gets a process group of its own: from Ctrl-C Jupyter would ask back, and nobody would be left to answer.
    """
    for name in ("SIGTERM", "SIGHUP") if POSIX else ():  # ended by a program, or the terminal is closed
        if signal.getsignal(number := getattr(signal, name)) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    apart: dict[str, Any] = {"process_group": 0} if POSIX else {}
    server = subprocess.Popen(arguments, cwd=ROOT, env=environment, **apart)
    try:
        return server.wait()
    except KeyboardInterrupt:
        print("\nStopping JupyterLab and its kernels.", flush=True)
        server.terminate()
        return server.wait()
    finally:
        server.kill()  # after a second Ctrl-C; else it has ended


def main() -> int:
    notebooks.main([])
    set_defaults(Path(sys.prefix))
    print(f"JupyterLab opens on {FIRST_PAGE}. To stop it, press Ctrl-C here.", flush=True)
    return serve(command(sys.argv[1:]), dict(os.environ) | absolute_folders(os.environ))


if __name__ == "__main__":
    setup.enter()
    sys.exit(main())
