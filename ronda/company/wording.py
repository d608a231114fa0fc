"""Operations and permissions in people's words."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

VERBS = {"add": _("add"), "change": _("change"), "delete": _("delete"), "view": _("see")}
_actions: dict[str, Any] = {}


def name_actions(labels: Mapping[str, Any]) -> None:
    """Say what people read for operations: `name_actions({"billing.document.issued": _("Issued")})`."""
    _actions.update(labels)


def action_label(action: str) -> Any:
    """An operation in words: as its app named it, or what happened to which kind of record."""
    if action in _actions:
        return _actions[action]
    subject, _dot, verb = action.rpartition(".")
    if verb in {"added", "changed"}:
        return _actions[f"*.{verb}"]
    return capfirst(verb.replace("_", " "))


def kind_of_record(label: str) -> str:
    """ "parties.party" → "customer"; the label itself for what no longer exists."""
    model = _model(label)
    return str(model._meta.verbose_name) if model else label


def permission_label(permission: Permission) -> str:
    """A permission in the language of the screen: "Invoices: change"."""
    verb, _dash, name = permission.codename.partition("_")
    model = _model(f"{permission.content_type.app_label}.{permission.content_type.model}")
    if model is None or verb not in VERBS or name != model._meta.model_name:
        return str(_(permission.name))
    return f"{capfirst(str(model._meta.verbose_name_plural))}: {VERBS[verb]}"


def _model(label: str) -> type[Model] | None:
    app, _dot, name = label.partition(".")
    try:
        return apps.get_model(app, name)
    except LookupError:
        return None


name_actions(
    {
        "*.added": _("Added"),
        "*.changed": _("Changed"),
        "company.attachment.added": _("File added"),
        "company.attachment.removed": _("File removed"),
        "company.company.created": _("Company created"),
        "company.counter.changed": _("Counter changed by hand"),
        "company.history.trimmed": _("Old operations removed"),
        "company.job.retried": _("Job started again"),
        "company.job.stopped": _("Job stopped"),
        "company.mail.queued": _("Mail written"),
        "company.mail.resent": _("Mail sent again"),
        "company.member.added": _("Person added to the company"),
        "company.member.removed": _("Person removed from the company"),
        "company.member.role_changed": _("Role changed"),
        "company.role.deleted": _("Role deleted"),
        "company.role.saved": _("Permissions of a role changed"),
        "company.schedule.set": _("Timetable changed"),
        "company.user.password_changed": _("Password changed"),
    }
)
