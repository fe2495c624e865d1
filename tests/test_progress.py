"""The bars of `fit`: as they always were on a terminal; in a notebook one line that is rewritten, and then gone."""

import sys
from types import SimpleNamespace

import IPython.display
import nbclient
import nbformat
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from ainotes.utils import progress
from ainotes.utils.train import NonFiniteLossError, fit


class Stumbling(nn.Module):
    """A model that raises in a given forward pass."""

    def __init__(self, error=None, at=None):
        super().__init__()
        self.net, self.error, self.at, self.calls = nn.Linear(2, 2), error, at, 0

    def forward(self, images):
        self.calls += 1
        if self.calls == self.at:
            raise self.error
        return self.net(images)


def train(model=None, scale=1.0, **options):
    """Two epochs of three batches."""
    torch.manual_seed(0)
    model = model or nn.Linear(2, 2)
    loader = DataLoader(TensorDataset(torch.rand(12, 2) * scale, torch.arange(12) % 2), batch_size=4)
    return fit(loader, model, nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), 0.1), 2, "cpu", **options)


@pytest.fixture
def cell(monkeypatch):
    """Pretend to be in a kernel, with every drawing sent; yield what the cell's output is told, in order."""
    told = []

    def display(bundle, *, raw, display_id):
        assert raw is True
        assert display_id is True
        told.append(("new", bundle))
        return SimpleNamespace(update=lambda bundle, *, raw: told.append(("update", bundle)))

    monkeypatch.setattr(IPython.display, "display", display)
    monkeypatch.setattr(progress, "in_kernel", lambda: True)
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0)
    return told


def drawn(told):
    return [bundle["text/plain"] for what, bundle in told if what == "update" and bundle]


# -- in a notebook ---------------------------------------------------------------------------------------------------


def test_all_epochs_share_one_output_that_ends_empty(cell, capsys):
    train()
    assert cell[0] == ("new", {"text/plain": ""})
    assert cell[-1] == ("update", {})
    assert [what for what, _ in cell].count("new") == 1
    assert any(line.startswith("Epoch [  1/  2]: ") for line in drawn(cell))
    assert drawn(cell)[-1].startswith("Epoch [  2/  2]: 100%|██████████| 3/3 [")
    assert capsys.readouterr().err == ""


def test_the_output_is_there_before_the_first_line_so_that_the_lines_stay_together(cell, monkeypatch):
    monkeypatch.setattr("builtins.print", lambda line: cell.append(("print", line)))
    train()
    assert [what for what, _ in cell][:2] == ["new", "print"]
    assert cell[1][1].startswith("Training started!")


def test_a_line_is_never_wiped_while_training_goes_on(cell):
    train()
    assert all(line == line.strip() and line for line in drawn(cell))


def test_epochs_that_are_over_at_once_send_nothing(cell, monkeypatch):
    monkeypatch.setattr(progress, "EVERY_SECONDS", 1e6)
    train()
    assert cell == [("new", {"text/plain": ""}), ("update", {})]


def test_quiet_takes_no_output(cell):
    train(quiet=True)
    assert cell == []


def test_an_interrupt_leaves_the_output_empty(cell, capsys):
    assert len(train(Stumbling(KeyboardInterrupt(), at=5))["loss"]) == 1
    assert "stopped by you in epoch 2" in capsys.readouterr().out
    assert drawn(cell)
    assert cell[-1] == ("update", {})


@pytest.mark.parametrize(
    ("model", "scale", "error"),
    [(Stumbling(ZeroDivisionError(), at=2), 1.0, ZeroDivisionError), (None, float("nan"), NonFiniteLossError)],
    ids=["an error of the model", "a loss that is not finite"],
)
def test_an_error_leaves_the_output_empty_and_goes_on_to_the_learner(cell, model, scale, error):
    with pytest.raises(error):
        train(model, scale)
    assert drawn(cell)
    assert cell[-1] == ("update", {})


def test_a_checkpoint_that_is_refused_leaves_the_output_empty(cell, tmp_path):
    (tmp_path / "run.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(ValueError, match=r"run\.pt"):
        train(checkpoint=tmp_path / "run.pt")
    assert cell[-1] == ("update", {})


# -- on a terminal ---------------------------------------------------------------------------------------------------


def test_on_a_terminal_each_bar_is_drawn_on_standard_error_and_wiped(capsys):
    train()
    lines = capsys.readouterr().err.split("\r")
    assert any(line.startswith("Epoch [  1/  2]:   0%|          | 0/3 [") for line in lines)
    assert any(line.startswith("Epoch [  2/  2]:   0%|          | 0/3 [") for line in lines)
    assert [line for line in lines[-2:] if line.strip()] == []


@pytest.mark.parametrize(
    ("ipython", "expected"),
    [
        (None, False),
        (SimpleNamespace(get_ipython=lambda: None), False),
        (SimpleNamespace(get_ipython=lambda: SimpleNamespace(colors="Linux")), False),
        (SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=object())), True),
    ],
    ids=["plain Python", "IPython imported only", "IPython on a terminal", "a notebook"],
)
def test_a_kernel_is_told_from_what_is_none(monkeypatch, ipython, expected):
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    assert progress.in_kernel() is expected


# -- for real --------------------------------------------------------------------------------------------------------

SETUP = """
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from ainotes.utils import progress
from ainotes.utils.train import fit

progress.EVERY_SECONDS = 0
loader = DataLoader(TensorDataset(torch.rand(12, 2), torch.arange(12) % 2), batch_size=4)

class Net(nn.Linear):
    error, left = None, 5
    def forward(self, images):
        self.left -= 1
        if self.error and not self.left:
            raise self.error
        return super().forward(images)

def train(error=None):
    net = Net(2, 2)
    net.error = error
    fit(loader, net, nn.CrossEntropyLoss(), torch.optim.SGD(net.parameters(), 0.1), 2, "cpu")
"""


def test_an_executed_notebook_keeps_the_printed_lines_and_nothing_else():
    codes = [SETUP, "train()", "train(KeyboardInterrupt())", "train(ZeroDivisionError())"]
    cells = [nbformat.v4.new_code_cell(code, id=f"cell-{number}") for number, code in enumerate(codes)]
    cells[3].metadata.tags = ["raises-exception"]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", coalesce_streams=True).execute()
    for cell, kinds, last in (
        (cells[1], ["display_data", "stream"], "Training complete! Total gradient descent steps: 6"),
        (cells[2], ["display_data", "stream"], "Training stopped by you in epoch 2"),
        (cells[3], ["display_data", "stream", "error"], "Epoch [  1/  2] finished."),
    ):
        assert [output.output_type for output in cell.outputs] == kinds
        assert cell.outputs[0].data == {}
        assert cell.outputs[1].name == "stdout"
        assert cell.outputs[1].text.splitlines()[-1].startswith(last)
