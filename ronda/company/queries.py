"""Reads used by more than one caller."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from ronda.company.models import Company, Membership, User


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
