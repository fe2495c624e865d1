"""Exercise: what is left of the weights when a square kernel is split into a row and a column."""

from ainotes.checks.engine import Exercise, Misconception


def _factorised_share(n):
    return 2 * n / n**2  # a row of n and a column of n, of a square of n rows and n columns


factorised_share = Exercise(
    name="factorised_share",
    title="What splitting saves",
    difficulty=1,
    minutes=5,
    reference=_factorised_share,
    cases=[(3,), (7,), (5,), (2,), (4,), (11,), (1,)],
    misconceptions=(
        Misconception(
            lambda n: 1 - 2 * n / n**2,
            "That is what you save. The share that is *left* is asked: 1 would be as many as before.",
            also=(lambda n: (n**2 - 2 * n) / n**2,),
        ),
        Misconception(
            lambda n: n / n**2,
            "You count one of the two. The 1 × n is followed by an n × 1: add their weights.",
        ),
        Misconception(
            lambda n: 2 / n**2,
            "You count each of the two as one weight. How many weights has a row of n?",
        ),
        Misconception(
            lambda n: 200 / n,
            "The number is right, in per cent. Give the share itself: half is 0.5.",
            also=(lambda n: round(200 / n), lambda n: 200 // n),
        ),
        Misconception(
            lambda n: n * n / n**2,
            "Your share is always 1, as if nothing were saved. The weights of the two kernels are added, not "
            "multiplied, and the square has n times n of them.",
            also=(lambda n: n * n // n**2, lambda n: (n + n) / (2 * n)),
        ),
        Misconception(
            lambda n: n / 2,
            "Upside down: that says how many times *more* weights the square has.",
            also=(lambda n: n**2 / (2 * n), lambda n: n**2 // (2 * n), lambda n: n // 2),
        ),
        Misconception(
            lambda n: 2 * n // n**2,
            "`//` cuts off everything behind the decimal point, and a share is nearly all of that. Divide with `/`.",
        ),
        Misconception(
            lambda n: 2 * n,
            "Those are the weights of the two. Compare them with those of the square.",
            also=(lambda n: (2 * n, n**2),),
        ),
        Misconception(
            lambda n: (2 * n - 1) / n**2,
            "You leave one cell out, as if row and column shared it. They are two kernels, each with all its weights.",
        ),
        Misconception(
            lambda n: (2 * n + 2) / (n**2 + 1),
            "You count biases too. The exercise leaves them out: channels then cancel, and only the kernels are left.",
        ),
        Misconception(
            lambda n: 2 / 3,
            "That is right for 3. Let `n` decide.",
            also=(lambda n: 2 / 7, lambda n: 6 / 9, lambda n: 0.67),
        ),
        Misconception(
            lambda n: f"{2 * n / n**2:.0%}",
            "That is text. Return the number, and leave it to whoever prints it to make it pretty.",
            also=(lambda n: f"2/{n}", lambda n: f"{2 * n}/{n**2}", lambda n: str(2 / n)),
        ),
    ),
    hints=(
        "How many weights has a 1 × n for each pair of channels? And an n × 1?",
        "The two together, divided by the weights of the n × n.",
    ),
    praise="It falls as n grows: the larger the kernel, the more there is to save. At 2 there is nothing.",
)
