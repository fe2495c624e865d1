# ruff: noqa: NPY002 (learners use the global generator)
"""The engine behind the exercises: always an answer, and the right one."""

import builtins
import functools
import inspect
import random
import re
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import torch

from ainotes.checks import testing
from ainotes.checks.compare import changed, difference
from ainotes.checks.engine import Call, Exercise, Misconception
from ainotes.checks.limits import TimeIsUp, time_limit
from ainotes.checks.show import Hint
from ainotes.checks.words import short


def _accuracy(scores, labels):
    """Return the fraction of rows whose largest score stands at the label."""
    return sum(row.index(max(row)) == label for row, label in zip(scores, labels, strict=True)) / len(labels)


def _count(scores, labels):
    return sum(row.index(max(row)) == label for row, label in zip(scores, labels, strict=True))


def _percent(scores, labels):
    return 100 * _accuracy(scores, labels)


def _smallest(scores, labels):
    return sum(row.index(min(row)) == label for row, label in zip(scores, labels, strict=True)) / len(labels)


def _error_rate(scores, labels):
    return 1 - _accuracy(scores, labels)


def _sorts(scores, labels):
    right = _accuracy(scores, labels)
    scores.sort()
    return right


CASES = [([[0.1, 0.9, 0.3], [0.8, 0.2, 0.1], [0.3, 0.7, 0.4]], [1, 0, 2]), ([[3.0, 1.0, 2.0]], [0])]
MISTAKES = (
    Misconception(_count, "That is how many are right: divide by how many there are."),
    Misconception(_percent, "That is a percentage: a fraction lies between 0 and 1."),
    Misconception(_smallest, "That looks for the smallest score: the prediction is the *largest*."),
    Misconception(_error_rate, "That is the fraction of mistakes."),
    Misconception(_sorts, "Your function sorts the list that belongs to the caller."),
)


def exercise(**changes):
    declared = {
        "name": "accuracy",
        "title": "Accuracy",
        "difficulty": 2,
        "minutes": 10,
        "reference": _accuracy,
        "cases": CASES,
        "misconceptions": MISTAKES,
        "hints": ("What is the prediction of a row?", "Compare it with the label.", "Divide by `len(labels)`."),
        "seconds": 1.0,
    }
    return Exercise(**declared | changes)


def adder(**changes):
    """Return an exercise with one plain case and no misconceptions, for what goes wrong in general."""
    declared = {
        "reference": lambda a, b: a + b,
        "name": "add",
        "cases": [(1, 2)],
        "misconceptions": (),
        "code": "a + b",
    }
    return exercise(**declared | changes)


# --- what the engine promises of each exercise ---


def test_the_example_exercise_holds_all_promises():
    assert testing.flaws(exercise()) == []


def test_a_value_exercise_holds_all_promises():
    steps = exercise(
        name="steps",
        reference=9380,
        cases=(),
        misconceptions=(
            Misconception(938, "That is one epoch."),
            Misconception(9370, "The last, smaller batch counts too."),
            Misconception(600000, "Those are samples, not steps."),
        ),
    )
    assert testing.flaws(steps) == []
    assert steps.check(9380).passed
    wrong = steps.check(17)
    assert wrong.status == "wrong"
    assert "9380" not in str(wrong), "the answer must not be given away"


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        ({"misconceptions": MISTAKES[:4]}, "at least 5"),
        ({"misconceptions": (*MISTAKES[:4], Misconception(_accuracy, "Never seen."))}, "Never seen"),
        ({"misconceptions": (*MISTAKES, Misconception(_count, "The same as the first."))}, "The same as the first"),
        ({"misconceptions": (*MISTAKES, Misconception(_error_rate, MISTAKES[0].message))}, "share one message"),
        ({"hints": ("  ",)}, "hint is empty"),
        ({"code": "def accuracy(:"}, "does not compile"),
        ({"same": lambda expected, got: False}, "does not pass"),
    ],
)
def test_the_promises_name_what_is_not_kept(change, flaw):
    assert any(flaw in found for found in testing.flaws(exercise(**change)))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"difficulty": 4}, ValueError, "difficulty is 1, 2 or 3, got 4"),
        ({"minutes": 0}, ValueError, "minutes must be positive"),
        ({"hints": ()}, ValueError, "at least one sentence"),
        ({"hints": "one string"}, ValueError, "at least one sentence"),
        ({"cases": []}, ValueError, "at least one case"),
        ({"cases": [3]}, TypeError, "a case is a tuple of arguments"),
    ],
)
def test_a_badly_declared_exercise_says_so_at_once(change, error, message):
    with pytest.raises(error, match=message):
        exercise(**change)


# --- not attempted, right, known misconception ---


def bare(scores, labels): ...


def with_docstring(scores, labels):
    """Return the accuracy."""


def with_docstring_and_dots(scores, labels):
    """Return the accuracy."""
    # your code


def passing(scores, labels):
    pass


def returns_dots(scores, labels):
    result = ...  # your code
    return result


def not_implemented(scores, labels):
    raise NotImplementedError("your turn")


@pytest.mark.parametrize(
    "stub", [bare, with_docstring, with_docstring_and_dots, passing, returns_dots, not_implemented, ..., None]
)
def test_a_stub_is_not_attempted(stub):
    result = exercise().check(stub)
    assert result.status == "not attempted"
    assert not result.passed


def test_a_stub_with_lines_of_its_own_is_not_attempted_until_it_is_changed():
    stub = "def add(a, b):\n    total = a\n    ...  # your code\n    return total\n"
    space = {}
    exec(stub.replace("def add(a, b):", 'def add(a, b):\n    "Add."'), space)
    assert adder(stub=stub).check(space["add"]).status == "not attempted"
    exec(stub.replace("...", "total -= b"), space)
    assert adder(stub=stub).check(space["add"]).status == "wrong"


def test_an_empty_class_is_not_attempted_and_a_written_one_is_checked():
    class Reference:
        def total(self):
            return 3

    class Empty:
        """Nothing yet."""

    class Written:
        def total(self):
            return 4

    asked = exercise(reference=Reference, cases=[()], misconceptions=(), call=lambda made: made().total())
    assert asked.check(Empty).status == "not attempted"
    assert asked.check(Reference).passed
    assert asked.check(Written).message == "3 expected, got 4."


def test_the_right_function_passes_however_it_is_written():
    assert exercise(praise="Both loops at once.").check(lambda s, y: _accuracy(s, y)).message == "Both loops at once."
    assert exercise().check(functools.partial(_accuracy))
    assert adder(cases=[Call(1, b=2)]).check(lambda a, b: b + a)


def test_a_misconception_is_named_and_the_case_that_shows_it_is_given():
    result = exercise().check(lambda scores, labels: _count(scores, labels))
    assert (result.status, result.message) == ("misconception", MISTAKES[0].message)
    # The second case gives 1 either way: the first is the one that tells.
    assert result.detail.splitlines() == [
        "accuracy([[0.1, 0.9, 0.3], [0.8, 0.2, 0.1], [0.3, 0.7, 0.4]], [1, 0, 2])",
        "expected: 0.6666666666666666",
        "got:      2",
    ]


def test_a_misconception_that_only_changes_the_input_is_named():
    assert exercise().check(lambda s, y: _sorts(s, y)).message == MISTAKES[4].message


def test_among_misconceptions_that_fit_the_one_that_fits_everywhere_is_named():
    def only_positive(a, b):
        return abs(a) + abs(b)

    def forgets_b(a, b):
        return abs(a) + abs(b) if b < 0 else a

    both = (Misconception(only_positive, "Signs are lost."), Misconception(forgets_b, "b is lost."))
    asked = adder(cases=[(1, -2), (1, 2)], misconceptions=both)
    assert asked.check(lambda a, b: abs(a) + abs(b)).message == "Signs are lost."
    assert asked.check(lambda a, b: abs(a) + abs(b) if b < 0 else a).message == "b is lost."


def test_a_variant_that_raises_is_recognised_by_the_same_error_only():
    def needs_even(a, b):
        raise ValueError("odd")

    asked = adder(misconceptions=(Misconception(needs_even, "Odd numbers count too."),))

    def other_error(a, b):
        raise ValueError("something else")

    assert asked.check(lambda a, b: needs_even(a, b)).status == "misconception"
    assert asked.check(other_error).status == "error"


def test_an_error_in_another_form_gets_the_same_message():
    def gives_up(a, b):
        raise ValueError("b is negative")

    forms = Misconception(lambda a, b: a - abs(b), "Negative numbers can be added too.", also=(gives_up,))
    asked = adder(cases=[(1, 2)], misconceptions=(forms,))
    assert testing.flaws(asked) == ["it knows 1 wrong variants, at least 5 are needed"]
    assert asked.check(lambda a, b: gives_up(a, b)).message == forms.message
    value = exercise(name="three", reference=3, cases=(), misconceptions=(Misconception(4, "Too many.", also=(5, 6)),))
    assert value.check(6).message == "Too many."


def test_the_promises_hold_for_every_form_of_an_error():
    never = Misconception(_count, "Divide by how many there are.", also=(_percent, _accuracy))
    found = testing.flaws(exercise(misconceptions=(never, *MISTAKES[2:])))
    assert any(flaw.startswith("wrong variant 1, form 3") for flaw in found)
    assert not any(flaw.startswith("wrong variant 1 (") for flaw in found)


# --- an attempt that always fails has no misconception yet ---


def first_negative(values):
    """Return the first negative value, 0 where there is none."""
    return next((value for value in values if value < 0), 0)


def falls_off_the_end(values):
    for value in values:
        if value < 0:
            return value


def trips_at_the_end(values):
    place = 0
    while values[place] >= 0:
        place += 1
    return values[place]


def finder(*misconceptions, **changes):
    cases = [([1, -2],), ([3, 4],), ([-5],)]
    declared = {"name": "first_negative", "reference": first_negative, "cases": cases, "misconceptions": misconceptions}
    return exercise(**declared | changes)


FALLS = Misconception(falls_off_the_end, "Nothing comes back where no value is negative.")
TRIPS = Misconception(trips_at_the_end, "The list ends before a negative value is found.")


def never_returns(values):
    first_negative(values)


def always_trips(values):
    return values[len(values)]


def test_an_attempt_that_always_returns_none_hears_that_and_no_misconception_that_sometimes_does():
    result = finder(FALLS).check(never_returns)
    assert result.status == "wrong"
    assert result.message == "`first_negative` returned None. Did you forget `return`?"
    assert result.detail.splitlines() == ["first_negative([1, -2])", "expected: -2", "got:      None"]
    assert finder(FALLS).check(lambda values: falls_off_the_end(values)).message == FALLS.message


def test_an_attempt_that_always_prints_hears_that_it_prints():
    message = finder(FALLS).check(lambda values: print(first_negative(values))).message
    assert "prints its answer (`-2`) but returns None" in message


def test_an_attempt_that_always_raises_hears_what_and_no_misconception_that_sometimes_does():
    result = finder(TRIPS).check(always_trips)
    assert result.status == "error"
    assert "raised IndexError in line" in result.message
    assert "`return values[len(values)]`: list index out of range" in result.message
    assert result.detail == "called as: first_negative([1, -2])"
    assert finder(TRIPS).check(lambda values: trips_at_the_end(values)).message == TRIPS.message


def test_errors_of_one_kind_are_the_same_failure_whatever_they_say():
    def says_more(values):
        raise IndexError("list index out of range" if values == [3, 4] else f"no index in {values}")

    def of_two_kinds(values):
        raise (IndexError if values == [3, 4] else KeyError)("list index out of range")

    assert finder(TRIPS).check(says_more).status == "error"
    assert finder(TRIPS).check(of_two_kinds).message == TRIPS.message


@pytest.mark.parametrize("variant", [never_returns, always_trips])
def test_a_misconception_that_fails_in_every_case_keeps_its_message(variant):
    always = Misconception(variant, "That is another story.")
    asked = finder(FALLS, TRIPS, always)
    assert asked.check(lambda values: variant(values)).message == always.message


def test_none_in_some_cases_only_is_said_of_the_first_of_them():
    result = finder().check(lambda values: falls_off_the_end(values))
    assert result.message.startswith("`first_negative` returned None here, but not in every case.")
    assert result.detail.startswith("first_negative([3, 4])")


def test_none_is_seen_also_where_the_exercise_goes_on_with_what_comes_back():
    asked = finder(FALLS, call=lambda attempt, values: {"found": float(attempt(values))})
    result = asked.check(never_returns)
    assert (result.status, result.detail) == ("wrong", "called as: first_negative([1, -2])")
    assert result.message == "`first_negative` returned None. Did you forget `return`?"
    assert "raised IndexError" in asked.check(always_trips).message
    assert asked.check(lambda values: falls_off_the_end(values)).message == FALLS.message
    assert asked.check(first_negative).passed


def test_a_function_that_is_meant_to_return_none_may_do_so():
    def sort(values):
        values.sort()

    asked = finder(reference=sort, mutates=True, call=lambda attempt, values: attempt(values) or values)
    assert asked.check(lambda values: values.sort()).passed
    assert asked.check(lambda values: values.reverse()).message == "At index 0: 3 expected, got 4."


# --- whatever a learner's function does ---


def divides_by_zero(a, b):
    share = a / 0
    return share + b


def test_an_error_is_named_with_its_line_and_the_call():
    result = adder().check(divides_by_zero)
    assert result.status == "error"
    line = inspect.getsourcelines(divides_by_zero)[1] + 1
    assert f"raised ZeroDivisionError in line {line}, `share = a / 0`: division by zero" in result.message
    assert result.detail == "called as: add(1, 2)"


def endless(a, b):
    while True:
        pass


def endless_and_stubborn(a, b):
    while True:
        try:
            time.sleep(0.001)
        except:  # noqa: E722
            continue


def endless_prints(a, b):
    while True:
        print("again")


def sleeps(a, b):
    time.sleep(60)


@pytest.mark.parametrize("function", [endless, endless_and_stubborn, endless_prints])
@pytest.mark.parametrize("on_main", [True, False], ids=["main thread", "other thread"])
def test_an_endless_loop_is_ended(function, on_main):
    results = []
    check = functools.partial(lambda: results.append(adder(seconds=0.2).check(function)))
    if on_main:
        check()
    else:
        thread = threading.Thread(target=check)
        thread.start()
        thread.join(timeout=30)
    assert results[0].status == "error"
    assert "did not finish within 0.2 seconds" in results[0].message


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="only a signal wakes a sleeping call")
def test_a_sleeping_call_is_woken():
    started = time.monotonic()
    assert "did not finish" in adder(seconds=0.2).check(sleeps).message
    assert time.monotonic() - started < 30


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="POSIX timers")
def test_the_limit_gives_back_the_timer_and_the_handler_it_found():
    rang = []
    before = signal.signal(signal.SIGALRM, lambda *_: rang.append(True))
    try:
        signal.setitimer(signal.ITIMER_REAL, 50)
        with time_limit(1):
            pass
        assert 45 < signal.getitimer(signal.ITIMER_REAL)[0] <= 50
        signal.raise_signal(signal.SIGALRM)
        assert rang == [True]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_the_limit_is_over_when_the_body_is():
    with pytest.raises(TimeIsUp), time_limit(0.05):
        endless(1, 2)
    for _ in range(20):
        time.sleep(0.01)  # a leaked alarm would ring here
    with pytest.raises(ValueError, match="must be positive"):
        time_limit(0)


def prints(a, b):
    print(a + b)


def returns_none(a, b):
    a + b


def recurses(a, b):
    return recurses(a, b)


def leaves(a, b):
    sys.exit(3)


def leaves_with_an_interpreter_error(a, b):
    raise GeneratorExit


def asks(a, b):
    return int(input("a? "))


class Hostile:
    def __eq__(self, other):
        raise RuntimeError("no comparing")

    def __repr__(self):
        raise RuntimeError("no showing")

    __hash__ = None


class Slow:
    def __eq__(self, other):
        endless(1, 2)

    __hash__ = None


class Liar:
    """Claims to be an int and is none."""

    @property
    def __class__(self):
        return int


class HostileError(Exception):
    def __str__(self):
        raise RuntimeError("no message")


def raises_hostile(a, b):
    raise HostileError


async def waits(a, b):
    return a + b


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (prints, r"prints its answer \(`3`\) but returns None"),
        (returns_none, "Did you forget `return`"),
        (recurses, "calls itself without end"),
        (leaves, "ends the program in line"),
        (leaves_with_an_interpreter_error, "raised GeneratorExit"),
        (asks, "must not ask with input"),
        (lambda a, b: Hostile(), "an int expected, got a Hostile|An int expected"),
        (lambda a, b: float("nan"), "An int expected, got a float"),
        (lambda a, b: [a, b], "An int expected, got a list"),
        (lambda a, b: (x for x in [a]), "An int expected, got a generator"),
        (lambda a, b: Liar(), "."),
        (waits, "An int expected, got a coroutine"),
        (raises_hostile, r"raised HostileError in line .*its message cannot be shown"),
        (lambda a: a, r"Expected `add\(a, b\)`, got `add\(a\)`"),
        (lambda a, b, c: a, "missing a required argument: 'c'"),
        (3, r"needs the function itself, got an int: write `check\(add\)`"),
        ("add", "needs the function itself, got a str"),
        (max, "3 expected, got 2"),
    ],
)
def test_whatever_a_function_does_there_is_an_answer(function, message):
    result = adder().check(function)
    assert not result.passed
    assert re.search(message, result.message), result
    assert result._repr_html_().count("<div") == 1
    assert str(result) == repr(result)


@pytest.mark.parametrize(
    ("expected", "got", "message"),
    [
        (0.5, float("nan"), "0.5 expected, got nan"),
        (0.5, torch.tensor(0.5), "`.item\\(\\)` makes it a number"),
        (torch.zeros(2, 3), torch.zeros(3, 2), r"Shape \(2, 3\) expected, got \(3, 2\)"),
        (torch.zeros(2), torch.zeros(2, dtype=torch.int64), "Dtype float32 expected, got int64"),
        (torch.zeros(4), torch.tensor([0, float("nan"), 0, 0]), "1 of 4 values are nan"),
        (torch.zeros(4), np.zeros(4), "A tensor expected, got an array"),
        (torch.arange(4), torch.tensor([0, 1, 3, 3]), r"1 of 4 values differ, the first at \[2\]: 2 expected, got 3"),
        ([1, 2], [1, 2, 3], "2 items expected, got 3"),
        ({"a": 1}, {"b": 1}, "Key 'a' is missing"),
        ({"a": [1, 2.0]}, {"a": [1, 2.5]}, "At key 'a': at index 1: 2 expected, got 2.5"),
        (True, 1, "A bool expected, got an int"),
        (1, True, "An int expected, got a bool"),
        ("ab", "ba", "'ab' expected, got 'ba'"),
    ],
)
def test_a_wrong_value_is_described(expected, got, message):
    result = exercise(reference=lambda: expected, cases=[()], misconceptions=()).check(lambda: got)
    assert result.status == "wrong"
    assert re.search(message, result.message), result


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (0.5, np.float32(0.5)),
        (1.0, 1),
        (3, np.int64(3)),
        (float("nan"), float("nan")),
        (float("inf"), float("inf")),
        (True, np.True_),
        ((1, 2), torch.Size([1, 2])),
        (torch.ones(2), torch.nn.Parameter(torch.ones(2))),
        (torch.ones(2), torch.ones(2) + 1e-6),
        (torch.ones(2, dtype=torch.bfloat16), torch.ones(2, dtype=torch.bfloat16)),
        ({1, 2}, {2, 1}),
        (torch.tensor([float("nan")]), torch.tensor([float("nan")])),
    ],
)
def test_what_a_learner_may_reasonably_return_is_the_same(expected, got):
    assert difference(expected, got) is None


@pytest.mark.parametrize("value", [Hostile(), Slow()], ids=["raises", "never ends"])
def test_an_object_that_cannot_be_compared_gets_an_answer(value):
    class Thing:
        pass

    result = exercise(reference=lambda: Thing(), cases=[()], misconceptions=(), seconds=0.2).check(lambda: value)
    assert result.status == "wrong"
    asked = exercise(name="thing", reference=1.5, cases=(), misconceptions=(Misconception(Thing(), "x"),), seconds=0.2)
    assert asked.check(value).status in ("wrong", "error")


def test_a_value_is_told_apart_by_kind_and_shape_only():
    asked = exercise(name="image", reference=torch.zeros(1, 28, 28), cases=(), misconceptions=())
    assert asked.check(torch.zeros(28, 28)).message == "`image` should have shape (1, 28, 28), got (28, 28)."
    assert asked.check([0]).message == "`image` should be a tensor, got a list."
    assert asked.check(torch.zeros(1, 28, 28)).passed


# --- a good guest ---


def test_an_attempt_that_changes_its_input_is_told_so_and_the_cases_stay_as_they_were():
    images = torch.zeros(3)

    def grows(images, add=1):
        images += add
        return images

    asked = exercise(
        name="brighter", reference=lambda images, add=1: images + add, misconceptions=(), cases=[(images,)]
    )
    result = asked.check(grows)
    assert "changes its input (argument 1)" in result.message
    assert images.tolist() == [0, 0, 0]
    assert "`add`" in _by_name_result().message


def _by_name_result():
    def pops(values, add):
        add.clear()
        return values

    cases = [Call([1], add=[2])]
    return exercise(reference=lambda values, add: values, misconceptions=(), cases=cases).check(pops)


def test_an_exercise_may_ask_for_a_function_that_changes_its_input():
    asked = exercise(reference=lambda v: v.sort() or v, cases=[([2, 1],)], misconceptions=(), mutates=True)
    assert asked.check(lambda v: v.sort() or v).passed


def test_changes_are_seen_inside_containers_and_modules():
    layer = torch.nn.Linear(2, 2)
    copy = torch.nn.Linear(2, 2)
    copy.load_state_dict(layer.state_dict())
    assert not changed(copy, layer)
    assert changed(copy, layer.eval())
    layer.train().weight.data[0, 0] += 1
    assert changed(copy, layer)
    assert changed({"a": [1, np.zeros(2)]}, {"a": [1, np.ones(2)]})
    assert changed([1], [1, 2])
    assert changed([1], [1.0])
    assert not changed(object(), object())


def test_cases_can_be_made_anew_for_every_run():
    def cases():
        return [(iter([1, 2, 3]),)]

    assert exercise(reference=sum, cases=cases, misconceptions=(), code="sum").check(lambda values: sum(list(values)))


def test_random_numbers_are_the_same_for_everyone_and_the_state_is_given_back():
    def draws():
        return [random.random(), float(np.random.rand()), float(torch.rand(1))]

    def greedy():
        random.random(), np.random.rand(), torch.rand(1)
        torch.set_grad_enabled(False)
        return draws()

    asked = exercise(reference=draws, cases=[()], misconceptions=())
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    expected = draws()
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    assert asked.check(lambda: draws()).passed
    assert not asked.check(greedy).passed
    assert torch.is_grad_enabled()
    assert draws() == expected


def test_nothing_is_printed_and_input_works_again(capsys):
    ask = builtins.input
    assert adder().check(prints).status == "wrong"
    assert adder().check(lambda a, b: print("note") or a + b).passed
    assert builtins.input is ask
    assert capsys.readouterr() == ("", "")


def test_an_interrupt_by_the_learner_passes_through():
    def interrupted(a, b):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        adder().check(interrupted)


def test_the_engine_does_not_import_torch():
    code = (
        "import sys; from ainotes.checks.engine import Exercise\n"
        "asked = Exercise(name='f', title='t', difficulty=1, minutes=1, reference=abs, cases=[(1,)], hints=('h',))\n"
        "assert asked.check(lambda x: x).passed\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


# --- what the learner sees ---


def test_hints_come_one_after_the_other_and_the_last_one_stays():
    asked = exercise()
    assert "prediction" in asked.hint().message
    assert "label" in asked.hint().message
    assert asked.hint().message.startswith("Divide by `len(labels)`. This was the last hint")
    third = asked.hint()
    assert third.title == "Accuracy, hint 3 of 3"
    assert "<code>len(labels)</code>" in third._repr_html_()
    assert exercise().hint().title == "Accuracy, hint 1 of 3"


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Count *each* of `labels`.", "Count <em>each</em> of <code>labels</code>."),
        ("*All of them*, by `a*b*c`", "<em>All of them</em>, by <code>a*b*c</code>"),
        ("2*3*4 is a * b * c, and *args", "2*3*4 is a * b * c, and *args"),
        ("*a < b*", "<em>a &lt; b</em>"),
    ],
)
def test_code_and_stressed_words_are_set_so(message, shown):
    assert f"{shown}</p>" in Hint(title="", message=message)._repr_html_()


def test_the_solution_shows_the_source_under_the_learners_name():
    shown = exercise().solution()
    assert shown.code.startswith("def accuracy(scores, labels):")
    assert "<details><summary>" in shown._repr_html_()
    assert "def accuracy" in repr(shown)
    assert exercise(name="steps", reference=12, cases=(), misconceptions=()).solution().code == "steps = 12"
    assert adder(code="  def add(a, b):\n      return a + b").solution().code.startswith("def add")


def test_the_solution_brings_the_imports_that_it_uses_and_no_others():
    def _seconds(work: threading.Thread, clock=time.monotonic):
        return functools.partial(clock)() - np.float64(clock())

    lines = exercise(name="seconds", reference=_seconds, cases=[()], misconceptions=()).solution().code.splitlines()
    assert lines[:7] == [
        "import functools",
        "import threading",
        "import time",
        "import numpy as np",
        "",
        "",
        "def seconds(work: threading.Thread, clock=time.monotonic):",
    ]


def test_a_solution_that_is_part_of_a_line_is_shown_as_that_line():
    made = exercise(name="double", reference=lambda x: 2 * x, cases=[(1,)], misconceptions=())
    assert "lambda x: 2 * x" in made.solution().code


def test_html_is_escaped_and_says_its_status_in_words():
    result = exercise(name="tag", reference="<b>", cases=(), misconceptions=()).check("<script>alert(1)</script>")
    page = result._repr_html_()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "Not yet" in page
    assert 'aria-label="Not yet: Accuracy"' in page


def test_long_values_are_shortened():
    assert short(torch.zeros(2, 3, 4)) == "tensor of shape (2, 3, 4), float32"
    assert short(torch.tensor([0.123456789, 2])) == "tensor([0.12346, 2])"
    assert len(short(list(range(1000)))) <= 110
    assert short(Hostile()) == "<a Hostile whose repr raises RuntimeError>"
    assert short((1,)) == "(1,)"


def test_an_exercise_tells_what_it_is():
    assert repr(exercise()) == "Accuracy · ★★☆ · 10 minutes: check(accuracy), hint(), solution()"
