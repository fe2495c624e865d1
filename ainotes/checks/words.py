"""Any value in a few words, without importing torch."""

import sys
from typing import Any

import numpy as np


def is_tensor(value: Any) -> bool:
    """Tell whether `value` is a torch tensor, without importing torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def kind(value: Any) -> str:
    """Name the type of a value with its article, for a sentence.

    Examples
    --------
    >>> kind(3), kind(2.5), kind(None)
    ('an int', 'a float', 'None')
    """
    if value is None:
        return "None"
    name = "tensor" if is_tensor(value) else "array" if isinstance(value, np.ndarray) else type(value).__name__
    return f"{'an' if name[:1] in 'aeiouAEIOU' else 'a'} {name}"


def short(value: Any, width: int = 110) -> str:
    """Return `value` as one line of code of at most about `width` characters, whatever its ``repr`` does.

    Examples
    --------
    >>> short([1, 2, 3])
    '[1, 2, 3]'
    >>> short("a" * 200, 20)
    "'aaaaaaaaaaaa…aaaaa'"
    """
    try:
        text = _text(value)
    except Exception as error:
        return f"<a {type(value).__name__} whose repr raises {type(error).__name__}>"
    text = " ".join(text.split())
    head = width * 13 // 20
    return text if len(text) <= width else f"{text[:head]}…{text[head + 1 - width :]}"


def _text(value: Any) -> str:
    if is_tensor(value) or isinstance(value, np.ndarray):
        return _array_text(value)
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple) and len(value) <= 12:
        items = ", ".join(short(item, 60) for item in value)
        comma = "," if len(value) == 1 else ""
        return f"[{items}]" if isinstance(value, list) else f"({items}{comma})"
    if type(value) is dict and len(value) <= 8:
        return "{" + ", ".join(f"{short(k, 30)}: {short(v, 60)}" for k, v in value.items()) + "}"
    if callable(value) and hasattr(value, "__name__"):
        return str(value.__name__)
    return repr(value)


def _array_text(value: Any) -> str:
    name = "tensor" if is_tensor(value) else "array"
    dtype = str(value.dtype).removeprefix("torch.")
    size = int(np.prod(tuple(value.shape)))
    if size > 12:
        return f"{name} of shape {tuple(value.shape)}, {dtype}"
    numbers = value.detach().tolist() if is_tensor(value) else value.tolist()
    return f"{name}({_rounded(numbers)})"


def _rounded(numbers: Any) -> str:
    if isinstance(numbers, list):
        return "[" + ", ".join(map(_rounded, numbers)) + "]"
    return f"{numbers:.5g}" if isinstance(numbers, float) else repr(numbers)
