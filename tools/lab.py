"""Open JupyterLab on the first page of the course; the first call sets up the environment.

python tools/lab.py [ARGUMENTS OF jupyter lab]
"""

from __future__ import annotations

import os
import subprocess
import sys

import setup
from project import ROOT, absolute_folders, venv_program

import notebooks

FIRST_PAGE = "notebooks/start_here.ipynb"


def command(arguments: list[str]) -> list[str]:
    """Return the command that opens JupyterLab, without its requests for news and updates."""
    quiet = [
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        f"--ServerApp.root_dir={ROOT}",
    ]
    return [str(venv_program("jupyter")), "lab", FIRST_PAGE, *quiet, *arguments]


def main() -> int:
    notebooks.main([])
    print(f"JupyterLab opens on {FIRST_PAGE}. To stop it, press Ctrl-C here.", flush=True)
    try:
        return subprocess.call(command(sys.argv[1:]), cwd=ROOT, env=dict(os.environ) | absolute_folders(os.environ))
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    setup.enter()
    sys.exit(main())
