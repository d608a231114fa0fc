"""Log-in, log-out and wrong attempts (O61)."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.crypto import salted_hmac

from ronda.accounts.domain.passwords import is_over_age, reaches_limit
from ronda.accounts.models import Account
from ronda.accounts.options import AccountOptions
from ronda.accounts.queries import companies_of_person, is_administrator, rules_of
from ronda.accounts.services.rows import locked_account, record
from ronda.company import options
from ronda.company.models import Company, User
from ronda.company.services import queue_mail
from ronda.kernel.i18n import _


@transaction.atomic
def note_failure(user: User, *, now: datetime, address: str = "") -> Account:
    """A wrong password or code. At the limit the account is deactivated and a security mail goes out.

    Administrators are only reported, at the limit and each time as many more are wrong.
    """
    account = locked_account(user)
    if not account.user.is_active:
        return account
    account.failures += 1
    account.save(update_fields=["failures"])
    if not reaches_limit(account.failures, rules_of(user).attempts):
        return account
    keeps = is_administrator(user)
    if not keeps:
        account.locked_at = now
        account.save(update_fields=["locked_at"])
        User.objects.filter(pk=user.pk).update(is_active=False)
    action = "accounts.attempts.reported" if keeps else "accounts.attempts.deactivated"
    record(user.username, action, user, failures=account.failures, address=address)
    _report(user, failures=account.failures, address=address, stays=keeps)
    return account


@transaction.atomic
def note_sign_in(user: User, *, now: datetime, address: str = "") -> Account:
    """The person is in: attempts are forgotten; a password over its months must be changed (O60)."""
    account = locked_account(user)
    account.failures = 0
    set_at = account.password_set_at or user.date_joined
    if is_over_age(set_at, months=rules_of(user).months_valid, now=now):
        account.must_change = True
    account.save(update_fields=["failures", "must_change"])
    record(user.username, "accounts.signed_in", user, address=address)
    return account


@transaction.atomic
def note_sign_out(user: User) -> None:
    """The person left by the button."""
    record(user.username, "accounts.signed_out", user)


@transaction.atomic
def use_code(user: User, code: str) -> bool:
    """Whether the one-time code opens: the same code never opens twice in a row, in no process."""
    account = locked_account(user)
    said = salted_hmac("ronda.accounts.code", f"{user.pk}:{code}", algorithm="sha256").hexdigest()
    if account.last_code == said:
        return False
    account.last_code = said
    account.save(update_fields=["last_code"])
    return True


def _report(user: User, *, failures: int, address: str, stays: bool) -> None:
    told: set[str] = set()
    for company in companies_of_person(user):
        to = options.read(AccountOptions, company).security_address or company.email
        if not to or to in told:
            continue
        told.add(to)
        _mail(company, to, user, failures=failures, address=address, stays=stays)


def _mail(company: Company, to: str, user: User, *, failures: int, address: str, stays: bool) -> None:
    facts = {"name": user.username, "count": failures, "address": address or "–", "company": company.name}
    with translation.override(company.language):
        if stays:
            subject = _("Wrong attempts to sign in as %(name)s")
            what = _("The account belongs to an administrator and stays open.")
        else:
            subject = _("Account %(name)s deactivated")
            what = _("The account is deactivated. Under People an administrator can activate it again.")
        body = _("%(count)d wrong attempts in a row to sign in as %(name)s at %(company)s, from %(address)s.")
        queue_mail(
            company,
            to=[to],
            subject=str(subject) % facts,
            body=f"{str(body) % facts}\n\n{what}",
            by=user.username,
            about=user,
        )
