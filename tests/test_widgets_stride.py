"""The figure of sizes: what Python knows of it is what torch does."""

import itertools

import pytest
import torch
from torch.nn import functional as F
from traitlets import TraitError

from ainotes.widgets.stride import LIMITS, StrideExplorer

GRID = list(itertools.product((1, 2, 7, 16), (1, 2, 3, 7), (1, 2, 5), (0, 1, 4), (1, 3)))


@pytest.mark.parametrize("size", sorted({size for size, *_ in GRID}))
def test_the_output_has_torchs_size_and_unseen_pixels_get_no_gradient(size):
    for given in (each for each in GRID if each[0] == size):
        figure = StrideExplorer(*given)
        _, kernel, stride, padding, dilation = given
        row = torch.zeros(1, 1, size, requires_grad=True)
        weight = torch.ones(1, 1, kernel)
        if not figure.output_size:
            with pytest.raises(RuntimeError, match="Kernel size can't be greater than actual input size"):
                F.conv1d(row, weight, stride=stride, padding=padding, dilation=dilation)
            assert figure.unseen == list(range(size)), given
            continue
        output = F.conv1d(row, weight, stride=stride, padding=padding, dilation=dilation)
        (gradient,) = torch.autograd.grad(output.sum(), row)
        assert figure.output_size == output.shape[-1], given
        assert figure.unseen == (gradient[0, 0] == 0).nonzero().flatten().tolist(), given


def test_eight_pixels_with_stride_two_lose_the_last_one():
    figure = StrideExplorer(size=8, kernel=3, stride=2)
    assert (figure.output_size, figure.unseen) == (3, [7])
    assert figure.alt == (
        "A kernel of 3, stride 2, padding 0 and dilation 1 on an input of 8 by 8 pixels: the output has 3 by 3 cells, "
        "and no window sees pixel 7 of a row."
    )
    figure.padding = 1
    assert (figure.output_size, figure.unseen) == (4, [])


def test_the_alt_text_tells_what_is_lost():
    assert StrideExplorer(7, 2, 5).alt.endswith("no window sees pixels 2, 3, 4 of a row.")
    assert StrideExplorer(8).alt.endswith("the output has 6 by 6 cells, and every pixel is seen.")
    assert StrideExplorer(4, 7).alt.endswith("on an input of 4 by 4 pixels: it does not fit.")
    assert StrideExplorer(8, alt="Mine.").poster() == ["Mine."]


def test_a_kernel_that_does_not_fit_can_be_mended():
    figure = StrideExplorer(size=4, kernel=7)
    assert (figure.output_size, figure.unseen) == (0, [0, 1, 2, 3])
    figure.padding = 2
    assert (figure.output_size, figure.unseen) == (2, [])


@pytest.mark.parametrize("name", LIMITS)
def test_each_number_has_its_range(name):
    least, most = LIMITS[name]
    figure = StrideExplorer()
    for value in (least, most):
        setattr(figure, name, value)
        assert getattr(StrideExplorer(**{name: value}), name) == value
    for value in (least - 1, most + 1):
        message = f"StrideExplorer: {name} expects a whole number from {least} to {most}, got {value}"
        with pytest.raises(ValueError, match=message):
            StrideExplorer(**{name: value})
        with pytest.raises(ValueError, match=message):
            setattr(figure, name, value)
    assert getattr(figure, name) == most, "a refused number changes nothing"
    with pytest.raises(TypeError, match=f"{name} expects a whole number, got 2.5"):
        StrideExplorer(**{name: 2.5})
    with pytest.raises(TraitError):
        setattr(figure, name, 2.5)


def test_the_cell_is_a_row_and_a_column():
    figure = StrideExplorer(cell=[1, 2])
    assert figure.cell == [1, 2]
    with pytest.raises(ValueError, match=r"cell is \[row, column\] of the output, got \[1\]"):
        figure.cell = [1]
    with pytest.raises(ValueError, match="cell expects a whole number from 0 to 23, got -1"):
        figure.cell = [0, -1]
    assert figure.cell == [1, 2]


def test_its_state_is_all_that_the_page_gets():
    state = StrideExplorer(8, 3, 2, 1, 1).state()
    title = "How big is the output?"
    numbers = {"size": 8, "kernel": 3, "stride": 2, "padding": 1, "dilation": 1}
    assert {name: value for name, value in state.items() if name != "alt"} == numbers | {"cell": [0, 0], "title": title}
