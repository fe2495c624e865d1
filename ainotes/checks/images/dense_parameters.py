"""Exercise: how many parameters the first dense layer on a flattened picture has."""

from ainotes.checks.engine import Exercise, Misconception


def _dense_parameters(height, width, channels, units):
    inputs = height * width * channels
    return (inputs + 1) * units  # a weight for each input, and a bias


dense_parameters = Exercise(
    name="dense_parameters",
    title="Parameters of a dense layer",
    difficulty=1,
    minutes=4,
    reference=_dense_parameters,
    cases=[(28, 28, 1, 128), (32, 48, 3, 10), (5, 7, 2, 4), (9, 4, 3, 1), (1, 1, 1, 1), (30, 40, 3, 64)],
    misconceptions=(
        Misconception(
            lambda height, width, channels, units: height * width * channels * units,
            "Those are the weights. Each unit also adds a number of its own.",
        ),
        Misconception(
            lambda height, width, channels, units: (height * width + 1) * units,
            "You count a grey picture. Each pixel has as many numbers as there are channels.",
        ),
        Misconception(
            lambda height, width, channels, units: height * width * channels * units + 1,
            "One bias in all is too few: each unit has its own.",
        ),
        Misconception(
            lambda height, width, channels, units: height * width * channels + units,
            "You add inputs and units. Every unit is connected to *every* input, so each has that many weights.",
        ),
        Misconception(
            lambda height, width, channels, units: (height + width + channels + 1) * units,
            "Rows and columns multiply: a picture of 28 rows and 28 columns has 784 pixels, not 56.",
        ),
        Misconception(
            lambda height, width, channels, units: height * width * channels * (units + 1),
            "You give a bias to each input. A bias belongs to a unit, and is added after the sum.",
        ),
        Misconception(
            lambda height, width, channels, units: (height * height * channels + 1) * units,
            "You take the picture for a square of `height` rows. Its rows are `width` pixels long.",
            also=(lambda height, width, channels, units: (width * width * channels + 1) * units,),
        ),
        Misconception(
            lambda height, width, channels, units: height * width * channels + 1,
            "That is one unit. How many are there in the layer?",
        ),
        Misconception(
            lambda height, width, channels, units: 2 * height * width * channels * units,
            "You give every weight a bias. A unit adds up all its products first, and then one bias.",
        ),
        Misconception(
            lambda height, width, channels, units: (height * width + 1) * channels * units,
            "You give each unit a bias for every channel. It adds up all channels, and then one bias.",
        ),
    ),
    hints=(
        "How many numbers has the flattened picture? Rows, columns and channels all count.",
        "Each unit has one weight for each of these numbers, and one bias.",
        "So one unit has `height * width * channels + 1` parameters.",
    ),
    praise="Note what this number does when the picture gets twice as wide and twice as high.",
)
