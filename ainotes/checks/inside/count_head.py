"""Exercise: the parameters of a head with concatenated pooling."""

from ainotes.checks.engine import Call, Exercise, Misconception


def _count_head(channels, classes, hidden=512):
    pooled = 2 * channels
    first = 2 * pooled + (pooled + 1) * hidden  # batch norm, then linear with a bias for each output
    second = 2 * hidden + (hidden + 1) * classes
    return first + second


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _with(pooled=2, norm=2, bias=1, first_norm=True, second_norm=True):
    """Count with other factors: of the pooling, of a normalisation, of a bias."""

    def variant(channels, classes, hidden=512):
        inputs = pooled * channels
        total = (inputs + bias) * hidden + (hidden + bias) * classes
        return total + norm * (inputs * first_norm + hidden * second_norm)

    return variant


def _product_of_all(channels, classes, hidden=512):
    return 2 * channels * hidden * classes


def _one_linear(channels, classes, hidden=512):
    return 2 * 2 * channels + (2 * channels + 1) * classes


def _bias_of_inputs(channels, classes, hidden=512):
    """Counts a bias for each input."""
    pooled = 2 * channels
    return 2 * pooled + pooled * hidden + pooled + 2 * hidden + hidden * classes + hidden


def _one_bias_each(channels, classes, hidden=512):
    pooled = 2 * channels
    return 2 * pooled + pooled * hidden + 1 + 2 * hidden + hidden * classes + 1


def _first_linear_only(channels, classes, hidden=512):
    return 2 * 2 * channels + (2 * channels + 1) * hidden


def _hidden_always_512(channels, classes, hidden=512):
    return _count_head(channels, classes)


def _classes_always_44(channels, classes, hidden=512):
    return _count_head(channels, 44, hidden)


def _norm_after_the_first(channels, classes, hidden=512):
    """Counts the second normalisation as large as the first."""
    pooled = 2 * channels
    return 2 * pooled + (pooled + 1) * hidden + 2 * pooled + (hidden + 1) * classes


def _dropout_counted(channels, classes, hidden=512):
    return _count_head(channels, classes, hidden) + 2 * channels + hidden


def _parts(channels, classes, hidden=512):
    pooled = 2 * channels
    return [2 * pooled, (pooled + 1) * hidden, 2 * hidden, (hidden + 1) * classes]


def _trained_tensors(channels, classes, hidden=512):
    return 8


def _with_the_body(channels, classes, hidden=512):
    return _count_head(channels, classes, hidden) + 23_508_032


count_head = Exercise(
    name="count_head",
    title="Count the head",
    difficulty=2,
    minutes=7,
    reference=_count_head,
    cases=[
        (2048, 44),
        (512, 2),
        (512, 10, 64),
        Call(160, 3, hidden=100),
        (1, 1, 1),
        Call(channels=7, classes=5, hidden=3),
    ],
    misconceptions=(
        Misconception(
            _with(pooled=1),
            "Average *and* maximum come out of the pooling: twice as many numbers as there are channels.",
        ),
        Misconception(
            _with(bias=0),
            "The biases are missing: a linear layer has one for each of its outputs.",
        ),
        Misconception(
            _with(norm=0),
            "Batch normalisation learns too: a scale and a shift for each number that it gets.",
        ),
        Misconception(
            _with(norm=1),
            "You count one parameter for each number that is normalised. There are two: scale and shift.",
        ),
        Misconception(
            _with(norm=4),
            "You count running mean and variance as parameters. They are *buffers*: measured, never trained by a "
            "gradient. Scale and shift are the two that count.",
        ),
        Misconception(
            _with(second_norm=False),
            "The second batch normalisation is missing, the one after the ReLU.",
        ),
        Misconception(
            _with(first_norm=False),
            "The first batch normalisation is missing, the one right after the pooling.",
        ),
        Misconception(
            _norm_after_the_first,
            "The second batch normalisation gets `hidden` numbers, not as many as the first.",
        ),
        Misconception(
            _bias_of_inputs,
            "You count a bias for each input of a linear layer. It has one for each *output*.",
        ),
        Misconception(
            _one_bias_each,
            "You count one bias a layer. It has one for each of its outputs.",
        ),
        Misconception(
            _one_linear,
            "The pooled numbers do not go to the classes directly: first to `hidden` numbers, then to the classes.",
        ),
        Misconception(
            _first_linear_only,
            "That is the first half. After the ReLU there are one more batch normalisation and one more linear layer.",
        ),
        Misconception(
            _product_of_all,
            "You multiply everything. The layers come one after the other: their counts are added.",
        ),
        Misconception(
            _hidden_always_512,
            "Your count does not depend on `hidden`. Use what is handed in.",
        ),
        Misconception(
            _classes_always_44,
            "Your count does not depend on `classes`. Use what is handed in.",
        ),
        Misconception(
            _dropout_counted,
            "Dropout learns nothing: it has no parameters. Nor has pooling, nor a ReLU.",
        ),
        Misconception(
            _parts,
            "The parts are right. Their sum is wanted, one number.",
            also=(lambda channels, classes, hidden=512: tuple(_parts(channels, classes, hidden)),),
        ),
        Misconception(
            _trained_tensors,
            "Those are the tensors. How many numbers are in them?",
        ),
        Misconception(
            _with_the_body,
            "You count the body as well. Only the head is wanted.",
        ),
    ),
    hints=(
        "Only four of the layers hold parameters: two batch normalisations, two linear layers. How many numbers go "
        "into each?",
        "Batch normalisation of n numbers: 2 · n. A linear layer from n to m: n · m weights and m biases.",
        "The pooling gives n = 2 · channels. So: 2n + (n + 1) · hidden, and then the same once more.",
    ),
    praise="Nearly all of them stand in the first linear layer: 4,096 by 512.",
)
