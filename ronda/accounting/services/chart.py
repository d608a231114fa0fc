"""The accounts a company begins with."""

from ronda.accounting.models import Account
from ronda.company.country import country_pack
from ronda.company.models import Company


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
