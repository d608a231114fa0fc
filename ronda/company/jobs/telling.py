"""What a long operation is handed by the job it runs in: how to tell how far it is, and to keep its lease.

Services take these and know no job, so that a command or a test calls them as they are.
"""

from collections.abc import Callable

#: Called with how many units are done and how many there are.
Progress = Callable[[int, int], None]
#: First call of each unit's transaction; raises when the job was given to another worker.
Fence = Callable[[], None]


def no_progress(done: int, total: int) -> None:
    """For callers that do not show how far the work is."""


def no_fence() -> None:
    """For callers that own the work by themselves: a command, a test."""
