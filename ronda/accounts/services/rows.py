from typing import Any

from ronda.accounts.models import Account
from ronda.accounts.queries import companies_of_person
from ronda.company import audit
from ronda.company.models import User


def locked_account(user: User) -> Account:
    """The person's account, made when there is none, locked until the transaction ends."""
    Account.objects.get_or_create(user_id=user.pk)
    return Account.objects.select_for_update(of=("self",)).select_related("user").get(user_id=user.pk)


def record(by: str, action: str, user: User, **facts: Any) -> None:
    """One row in the log of the company the person belongs to first; the user is the subject."""
    companies = companies_of_person(user)
    company_id = companies[0].pk if companies else None
    audit.note(by, action, user._meta.label_lower, user.pk, facts, company_id=company_id)
