"""The engine behind the exercises: one small declarative object each, that recognises known misconceptions.

An exercise is declared once, at module level of ``ainotes/checks/LESSON.py``:

>>> from ainotes.checks.engine import Exercise, Misconception
>>> def _mean(values):
...     return sum(values) / len(values)
>>> def _total(values):
...     return sum(values)
>>> mean = Exercise(
...     name="mean",
...     title="The mean of some numbers",
...     difficulty=1,
...     minutes=5,
...     reference=_mean,
...     cases=[([1.0, 2.0, 6.0],), ([5.0],)],
...     misconceptions=(Misconception(_total, "That is the sum: divide it by how many numbers there are."),),
...     hints=("Add the numbers up first.", "Then divide by `len(values)`."),
... )
>>> mean.check(lambda values: sum(values) / len(values)).passed
True
>>> print(mean.check(lambda values: sum(values)))
✗ Not yet: That is the sum: divide it by how many numbers there are.
    mean([1.0, 2.0, 6.0])
    expected: 3.0
    got:      9.0
"""

import copy
import functools
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ainotes.checks import diagnose, stubs
from ainotes.checks.compare import ATOL, RTOL, changed, difference
from ainotes.checks.parts import Call, Misconception
from ainotes.checks.sandbox import Outcome, noting, run
from ainotes.checks.show import Hint, Result, Solution
from ainotes.checks.source import solution_code
from ainotes.checks.words import short

__all__ = ["Call", "Exercise", "Misconception"]

_EXPECTED_SECONDS = 120.0  # for a reference or a known variant, which is ours and ends


@dataclass(frozen=True, kw_only=True, eq=False)
class Exercise:
    """One exercise: what is asked, how it is checked, what is said.

    Parameters
    ----------
    name : str
        Name of the function or variable that the learner writes.
    title : str
        What the exercise is about, as in its heading.
    difficulty : int
        1 to 3 stars.
    minutes : int
        Time that a learner needs.
    reference : Any
        The right function; or, where a value is asked, the right value.
    cases : list of (tuple or Call), or callable
        Arguments of the calls that are compared; or a function without parameters that makes them, called again for
        every run (for arguments that cannot be copied, or that are large). Empty where a value is asked.
    misconceptions : tuple of Misconception
        Known wrong answers. One is recognised when the attempt does the same as one of its forms in every case in
        which that form differs from the reference.
    hints : tuple of str
        From a nudge to nearly the answer.
    call : callable, optional
        How an attempt is used, ``call(attempt, *arguments) -> value to compare``. By default it is called.
    same : callable, optional
        ``same(expected, got) -> bool`` instead of the comparison of `ainotes.checks.compare.difference`.
    rtol, atol : float
        Tolerances of that comparison.
    code : str, optional
        The solution's code to show; by default the source of `reference`, with the imports that it needs.
    stub : str, optional
        Source of what the learner starts from, where it is more than a docstring and ``...``.
    seconds : float
        Time limit of each call.
    mutates : bool
        True where the function is meant to change its arguments.
    praise : str
        A sentence to add when the attempt is right: what to notice.

    Raises
    ------
    ValueError, TypeError
        Where a field does not make sense.
    """

    name: str
    title: str
    difficulty: int
    minutes: int
    reference: Any
    cases: Iterable | Callable[[], Iterable] = ()
    misconceptions: tuple[Misconception, ...] = ()
    hints: tuple[str, ...] = ()
    call: Callable | None = None
    same: Callable[[Any, Any], bool] | None = None
    rtol: float = RTOL
    atol: float = ATOL
    code: str | None = None
    stub: str | None = None
    seconds: float = 5.0
    mutates: bool = False
    praise: str = ""
    _hints_shown: list = field(default_factory=list, init=False, repr=False)
    _outcomes_kept: dict = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self):
        if self.difficulty not in (1, 2, 3):
            raise ValueError(f"Exercise {self.name}: difficulty is 1, 2 or 3, got {self.difficulty!r}")
        if not self.minutes > 0:
            raise ValueError(f"Exercise {self.name}: minutes must be positive, got {self.minutes!r}")
        if isinstance(self.hints, str) or not self.hints:
            raise ValueError(f"Exercise {self.name}: hints needs a tuple with at least one sentence")
        if self.asks_function and not callable(self.cases) and not list(self.cases):
            raise ValueError(f"Exercise {self.name}: a function needs at least one case to be checked with")
        for case in [] if callable(self.cases) else self.cases:
            if not isinstance(case, (tuple, Call)):
                raise TypeError(f"Exercise {self.name}: a case is a tuple of arguments or a Call, got {short(case)}")

    @property
    def asks_function(self) -> bool:
        """True where the answer is a function (or a class), False where it is a value."""
        return callable(self.reference)

    def __repr__(self) -> str:
        stars = "★" * self.difficulty + "☆" * (3 - self.difficulty)
        return f"{self.title} · {stars} · {self.minutes} minutes: check({self.name}), hint(), solution()"

    def check(self, attempt: Any) -> Result:
        """Compare an attempt with the reference and say what was found.

        Never raises, whatever the attempt is or does; only a KeyboardInterrupt passes through. The attempt gets
        copies of the cases; random states are put back.

        Returns
        -------
        Result
            Its `status` is "right", "not attempted", "misconception", "wrong" or "error".
        """
        try:
            found = self._check_function(attempt) if self.asks_function else self._check_value(attempt)
        except Exception as error:
            # An attempt that breaks the check itself (its class lies about itself, say) still gets an answer.
            found = diagnose.Finding("error", f"The check could not handle this answer ({type(error).__name__}).")
        return Result(status=found.status, message=found.message, title=self.title, detail=found.detail)

    def hint(self) -> Hint:
        """Return the next hint; after the last one, the last one again."""
        last = len(self.hints)
        number = min(len(self._hints_shown) + 1, last)
        self._hints_shown.append(number)
        more = "" if number < last else " This was the last hint; `solution()` shows one way to write it."
        return Hint(message=f"{self.hints[number - 1]}{more}", title=f"{self.title}, hint {number} of {last}")

    def solution(self) -> Solution:
        """Return the solution, folded until it is opened."""
        return Solution(message=f"One way to do it: {self.title}.", title=self.title, code=self._solution_code())

    def _solution_code(self) -> str:
        if self.code is not None:
            return textwrap.dedent(self.code).strip()
        if not self.asks_function:
            return f"{self.name} = {self.reference!r}"
        return solution_code(self.reference, self.name)

    def _check_value(self, attempt: Any) -> diagnose.Finding:
        if attempt is None or attempt is Ellipsis:
            return diagnose.not_attempted(self.name)
        # Comparing runs the attempt's own __eq__ and __repr__, so it goes into the sandbox too.
        judged = run(lambda: self._judge_value(attempt), self.seconds)
        if judged.returned and judged.value is not None:
            return judged.value
        return diagnose.Finding("error", f"`{self.name}` cannot be compared ({judged.error or 'it takes too long'}).")

    def _judge_value(self, attempt: Any) -> diagnose.Finding:
        if self._difference(self.reference, attempt) is None:
            return diagnose.right(self.praise)
        for known in self.misconceptions:
            if any(self._difference(form, attempt) is None for form in known.forms):
                return diagnose.Finding("misconception", known.message, f"got: {short(attempt)}")
        return diagnose.wrong_value(self.name, self.reference, attempt)

    def _check_function(self, attempt: Any) -> diagnose.Finding:
        if stubs.is_stub(attempt, self.stub):
            return diagnose.not_attempted(self.name)
        if not callable(attempt):
            return diagnose.not_callable(self.name, attempt)
        calls = self._calls()
        mismatch = None if self.call else diagnose.parameters(self.name, attempt, self.reference, calls[0])
        if mismatch:
            return mismatch
        got = self._outcomes(attempt, self.seconds)
        if stubs.says_not_attempted(got[0]):
            return diagnose.not_attempted(self.name)
        expected = self._known_outcomes(self.reference)
        wrong = [i for i, outcome in enumerate(got) if not self._alike(expected[i], outcome)]
        if not wrong:
            return diagnose.right(self.praise)
        first = wrong[0]
        always = diagnose.fails_always(expected, got)
        known, place = self._recognise(expected, got, always)
        if known is not None:
            return diagnose.misconception(known.message, calls[place].text(self.name), expected[place], got[place])
        reason = self._reason(expected[first], got[first])
        return diagnose.wrong(self.name, calls[first], expected[first], got[first], reason, self.seconds, always)

    def _calls(self) -> list[Call]:
        """Return fresh arguments of every case."""
        cases = self.cases() if callable(self.cases) else copy.deepcopy(list(self.cases))
        return [case if isinstance(case, Call) else Call(*case) for case in cases]

    def _outcomes(self, function: Callable, seconds: float) -> list[Outcome]:
        """Run a function on every case; after one that ran out of time or is a placeholder the others are not tried."""
        pristine, outcomes = self._calls(), []
        for before, used in zip(pristine, self._calls(), strict=True):
            nothing: list[bool] = []  # of each call of the function itself: did it give back None?
            outcome = run(functools.partial(self._use, function, used, nothing), seconds, stubs.home(function))
            outcome.empty = bool(nothing) and all(nothing)
            if not self.mutates:
                pairs = zip(before.values(), used.values(), strict=True)
                outcome.changed = tuple(i for i, pair in enumerate(pairs) if changed(*pair))
            outcomes.append(outcome)
            if outcome.late or stubs.says_not_attempted(outcome):
                break
        return outcomes

    def _known_outcomes(self, function: Callable) -> list[Outcome]:
        """Return the outcomes of the reference or of a variant, computed once: with the same seed they are the same."""
        if id(function) not in self._outcomes_kept:
            self._outcomes_kept[id(function)] = self._outcomes(function, _EXPECTED_SECONDS)
        return self._outcomes_kept[id(function)]

    def _use(self, function: Callable, used: Call, nothing: list[bool]) -> Any:
        if self.call:
            return self.call(noting(function, nothing), *used.args, **used.kwargs)
        value = function(*used.args, **used.kwargs)
        nothing.append(value is None)
        return value

    def _recognise(self, expected: list[Outcome], got: list[Outcome], always: bool) -> tuple[Misconception | None, int]:
        """Return the misconception that explains the attempt best, and the first case that shows it.

        An attempt that always fails in one way has no more in common with a variant that fails so in some cases than
        the failure, which has reasons of its own: only a variant that always fails so explains it.
        """
        best, best_rank, place = None, (False, 0), 0
        if len(got) < len(expected):
            return best, place
        for known, form in ((each, form) for each in self.misconceptions for form in each.forms):
            variant = self._known_outcomes(form)
            telling = [i for i, outcome in enumerate(variant) if not self._alike(expected[i], outcome)]
            if not telling or not all(self._alike(variant[i], got[i]) for i in telling):
                continue
            everywhere = all(self._alike(*pair) for pair in zip(variant, got, strict=True))
            if always and not everywhere:
                continue
            if (everywhere, len(telling)) > best_rank:
                best, best_rank, place = known, (everywhere, len(telling)), telling[0]
        return best, place

    def _alike(self, expected: Outcome, got: Outcome) -> bool:
        if expected.returned != got.returned or expected.late or got.late:
            return False
        if expected.changed != got.changed:
            return False
        if not expected.returned:
            return (expected.error, expected.reason) == (got.error, got.reason)
        return self._reason(expected, got) is None

    def _reason(self, expected: Outcome, got: Outcome) -> str | None:
        """Return how a returned value differs, judged in the sandbox because the value is the learner's object."""
        if not got.returned:
            return None
        judged = run(lambda: self._difference(expected.value, got.value), self.seconds)
        if judged.returned:
            return judged.value
        return f"{short(expected.value)} expected, got an object that cannot be compared ({judged.error or 'too slow'})"

    def _difference(self, expected: Any, got: Any) -> str | None:
        if self.same is None:
            return difference(expected, got, self.rtol, self.atol)
        return None if self.same(expected, got) else f"{short(expected, 60)} expected, got {short(got, 60)}"
