"""Reads used by more than one caller."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

from ronda.company.models import Attachment, AuditEntry, Company, Job, Membership, OutgoingMail, Role, User


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


def companies_allowing(user: User, permissions: Iterable[str]) -> dict[int, frozenset[str]]:
    """Which of some permissions a person holds in which company, there seeing everybody's customers.

    For pages over several companies: two queries whatever their number. Companies without any are left out.
    """
    asked = frozenset(permissions)
    if user.is_superuser:
        return dict.fromkeys(Company.objects.filter(active=True).values_list("pk", flat=True), asked)
    members = Membership.objects.filter(user=user, company__active=True).select_related("role")
    roles = {
        member.company_id: member.role
        for member in members
        if member.role.grants_all or member.role.sees == Role.Sees.ALL
    }
    rows = Role.permissions.through.objects.filter(
        role__in=[role.pk for role in roles.values()],
        permission__codename__in=[one.partition(".")[2] for one in asked],
    )
    given: dict[int, set[str]] = {}
    columns = ("role_id", "permission__content_type__app_label", "permission__codename")
    for role_id, app, codename in rows.values_list(*columns):
        given.setdefault(role_id, set()).add(f"{app}.{codename}")
    held = {
        company_id: asked if role.grants_all else asked & given.get(role.pk, set())
        for company_id, role in roles.items()
    }
    return {company_id: allowed for company_id, allowed in held.items() if allowed}


def history_of(record: Model, *, limit: int = 200) -> QuerySet[AuditEntry]:
    """The latest operations on a record, newest first."""
    entries = AuditEntry.objects.filter(subject_label=record._meta.label_lower, subject_pk=record.pk)
    return entries.order_by("-pk")[:limit]


def attachments_of(record: Model) -> QuerySet[Attachment]:
    """The files on a record that are not in the bin, newest first."""
    content_type = ContentType.objects.get_for_model(record)
    here = Attachment.objects.filter(content_type=content_type, object_id=record.pk, binned_at=None)
    return here.order_by("-pk")


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
