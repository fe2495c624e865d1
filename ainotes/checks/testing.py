"""What every exercise must hold, for the tests of this package and of a course that adapts it."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import ainotes.checks
from ainotes.checks.engine import Exercise

LEAST_VARIANTS, LEAST_WRONG_VALUES = 5, 3


def find_exercises() -> Iterator[tuple[str, Exercise]]:
    """Yield every exercise of every module of `ainotes.checks` with its address, such as "training.accuracy"."""
    for module in sorted(pkgutil.iter_modules(ainotes.checks.__path__), key=lambda found: found.name):
        contents = vars(importlib.import_module(f"ainotes.checks.{module.name}"))
        for name, value in contents.items():
            if isinstance(value, Exercise):
                yield f"{module.name}.{name}", value


def flaws(exercise: Exercise) -> list[str]:
    """Return what is wrong with an exercise, one sentence each; an empty list where it is sound.

    The solution passes, every known wrong variant gets exactly its own message, a stub is "not attempted", there are
    at least five wrong variants (three where a value is asked), hints come one after the other, the solution has code.
    """
    return [*_solution_flaws(exercise), *_variant_flaws(exercise), *_stub_flaws(exercise), *_text_flaws(exercise)]


def _solution_flaws(exercise: Exercise) -> Iterator[str]:
    result = exercise.check(exercise.reference)
    if not result.passed:
        yield f"the solution does not pass: {result}"
    try:
        compile(exercise.solution().code, exercise.name, "exec")
    except SyntaxError as error:
        yield f"the code shown as the solution does not compile: {error}"


def _variant_flaws(exercise: Exercise) -> Iterator[str]:
    least = LEAST_VARIANTS if exercise.asks_function else LEAST_WRONG_VALUES
    if len(exercise.misconceptions) < least:
        yield f"it knows {len(exercise.misconceptions)} wrong variants, at least {least} are needed"
    messages = [known.message for known in exercise.misconceptions]
    if len(set(messages)) < len(messages):
        yield "two misconceptions share one message"
    for number, known in enumerate(exercise.misconceptions, start=1):
        for form, variant in enumerate(known.forms):
            result = exercise.check(variant)
            if result.status != "misconception" or result.message != known.message:
                named = f"wrong variant {number}" + (f", form {form + 1}" if form else "")
                yield f"{named} ({known.message!r}) was answered with: {result}"


def _stub_flaws(exercise: Exercise) -> Iterator[str]:
    stubs: list[Any] = [..., None]
    if exercise.asks_function:
        stubs.append(lambda *args, **kwargs: ...)
        if exercise.stub is not None:
            space: dict[str, Any] = {}
            exec(exercise.stub, space)  # our own text, from the exercise's declaration
            stubs.append(space[exercise.name])
    for stub in stubs:
        result = exercise.check(stub)
        if result.status != "not attempted":
            yield f"the stub {stub!r} was answered with: {result}"


def _text_flaws(exercise: Exercise) -> Iterator[str]:
    if not all(hint.strip() for hint in exercise.hints):
        yield "a hint is empty"
    if not exercise.title.strip() or not exercise.name.isidentifier():
        yield "it needs a title, and a name that can be written in Python"
