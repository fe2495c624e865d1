"""Exercise: what is left of the multiplications when looking around and mixing are separated."""

from ainotes.checks.engine import Exercise, Misconception


def _separable_share(kernel, c_in, c_out):
    separate = kernel**2 * c_in + c_in * c_out  # look around in each channel, then mix
    return separate / (kernel**2 * c_in * c_out)


separable_share = Exercise(
    name="separable_share",
    title="What separating saves",
    difficulty=2,
    minutes=6,
    reference=_separable_share,
    cases=[(3, 128, 128), (3, 16, 64), (5, 24, 40), (7, 96, 32), (1, 8, 8), (3, 3, 32), (2, 6, 5)],
    misconceptions=(
        Misconception(
            lambda kernel, c_in, c_out: kernel**2 * c_in * c_out / (kernel**2 * c_in + c_in * c_out),
            "Upside down: that says how many times *cheaper* it is. The share that is left is asked.",
            also=(lambda kernel, c_in, c_out: kernel**2 * c_out / (kernel**2 + c_out),),
        ),
        Misconception(
            lambda kernel, c_in, c_out: 1 / kernel**2,
            "The depthwise part is missing: your share counts the 1 × 1 only.",
            also=(lambda kernel, c_in, c_out: c_in * c_out / (kernel**2 * c_in * c_out),),
        ),
        Misconception(
            lambda kernel, c_in, c_out: 1 / c_out,
            "The 1 × 1 is missing: your share counts the depthwise part only.",
            also=(lambda kernel, c_in, c_out: kernel**2 * c_in / (kernel**2 * c_in * c_out),),
        ),
        Misconception(
            lambda kernel, c_in, c_out: (kernel**2 * c_out + c_in * c_out) / (kernel**2 * c_in * c_out),
            "You count the depthwise part with the channels that go out. It comes first, and works on those that come "
            "in.",
        ),
        Misconception(
            lambda kernel, c_in, c_out: (kernel**2 * c_in * c_out + c_in * c_out) / (kernel**2 * c_in * c_out),
            "Your depthwise part mixes all channels, as the ordinary convolution does. It looks at each by itself: one "
            "kernel for each channel.",
        ),
        Misconception(
            lambda kernel, c_in, c_out: (kernel**2 + c_in * c_out) / (kernel**2 * c_in * c_out),
            "Your depthwise part looks at one channel. It has a kernel for each channel that comes in.",
        ),
        Misconception(
            lambda kernel, c_in, c_out: (kernel * c_in + c_in * c_out) / (kernel**2 * c_in * c_out),
            "A kernel of `kernel` rows and as many columns has `kernel` squared cells.",
            also=(
                lambda kernel, c_in, c_out: (kernel * c_in + c_in * c_out) / (kernel * c_in * c_out),
                lambda kernel, c_in, c_out: (kernel**2 * c_in + c_in * c_out) / (kernel * c_in * c_out),
                lambda kernel, c_in, c_out: (2 * kernel * c_in + c_in * c_out) / (2 * kernel * c_in * c_out),
            ),
        ),
        Misconception(
            lambda kernel, c_in, c_out: 1 - (kernel**2 * c_in + c_in * c_out) / (kernel**2 * c_in * c_out),
            "That is what you save. The share that is *left* is asked.",
        ),
        Misconception(
            lambda kernel, c_in, c_out: 100 * (kernel**2 * c_in + c_in * c_out) / (kernel**2 * c_in * c_out),
            "The number is right, in per cent. Give the share itself: half is 0.5.",
        ),
        Misconception(
            lambda kernel, c_in, c_out: kernel**2 * c_in * c_in * c_out / (kernel**2 * c_in * c_out),
            "You multiply the costs of the two. They work one after the other: their multiplications add up.",
            also=(
                lambda kernel, c_in, c_out: 1 / (kernel**2 * c_out),
                lambda kernel, c_in, c_out: c_in,
                lambda kernel, c_in, c_out: float(c_in),
            ),
        ),
        Misconception(
            lambda kernel, c_in, c_out: (kernel**2 * c_in + kernel**2 * c_in * c_out) / (kernel**2 * c_in * c_out),
            "Your second convolution has the large kernel too. It is a 1 × 1: it only mixes.",
        ),
        Misconception(
            lambda kernel, c_in, c_out: (kernel**2 * c_in + c_out) / (kernel**2 * c_in * c_out),
            "Your 1 × 1 multiplies once for each channel that goes out. Each of those is a sum over *all* that come "
            "in.",
            also=(lambda kernel, c_in, c_out: (kernel**2 * c_in + c_in) / (kernel**2 * c_in * c_out),),
        ),
        Misconception(
            lambda kernel, c_in, c_out: kernel**2 * c_in + c_in * c_out,
            "Those are the multiplications at one place. Divide by those of the ordinary convolution.",
            also=(lambda kernel, c_in, c_out: (kernel**2 * c_in + c_in * c_out, kernel**2 * c_in * c_out),),
        ),
        Misconception(
            lambda kernel, c_in, c_out: (kernel**2 * c_in + c_in * c_out) // (kernel**2 * c_in * c_out),
            "`//` cuts off everything behind the decimal point, and a share is nearly all of that. Divide with `/`.",
        ),
        Misconception(
            lambda kernel, c_in, c_out: (9 * c_in + c_in * c_out) / (9 * c_in * c_out),
            "You always take a kernel of 3. Let `kernel` decide.",
        ),
        Misconception(
            lambda kernel, c_in, c_out: (kernel**2 * c_in + c_in * c_out) / kernel**2 * c_in * c_out,
            "Python divides by the first factor and *multiplies* by the others. Put the whole denominator in "
            "parentheses.",
        ),
        Misconception(
            lambda kernel, c_in, c_out: kernel**2 * c_in + c_in * c_out / (kernel**2 * c_in * c_out),
            "Python divides before it adds. Put the sum in parentheses.",
        ),
    ),
    hints=(
        "Count at one place of the map. Depthwise: how many kernels are there, with how many cells each?",
        "The 1 × 1 multiplies `c_in * c_out` times. The ordinary convolution does so for each cell of its kernel.",
    ),
    praise="In short it is 1/c_out + 1/kernel²: with many channels, nearly one ninth for a 3 × 3.",
)
