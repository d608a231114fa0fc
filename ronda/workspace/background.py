"""Actions on more records than a person waits for: the page hands them over, a job runs them.

This layer has no queue. The app that has one says how work is started (`start_with`) and, in its job,
takes it up again: `Resumed(work, ...)` runs the action on one record after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

from django import forms
from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.urls import get_urlconf
from django.utils.translation import gettext as _

from ronda.kernel.errors import Refusal
from ronda.workspace.declare import Action, Workspace
from ronda.workspace.forms import CompanyForm
from ronda.workspace.registry import registry

#: Up to as many records an action runs while the person waits.
WAITED_FOR = 200
READ_AT_ONCE = 100


class ActionGone(Refusal):
    """The action, the person's permission or a value of its form is not there any more."""

    code = "workspace.action_gone"


@dataclass(frozen=True, slots=True)
class ManyRecords:
    """An action asked for on many records, in values a job can keep.

    `keys` are those the person was told the number of: what fits the filter later is not added.
    `given` is the form as it was sent, encoded.
    """

    workspace: str
    action: str
    keys: tuple[int, ...]
    given: str
    company_id: int
    by: str
    language: str


Start = Callable[[ManyRecords], str]
_started_with: list[Start] = []


def start_with(start: Start) -> None:
    """Say who runs such work. `start` returns the address at which its outcome is shown."""
    _started_with[:] = [start]


def starter() -> Start | None:
    """Who runs such work; None where everything is done while the person waits."""
    return _started_with[0] if _started_with else None


class Resumed:
    """The work in a job: for the same person, with what he may do now. ActionGone when it cannot be done."""

    def __init__(self, workspace: str, action: str, given: str, *, user: Any, company: Any) -> None:
        self.workspace, self.action = _found(workspace, action)
        if not user.has_perm(self.workspace.permission(self.action.permission)):
            raise ActionGone(_("The person who started this may not do it any more."))
        self.facts = _facts(self.action, given, company)
        self._request = cast("Any", HttpRequest())
        self._request.user, self._request.company = user, company

    def records(self, keys: Sequence[int]) -> Iterator[tuple[int, Any]]:
        """Each key with its record, None where it is gone or not visible any more."""
        for start in range(0, len(keys), READ_AT_ONCE):
            chunk = keys[start : start + READ_AT_ONCE]
            rows = self.workspace.records(self._request).filter(pk__in=chunk)
            found = {row.pk: row for row in rows}
            yield from ((key, found.get(key)) for key in chunk)


def _found(base: str, code: str) -> tuple[type[Workspace], Action]:
    import_module(get_urlconf() or settings.ROOT_URLCONF)  # a worker served no page: this mounts them
    workspace = registry.get(base)
    action = workspace.action(code) if workspace else None
    if workspace is None or action is None:
        raise ActionGone(_("This action does not exist any more."))
    return workspace, action


def _facts(action: Action, given: str, company: Any) -> Mapping[str, Any]:
    form_class = action.form or forms.Form
    sent = QueryDict(given)
    form = form_class(sent, company=company) if issubclass(form_class, CompanyForm) else form_class(sent)
    if not form.is_valid():
        raise ActionGone(_("What was entered is not valid any more: start it again from the list."))
    return form.cleaned_data
