"""Tell a stub that nobody has filled in from an attempt."""

import dis
import textwrap
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

from ainotes.checks.sandbox import Outcome

_CLASS_FURNITURE = {
    "__module__",
    "__qualname__",
    "__doc__",
    "__dict__",
    "__weakref__",
    "__firstlineno__",
    "__static_attributes__",
}
_NOTHING = {"RESUME", "NOP", "CACHE", "MAKE_CELL", "COPY_FREE_VARS", "NOT_TAKEN"}
_RETURNS = {"LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}


def is_stub(attempt: Any, source: str | None = None) -> bool:
    """Tell whether an attempt is nothing yet.

    None, ``...``, a function whose body is only a docstring, ``pass``, ``...`` or a bare return, a class without
    members, or a function whose code is that of the stub given as `source`.

    Examples
    --------
    >>> def size_after(n, k):
    ...     "The docstring of a stub."
    ...     ...
    >>> is_stub(size_after), is_stub(lambda n, k: n - k + 1)
    (True, False)
    """
    if attempt is None or attempt is Ellipsis or attempt is NotImplemented:
        return True
    if isinstance(attempt, type):
        return set(vars(attempt)) <= _CLASS_FURNITURE
    code = code_of(attempt)
    if code is None:
        return False
    return _returns_nothing(code) or (source is not None and _same_code(code, _compiled(source)))


def says_not_attempted(outcome: Outcome) -> bool:
    """Tell whether a call gave back a placeholder: it returned ``...`` or raised NotImplementedError."""
    return outcome.value is Ellipsis or outcome.error == "NotImplementedError"


def code_of(attempt: Any) -> CodeType | None:
    """Return the code object of a function, a method or what a decorator with ``functools.wraps`` wraps."""
    for _ in range(10):
        inner = attempt.__dict__.get("__wrapped__") if isinstance(attempt, FunctionType) else None
        if inner is None:
            break
        attempt = inner
    attempt = getattr(attempt, "__func__", attempt)
    return attempt.__code__ if isinstance(attempt, FunctionType) else None


def home(attempt: Callable) -> str | None:
    """Return the file name of an attempt's code; of a class, that of its first method."""
    members = vars(attempt).values() if isinstance(attempt, type) else [attempt]
    codes = (code_of(member) for member in members)
    return next((code.co_filename for code in codes if code is not None), None)


def _returns_nothing(code: CodeType) -> bool:
    steps = [step for step in dis.get_instructions(code) if step.opname not in _NOTHING]
    values = [step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return all(step.opname in _RETURNS for step in steps) and all(value in (None, Ellipsis) for value in values)


def _same_code(one: CodeType, other: CodeType) -> bool:
    def essence(code: CodeType) -> tuple:
        # A docstring is a constant that nothing loads; compare what the instructions use.
        steps = [(step.opname, step.argrepr) for step in dis.get_instructions(code) if step.opname not in _NOTHING]
        return steps, code.co_varnames[: code.co_argcount]

    return essence(one) == essence(other)


def _compiled(source: str) -> CodeType:
    """Return the code of the first function in `source`."""
    module = compile(textwrap.dedent(source), "<stub>", "exec")
    return next(constant for constant in module.co_consts if isinstance(constant, CodeType))
