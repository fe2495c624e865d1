"""Every exercise of every lesson keeps what the engine promises."""

import pytest

from ainotes.checks.testing import find_exercises, flaws

EXERCISES = dict(find_exercises())


@pytest.mark.parametrize("address", sorted(EXERCISES))
def test_every_exercise_is_sound(address):
    assert flaws(EXERCISES[address]) == []
