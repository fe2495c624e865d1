"""Exercise: how many pixels of a row one unit sees."""

from ainotes.checks.engine import Exercise, Misconception


def _receptive_field(layers):
    seen, jump = 1, 1  # pixels that a unit sees; pixels between two neighbouring units
    for kernel, stride, dilation in layers:
        seen += dilation * (kernel - 1) * jump
        jump *= stride
    return seen


def _walk(layers, add, grow=lambda jump, stride: jump * stride, start=1):
    """Walk through the layers with another rule for what a layer adds, or for how the jump grows."""
    seen, jump = start, 1
    for kernel, stride, dilation in layers:
        seen += add(kernel, stride, dilation, jump)
        jump = grow(jump, stride)
    return seen


def _adds_the_kernel(layers):
    return _walk(layers, lambda kernel, stride, dilation, jump: dilation * kernel * jump)


def _adds_the_kernel_plainly(layers):
    return _walk(layers, lambda kernel, stride, dilation, jump: kernel)


def _adds_two_more(layers):
    return _walk(layers, lambda kernel, stride, dilation, jump: kernel + 2)


def _adds_two_more_with_jumps(layers):
    return _walk(layers, lambda kernel, stride, dilation, jump: (kernel + 2) * jump)


def _without_strides(layers):
    return _walk(layers, lambda kernel, stride, dilation, jump: dilation * (kernel - 1))


def _own_stride_too(layers):
    return _walk(layers, lambda kernel, stride, dilation, jump: dilation * (kernel - 1) * jump * stride)


def _own_stride_only(layers):
    return _walk(layers, lambda kernel, stride, dilation, jump: dilation * (kernel - 1) * stride)


def _last_stride_only(layers):
    return _walk(
        layers,
        lambda kernel, stride, dilation, jump: dilation * (kernel - 1) * jump,
        grow=lambda jump, stride: stride,
    )


def _strides_added(layers):
    return _walk(
        layers,
        lambda kernel, stride, dilation, jump: dilation * (kernel - 1) * jump,
        grow=lambda jump, stride: jump + stride - 1,
    )


def _without_dilation(layers):
    return _walk(layers, lambda kernel, stride, dilation, jump: (kernel - 1) * jump)


def _dilated_kernel(layers):
    return _walk(layers, lambda kernel, stride, dilation, jump: (dilation * kernel - 1) * jump)


def _dilation_moves_on(layers):
    seen, jump = 1, 1
    for kernel, stride, dilation in layers:
        seen += dilation * (kernel - 1) * jump
        jump *= stride * dilation
    return seen


def _multiplied(layers):
    seen = 1
    for kernel, _, _ in layers:
        seen *= kernel
    return seen


def _everything_multiplied(layers):
    seen = 1
    for kernel, stride, dilation in layers:
        seen *= (dilation * (kernel - 1) + 1) * stride
    return seen


def _last_layer_only(layers):
    kernel, _, dilation = layers[-1] if layers else (1, 1, 1)
    return dilation * (kernel - 1) + 1


def _area(layers):
    return _receptive_field(layers) ** 2


def _from_zero(layers):
    return _receptive_field(layers) - 1


def _backwards(layers):
    return _receptive_field(layers[::-1])


receptive_field = Exercise(
    name="receptive_field",
    title="How far a unit sees",
    difficulty=3,
    minutes=10,
    reference=_receptive_field,
    cases=[
        ([(3, 1, 1)],),
        ([(3, 1, 1), (3, 1, 1)],),
        ([(3, 1, 1), (2, 2, 1), (3, 1, 1), (2, 2, 1)],),
        ([(7, 2, 1), (3, 2, 1), (3, 1, 4)],),
        ([(5, 3, 2), (2, 2, 1), (4, 1, 3), (3, 2, 2), (3, 1, 1)],),
        ([(3, 1, 1), (3, 1, 2), (3, 1, 4)],),
        ([],),
    ],
    misconceptions=(
        Misconception(
            _adds_the_kernel,
            "A layer adds less than its whole kernel: with a kernel of 1 a unit sees no more than before.",
            also=(
                _adds_the_kernel_plainly,
                lambda layers: _walk(layers, lambda kernel, stride, dilation, jump: kernel * jump),
                lambda layers: _walk(layers, lambda kernel, stride, dilation, jump: dilation * kernel),
                lambda layers: _adds_the_kernel(layers) - 1,
                lambda layers: _adds_the_kernel_plainly(layers) - 1,
            ),
        ),
        Misconception(
            _adds_two_more,
            "A layer does not add its kernel and two more, though some texts say so. Count by hand for two layers of "
            "3: a unit sees 5 pixels.",
            also=(_adds_two_more_with_jumps,),
        ),
        Misconception(
            _without_strides,
            "Strides have no effect yet. After a stride of 2, neighbouring units stand 2 pixels apart, so each further "
            "step of a kernel counts for 2.",
            also=(lambda layers: _walk(layers, lambda kernel, stride, dilation, jump: kernel - 1),),
        ),
        Misconception(
            _own_stride_too,
            "A layer's own stride does not widen its own kernel. It spreads the units that come *after* it: multiply "
            "later.",
            also=(lambda layers: _walk(layers, lambda kernel, stride, dilation, jump: (kernel - 1) * jump * stride),),
        ),
        Misconception(
            _own_stride_only,
            "You use each layer's own stride. What counts is how far apart its *inputs* lie: the product of all "
            "strides before it.",
            also=(lambda layers: _walk(layers, lambda kernel, stride, dilation, jump: (kernel - 1) * stride),),
        ),
        Misconception(
            _last_stride_only,
            "You use the stride of the layer just before. The strides of *all* layers before multiply.",
        ),
        Misconception(_strides_added, "You add the strides up. Two strides of 2 make units stand 4 apart: multiply."),
        Misconception(
            _without_dilation,
            "`dilation` has no effect yet: it spreads the cells of a kernel, which then sees further.",
        ),
        Misconception(
            _dilated_kernel,
            "You multiply the whole kernel by the dilation. Only the gaps between its cells grow.",
        ),
        Misconception(
            _dilation_moves_on,
            "Dilation widens its own layer's kernel only. It does not move the units apart: only strides do.",
        ),
        Misconception(
            _multiplied,
            "Kernels do not multiply: two layers of 3 see 5 pixels, not 9. How many more than 3 does the second add?",
            also=(_everything_multiplied,),
        ),
        Misconception(
            _last_layer_only,
            "That is what the last layer sees of the one before. Go back to the pixels: every layer adds something.",
        ),
        Misconception(
            _from_zero,
            "One too few: before the first layer, a unit is a pixel and sees itself. Start at 1.",
        ),
        Misconception(
            _backwards,
            "You go through the layers from the last to the first, but count strides as if that were their order. A "
            "layer's stride spreads what comes after it.",
        ),
        Misconception(_area, "That is the number of pixels in the whole square. Give the length of its side."),
    ),
    hints=(
        "Before the first layer, a unit is a pixel: it sees 1, and its neighbour lies 1 pixel further on.",
        "A kernel reaches over `kernel - 1` steps, each `dilation` units long. How many pixels is a unit's step?",
        "Keep two numbers: `seen`, and `jump`, the pixels between neighbouring units. The stride changes `jump` for "
        "the layers that follow.",
    ),
    praise="Strides make the field grow fast: what one layer skips, every later layer reaches over.",
)
