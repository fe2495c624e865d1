"""What to say about an outcome that is not right: the sentences of the checks."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ainotes.checks.compare import difference
from ainotes.checks.sandbox import Outcome
from ainotes.checks.words import kind, short


@dataclass(frozen=True)
class Finding:
    """Status, sentence and details of a result."""

    status: str
    message: str
    detail: str = ""


def not_attempted(name: str) -> Finding:
    """Say that there is nothing to check yet."""
    return Finding("not attempted", f"Write `{name}`, then run this cell again.")


def right(praise: str) -> Finding:
    """Say that the attempt is right."""
    return Finding("right", praise or "Well done.")


def not_callable(name: str, attempt: Any) -> Finding:
    """Say that a function was expected."""
    return Finding(
        "wrong",
        f"`check` needs the function itself, got {kind(attempt)}: write `check({name})`, without calling it.",
        f"got: {short(attempt)}",
    )


def parameters(name: str, attempt: Callable, reference: Callable, call: Any) -> Finding | None:
    """Compare the parameters of an attempt with the arguments of a call; None where they fit."""
    try:
        signature = inspect.signature(attempt)
    except (ValueError, TypeError):
        return None  # a builtin that does not tell
    try:
        signature.bind(*call.args, **call.kwargs)
    except TypeError as error:
        wanted = f"{name}{inspect.signature(reference)}"
        return Finding(
            "wrong",
            f"The parameters do not fit: {error}. Expected `{wanted}`, got `{name}{signature}`.",
            f"called as: {call.text(name)}",
        )
    return None


def fails_always(expected: list[Outcome], got: list[Outcome]) -> bool:
    """Tell whether an attempt gives back None in every case, or raises the same kind of error in every case."""
    if len(got) < len(expected):
        return False
    nothing = all(outcome.empty for outcome in got) and not all(outcome.empty for outcome in expected)
    raised = bool(got[0].error) and len({outcome.error for outcome in got}) == 1
    return nothing or (raised and any(outcome.returned for outcome in expected))


def misconception(message: str, call: str, expected: Outcome, got: Outcome) -> Finding:
    """Give a known misconception its own message, with the first case that shows it."""
    return Finding("misconception", message, _detail(call, expected, got))


def wrong_value(name: str, expected: Any, got: Any) -> Finding:
    """Say that a value is wrong, and only of what kind it should be: the value itself stays the learner's to find."""
    if kind(expected) != kind(got) and difference(expected, got, 1e9, 1e9) is not None:
        return Finding("wrong", f"`{name}` should be {kind(expected)}, got {kind(got)}.", f"got: {short(got)}")
    wanted, shape = getattr(expected, "shape", None), getattr(got, "shape", None)
    if wanted is not None and shape is not None and wanted != shape:
        return Finding("wrong", f"`{name}` should have shape {tuple(wanted)}, got {tuple(shape)}.")
    return Finding("wrong", f"`{name}` is not that. A `hint()` may help.", f"got: {short(got)}")


def wrong(
    name: str, call: Any, expected: Outcome, got: Outcome, reason: str | None, seconds: float, always: bool = False
) -> Finding:
    """Say what happened in the first case that is not right, and that it `always` does, where it is a failure."""
    text = call.text(name)
    if got.late:
        return Finding(
            "error",
            f"`{name}` did not finish within {seconds:g} seconds. Is there a loop that never ends?",
            f"called as: {text}",
        )
    if (got.empty and not expected.empty) or (got.returned and got.value is None and expected.value is not None):
        return _returned_none(name, text, expected, got, always)
    if got.error:
        return _raised(name, text, got)
    if reason is None and got.changed:
        return _mutated(name, call, got)
    sentence = f"{reason}." if reason and len(reason) < 160 else "This case is not right yet."
    return Finding("wrong", sentence[:1].upper() + sentence[1:], _detail(text, expected, got))


def _raised(name: str, text: str, got: Outcome) -> Finding:
    where = f" in line {got.line}, `{short_text(got.code, 80)}`" if got.code else ""
    if got.error == "SystemExit":
        return Finding("error", f"`{name}` ends the program{where}. Let it return its answer.", f"called as: {text}")
    if got.error == "RecursionError":
        message = f"`{name}` calls itself without end{where} (RecursionError). When should it stop?"
        return Finding("error", message, f"called as: {text}")
    reason = f": {short_text(got.reason)}" if got.reason else ""
    return Finding("error", f"`{name}` raised {got.error}{where}{reason}", f"called as: {text}")


def _returned_none(name: str, text: str, expected: Outcome, got: Outcome, always: bool) -> Finding:
    printed = short_text(got.printed.strip(), 60)
    if printed:
        message = f"`{name}` prints its answer (`{printed}`) but returns None. Let it `return` the value."
    elif always or not got.empty:
        message = f"`{name}` returned None. Did you forget `return`?"
    else:
        message = f"`{name}` returned None here, but not in every case. Which way through it ends without `return`?"
    # Where the exercise went on with that None, what came of it is not the learner's doing.
    plain = got.returned and got.value is None
    return Finding("wrong", message, _detail(text, expected, got) if plain else f"called as: {text}")


def _mutated(name: str, call: Any, got: Outcome) -> Finding:
    names = [*(f"argument {i + 1}" for i in range(len(call.args))), *(f"`{key}`" for key in call.kwargs)]
    which = " and ".join(names[i] for i in got.changed)
    message = (
        f"The value is right, but `{name}` changes its input ({which}). Work on a copy: the caller still needs it."
    )
    return Finding("wrong", message, f"called as: {call.text(name)}")


def _detail(call: str, expected: Outcome, got: Outcome) -> str:
    return f"{call}\nexpected: {_outcome(expected)}\ngot:      {_outcome(got)}"


def _outcome(outcome: Outcome) -> str:
    if outcome.error:
        return f"{outcome.error}: {short_text(outcome.reason)}"
    changed = " (and its input is changed)" if outcome.changed else ""
    return short(outcome.value) + changed


def short_text(text: str, width: int = 160) -> str:
    """Return a text on one line, cut to `width` characters."""
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1] + "…"
