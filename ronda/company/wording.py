"""Operations and permissions in people's words."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as stored_words
from django.utils.translation import gettext_lazy as _

VERBS = {"add": _("add"), "change": _("change"), "delete": _("delete"), "view": _("see")}
_actions: dict[str, Any] = {}
# What operations tell besides the fields of their subject.
_facts: dict[str, Any] = {
    "address": _("address"),
    "as_of": _("everything due by"),
    "amount": _("amount"),
    "branch": _("branch"),
    "code": _("code"),
    "contract": _("contract"),
    "contracts": _("contracts"),
    "created": _("new"),
    "credit": _("credit note"),
    "customer": _("customer"),
    "customers": _("customers"),
    "days_kept": _("days kept"),
    "documents": _("documents"),
    "export": _("export"),
    "failed": _("failed"),
    "failures": _("failures"),
    "file": _("file"),
    "from": _("from"),
    "given": _("given"),
    "group": _("group of companies"),
    "import": _("import"),
    "belongs": _("belongs to it"),
    "installation": _("for the installation"),
    "in_step": _("follows changes"),
    "issued": _("issued"),
    "item": _("item"),
    "kept": _("kept"),
    "line": _("line"),
    "name": _("name"),
    "net": _("net"),
    "new": _("new"),
    "number": _("number"),
    "of": _("copied from"),
    "payer": _("payer"),
    "payment": _("payment"),
    "percent": _("change in per cent"),
    "periods": _("periods"),
    "price": _("price"),
    "prices": _("prices"),
    "proposals": _("proposals"),
    "read": _("documents read"),
    "reason": _("reason"),
    "recipients": _("recipients"),
    "removed": _("removed"),
    "replaces": _("replaces"),
    "restored": _("restored"),
    "role": _("role"),
    "rules": _("rules"),
    "seller_confirmed": _("seller confirmed"),
    "services": _("services"),
    "settings": _("settings"),
    "sha256": _("fingerprint"),
    "site": _("site"),
    "starts_on": _("from"),
    "step": _("rounded to"),
    "taken": _("taken away"),
    "taken_over_from": _("taken over from"),
    "to": _("to the address"),
    "to_print": _("to print"),
    "source": _("taken over from"),
    "total": _("total"),
    "user": _("user"),
    "why": _("reason"),
    "workstation": _("workstation"),
}


def name_actions(labels: Mapping[str, Any]) -> None:
    """Say what people read for operations: `name_actions({"billing.document.issued": _("Issued")})`."""
    _actions.update(labels)


def action_label(action: str) -> Any:
    """An operation in words: as its app named it, or what happened to which kind of record."""
    subject, _dot, verb = action.rpartition(".")
    for known in (action, f"{subject}.*", f"*.{verb}"):
        if known in _actions:
            return _actions[known]
    return capfirst(verb.replace("_", " "))


def fact_name(subject_label: str, name: str) -> str:
    """ "last_number" of a counter → "last number", in the words of its form or of this page."""
    model = model_of(subject_label)
    field = next((f for f in model._meta.fields if f.name == name), None) if model else None
    if field is not None:
        return str(field.verbose_name)
    return str(name_of_fact(name) or name.replace("_", " "))


@cache
def name_of_fact(name: str) -> Any:
    """What a fact is called, here or as a field of any record; "" when nobody has said it."""
    if name in _facts:
        return _facts[name]
    fields = (field for model in apps.get_models() for field in model._meta.fields if field.name == name)
    return next((field.verbose_name for field in fields), "")


def kind_of_record(label: str) -> str:
    """ "parties.party" → "customer"; the label itself for what no longer exists."""
    model = model_of(label)
    return str(model._meta.verbose_name) if model else label


def permission_label(permission: Permission) -> str:
    """A permission in the language of the screen: "Invoices: change"."""
    verb, _dash, name = permission.codename.partition("_")
    model = model_of(f"{permission.content_type.app_label}.{permission.content_type.model}")
    if model is None or verb not in VERBS or name != model._meta.model_name:
        # The words were marked where the permission was declared.
        return stored_words(permission.name)
    return named_value(capfirst(str(model._meta.verbose_name_plural)), VERBS[verb])


def named_value(name: object, value: object) -> str:
    """ "name: value", with the colon as the language writes it."""
    return str(_("%(name)s: %(value)s")) % {"name": name, "value": value}


def model_of(label: str) -> type[Model] | None:
    """The model of an "app.model" label; None for what no longer exists."""
    app, _dot, name = label.partition(".")
    try:
        return apps.get_model(app, name)
    except LookupError:
        return None


name_actions(
    {
        "*.added": _("Added"),
        "*.created": _("Added"),
        "*.changed": _("Changed"),
        "*.updated": _("Changed"),
        "*.deleted": _("Deleted"),
        "company.attachment.added": _("File added"),
        "company.attachment.removed": _("File removed"),
        "company.attachment.described": _("Told about a file"),
        "company.attachment.purged": _("File removed for good"),
        "company.attachment.restored": _("Earlier version brought back"),
        "company.attachment.returned": _("File put back"),
        "company.attachment.version": _("New version of a file"),
        "company.company.created": _("Company created"),
        "company.company.grouped": _("Group of companies changed"),
        "company.counter.changed": _("Counter changed by hand"),
        "company.history.trimmed": _("Old operations removed"),
        "company.import.uploaded": _("File uploaded"),
        "company.import.checked": _("Rows checked"),
        "company.import.started": _("Import started"),
        "company.import.done": _("Import done"),
        "company.import.failed": _("Import failed"),
        "company.import.discarded": _("Import discarded"),
        "company.import.undone": _("Import taken back"),
        "company.job.retried": _("Job started again"),
        "company.job.stopped": _("Job stopped"),
        "company.mail.queued": _("Mail written"),
        "company.mail.resent": _("Mail sent again"),
        "company.options.*": _("Options changed"),
        "company.member.added": _("Person added to the company"),
        "company.member.removed": _("Person removed from the company"),
        "company.member.role_changed": _("Role changed"),
        "company.role.copied": _("Role copied"),
        "company.role.deleted": _("Role deleted"),
        "company.role.saved": _("Permissions of a role changed"),
        "company.schedule.set": _("Timetable changed"),
        "company.user.password_changed": _("Password changed"),
    }
)
