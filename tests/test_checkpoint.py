"""A run that was killed goes on as if nothing had happened."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from ainotes.utils import checkpoint as checkpoints
from ainotes.utils.run import Run
from ainotes.utils.train import fit

CPU = torch.device("cpu")


def run(path, epochs=4, *, channels=4, lr=0.05, count=24, keep_best=False, quiet=True, stop_when=None, seed=5):
    """Train a small net with dropout, a scheduler, validation and shuffling: all that draws random numbers."""
    torch.manual_seed(1)
    data = TensorDataset(torch.rand(count, 1, 8, 8), torch.arange(count) % 2)
    model = nn.Sequential(
        nn.Conv2d(1, channels, 3), nn.BatchNorm2d(channels), nn.ReLU(), nn.Flatten(), nn.Dropout(), nn.LazyLinear(2)
    )
    model(data.tensors[0][:2])
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=8)
    own = torch.Generator().manual_seed(2)
    loader = DataLoader(data, batch_size=5, shuffle=True, generator=own)
    history = fit(
        loader,
        model,
        nn.CrossEntropyLoss(),
        optimizer,
        epochs,
        CPU,
        val_dataloader=DataLoader(data, batch_size=8),
        scheduler=scheduler,
        checkpoint=path,
        seed=seed,
        keep_best=keep_best,
        stop_when=stop_when,
        quiet=quiet,
    )
    return history, model.state_dict()


def assert_equal_runs(first, second):
    (history, state), (other_history, other_state) = first, second
    assert history == other_history
    assert list(state) == list(other_state)
    assert all(torch.equal(state[name], other_state[name]) for name in state)


class Killed(Exception):
    """Stands for a kill at the end of an epoch."""


def killed_after(epochs):
    def stop(history):
        if len(history["loss"]) == epochs:
            raise Killed
        return False

    return stop


@pytest.mark.parametrize("keep_best", [False, True])
def test_a_run_continued_after_any_epoch_equals_one_never_interrupted(tmp_path, keep_best):
    whole = run(None, keep_best=keep_best)
    for epochs in (1, 2, 3):
        path = tmp_path / f"{epochs}.pt"
        with pytest.raises(Killed):
            run(path, keep_best=keep_best, stop_when=killed_after(epochs))
        assert_equal_runs(whole, run(path, keep_best=keep_best))


def test_a_run_killed_in_its_first_epoch_starts_again_from_the_same_state(tmp_path, monkeypatch):
    path = tmp_path / "run.pt"
    whole = run(None, seed=None)
    with monkeypatch.context() as patch:
        patch.setattr(Run, "one_epoch", lambda self: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            run(path, seed=None)
    assert checkpoints.load(path)["history"]["loss"] == []
    torch.rand(3)  # whatever happened since
    assert_equal_runs(whole, run(path, seed=None))


def test_the_printed_epochs_are_those_of_a_run_never_interrupted(tmp_path, capsys):
    run(None, quiet=False)
    whole = capsys.readouterr().out.splitlines()
    with pytest.raises(Killed):
        run(tmp_path / "run.pt", stop_when=killed_after(2))
    run(tmp_path / "run.pt", quiet=False)
    resumed = capsys.readouterr().out.splitlines()
    assert resumed[1].endswith("2 of 4 epochs are done.")
    assert resumed[:1] + resumed[2:] == whole


def test_a_finished_run_returns_at_once_and_a_longer_one_goes_on(tmp_path):
    path = tmp_path / "run.pt"
    assert_equal_runs(run(path, 2), run(path, 2))
    assert_equal_runs(run(None, 4), run(path, 4))


def test_a_shorter_run_than_the_file_holds_is_refused(tmp_path):
    run(tmp_path / "run.pt", 3)
    with pytest.raises(ValueError, match="already holds 3 epochs, more than the 2"):
        run(tmp_path / "run.pt", 2)


def test_a_checkpoint_of_another_model_is_refused_and_stays_as_it_is(tmp_path):
    path = tmp_path / "run.pt"
    run(path, 1)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"another model: 0.weight is \(4, 1, 3, 3\) there, \(6, 1, 3, 3\) here"):
        run(path, 1, channels=6)
    assert path.read_bytes() == before


def test_a_checkpoint_of_another_run_names_what_changed(tmp_path):
    run(tmp_path / "run.pt", 1)
    with pytest.raises(ValueError, match=r"another run: lr was 0\.05, is 0\.1"):
        run(tmp_path / "run.pt", 2, lr=0.1)
    with pytest.raises(ValueError, match="samples was 24, is 20; batches was 5, is 4"):
        run(tmp_path / "run.pt", 2, count=20)


@pytest.mark.parametrize("keep", [0, 10, 0.5, 0.99])
def test_a_truncated_file_is_refused_and_stays_as_it_is(tmp_path, keep):
    path = tmp_path / "run.pt"
    run(path, 1)
    whole = path.read_bytes()
    part = whole[: int(keep * len(whole)) if isinstance(keep, float) else keep]
    path.write_bytes(part)
    with pytest.raises(ValueError, match=r"not a complete checkpoint .*Delete it to start afresh"):
        run(path, 1)
    assert path.read_bytes() == part


def test_a_file_of_another_kind_is_refused(tmp_path):
    torch.save({"weights": torch.zeros(1)}, tmp_path / "other.pt")
    with pytest.raises(ValueError, match="was not written by fit"):
        run(tmp_path / "other.pt", 1)


def test_a_failed_save_leaves_the_last_good_file(tmp_path, monkeypatch):
    path = tmp_path / "run.pt"
    checkpoints.save(path, {"value": 1})
    monkeypatch.setattr(torch, "save", lambda state, file: (file.write(b"half"), 1 / 0))
    with pytest.raises(ZeroDivisionError):
        checkpoints.save(path, {"value": 2})
    assert checkpoints.load(path)["value"] == 1


SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
import torch
from test_checkpoint import run
torch.set_num_threads(1)
path, result = sys.argv[1:]
print("ready", flush=True)
torch.save(run(None if path == "-" else path, epochs=30, count=60), result)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_process_killed_at_random_moments_ends_like_one_never_killed(tmp_path):
    """Three moments here; tests/benchmarks/kill_and_resume.py takes more."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(tests=str(Path(__file__).parent)))
    environment = os.environ | {"OMP_NUM_THREADS": "1"}

    def start(path, result):
        command = [sys.executable, script, path, result]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert process.stdout.readline() == "ready\n"
        return process

    began = time.monotonic()
    with start("-", tmp_path / "whole.pt") as process:
        assert process.wait() == 0
    duration = time.monotonic() - began
    path, kills = tmp_path / "run.pt", 0
    for attempt in range(3):
        with start(path, tmp_path / "resumed.pt") as process:
            time.sleep(duration * (0.2 + 0.2 * attempt))
            process.kill()
            kills += process.wait() == -signal.SIGKILL
    with start(path, tmp_path / "resumed.pt") as process:
        assert process.wait() == 0
    assert kills > 0
    whole, resumed = (torch.load(tmp_path / name, weights_only=True) for name in ("whole.pt", "resumed.pt"))
    assert_equal_runs(whole, resumed)
