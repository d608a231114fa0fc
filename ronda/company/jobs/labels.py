"""Tasks in people's words."""

from typing import Any

from django.utils.text import capfirst
from django_tasks.base import Task

_labels: dict[str, Any] = {}


def name_task(task: Task[..., Any], label: Any) -> None:
    """Say what people read for a task: `name_task(send_mail, _("Send a mail"))`, beside the task."""
    _labels[task.module_path] = label


def job_label(kind: str) -> Any:
    """The label of a task's path; without one its function's name in words."""
    return _labels.get(kind) or capfirst(kind.rpartition(".")[2].replace("_", " "))
