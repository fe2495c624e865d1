"""Exercise: one number for each channel, its mean over the map."""

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _global_average(maps):
    return maps.mean(dim=(2, 3))  # (N, C)


def _viewed(maps):
    return maps.view(*maps.shape[:2], -1).mean(-1)


def _always_7_by_7(maps):
    return maps.sum(dim=(2, 3)) / 49


def _square(maps):
    return maps.sum(dim=(2, 3)) / maps.shape[2] ** 2


def _square_by_columns(maps):
    return maps.sum(dim=(2, 3)) / maps.shape[3] ** 2


def _median(maps):
    return maps.flatten(2).median(dim=2).values


def _half_the_sides(maps):
    return maps.sum(dim=(2, 3)) / (maps.shape[2] + maps.shape[3])


def _cases():
    return [
        (noise(2, 3, 4, 6, seed=0),),
        (noise(4, 2, 5, 3, seed=1) + 1,),
        (noise(1, 5, 7, 7, seed=2),),
        (noise(3, 4, 2, 5, seed=3) - 1,),
        (column_by_column(noise(2, 3, 3, 4, seed=4)),),
        (noise(5, 1, 3, 3, seed=5),),
        (noise(2, 2, 1, 1, seed=6),),
    ]


global_average = Exercise(
    name="global_average",
    title="Global average pooling",
    difficulty=1,
    minutes=4,
    reference=_global_average,
    cases=_cases,
    misconceptions=(
        Misconception(
            lambda maps: maps.mean(),
            "That is one number in all. Keep pictures and channels apart: average over rows and columns only.",
            also=(lambda maps: maps.mean().item(),),
        ),
        Misconception(
            lambda maps: maps.mean(dim=1),
            "You average over the channels. Dimension 1 counts them; rows and columns are the last two.",
        ),
        Misconception(
            lambda maps: maps.mean(dim=(2, 3), keepdim=True),
            "The numbers are right, in the shape (N, C, 1, 1). Let the two dimensions go: (N, C) is wanted.",
        ),
        Misconception(
            lambda maps: maps.sum(dim=(2, 3)),
            "That is the sum over each map: it grows with the map. Its mean is wanted.",
        ),
        Misconception(
            lambda maps: maps.amax(dim=(2, 3)),
            "That is the largest value of each map: global *max* pooling. The mean is wanted.",
        ),
        Misconception(
            lambda maps: maps.mean(dim=2),
            "You average over the rows only. The columns are still there.",
        ),
        Misconception(
            lambda maps: maps.mean(dim=3),
            "You average over the columns only. The rows are still there.",
        ),
        Misconception(
            lambda maps: maps.mean(dim=(0, 2, 3)),
            "You average over the pictures of the batch as well. Each picture keeps its own numbers.",
        ),
        Misconception(
            lambda maps: maps.mean(dim=0),
            "You average over the pictures of the batch. Average over the places of each map.",
        ),
        Misconception(
            lambda maps: maps.mean(dim=(1, 2, 3)),
            "You average over the channels as well: one number for each picture. Each channel keeps its own.",
        ),
        Misconception(
            lambda maps: maps.mean(dim=(1, 2)),
            "You average over channels and rows. In (N, C, H, W), counted from 0, rows and columns are dimensions 2 "
            "and 3.",
            also=(lambda maps: maps.mean(dim=(0, 1)),),
        ),
        Misconception(
            lambda maps: maps.mean(dim=(2, 3)).T,
            "The numbers are right, but pictures and channels have changed places: (N, C) is wanted.",
        ),
        Misconception(
            lambda maps: maps.mean(dim=(2, 3)).flatten(),
            "The numbers are right, but pictures and channels lie in one row. Keep the shape (N, C).",
        ),
        Misconception(
            _viewed,
            "`view` needs numbers that lie next to each other in memory, which those of a transposed map do not. "
            "`flatten` copies where it must, and `mean` takes two dimensions at a time.",
        ),
        Misconception(
            _always_7_by_7,
            "You divide by the number of places of one particular map. Take it from the shape, or let `mean` count.",
            also=(lambda maps: maps.sum(dim=(2, 3)) / 9, lambda maps: maps.sum(dim=(2, 3)) / 784),
        ),
        Misconception(
            _square,
            "You take the map for a square. Divide by rows times columns.",
            also=(_square_by_columns,),
        ),
        Misconception(
            _half_the_sides,
            "You divide by rows plus columns. How many places has a map?",
        ),
        Misconception(_median, "That is the median of each map. The mean is wanted."),
    ),
    hints=(
        "Which two of the four dimensions should disappear?",
        "`mean` takes several dimensions at a time: `mean(dim=(first, second))`.",
    ),
    praise="It has no parameter, and it takes a map of any size: the network behind it does too.",
)
