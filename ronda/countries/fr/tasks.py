"""Background work of the French pack, where schedules are looked for."""

from ronda.countries.fr import certificate_tasks, ereporting_tasks

__all__ = ["certificate_tasks", "ereporting_tasks"]
