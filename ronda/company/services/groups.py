"""Which companies belong together."""

from collections.abc import Collection

from django.db import transaction

from ronda.company import audit
from ronda.company.models import Company, CompanyGroup


@transaction.atomic
def save_group(group: CompanyGroup, companies: Collection[Company], *, by: str) -> CompanyGroup:
    """Save a group with its companies, which leave any other one. Their records stay theirs."""
    list(Company.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
    group.save()
    keys = {company.pk for company in companies}
    before = set(Company.objects.filter(group=group).values_list("pk", flat=True))
    Company.objects.filter(pk__in=before - keys).update(group=None)
    Company.objects.filter(pk__in=keys - before).update(group=group)
    moved = Company.objects.filter(pk__in=before ^ keys).order_by("pk")
    facts = {"group": group.name}
    audit.record_many(
        by,
        "company.company.grouped",
        [(company, {**facts, "belongs": company.pk in keys}) for company in moved],
    )
    return group
