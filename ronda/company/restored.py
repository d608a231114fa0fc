"""What the apps have to do once a backup was restored.

    @after_restore
    def apply_list_again(*, now, by="ronda"): ...

Whoever restores calls `restored(now=...)` when the restored data are in place and migrated. What is
registered has to be repeatable: it runs every night as well.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ronda.kernel.errors import Refusal

Step = Callable[..., Any]
_steps: list[Step] = []


def after_restore(step: Step) -> Step:
    """Register a step: called with `now`."""
    if step not in _steps:
        _steps.append(step)
    return step


def restored(*, now: datetime) -> dict[str, str]:
    """Run every step; one that refuses is told, by its name, and the others run all the same."""
    told = {}
    for step in _steps:
        try:
            step(now=now)
        except Refusal as refusal:
            told[step.__name__] = str(refusal.message)
    return told
