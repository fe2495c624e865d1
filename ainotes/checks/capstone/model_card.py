"""Exercise: a model card, in one's own words, that says all that its reader must know."""

import re

from ainotes.checks.engine import Exercise, Misconception

FINE = "nothing is missing"

FACTS = (
    {
        "name": "cups and mugs",
        "classes": ["cup", "mug"],
        "train": 244,
        "test": 77,
        "accuracy": 0.9221,
        "low": 0.8402,
        "high": 0.9638,
        "baseline": 0.5455,
        "parameters": 736_450,
        "weakest": "mug",
        "not_for": "glasses, or anything without a handle",
    },
    {
        "name": "leaves of our street",
        "classes": ["lime", "maple", "oak"],
        "train": 1_310,
        "test": 408,
        "accuracy": 0.8137,
        "low": 0.7731,
        "high": 0.8485,
        "baseline": 0.4069,
        "parameters": 60_883,
        "weakest": "maple",
        "not_for": "conifers, and leaves in autumn",
    },
)


def _model_card(facts):
    lines = [
        f"**{facts['name']}**\n",
        f"- **Knows** {', '.join(facts['classes'])}; {facts['parameters']:,} parameters.",
        f"- **Learnt from** {facts['train']:,} pictures, judged once by {facts['test']:,} others.",
        f"- **Right** in {facts['accuracy']:.1%} of them; on others of the kind, between {facts['low']:.1%} and "
        f"{facts['high']:.1%} are likely. Always saying the largest class: {facts['baseline']:.1%}.",
        f"- **Weakest** at {facts['weakest']}. **Not for** {facts['not_for']}.",
    ]
    return "\n".join(lines)


# --- What a card must say ---------------------------------------------------------------------------------------------


def _percent(text: str, share: float) -> bool:
    """Whether a share stands in the text in per cent, rounded to 0, 1 or 2 places."""
    forms = "|".join(re.escape(f"{100 * share:.{places}f}") for places in (2, 1, 0))
    return re.search(rf"(?<![\d.])(?:{forms})\s*(?:%|per cent|percent)", text) is not None


def _number(text: str, value: int) -> bool:
    """Whether a whole number stands in the text, with or without separators."""
    return (
        re.search(rf"(?<![\d.,])(?:{value}|{value:,}|{f'{value:,}'.replace(',', ' ')})(?!\d|[.,]\d)", text) is not None
    )


def _told(text: str, facts: dict) -> str:
    """Return what is missing in a card first, or that nothing is."""
    low = text.lower()
    if not all(name.lower() in low for name in [*facts["classes"]]):
        return "the classes"
    if not _percent(text, facts["accuracy"]):
        return "a fraction" if re.search(rf"0?\.{round(facts['accuracy'] * 100)}", text) else "the accuracy"
    wanted = {
        "the interval": _percent(text, facts["low"]) and _percent(text, facts["high"]),
        "the test pictures": _number(text, facts["test"]),
        "the training pictures": _number(text, facts["train"]),
        "the baseline": _percent(text, facts["baseline"]),
        "the parameters": _number(text, facts["parameters"]),
        "what it is not for": facts["not_for"].lower() in low,
        "the weakest": len(re.findall(rf"\b{re.escape(facts['weakest'].lower())}\b", low)) >= 2,
        "the name": facts["name"].lower() in low,
    }
    return next((what for what, there in wanted.items() if not there), FINE)


def _read(attempt, number: int):
    """Let a card be written, and say what is missing in it."""
    text = attempt(dict(FACTS[number]))
    if text is None:
        return None
    if not isinstance(text, str):
        return "no text"
    if attempt(dict(FACTS[1 - number])) == text:
        return "always the same"
    return _told(text, FACTS[number])


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _without(*parts):
    """Return a card with some things left out, by what they begin with."""

    def variant(facts):
        text = _model_card(facts)
        for part in parts:
            text = re.sub(part.format(**facts), "", text)
        return text

    return variant


def _fractions(facts):
    return re.sub(r"([\d.]+)%", lambda found: f"{float(found[1]) / 100:.2f}", _model_card(facts))


model_card = Exercise(
    name="model_card",
    title="A card for your network",
    difficulty=2,
    minutes=8,
    reference=_model_card,
    cases=[(0,), (1,)],
    call=_read,
    misconceptions=(
        Misconception(
            lambda facts: _model_card(facts).splitlines(),
            "A card is one text. Join its lines: `'\\n'.join(lines)`.",
            also=(lambda facts: facts,),
        ),
        Misconception(
            lambda facts: _model_card(FACTS[0]),
            "Your card says the same whatever the facts are: the numbers are typed. Put them in with an f-string.",
        ),
        Misconception(
            _without(r"\*\*Knows\*\* [^;]*;"),
            "Which classes does it know? Name all of them: it will choose among these whatever it is shown.",
            also=(lambda facts: _model_card({**facts, "classes": [str(len(facts["classes"]))]}),),
        ),
        Misconception(
            _without(r"\*\*Right\*\* in [\d.]+% of them; on others"),
            "How often is it right? The accuracy on the test pictures is missing, in per cent.",
        ),
        Misconception(
            _fractions,
            "Write shares in per cent, `f'{share:.1%}'`: 0.92 is read as “nearly 1 %” by somebody, some day.",
        ),
        Misconception(
            _without(r"; on others of the kind, between [\d.]+% and [\d.]+% are likely"),
            "An accuracy from so few pictures needs its interval, `low` to `high`.",
            also=(lambda facts: _model_card({**facts, "high": facts["low"]}),),
        ),
        Misconception(
            _without(r", judged once by [\d,]+ others"),
            "Out of how many? Say how many test pictures the accuracy rests on.",
        ),
        Misconception(
            _without(r"\*\*Learnt from\*\* [\d,]+ pictures"),
            "How many pictures has it learnt from?",
        ),
        Misconception(
            _without(r"Always saying the largest class: [\d.]+%"),
            "Good compared with what? Say what the baseline reaches.",
        ),
        Misconception(
            _without(r"[\d,]+ parameters"),
            "How large is it? The number of parameters is missing.",
        ),
        Misconception(
            _without(r"\*\*Not for\*\* .*"),
            "What must it *not* be used for? A card without limits is an advertisement.",
        ),
        Misconception(
            _without(r"\*\*Weakest\*\* at \w+"),
            "At which class is it worst? An average hides that; say `weakest`.",
        ),
        Misconception(
            _without(r"\*\*[^*]*\*\*\n\n"),
            "What is it called? Begin with the name.",
        ),
    ),
    hints=(
        "One f-string for each line, `'\\n'.join(lines)` at the end. Lists read well with `', '.join(...)`.",
        "Shares in per cent: `f\"{facts['accuracy']:.1%}\"`. Every entry of `facts` belongs on the card.",
    ),
    praise="Mitchell and others (2019) proposed such cards; the weights that come with this course have one each.",
)
