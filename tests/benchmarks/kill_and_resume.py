"""Kill a training run at ten random moments, resume it each time, and compare it with one never interrupted.

    python tests/benchmarks/kill_and_resume.py --trials 10

Each trial starts afresh, is killed once with SIGKILL at a moment drawn at random between its first and its last step,
and is resumed to its end. Weights and history must equal those of the whole run bit for bit.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from test_checkpoint import SCRIPT, assert_equal_runs


def start(script, path, result):
    process = subprocess.Popen(
        [sys.executable, script, path, result], stdout=subprocess.PIPE, text=True, env=os.environ
    )
    process.stdout.readline()
    return process


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--trials", type=int, default=10)
    trials = arguments.parse_args().trials
    folder = Path(tempfile.mkdtemp())
    script = folder / "script.py"
    script.write_text(SCRIPT.format(tests=str(Path(__file__).parents[1])))
    with start(script, "-", folder / "whole.pt") as process:
        began = time.monotonic()
        process.wait()
    duration = time.monotonic() - began
    whole = torch.load(folder / "whole.pt", weights_only=True)
    equal = 0
    for trial in range(trials):
        path, result = folder / f"run{trial}.pt", folder / f"result{trial}.pt"
        moment = random.uniform(0, duration)
        with start(script, path, result) as process:
            time.sleep(moment)
            process.kill()
        with start(script, path, result) as process:
            process.wait()
        assert_equal_runs(whole, torch.load(result, weights_only=True))
        equal += 1
        print(f"killed after {moment:.2f} of {duration:.2f} s, resumed: equal", flush=True)
    print(f"{equal} of {trials} equal; torch {torch.__version__}")


if __name__ == "__main__":
    main()
