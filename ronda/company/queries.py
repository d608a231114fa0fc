"""Reads used by more than one caller."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

from ronda.company.models import Attachment, AuditEntry, Company, Job, Membership, OutgoingMail, User


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a person works now, and where else they may."""

    company: Company | None
    membership: Membership | None
    companies: Sequence[Company]


def companies_of(user: User) -> QuerySet[Company]:
    """The active companies a person may work in: their own; all for superusers."""
    companies = Company.objects.filter(active=True).order_by("name", "pk")
    return companies if user.is_superuser else companies.filter(memberships__user=user)


def desk_of(user: User, chosen: int | None) -> Desk:
    """The company chosen in the session if still the user's, else the default one.

    One query; two for superusers, who may work in every company.
    """
    memberships = (
        Membership.objects.filter(user=user, company__active=True)
        .select_related("company", "role", "branch")
        .order_by("-is_default", "pk")
    )
    mine = {membership.company_id: membership for membership in memberships}
    companies = [membership.company for membership in mine.values()]
    if user.is_superuser:
        others = Company.objects.filter(active=True).order_by("pk")
        companies += [company for company in others if company.pk not in mine]
    company = next((one for one in companies if one.pk == chosen), companies[0] if companies else None)
    return Desk(company, mine.get(company.pk) if company else None, companies)


def history_of(record: Model, *, limit: int = 200) -> QuerySet[AuditEntry]:
    """The latest operations on a record, newest first."""
    entries = AuditEntry.objects.filter(subject_label=record._meta.label_lower, subject_pk=record.pk)
    return entries.order_by("-pk")[:limit]


def attachments_of(record: Model) -> QuerySet[Attachment]:
    """The files put on a record, newest first."""
    content_type = ContentType.objects.get_for_model(record)
    return Attachment.objects.filter(content_type=content_type, object_id=record.pk).order_by("-pk")


@dataclass(frozen=True, slots=True)
class Troubles:
    """What failed in the background and waits for somebody to look."""

    failed_jobs: int
    failed_mails: int


def troubles(company: Company) -> Troubles:
    """For the home page: counts of failed jobs and mails of the company."""
    jobs = Job.objects.filter(company=company, state=Job.State.FAILED)
    mails = OutgoingMail.objects.filter(company=company, state=OutgoingMail.State.FAILED)
    return Troubles(jobs.count(), mails.count())
