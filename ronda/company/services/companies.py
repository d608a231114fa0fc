"""Companies: the first and the next ones."""

from typing import Any

from django.db import transaction
from django.utils import translation
from stdnum import iban
from stdnum.exceptions import ValidationError

from ronda.company import audit
from ronda.company.country import pack_for
from ronda.company.events import CompanyCreated, PasswordSet
from ronda.company.models import Company, User
from ronda.company.services.people import checked_password, join
from ronda.company.services.roles import seed_roles
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class AlreadySetUp(Refusal):
    code = "company.already_set_up"


class InvalidIban(Refusal):
    code = "company.invalid_iban"


class LastCompany(Refusal):
    code = "company.last_company"


@transaction.atomic
def create_company(*, name: str, country: str, by: str, **facts: Any) -> Company:
    """A new company with its standard roles; the apps above add VAT codes, accounts and terms.

    Language, currency and time zone follow the country unless given. Whoever creates it owns it.
    """
    pack = pack_for(country)
    defaults = {"language": pack.languages[0], "currency": pack.currency, "timezone": pack.timezone}
    given = {fact: value for fact, value in facts.items() if value not in (None, "")}
    company = Company(name=name, country=country.upper(), **{**defaults, **given})
    check_identity(company)
    company.save(force_insert=True)
    with translation.override(company.language):
        roles = seed_roles(company)
    if user := User.objects.filter(username=by).first():
        join(user, company, roles["owner"])
    audit.record(by, "company.company.created", company, name=name, country=company.country)
    publish(CompanyCreated(company.pk, by=by))
    return company


@transaction.atomic
def update_company(company: Company, *, by: str) -> Company:
    """Save changed facts of a company. Country and history never change."""
    before = Company.objects.select_for_update().get(pk=company.pk)
    company.country = before.country
    if before.active and not company.active and not _others_active(company):
        raise LastCompany(_("This is the only active company, so it stays active."), field="active")
    check_identity(company)
    company.save()
    return company


@transaction.atomic
def create_owner(
    *, username: str, password: str, company_name: str, country: str, email: str = "", **facts: Any
) -> tuple[User, Company]:
    """First run: the person who owns the installation and their company.

    AlreadySetUp once there is a user; WeakPassword (field "password") with the reasons.
    """
    if User.objects.exists():
        raise AlreadySetUp(_("Ronda is already set up. Ask the owner for an account."))
    user = User(username=username, email=email, is_superuser=True, is_staff=True)
    user.set_password(checked_password(password, user))
    user.save()
    publish(PasswordSet(user.pk, by=username, temporary=False))
    company = create_company(name=company_name, country=country, by=username, **facts)
    return user, company


def check_identity(company: Company) -> None:
    """Tax numbers by the rules of the country, IBAN by its check digits; stored as they are checked."""
    pack = pack_for(company.country)
    if company.tax_id:
        company.tax_id = pack.check_tax_id(company.tax_id)
    if company.registration_id:
        company.registration_id = pack.check_registration_id(company.registration_id)
    if company.iban:
        try:
            company.iban = iban.validate(company.iban)
        except ValidationError as error:
            raise InvalidIban(
                _("“%(iban)s” is not a valid IBAN: a digit is wrong or missing.") % {"iban": company.iban},
                field="iban",
            ) from error


def _others_active(company: Company) -> bool:
    return Company.objects.filter(active=True).exclude(pk=company.pk).exists()
