"""The code of a solution, as a learner can run it."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator


def solution_code(reference: Callable, name: str) -> str:
    """Return the source of a reference under the name that the learner writes, with the imports that it needs.

    Parameters
    ----------
    reference : callable
        A function or class with a source. It may have a private name in its module.
    name : str
        What the learner calls it.

    Examples
    --------
    >>> print(solution_code(textwrap.indent, "push").splitlines()[0])
    def push(text, prefix, predicate=None):
    """
    source = textwrap.dedent(inspect.getsource(reference)).strip()
    source = re.sub(rf"\b{re.escape(reference.__name__)}\b", name, source)
    imports = list(_imports(reference, source))
    return "\n".join([*imports, "", "", source]) if imports else source


def _imports(reference: Callable, source: str) -> Iterator[str]:
    """Yield what the module of a reference imports at its top and the source uses, a line for each name."""
    try:
        used = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
        module = ast.parse(inspect.getsource(inspect.getmodule(reference)))  # type: ignore[arg-type]  # None is caught
    except (OSError, SyntaxError, TypeError):
        return  # a lambda within a line, or a module without a file
    for node in module.body:
        for alias in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
            if (alias.asname or alias.name.partition(".")[0]) in used:
                start = f"from {node.module} " if isinstance(node, ast.ImportFrom) else ""
                yield f"{start}import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
