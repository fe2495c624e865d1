"""Every exercise of every lesson keeps what the engine promises, whatever an attempt does."""

import importlib
import re
from pathlib import Path

import pytest
import torch
from torch import nn

from ainotes.checks.engine import Call, Exercise
from ainotes.checks.testing import find_exercises, flaws

EXERCISES = dict(sorted(find_exercises()))
FUNCTIONS = [address for address, exercise in EXERCISES.items() if exercise.asks_function]
CALLED = [address for address in FUNCTIONS if EXERCISES[address].call is None]  # others are used in ways of their own
HANDED_ON = [*CALLED, "landmarks.vgg_features"]  # there what an attempt gives back is what is compared
KINDS = {
    "text": "four",
    "list": [1, 2],
    "object": object(),
    "nan": float("nan"),
    "empty tensor": torch.zeros(0),
    "list of classes": [nn.ReLU],
}
NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
LESSONS = sorted(path.relative_to(NOTEBOOKS).as_posix() for path in NOTEBOOKS.rglob("*.py"))
HEADING = r"(?m)^# ## Exercise \d+ · .* · (★+)☆* · (\d+) minutes$"


def text_of(lesson: str) -> str:
    return (NOTEBOOKS / lesson).read_text(encoding="utf-8")


def module_of(lesson: str) -> str:
    """The name of the module of `ainotes.checks` that holds the lesson's exercises."""
    return re.search(r"from ainotes\.checks import (\w+) as ex", text_of(lesson))[1]


@pytest.mark.parametrize("address", EXERCISES)
def test_every_exercise_is_sound(address):
    assert flaws(EXERCISES[address]) == []


@pytest.mark.parametrize("address", EXERCISES)
def test_the_solution_that_is_shown_runs_as_it_is_and_passes(address):
    exercise = EXERCISES[address]
    space = {"torch": torch}  # which every lesson has imported
    exec(exercise.solution().code, space)
    assert exercise.check(space[exercise.name]).passed


@pytest.mark.parametrize("address", EXERCISES)
def test_every_sentence_ends_and_none_shouts(address):
    exercise = EXERCISES[address]
    for text in (
        *(known.message for known in exercise.misconceptions),
        *exercise.hints,
        exercise.praise or "Well done.",
    ):
        assert text.rstrip()[-1:] in {".", "?"}, text
        assert not re.search(r"!(\s|$)", text), text
        assert text.count("`") % 2 == 0, text
        assert "  " not in text, text


# --- Whatever an attempt does -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", FUNCTIONS)
def test_a_function_without_return_is_told_so(address):
    result = EXERCISES[address].check(lambda *args, **kwargs: print(end=""))
    assert result.status == "wrong"
    assert result.message == f"`{EXERCISES[address].name}` returned None. Did you forget `return`?"


@pytest.mark.parametrize("value", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("address", HANDED_ON)
def test_a_value_of_another_kind_is_wrong_and_named(address, value):
    result = EXERCISES[address].check(lambda *args, **kwargs: value)
    assert result.status == "wrong", result
    assert "expected" in result.message


@pytest.mark.parametrize("address", FUNCTIONS)
def test_an_error_is_answered_with_its_line(address):
    def fails(*args, **kwargs):
        return int("three")

    result = EXERCISES[address].check(fails)
    assert result.status == "error"
    assert f"`{EXERCISES[address].name}` raised ValueError in line" in result.message
    assert '`return int("three")`' in result.message


@pytest.mark.parametrize("address", FUNCTIONS)
def test_an_attempt_that_ends_the_program_or_never_ends_is_answered(address):
    def leaves(*args, **kwargs):
        raise SystemExit

    def calls_itself(*args, **kwargs):
        return calls_itself(*args, **kwargs)

    assert EXERCISES[address].check(leaves).status == "error"
    assert "calls itself without end" in EXERCISES[address].check(calls_itself).message


@pytest.mark.parametrize("address", CALLED)
def test_wrong_parameters_are_answered_with_the_right_ones(address):
    result = EXERCISES[address].check(lambda: 1)
    assert result.status == "wrong"
    assert f"Expected `{EXERCISES[address].name}(" in result.message


def first_arguments(exercise: Exercise) -> list:
    """The arguments of the first case, which are not to be changed."""
    cases = exercise.cases() if callable(exercise.cases) else exercise.cases
    first = next(iter(cases))
    return first.values() if isinstance(first, Call) else list(first)


def spoil(arguments) -> bool:
    """Change the first argument that can be changed; return whether there was one."""
    for value in arguments:
        if isinstance(value, torch.Tensor):
            value += 1
            return True
        if isinstance(value, list):
            value.append(value[0])
            return True
    return False


@pytest.mark.parametrize(
    "address",
    [each for each in HANDED_ON if any(isinstance(v, torch.Tensor | list) for v in first_arguments(EXERCISES[each]))],
)
def test_a_right_answer_that_spoils_its_input_is_no_pass(address):
    exercise, spoilt = EXERCISES[address], []

    def spoils(*args, **kwargs):
        result = exercise.reference(*args, **kwargs)
        spoilt.append(spoil(args))
        return result

    result = exercise.check(spoils)
    assert all(spoilt)
    assert not result.passed
    assert "chang" in result.message or "caller" in result.message
    assert exercise.check(exercise.reference).passed, "the cases must be whole again"


# --- Stars and minutes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lesson", LESSONS)
def test_stars_and_minutes_are_those_of_the_lessons(lesson):
    module = importlib.import_module(f"ainotes.checks.{module_of(lesson)}")
    parts = re.split(HEADING, text_of(lesson))
    told = {
        re.search(r"\bex\.(\w+)\.check\(", part)[1]: (len(stars), int(minutes))
        for stars, minutes, part in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    }
    assert told
    assert told == {name: (getattr(module, name).difficulty, getattr(module, name).minutes) for name in told}
