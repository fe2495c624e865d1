"""Exercise: intersection over union of two boxes."""

from ainotes.checks.engine import Exercise, Misconception


def _iou(a, b):
    width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    intersection = width * height
    areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    union = areas - intersection
    return intersection / union if union else 0.0


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


def _shared(a, b):
    """Width and height of the intersection, negative where there is none."""
    return min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])


def _intersection(a, b):
    width, height = _shared(a, b)
    return max(0, width) * max(0, height)


def _over(denominator, numerator=_intersection):
    """A quotient whose denominator is ``denominator(a, b, intersection)``."""

    def variant(a, b):
        value = numerator(a, b)
        below = denominator(a, b, value)
        return value / below if below else 0.0

    return variant


def _union(a, b, intersection):
    return _area(a) + _area(b) - intersection


def _hull(a, b, intersection=0):
    return (max(a[2], b[2]) - min(a[0], b[0])) * (max(a[3], b[3]) - min(a[1], b[1]))


def _not_clamped(a, b):
    width, height = _shared(a, b)
    return width * height


def _product_clamped(a, b):
    return max(0, _not_clamped(a, b))


def _without_sign(a, b):
    width, height = _shared(a, b)
    return abs(width) * abs(height)


def _sides_as_sizes(a, b):
    """Reads a box as x, y, width, height."""
    boxes = [(x, y, x + width, y + height) for x, y, width, height in (a, b)]
    return _iou(*boxes)


def _pixel_more(a, b):
    """Counts the last row and column too, as the first challenges did."""
    return _iou(*((x1, y1, x2 + 1, y2 + 1) for x1, y1, x2, y2 in (a, b)))


def _divides_by_nothing(a, b):
    intersection = _intersection(a, b)
    return intersection / _union(a, b, intersection)


def _whole(a, b):
    union = _union(a, b, _intersection(a, b))
    return _intersection(a, b) // union if union else 0


def _rounded(a, b):
    return float(round(_iou(a, b)))


def _width_only(a, b):
    width = max(0, _shared(a, b)[0])
    union = a[2] - a[0] + b[2] - b[0] - width
    return width / union if union else 0.0


def _upside_down(a, b):
    intersection = _intersection(a, b)
    return _union(a, b, intersection) / intersection if intersection else 0.0


def _corners_exchanged(a, b):
    """The union of the sides in place of their intersection."""
    width, height = max(a[2], b[2]) - min(a[0], b[0]), max(a[3], b[3]) - min(a[1], b[1])
    union = _union(a, b, width * height)
    return width * height / union if union else 0.0


def _columns_and_rows_mixed(a, b):
    """Takes x1, x2, y1, y2 for the order."""
    width = max(0, min(a[1], b[1]) - max(a[0], b[0]))
    height = max(0, min(a[3], b[3]) - max(a[2], b[2]))
    intersection = width * height
    union = (a[1] - a[0]) * (a[3] - a[2]) + (b[1] - b[0]) * (b[3] - b[2]) - intersection
    return intersection / union if union else 0.0


def _union_without_brackets(a, b):
    """``intersection / area + area - intersection``."""
    value = _intersection(a, b)
    return value / _area(a) + _area(b) - value if _area(a) else 0.0


def _one_bound_only(a, b):
    """Clamps the width and forgets the height."""
    width, height = _shared(a, b)
    return max(0, width) * height


iou = Exercise(
    name="iou",
    title="Intersection over union",
    difficulty=2,
    minutes=8,
    reference=_iou,
    cases=[
        ((1, 1, 6, 5), (4, 2, 10, 7)),
        ((0, 0, 4, 4), (2, 0, 6, 4)),
        ((2, 1, 9, 6), (3, 2, 7, 5)),  # one in the other
        ((3.5, 2.0, 9.0, 6.25), (3.5, 2.0, 9.0, 6.25)),  # the same
        ((0, 2, 6, 6), (6, 2, 12, 6)),  # touching
        ((0, 0, 2, 2), (5, 6, 9, 9)),  # apart both ways
        ((0, 0, 3, 8), (5, 1, 9, 7)),  # apart one way
        ((1, 0, 4, 2), (0, 6, 5, 9)),  # apart the other way
        ((4, 0, 6, 8), (0, 3, 12, 5)),  # crossing
        ((2, 2, 2, 5), (1, 1, 4, 4)),  # one without area
        ((3, 3, 3, 3), (3, 3, 3, 3)),  # both without area
        ((0.5, 0.25, 0.75, 1.0), (0.25, 0.5, 0.625, 0.75)),
        ((10, 20, 110, 80), (30, 10, 90, 100)),
    ],
    misconceptions=(
        Misconception(
            _over(_union, _not_clamped),
            "Boxes that do not meet get a negative width or height, and two negatives make a positive area. "
            "`max(0, ...)` of each.",
            also=(
                _over(_union, _product_clamped),
                _over(_union, _without_sign),
                _over(_union, _one_bound_only),
                lambda a, b: max(0, _over(_union, _not_clamped)(a, b)),
            ),
        ),
        Misconception(
            _over(lambda a, b, intersection: _area(a) + _area(b)),
            "What lies in both boxes is counted twice in your union. Take it away once.",
        ),
        Misconception(
            _over(lambda a, b, intersection: min(_area(a), _area(b))),
            "You divide by the smaller box, so a box inside another counts as a perfect match. Divide by the union.",
        ),
        Misconception(
            _over(lambda a, b, intersection: max(_area(a), _area(b))),
            "You divide by the larger box. The union is larger still, unless one box lies in the other.",
        ),
        Misconception(
            _over(lambda a, b, intersection: _area(a)),
            "You divide by one of the two boxes. Then it matters which comes first; divide by the union.",
            also=(_over(lambda a, b, intersection: _area(b)),),
        ),
        Misconception(
            lambda a, b: 2 * _over(lambda a, b, intersection: _area(a) + _area(b))(a, b),
            "That is twice the intersection over the sum of the areas, the *Dice* coefficient. Its relative is asked "
            "for: intersection over union.",
        ),
        Misconception(
            _over(_hull),
            "You divide by the smallest box around both, which holds corners that lie in neither. The union is the sum "
            "of the areas, less the intersection.",
        ),
        Misconception(
            _corners_exchanged,
            "You take the outer edges for those of the intersection. It begins at the *larger* of the two left edges "
            "and ends at the *smaller* of the right ones.",
        ),
        Misconception(
            _sides_as_sizes,
            "You read the last two numbers as width and height. They are the lower right corner: x2 and y2.",
        ),
        Misconception(
            _columns_and_rows_mixed,
            "You read a box as x1, x2, y1, y2. The order is x1, y1, x2, y2: a corner, then the other.",
        ),
        Misconception(
            _pixel_more,
            "You add 1 to every side, as if x2 were the last column inside. A box ends *before* x2: its width is "
            "x2 - x1.",
        ),
        Misconception(
            _divides_by_nothing,
            "Two boxes without area have a union of 0, and nothing can be divided by that. Let the answer be 0 then.",
        ),
        Misconception(
            lambda a, b: _intersection(a, b),
            "That is the intersection, in pixels. Divide it by the union.",
            also=(lambda a, b: float(_intersection(a, b)),),
        ),
        Misconception(
            lambda a, b: _union(a, b, _intersection(a, b)),
            "That is the union. It comes below the line.",
        ),
        Misconception(
            _upside_down,
            "Upside down: intersection *over* union is never larger than 1.",
        ),
        Misconception(
            _whole,
            "`//` divides to whole numbers. A share needs `/`.",
            also=(_rounded,),
        ),
        Misconception(
            lambda a, b: 100 * _iou(a, b),
            "That is in per cent. A share lies between 0 and 1.",
        ),
        Misconception(
            lambda a, b: 1 - _iou(a, b),
            "That is the distance, one less the overlap.",
        ),
        Misconception(
            _width_only,
            "You compare the columns only. A box has rows too: its area is width times height.",
        ),
        Misconception(
            _union_without_brackets,
            "Division comes before plus and minus: the union below the line needs parentheses.",
        ),
    ),
    hints=(
        "Where does the intersection begin, from the left? At the larger of the two x1. And where does it end?",
        "Width and height of the intersection: `min(...) - max(...)`, at least 0. Their product is its area.",
        "Union = area of a + area of b - intersection. If it is 0, return 0.",
    ),
    praise="It does not matter which box comes first, nor whether you measure in pixels or in miles.",
)
