"""Run a learner's function so that whatever it does becomes an outcome."""

import builtins
import contextlib
import copy
import functools
import inspect
import io
import linecache
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np

from ainotes.checks.limits import TimeIsUp, time_limit
from ainotes.checks.words import is_tensor

_PRINTED_AT_MOST = 10_000  # characters


@dataclass
class Outcome:
    """What one call did: it returned a value, raised an error, or ran out of time."""

    value: Any = None
    error: str = ""  # "ZeroDivisionError"
    reason: str = ""  # the error's own message
    line: int = 0  # in the learner's file or cell
    code: str = ""  # the text of that line
    late: bool = False
    printed: str = ""
    changed: tuple[int, ...] = ()  # positions of arguments that the call changed
    empty: bool = False  # the function itself gave back None, however the exercise goes on with that

    @property
    def returned(self) -> bool:
        """True where the call gave a value."""
        return not self.error and not self.late


class _Capped(io.StringIO):
    """Keeps the beginning of what is printed; an endless loop of prints fills no memory."""

    def write(self, text: str) -> int:
        if self.tell() < _PRINTED_AT_MOST:
            super().write(text)
        return len(text)


def run(call: Callable[[], Any], seconds: float, home: str | None = None, seed: int = 0) -> Outcome:
    """Call `call()` under a time limit and return what happened; a KeyboardInterrupt passes through.

    Random numbers start at `seed`, printed text is kept, warnings are silent, ``input()`` raises; the random state,
    the gradient mode and the recursion limit are as before when this returns.

    Parameters
    ----------
    call : callable
        Takes nothing.
    seconds : float
        Time limit.
    home : str, optional
        File name of the learner's code, to name the line where an error came from.
    seed : int
        Seed of `random`, of NumPy's global generator and of torch's (where torch is imported).

    Returns
    -------
    Outcome
        Its value is a copy where a copy can be made.
    """
    printed = _Capped()
    outcome = Outcome()
    with _as_before(seed), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(_Capped()):
        limit = time_limit(seconds)
        try:
            with limit:
                outcome.value = _frozen(call())
        except KeyboardInterrupt:
            raise
        except TimeIsUp:
            limit.stop()  # again: an asynchronous exception may have cut the first one short
            outcome.late = True
        except BaseException as error:  # SystemExit too: sys.exit must not end the learner's kernel
            outcome = _failed(error, home)
    outcome.printed = printed.getvalue()
    return outcome


def noting(function: Callable, nothing: list[bool]) -> Callable:
    """Return a function that notes of each of its calls whether it gave back None.

    What is no plain function comes back as it is: an exercise may use more of it than its call.
    """
    if not inspect.isroutine(function):
        return function

    @functools.wraps(function)
    def noted(*args: Any, **kwargs: Any) -> Any:
        nothing.append(False)  # and so it stays where the call raises
        value = function(*args, **kwargs)
        nothing[-1] = value is None
        return value

    return noted


@contextlib.contextmanager
def _as_before(seed: int) -> Iterator[None]:
    """Seed every generator, and put everything back afterwards."""
    torch = sys.modules.get("torch")
    python, recursion, ask = random.getstate(), sys.getrecursionlimit(), builtins.input
    # The learner's code may use the global generator.
    numpy = np.random.get_state()  # noqa: NPY002
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    builtins.input = _no_input
    with warnings.catch_warnings(), _torch_as_before(torch, seed):
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)  # noqa: NPY002
            sys.setrecursionlimit(recursion)
            builtins.input = ask


@contextlib.contextmanager
def _torch_as_before(torch: Any, seed: int) -> Iterator[None]:
    if torch is None:
        yield
        return
    state, grad, dtype = torch.get_rng_state(), torch.is_grad_enabled(), torch.get_default_dtype()
    on_gpu = torch.cuda.is_initialized()
    gpu = torch.cuda.get_rng_state_all() if on_gpu else []
    # Not torch.manual_seed: that would also seed devices whose state was not kept.
    torch.default_generator.manual_seed(seed)
    if on_gpu:
        torch.cuda.manual_seed_all(seed)
    try:
        yield
    finally:
        torch.set_rng_state(state)
        torch.set_grad_enabled(grad)
        torch.set_default_dtype(dtype)
        if on_gpu:
            torch.cuda.set_rng_state_all(gpu)


def _no_input(prompt: object = "") -> str:
    raise RuntimeError("a checked function must not ask with input(): take the value as a parameter")


def _frozen(value: Any) -> Any:
    """Copy a returned value, so that a later call cannot change it."""
    if is_tensor(value):
        return value.detach().clone()
    if inspect.iscoroutine(value):
        value.close()
    try:
        return copy.deepcopy(value)
    except Exception:
        return value


def _failed(error: BaseException, home: str | None) -> Outcome:
    try:
        reason = str(error)
    except Exception:
        reason = "(its message cannot be shown)"
    line, code = _place(error.__traceback__, home)
    return Outcome(error=type(error).__name__, reason=reason, line=line, code=code)


def _place(trace: TracebackType | None, home: str | None) -> tuple[int, str]:
    """Return number and text of the innermost line that stands in the learner's file; (0, "") where none does."""
    found = (0, "")
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == home:
            found = (trace.tb_lineno, linecache.getline(home, trace.tb_lineno).strip())
        trace = trace.tb_next
    return found
