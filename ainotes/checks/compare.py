"""Compare what a learner's function returned with what was expected, and say how they differ."""

import math
import numbers
from typing import Any

import numpy as np

from ainotes.checks.words import is_tensor, kind, short

RTOL, ATOL = 1e-4, 1e-5
_DEEPEST = 20


def difference(expected: Any, got: Any, rtol: float = RTOL, atol: float = ATOL, depth: int = 0) -> str | None:
    """Return how `got` differs from `expected` in a short phrase, or None where they are the same.

    Integers, booleans and text must be equal; floats, arrays and tensors equal within ``atol + rtol * |expected|``,
    with the same shape and dtype; lists, tuples and dicts are compared item by item. A nan equals a nan.
    The device of a tensor and whether it requires a gradient do not matter.

    Parameters
    ----------
    expected, got : Any
        Values of any type. A `got` that fails to compare (its ``__eq__`` raises) counts as different.
    rtol, atol : float
        Relative and absolute tolerance, not negative.
    depth : int
        How deep inside a container this is; containers that hold themselves end the search.

    Returns
    -------
    str or None
        A phrase that begins with a small letter, such as ``"shape (2, 3) expected, got (3, 2)"``.

    Examples
    --------
    >>> difference(0.5, 0.5000001) is None
    True
    >>> difference([1, 2], (1, 2))
    'a list expected, got a tuple'
    >>> difference({"a": [1, 2]}, {"a": [1, 3]})
    "at key 'a': at index 1: 2 expected, got 3"
    """
    if expected is got or depth > _DEEPEST:
        return None
    again = (rtol, atol, depth + 1)
    if is_tensor(expected) or isinstance(expected, np.ndarray):
        return _array_difference(expected, got, rtol, atol)
    wrong_type = _type_difference(expected, got)
    if wrong_type:
        return wrong_type
    if isinstance(expected, dict):
        return _dict_difference(expected, got, again)
    if isinstance(expected, (list, tuple)):
        return _sequence_difference(expected, got, again)
    if isinstance(expected, numbers.Real) and not isinstance(expected, numbers.Integral):
        return _float_difference(float(expected), float(got), rtol, atol)
    return None if _equal(expected, got) else f"{_brief(expected)} expected, got {_brief(got)}"


def changed(before: Any, after: Any, depth: int = 0) -> bool:
    """Tell whether an argument was changed: `before` is a copy made earlier, `after` the object that was passed.

    Looks into numbers, text, lists, tuples, dicts, sets, arrays, tensors and the state and mode of a module; objects
    of other types count as unchanged, because a copy of them need not equal its original.
    """
    if depth > _DEEPEST or before is after:
        return False
    if type(before) is not type(after):
        return True
    if isinstance(before, dict):
        return list(before) != list(after) or any(changed(before[key], after[key], depth + 1) for key in before)
    if isinstance(before, (list, tuple)):
        pairs = zip(before, after, strict=False)
        return len(before) != len(after) or any(changed(*pair, depth + 1) for pair in pairs)
    if is_tensor(before) or isinstance(before, (np.ndarray, numbers.Number, str, bytes, set, bytearray)):
        return difference(before, after, 0.0, 0.0) is not None
    if hasattr(before, "state_dict") and hasattr(before, "training"):
        return before.training != after.training or changed(dict(before.state_dict()), dict(after.state_dict()))
    return False


def _type_difference(expected: Any, got: Any) -> str | None:
    """Accept what a learner may reasonably return: any integer for an int, any real number for a float."""
    message = f"{kind(expected)} expected, got {kind(got)}"
    if is_tensor(got) and isinstance(expected, (bool, numbers.Real)):
        return message + (" (`.item()` makes it a number)" if got.numel() == 1 else f" of shape {tuple(got.shape)}")
    if isinstance(expected, (bool, np.bool_)):
        return None if isinstance(got, (bool, np.bool_)) else message
    if isinstance(got, (bool, np.bool_)):
        return message
    families: tuple[type, ...] = (numbers.Integral, numbers.Real, str, bytes, dict, tuple, list, set, frozenset)
    for family in families:
        if isinstance(expected, family):
            return None if isinstance(got, family) else message
    return None if expected is not None else message


def _dict_difference(expected: dict, got: dict, again: tuple) -> str | None:
    missing, extra = [k for k in expected if k not in got], [k for k in got if k not in expected]
    if missing:
        return f"key {_brief(missing[0])} is missing"
    if extra:
        return f"key {_brief(extra[0])} is not expected"
    return _first(((f"key {_brief(key)}", expected[key], got[key]) for key in expected), again)


def _sequence_difference(expected, got, again: tuple) -> str | None:
    if len(expected) != len(got):
        return f"{len(expected)} items expected, got {len(got)}"
    pairs = enumerate(zip(expected, got, strict=True))
    return _first(((f"index {index}", *pair) for index, pair in pairs), again)


def _first(places, again: tuple) -> str | None:
    for place, expected, got in places:
        found = difference(expected, got, *again)
        if found:
            return f"at {place}: {found}"
    return None


def _float_difference(expected: float, got: float, rtol: float, atol: float) -> str | None:
    if math.isnan(got) and not math.isnan(expected):
        return f"{expected:.6g} expected, got nan (not a number)"
    same = got == expected or (math.isnan(expected) and math.isnan(got))
    near = math.isfinite(got) and math.isfinite(expected) and abs(got - expected) <= atol + rtol * abs(expected)
    return None if same or near else f"{expected:.6g} expected, got {got:.6g}"


def _array_difference(expected: Any, got: Any, rtol: float, atol: float) -> str | None:
    if is_tensor(expected) != is_tensor(got) or not (is_tensor(got) or isinstance(got, np.ndarray)):
        return f"{kind(expected)} expected, got {kind(got)}"
    if tuple(expected.shape) != tuple(got.shape):
        return f"shape {tuple(expected.shape)} expected, got {tuple(got.shape)}"
    if expected.dtype != got.dtype:
        return f"dtype {_dtype(expected)} expected, got {_dtype(got)}"
    left, right = _plain(expected), _plain(got)
    if left.dtype.kind not in "fc":
        same = left == right
    else:
        same = np.isclose(right, left, rtol=rtol, atol=atol, equal_nan=True)
    if np.all(same):
        return None
    return _where(left, right, np.asarray(same))


def _where(left: np.ndarray, right: np.ndarray, same: np.ndarray) -> str:
    bad = ~same
    if left.dtype.kind in "fc" and np.any(np.isnan(right) & ~np.isnan(left)):
        return f"{int(np.sum(np.isnan(right)))} of {right.size} values are nan (not a number)"
    place = tuple(int(i) for i in np.argwhere(bad)[0]) if left.ndim else ()
    at = f", the first at {list(place)}: {_brief(left[place])} expected, got {_brief(right[place])}"
    return f"{int(bad.sum())} of {left.size} values differ{at}"


def _plain(value: Any) -> np.ndarray:
    """Return a NumPy array of the values; tensors of any device, also bfloat16."""
    if not is_tensor(value):
        return value
    value = value.detach().cpu()
    if str(value.dtype) == "torch.bfloat16":
        value = value.float()
    return np.asarray(value.resolve_conj().resolve_neg())


def _dtype(value: Any) -> str:
    return str(value.dtype).removeprefix("torch.")


def _equal(expected: Any, got: Any) -> bool:
    try:
        return bool(expected == got)
    except Exception:
        return False


def _brief(value: Any) -> str:
    return short(value.item() if isinstance(value, np.generic) else value, 60)
