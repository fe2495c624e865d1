"""Exercise: grow a network in three directions at once."""

from ainotes.checks.engine import Call, Exercise, Misconception


def _compound(phi, alpha=1.2, beta=1.1, gamma=1.15):
    depth, width, resolution = alpha**phi, beta**phi, gamma**phi
    return depth, width, resolution, depth * width**2 * resolution**2


def _growing(cost):
    """A variant with another rule for the multiplications."""

    def variant(phi, alpha=1.2, beta=1.1, gamma=1.15):
        depth, width, resolution = alpha**phi, beta**phi, gamma**phi
        return depth, width, resolution, cost(depth, width, resolution)

    return variant


def _finished(depth, width, resolution):
    return depth, width, resolution, depth * width**2 * resolution**2


def _by_multiplying(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return _finished(alpha * phi, beta * phi, gamma * phi)


def _by_adding(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return _finished(1 + phi * (alpha - 1), 1 + phi * (beta - 1), 1 + phi * (gamma - 1))


def _powers_turned_round(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return _finished(phi**alpha, phi**beta, phi**gamma)


def _always_doubled(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return alpha**phi, beta**phi, gamma**phi, 2**phi


def _always_doubled_as_a_float(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return alpha**phi, beta**phi, gamma**phi, 2.0**phi


def _one_step(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return _finished(alpha, beta, gamma)


def _cost_of_one_step(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return alpha**phi, beta**phi, gamma**phi, alpha * beta**2 * gamma**2


def _width_first(phi, alpha=1.2, beta=1.1, gamma=1.15):
    depth, width, resolution, cost = _compound(phi, alpha, beta, gamma)
    return width, depth, resolution, cost


def _resolution_before_width(phi, alpha=1.2, beta=1.1, gamma=1.15):
    depth, width, resolution, cost = _compound(phi, alpha, beta, gamma)
    return depth, resolution, width, cost


def _cost_first(phi, alpha=1.2, beta=1.1, gamma=1.15):
    depth, width, resolution, cost = _compound(phi, alpha, beta, gamma)
    return cost, depth, width, resolution


def _without_cost(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return _compound(phi, alpha, beta, gamma)[:3]


def _cost_alone(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return _compound(phi, alpha, beta, gamma)[3]


def _squares_given_out(phi, alpha=1.2, beta=1.1, gamma=1.15):
    depth, width, resolution, cost = _compound(phi, alpha, beta, gamma)
    return depth, width**2, resolution**2, cost


def _squared_too_often(phi, alpha=1.2, beta=1.1, gamma=1.15):
    depth, width, resolution, cost = _compound(phi, alpha, beta, gamma)
    return depth, width, resolution, cost**phi


def _from_the_paper(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return _compound(phi)


compound = Exercise(
    name="compound",
    title="Compound scaling",
    difficulty=2,
    minutes=6,
    reference=_compound,
    cases=[
        (1,),
        (3,),
        Call(2, alpha=1.3, beta=1.05, gamma=1.2),
        Call(4, alpha=1.0, beta=1.5, gamma=1.25),
        (0.5, 1.1, 1.2, 1.3),
        (0,),
    ],
    misconceptions=(
        Misconception(
            _growing(lambda depth, width, resolution: depth * width * resolution**2),
            "Your width counts once. Twice the channels come in *and* go out of each layer: what does that do to the "
            "multiplications?",
        ),
        Misconception(
            _growing(lambda depth, width, resolution: depth * width**2 * resolution),
            "Your resolution counts once. A map of twice the rows has twice the columns too.",
        ),
        Misconception(
            _growing(lambda depth, width, resolution: depth * width * resolution),
            "Your multiplications grow by the plain product of the three. Only depth counts once: what do twice the "
            "channels cost, and twice the rows and columns?",
        ),
        Misconception(
            _growing(lambda depth, width, resolution: depth**2 * width**2 * resolution**2),
            "You square the depth too. Twice as many layers multiply twice as often, no more.",
            also=(_growing(lambda depth, width, resolution: depth**2 * width * resolution),),
        ),
        Misconception(
            _growing(lambda depth, width, resolution: depth + width**2 + resolution**2),
            "You add the three up. Each makes what the others left more expensive: multiply.",
            also=(_growing(lambda depth, width, resolution: depth + width + resolution),),
        ),
        Misconception(
            _by_multiplying,
            "You multiply by `phi`. It is the exponent: each step multiplies once more.",
            also=(
                lambda phi, alpha=1.2, beta=1.1, gamma=1.15: (
                    alpha * phi,
                    beta * phi,
                    gamma * phi,
                    alpha * beta**2 * gamma**2 * phi,
                ),
            ),
        ),
        Misconception(
            _by_adding,
            "You add the same for each step. `phi` is an exponent: each step multiplies once more.",
        ),
        Misconception(
            _powers_turned_round,
            "Base and exponent have changed places: `alpha`, `beta` and `gamma` are raised to the power `phi`.",
        ),
        Misconception(
            _always_doubled,
            "Your multiplications always double. That holds nearly, for the three numbers of the paper. Compute it "
            "from those that are handed in.",
            also=(_always_doubled_as_a_float,),
        ),
        Misconception(
            _one_step,
            "`phi` has no effect: that is one step. How many are there?",
        ),
        Misconception(
            _cost_of_one_step,
            "Depth, width and resolution are right. The multiplications are those of one step: they grow with `phi` "
            "too.",
        ),
        Misconception(
            _width_first,
            "Depth and width have changed places: depth belongs to `alpha` and comes first.",
        ),
        Misconception(
            _resolution_before_width,
            "Width and resolution have changed places: width belongs to `beta`, resolution to `gamma`.",
        ),
        Misconception(
            _cost_first,
            "The numbers are right, in another order: depth, width, resolution, and the multiplications last.",
        ),
        Misconception(
            _without_cost,
            "Depth, width and resolution are right. By how much do the multiplications grow?",
        ),
        Misconception(
            _cost_alone,
            "That is how the multiplications grow. Return depth, width and resolution before it.",
        ),
        Misconception(
            _squares_given_out,
            "Your width and resolution are squared already. The squares belong in the multiplications only.",
        ),
        Misconception(
            _squared_too_often,
            "`phi` is in your depth, width and resolution already. The multiplications need no further power.",
        ),
        Misconception(
            _from_the_paper,
            "You always take the three numbers of the paper. Use those that are handed in.",
        ),
    ),
    hints=(
        "`phi` is the exponent: with `phi` = 2 the depth grows by `alpha` twice, `alpha * alpha`.",
        "A layer multiplies rows × columns × channels in × channels out × cells of its kernel. Which of these does the "
        "width change, and which the resolution?",
        "So width and resolution count twice each, as squares; depth counts once.",
    ),
    praise="With the paper's numbers each step comes to about 1.92, nearly the two that was wanted.",
)
