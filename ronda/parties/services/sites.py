"""Sites, contacts, billing accounts and who receives the documents."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from ronda.company import audit, options
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import (
    BillingAccount,
    BillingGroup,
    Contact,
    DocumentRecipient,
    Party,
    Site,
)
from ronda.parties.options import PartyOptions
from ronda.parties.services.addresses import complete_addresses, locate
from ronda.parties.services.checks import is_phone, not_a_phone

MOVED_BY = {"postcode", "city", "country"}


class GroupOfAnotherCompany(Refusal):
    code = "parties.group_of_another_company"


class SiteCodeInUse(Refusal):
    code = "parties.site_code_in_use"


class SiteOfAnother(Refusal):
    code = "parties.site_of_another"


class DefaultAccountNeeded(Refusal):
    code = "parties.default_account_needed"


@transaction.atomic
def add_site(party: Party, *, name: str, by: str, **facts: Any) -> Site:
    """A place where work is done for the customer (S3); its code is the next number unless given.

    Without a billing group it goes on the customer's main invoice (S14). Province and coordinates are
    completed from the city.
    """
    party = Party.objects.select_for_update().get(pk=party.pk)
    site = Site(party=party, name=name, **{key: value for key, value in facts.items() if value is not None})
    _prepare(site, by_hand=True, moved=False)
    site.save()
    audit.record(by, "parties.site.added", party, site=site.name, code=site.code)
    return site


@transaction.atomic
def save_site(form: Any, *, by: str, company: Company) -> Site:
    """The save of the site's form; coordinates written by hand are kept as such."""
    site: Site = form.save(commit=False)
    Party.objects.select_for_update().get(pk=site.party_id)
    changed = set(form.changed_data)
    by_hand = bool({"latitude", "longitude"} & changed)
    _prepare(site, by_hand=by_hand, moved=site.pk is not None and bool(MOVED_BY & changed) and not by_hand)
    site.save()
    return site


def _prepare(site: Site, *, by_hand: bool, moved: bool) -> None:
    site.country = site.country.upper() or site.party.country or site.party.company.country
    site.code = site.code or _next_code(site.party)
    _check_site(site)
    locate(site, by_hand=by_hand)
    complete_addresses([site], moved=moved)


def _check_site(site: Site) -> None:
    others = Site.objects.filter(party=site.party, code=site.code).exclude(pk=site.pk)
    if others.exists():
        raise SiteCodeInUse(
            _("Another site of this customer has code %(code)s.") % {"code": site.code}, field="code"
        )
    group = site.billing_group
    if group is not None and group.account.party.company_id != site.party.company_id:
        raise GroupOfAnotherCompany(_("The billing group belongs to another company."), field="billing_group")
    check_phones(site.party.company, site, site.country, ("phone",))


def check_phones(company: Company, record: Any, country: str, fields: Sequence[str]) -> None:
    """Refuse numbers that cannot exist, where the company wants them checked (O27)."""
    if not options.read(PartyOptions, company).check_phones:
        return
    for name in fields:
        number = getattr(record, name)
        if number and not is_phone(number, country):
            raise not_a_phone(number, name)


def _next_code(party: Party) -> str:
    """The number after the highest among the site's codes that are numbers."""
    used = Site.objects.filter(party=party).values_list("code", flat=True)
    return str(max((int(code) for code in used if code.isdecimal()), default=0) + 1)


@transaction.atomic
def add_contact(party: Party, *, name: str, by: str, **facts: Any) -> Contact:
    """A person at the customer's, for a site or for all of them (S24). Refuses another customer's site."""
    contact = Contact(party=party, name=name, **facts)
    _check_contact(contact)
    contact.save()
    audit.record(by, "parties.contact.added", party, name=name)
    return contact


@transaction.atomic
def save_contact(form: Any, *, by: str, company: Company) -> Contact:
    """The save of the contact's form."""
    contact: Contact = form.save(commit=False)
    _check_contact(contact)
    contact.save()
    return contact


def _check_contact(contact: Contact) -> None:
    if contact.site is not None and contact.site.party_id != contact.party_id:
        raise SiteOfAnother(
            _("Site %(site)s belongs to another customer.") % {"site": contact.site}, field="site"
        )
    check_phones(contact.party.company, contact, contact.party.country, ("phone", "mobile"))


@transaction.atomic
def set_recipients(group: BillingGroup, emails: Sequence[str], *, by: str) -> list[DocumentRecipient]:
    """Make these the addresses that receive the documents of a billing group (S26), for all its sites.

    Those kept for a single site stay as they are.
    """
    group = BillingGroup.objects.select_for_update(of=("self",)).select_related("account").get(pk=group.pk)
    wanted = list(dict.fromkeys(email.strip().lower() for email in emails if email.strip()))
    kept = {one.email: one for one in group.recipients.filter(site=None)}
    group.recipients.filter(site=None).exclude(email__in=wanted).delete()
    DocumentRecipient.objects.bulk_create(
        DocumentRecipient(group=group, email=email) for email in wanted if email not in kept
    )
    audit.record(
        by,
        "parties.recipients.set",
        group.account.party,
        group=group.code,
        recipients=[", ".join(sorted(kept)), ", ".join(sorted(wanted))],
    )
    return list(group.recipients.filter(site=None).order_by("pk"))


@transaction.atomic
def save_account(form: Any, *, by: str, company: Company) -> BillingAccount:
    """The save of the billing account's form: one account of a party is the default, with a group "".

    Making another one the default takes the mark off the first; the mark itself is never taken away.
    """
    account: BillingAccount = form.save(commit=False)
    Party.objects.select_for_update().get(pk=account.party_id)
    others = BillingAccount.objects.filter(party=account.party, is_default=True).exclude(pk=account.pk)
    if account.is_default:
        others.update(is_default=False)
    elif not others.exists():
        if account.pk is not None:
            raise DefaultAccountNeeded(
                _("A customer has one default account. Make another one the default instead."),
                field="is_default",
            )
        account.is_default = True
    is_new = account.pk is None
    account.save()
    letters = {row.cleaned_data.get("code", "") for row in _rows_kept(form)}
    if is_new and "" not in letters:
        BillingGroup.objects.create(account=account)
    return account


def _rows_kept(form: Any) -> list[Any]:
    groups = form.inlines.get("billinggroup")
    if groups is None:
        return []
    return [row for row in groups.forms if row.has_changed() and row not in groups.deleted_forms]
