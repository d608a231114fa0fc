"""The accounts a company begins with."""

from collections.abc import Iterable

from ronda.accounting.models import Account
from ronda.company.country import country_pack
from ronda.company.models import Company


def seed_roles(company_id: int, roles: Iterable[str]) -> None:
    """See that the chart has an account for each role, as charts seeded before the role was known have not.

    The country's account of that role is taken: added, or given the role where it has none yet. One that is
    used for something else is left; posting then says which account is missing.
    """
    known = set(Account.objects.filter(company=company_id, role__in=roles).values_list("role", flat=True))
    missing = set(roles) - known
    if not missing or not Account.objects.filter(company=company_id).exists():
        return
    for seed in country_pack(Company.objects.get(pk=company_id)).chart():
        if seed.role not in missing:
            continue
        account, added = Account.objects.get_or_create(
            company_id=company_id,
            code=seed.code,
            defaults={"name": seed.name, "kind": seed.kind, "role": seed.role},
        )
        if not added and not account.role:
            account.role = seed.role
            account.save(update_fields=["role"])


def seed_chart(company: Company) -> int:
    """Give the company the accounts of its country that it does not have yet; how many were added.

    A code or a role already in use is left as the company has it.
    """
    known = Account.objects.filter(company=company).values_list("code", "role")
    codes, roles = {code for code, _role in known}, {role for _code, role in known if role}
    new = [
        Account(
            company=company,
            code=seed.code,
            name=seed.name,
            kind=seed.kind,
            role="" if seed.role in roles else seed.role,
        )
        for seed in country_pack(company).chart()
        if seed.code not in codes
    ]
    return len(Account.objects.bulk_create(new))
