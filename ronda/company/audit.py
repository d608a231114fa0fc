"""Who did what, when: one row per operation, in the operation's transaction."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.db.models import Model
from django.utils import timezone

from ronda.company.bulk import insert_values
from ronda.company.context import acting
from ronda.company.models import AuditEntry, Company


def company_id_of(subject: Model) -> int | None:
    """The company a record belongs to: its own, or that of the request or job under way.

    A record that hangs on a parent may answer with a `company_id` property.
    """
    if isinstance(subject, Company):
        return subject.pk
    own = getattr(subject, "company_id", None)
    return own if own is not None else acting().company_id


def record(actor: str, action: str, subject: Model, **facts: Any) -> None:
    """Write that `actor` did `action` ("billing.document.issued") to `subject`."""
    note(actor, action, subject._meta.label_lower, subject.pk, facts, company_id=company_id_of(subject))


def note(
    actor: str,
    action: str,
    subject_label: str,
    subject_pk: int | None,
    facts: Mapping[str, Any],
    *,
    company_id: int | None = None,
) -> None:
    """Like `record`, when there is no object at hand."""
    AuditEntry.objects.create(
        company_id=company_id if company_id is not None else acting().company_id,
        actor=actor,
        action=action,
        subject_label=subject_label,
        subject_pk=subject_pk,
        facts=dict(facts),
    )


def record_many(actor: str, action: str, subjects: Iterable[tuple[Model, Mapping[str, Any]]]) -> None:
    """One row per (subject, facts), in one INSERT: for runs."""
    now = timezone.now()
    label = cache(lambda model: model._meta.label_lower)  # put together anew each time it is asked for
    insert_values(
        AuditEntry,
        ("company_id", "at", "actor", "action", "subject_label", "subject_pk", "facts"),
        [
            (company_id_of(subject), now, actor, action, label(type(subject)), subject.pk, facts)
            for subject, facts in subjects
        ],
    )
