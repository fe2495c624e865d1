"""What the exercises on overfitting teach agrees with torch and with `fit`."""

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from ainotes.checks import overfitting as ex
from ainotes.utils.train import fit, patience


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
def test_early_stopping_stops_where_patience_does(limit):
    losses = torch.rand(30, generator=torch.Generator().manual_seed(limit)).tolist()
    best, stop = ex.early_stop.reference(losses, limit)
    says = [patience(limit)({"val_loss": losses[:epoch]}) for epoch in range(1, 31)]
    assert stop == (says.index(True) + 1 if True in says else 30)
    assert losses[best - 1] == min(losses[:stop])


def test_dropout_is_torchs():
    """With torch's own mask as noise, the exercise's dropout gives what `nn.Dropout` gives."""
    x = torch.rand(200) + 1
    torch.manual_seed(0)
    expected = nn.Dropout(0.3)(x)
    noise = torch.where(expected == 0, 0.0, 1.0)
    assert torch.allclose(ex.dropout.reference(x, 0.3, noise, True), expected)
    assert torch.equal(ex.dropout.reference(x, 0.3, noise, False), nn.Dropout(0.3).eval()(x))


def test_the_penalty_is_weight_decay_of_sgd():
    """A step on loss + penalty is a step of SGD with weight decay, for a net without biases."""
    torch.manual_seed(0)
    x = torch.rand(4, 3)
    ends = []
    for strength, decay in ((0.2, 0.0), (0.0, 0.2)):
        torch.manual_seed(1)
        model = nn.Sequential(nn.Linear(3, 4, bias=False), nn.ReLU(), nn.Linear(4, 1, bias=False))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=decay)
        (model(x).square().mean() + ex.l2_penalty.reference(model, strength)).backward()
        optimizer.step()
        ends.append(torch.cat([weight.detach().flatten() for weight in model.parameters()]))
    assert torch.allclose(*ends)


def test_a_right_answer_written_another_way_passes():
    def early_stop(losses, patience):
        for stop in range(1, len(losses) + 1):
            best = losses.index(min(losses[:stop])) + 1
            if stop - best == patience:
                break
        return best, stop

    def flip(images, coins):
        return torch.stack([image.flip(-1) if coin else image for image, coin in zip(images, coins, strict=True)])

    def dropout(x, p, noise, training):
        return x * (noise >= p).float() / (1 - p) if training else x.clone()

    def l2_penalty(model, strength):
        total = torch.zeros(())
        for name, parameter in model.named_parameters():
            if name.endswith("weight"):
                total = total + parameter.pow(2).sum()
        return 0.5 * strength * total

    def choose(runs):
        best = None
        for name in runs:
            for number, loss in enumerate(runs[name]["val_loss"]):
                if best is None or loss < best[0]:
                    best = (loss, name, number + 1)
        return best[1:]

    for attempt in (early_stop, flip, dropout, l2_penalty, choose):
        result = getattr(ex, attempt.__name__).check(attempt)
        assert result.passed, result


def test_a_net_can_learn_random_labels_by_heart():
    """The lesson's claim about capacity, on a tiny net: no structure in the labels, and still no mistake."""
    torch.manual_seed(0)
    data = TensorDataset(torch.rand(24, 1, 6, 6), torch.randint(0, 3, (24,)))
    model = nn.Sequential(nn.Flatten(), nn.Linear(36, 64), nn.ReLU(), nn.Linear(64, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    history = fit(DataLoader(data, batch_size=8), model, nn.CrossEntropyLoss(), optimizer, 80, "cpu", quiet=True)
    assert history["acc"][-1] == 1.0
