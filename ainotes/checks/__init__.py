"""Exercise checks: one module a lesson, each exercise a module-level `Exercise`.

In a notebook: ``from ainotes.checks import training as ex``, then ``ex.accuracy.check(my_function)``,
``ex.accuracy.hint()`` and ``ex.accuracy.solution()``. How one is written: `ainotes.checks.engine`.
"""
