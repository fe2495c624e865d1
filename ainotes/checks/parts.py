"""What an exercise is declared with: the calls that are compared, and the wrong answers that are known."""

from dataclasses import dataclass
from typing import Any

from ainotes.checks.words import short


@dataclass(frozen=True)
class Misconception:
    """A known wrong answer and what to say about it.

    Parameters
    ----------
    variant : Any
        The wrong function; in an exercise that asks for a value, the wrong value.
    message : str
        One or two sentences that name the error and the way on, without giving the answer away.
        What stands between backticks is set as code, words between asterisks are stressed.
    also : tuple
        The same error in other forms that do not give the same values, or not the same exception, in every case.
    """

    variant: Any
    message: str
    also: tuple = ()

    @property
    def forms(self) -> tuple:
        """All forms of this error, `variant` first."""
        return (self.variant, *self.also)


class Call:
    """The arguments of one case where some have names: ``Call(images, weight, stride=2)``."""

    def __init__(self, *args: Any, **kwargs: Any):
        self.args, self.kwargs = args, kwargs

    def values(self) -> list:
        """Return all arguments, positional first."""
        return [*self.args, *self.kwargs.values()]

    def text(self, name: str) -> str:
        """Return the call as a line of code."""
        parts = [short(value) for value in self.args]
        parts += [f"{key}={short(value)}" for key, value in self.kwargs.items()]
        return f"{name}({', '.join(parts)})"
