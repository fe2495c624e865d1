"""Where the bar of an epoch is drawn: on the terminal, or in one output of a notebook's cell."""

import sys
from typing import Any

from tqdm import tqdm

EVERY_SECONDS = 0.25  # from one drawing in a notebook to the next: each of them is a message to the browser


class Bars:
    """The bars of one call of `fit`, one after another; a context manager.

    On a terminal tqdm draws each of them on standard error and wipes it off. A notebook shows standard error in a box
    of its own, and of a bar that was wiped off there the empty box stays. So in a kernel all bars share one output of
    the cell, above the lines that `fit` prints, and at the end, whatever ends it, that output is emptied.

    Parameters
    ----------
    quiet : bool
        Draw nothing.

    Examples
    --------
    >>> with Bars(quiet=True) as bars, bars.over([3, 4], "Epoch 1", total=2) as batches:
    ...     print(sum(batches))
    7
    """

    def __init__(self, quiet: bool = False):
        self.quiet = quiet
        self.output: CellOutput | None = None

    def __enter__(self) -> "Bars":
        """Take a place in the cell's output, if there is a cell."""
        if not self.quiet and in_kernel():
            self.output = CellOutput()
        return self

    def __exit__(self, *exception: object) -> None:
        """Leave that place empty."""
        if self.output is not None:
            self.output.clear()
            self.output = None

    def over(self, batches: Any, name: str, total: int | None) -> tqdm:
        """Return an iterator over `batches` that draws how many of `total` have gone by; None where nobody knows."""
        how: dict[str, Any] = {"leave": False}
        if self.output is not None:
            # A bar that outlives its epoch by a quarter of a second is one that can be seen: others are not sent.
            how = {"file": self.output, "position": 0, "mininterval": EVERY_SECONDS, "delay": EVERY_SECONDS}
        return tqdm(batches, desc=name, total=total, unit="batch", disable=self.quiet, **how)


class CellOutput:
    """One output of a notebook's cell as a file to which tqdm writes: the last line that it was given is shown.

    Needs no widget, so it is there in JupyterLab, in Colab and where a notebook is executed to be read.
    """

    encoding = "utf-8"  # tqdm asks, and draws with blocks

    def __init__(self) -> None:
        from IPython.display import display

        self.handle = display({"text/plain": ""}, raw=True, display_id=True)

    def write(self, text: str) -> int:
        """Show a line instead of the one before. What only moves the cursor or wipes is left out: a line stays."""
        if line := text.strip():
            self.handle.update({"text/plain": line}, raw=True)
        return len(text)

    def flush(self) -> None:
        """Do nothing: what is written is shown at once."""

    def clear(self) -> None:
        """Show nothing, in no form: then a page made from the notebook has no trace of it."""
        self.handle.update({}, raw=True)


def in_kernel() -> bool:
    """Tell whether this runs in the kernel of a notebook: not in a script, nor in IPython on a terminal."""
    ipython = sys.modules.get("IPython")
    return getattr(ipython and ipython.get_ipython(), "kernel", None) is not None
