"""The tests that every set of exercises is asked, made from tables of attempts: {name of the exercise: [attempts]}.

test_a_right_answer_passes_however_it_is_written = attempts.passing(EXERCISES, RIGHT)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

import pytest

from ainotes.checks.engine import Exercise

Exercises = Mapping[str, Exercise]
Table = Mapping[str, Sequence[Any]]


def of(*lessons: ModuleType) -> dict[str, Exercise]:
    """Return the exercises of one or more lessons' checks, by name."""
    return {name: value for lesson in lessons for name, value in vars(lesson).items() if isinstance(value, Exercise)}


def complete(*lessons: ModuleType, count: int, misconceptions: int) -> Callable[[], None]:
    """Return a test: each of `count` exercises is offered, has hints, and knows so many misconceptions at least."""

    def test() -> None:
        exercises = of(*lessons)
        assert sorted(exercises) == sorted(name for lesson in lessons for name in lesson.__all__)
        assert len(exercises) == count
        for name, exercise in exercises.items():
            assert len(exercise.misconceptions) >= misconceptions, name
            assert 2 <= len(exercise.hints) <= 4, name

    return test


def passing(exercises: Exercises, right: Table, *, least: int = 2) -> Callable[..., None]:
    """Return a test of each attempt: it passes. Every exercise must be solved in `least` ways besides its own."""
    _every_exercise(exercises, right, least)

    @_each(right)
    def test(name: str, attempt: Any) -> None:
        result = exercises[name].check(attempt)
        assert result.passed, f"{name}: {result}"

    return test


def failing(exercises: Exercises, wrong: Table, *, least: int = 0, status: Sequence[str] = ("wrong",)) -> Callable:
    """Return a test of each attempt that nobody foresaw: it is told that it fails, and no misconception is made up."""
    if least:
        _every_exercise(exercises, wrong, least)

    @_each(wrong)
    def test(name: str, attempt: Any) -> None:
        result = exercises[name].check(attempt)
        assert result.status in status, f"{name}: {result}"
        assert len(result.message) > 10, f"{name}: {result}"

    return test


def recognised(cases: Sequence[tuple[Exercise, Any, str]]) -> Callable[..., None]:
    """Return a test of each (exercise, attempt, parts of a message, | between): one of the parts is in what is said."""

    @pytest.mark.parametrize(("exercise", "attempt", "message"), cases)
    def test(exercise: Exercise, attempt: Any, message: str) -> None:
        result = exercise.check(attempt)
        assert result.status == "misconception", f"{exercise.name}: {result}"
        assert any(part in result.message for part in message.split("|")), f"{exercise.name}: {result.message}"

    return test


def _every_exercise(exercises: Exercises, table: Table, least: int) -> None:
    """Refuse a table that has less than `least` attempts at an exercise: the file is not collected then."""
    few = [name for name in exercises if len(table.get(name, ())) < least]
    unknown = sorted(set(table) - set(exercises))
    assert not few, f"less than {least} attempts at {few}"
    assert not unknown, f"no such exercise: {unknown}"


def _each(table: Table) -> pytest.MarkDecorator:
    """Parametrize over all attempts of a table; the ids are those of the exercises, numbered."""
    pairs = [(name, attempt, f"{name}-{i}") for name, attempts in table.items() for i, attempt in enumerate(attempts)]
    return pytest.mark.parametrize(
        ("name", "attempt"), [pytest.param(name, attempt, id=label) for name, attempt, label in pairs]
    )
