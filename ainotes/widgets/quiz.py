"""A quiz with a reason for every choice."""

from collections.abc import Iterable, Mapping
from typing import Any

import traitlets

from ainotes.widgets.base import LiveFigure


class Quiz(LiveFigure):
    """Questions with one right choice each; every choice says why it is right or wrong.

    Parameters
    ----------
    questions : list of dict
        Each with "ask" (the question), "choices" (a dict: text of the choice -> feedback) and "answer" (the text of
        the right choice). What stands between backticks is set as code, between asterisks as emphasis.
    title : str
        Shown above the questions.

    Attributes
    ----------
    chosen : list
        For each question the number of the choice that was checked last, counted from 0, or None. Synchronised.

    Raises
    ------
    TypeError, ValueError
        Where a question lacks something or its answer is not among its choices.

    Examples
    --------
    >>> quiz = Quiz([{
    ...     "ask": "How many pixels has an image of 28 rows and 28 columns?",
    ...     "choices": {"56": "That is the sum: multiply.", "784": "28 × 28."},
    ...     "answer": "784",
    ... }])
    >>> quiz.chosen = [1]
    >>> quiz.score
    (1, 1)
    """

    figure = "quiz"
    questions: Any = traitlets.List().tag(sync=True)
    chosen: Any = traitlets.List().tag(sync=True)

    def __init__(self, questions: Iterable[Mapping[str, Any]], *, title: str = "Check yourself", **kwargs: Any):
        asked = [_question(number, each) for number, each in enumerate(questions, start=1)]
        if not asked:
            raise ValueError("Quiz: expected at least one question, got none")
        count = len(asked)
        alt = f"{title}: a quiz with {count} question{'s' * (count > 1)}."
        super().__init__(questions=asked, chosen=[None] * count, title=title, alt=alt, **kwargs)

    @property
    def score(self) -> tuple[int, int]:
        """How many questions are answered rightly, and how many there are."""
        right = sum(chosen == asked["answer"] for chosen, asked in zip(self.chosen, self.questions, strict=True))
        return right, len(self.questions)

    @traitlets.validate("chosen")
    def _valid_chosen(self, proposal: Any) -> list:
        chosen = list(proposal["value"])
        if len(chosen) != len(self.questions):
            raise ValueError(f"Quiz: chosen needs one entry for each of {len(self.questions)} questions, got {chosen}")
        for choice, asked in zip(chosen, self.questions, strict=True):
            count = len(asked["choices"])
            if choice is not None and not (isinstance(choice, int) and 0 <= choice < count):
                raise ValueError(f"Quiz: a choice is None or 0 to {count - 1}, got {choice!r}")
        return chosen

    def poster(self) -> list[str]:
        """Return the questions with their choices, so that also a page without scripts asks them."""
        lines = [self.alt]
        for number, asked in enumerate(self.questions, start=1):
            choices = " / ".join(text for text, _ in asked["choices"])
            lines.append(f"{number}. {asked['ask']} {choices}")
        return lines


def _question(number: int, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a question as its module reads it: choices as [text, feedback] pairs, the answer as a position."""
    if not isinstance(asked, Mapping) or not {"ask", "choices", "answer"} <= set(asked):
        raise TypeError(f"Quiz: question {number} needs a dict with 'ask', 'choices' and 'answer', got {asked!r:.200}")
    choices = asked["choices"]
    if not isinstance(choices, Mapping) or len(choices) < 2:
        raise TypeError(f"Quiz: question {number} needs a dict of at least two choices, text -> feedback")
    for text, feedback in choices.items():
        if not (isinstance(text, str) and text.strip() and isinstance(feedback, str) and feedback.strip()):
            raise ValueError(f"Quiz: question {number}: the choice {text!r} and its feedback must be texts, not empty")
    if asked["answer"] not in choices:
        raise ValueError(f"Quiz: question {number}: the answer {asked['answer']!r} is not one of {list(choices)}")
    pairs = [[text, feedback] for text, feedback in choices.items()]
    return {"ask": str(asked["ask"]), "choices": pairs, "answer": list(choices).index(asked["answer"])}
