"""Exercise: how many parameters a convolutional layer has."""

from ainotes.checks.engine import Call, Exercise, Misconception


def _conv_parameters(k, c_in, c_out, groups=1, bias=True):
    one_kernel = k * k * (c_in // groups)  # each group sees its own share of the input channels
    biases = c_out if bias else 0
    return one_kernel * c_out + biases


def _counted(one_kernel, c_out, bias):
    return one_kernel * c_out + (c_out if bias else 0)


def _groups_divide_twice(k, c_in, c_out, groups=1, bias=True):
    return _counted(k * k * (c_in // groups), c_out // groups, False) + (c_out if bias else 0)


conv_parameters = Exercise(
    name="conv_parameters",
    title="Parameters of a convolution",
    difficulty=2,
    minutes=6,
    reference=_conv_parameters,
    cases=[
        (3, 1, 32),
        (5, 3, 10),
        (1, 64, 16),
        Call(3, 32, 64, bias=False),
        Call(3, 8, 12, groups=2),
        Call(7, 16, 32, groups=4, bias=False),
        Call(3, 24, 24, groups=24),
        (3, 6, 9, 3, False),
    ],
    misconceptions=(
        Misconception(
            lambda k, c_in, c_out, groups=1, bias=True: k * k * (c_in // groups) * c_out,
            "Those are the weights. Each kernel has a bias too, unless `bias` is False.",
            also=(lambda k, c_in, c_out, groups=1, bias=True: k * k * c_in * c_out,),
        ),
        Misconception(
            lambda k, c_in, c_out, groups=1, bias=True: _conv_parameters(k, c_in, c_out, groups),
            "Without `bias` there are weights only: you count the biases always.",
        ),
        Misconception(
            lambda k, c_in, c_out, groups=1, bias=True: _conv_parameters(k, c_in, c_out, groups, not bias),
            "The other way round: with `bias=True` the biases count, and with `bias=False` there are none.",
        ),
        Misconception(
            lambda k, c_in, c_out, groups=1, bias=True: _conv_parameters(k, c_in, c_out, groups, False) + bool(bias),
            "One bias in all is too few: each output channel has its own.",
        ),
        Misconception(
            lambda k, c_in, c_out, groups=1, bias=True: (k * k + bool(bias)) * (c_in // groups) * c_out,
            "You count a bias for every pair of channels. A kernel adds up all its input channels first, and then one "
            "bias.",
        ),
        Misconception(
            lambda k, c_in, c_out, groups=1, bias=True: (
                _conv_parameters(k, c_in, c_out, groups, False) + (c_in if bias else 0)
            ),
            "You count a bias for each input channel. It belongs to the output: one for each kernel.",
        ),
        Misconception(
            lambda k, c_in, c_out, groups=1, bias=True: _counted(k * k, c_out, bias),
            "Your kernels are flat. Each has a slice for every input channel that it sees.",
        ),
        Misconception(
            lambda k, c_in, c_out, groups=1, bias=True: _counted(k * k * (c_in // groups), 1, bias),
            "That is one kernel. There is one for each output channel.",
        ),
        Misconception(
            lambda k, c_in, c_out, groups=1, bias=True: _counted(k * (c_in // groups), c_out, bias),
            "A kernel has `k` rows *and* `k` columns.",
            also=(lambda k, c_in, c_out, groups=1, bias=True: _counted(2 * k * (c_in // groups), c_out, bias),),
        ),
        Misconception(
            lambda k, c_in, c_out, groups=1, bias=True: _counted(k * k * c_in, c_out, bias),
            "`groups` has no effect yet: with groups, a kernel sees only its share of the input channels.",
            also=(lambda k, c_in, c_out, groups=1, bias=True: _counted(k * k * c_in, c_out, True),),
        ),
        Misconception(
            lambda k, c_in, c_out, groups=1, bias=True: _counted(k * k * c_in * groups, c_out, bias),
            "Groups make a layer cheaper, not dearer: a kernel sees only its share of the input channels.",
        ),
        Misconception(
            _groups_divide_twice,
            "You divide by `groups` twice. The input channels are shared out among the groups; there are still `c_out` "
            "kernels.",
        ),
        Misconception(
            lambda k, c_in, c_out, groups=1, bias=True: _conv_parameters(k, c_in, c_out, 1, bias) // groups,
            "You divide the biases by `groups` too. Each output channel keeps its own.",
            also=(
                lambda k, c_in, c_out, groups=1, bias=True: int(
                    _conv_parameters(k, c_in, c_out, 1, bias) / groups + 0.5
                ),
            ),
        ),
        Misconception(
            lambda k, c_in, c_out, groups=1, bias=True: _counted(k * k + c_in // groups, c_out, bias),
            "You add the channels to the cells of the kernel. Each channel has a slice of k*k cells: multiply.",
        ),
        Misconception(
            lambda k, c_in, c_out, groups=1, bias=True: _counted(k * k * c_in / groups, c_out, bias),
            "The number is right, but a float. Parameters are counted: divide with `//`.",
        ),
    ),
    hints=(
        "How many numbers has one kernel? Rows, columns, and the input channels that it sees.",
        "There is one kernel, and one bias, for each output channel.",
        "With groups each kernel sees `c_in // groups` channels. The number of kernels stays `c_out`.",
    ),
    praise="The size of the image does not appear: the same kernels serve at every place.",
)
