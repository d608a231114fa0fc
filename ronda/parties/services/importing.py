"""Customers and sites changed and made in lists, for imports: a fixed number of statements per list."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction

from ronda.company import audit, options
from ronda.company.bulk import insert, row, update_columns
from ronda.company.country import country_pack
from ronda.company.models import Company
from ronda.kernel.bus import publish
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.parties.events import PartiesChanged
from ronda.parties.models import BillingAccount, BillingGroup, DocumentRecipient, Family, Party, Site
from ronda.parties.options import PartyOptions
from ronda.parties.services.addresses import complete_addresses
from ronda.parties.services.banking import set_bank_account
from ronda.parties.services.checks import Checking, check
from ronda.parties.services.drafts import ACCOUNT_FACTS, Draft, tidy
from ronda.parties.services.keys import rewrite_keys

MOVED_BY = frozenset({"postcode", "city", "country"})
KEPT_IN_KEYS = frozenset({"name", "email", "phone", "mobile"})


class Changes:
    """A customer and the facts that are to be different; `account` is his default billing account.

    `families` are those he is to have, None as they are: they are looked at, and written by `set_families`.
    """

    __slots__ = ("account", "facts", "families", "iban", "party")

    def __init__(self, party: Party, account: BillingAccount | None, facts: Mapping[str, Any]) -> None:
        self.party, self.account = party, account
        facts = dict(facts)
        self.iban = str(facts.pop("iban", "") or "")
        self.families: Sequence[Family] | None = facts.pop("families", None)
        self.facts = facts


@transaction.atomic
def update_parties(company: Company, rows: Sequence[Changes], *, by: str) -> dict[int, list[Refusal]]:
    """Change many customers; what is wrong with some, by position: those stay as they are.

    Questions (a doubtful number, a likely duplicate) are taken as answered with yes. Only what
    differs is given; rows are locked. IBANs are set one by one.
    """
    Company.objects.select_for_update().get(pk=company.pk)
    settings = options.read(PartyOptions, company)
    drafts = [_draft(each) for each in rows]
    _look_up_kept(drafts, settings)
    checking = Checking(company, country_pack(company), settings, drafts)
    problems = {
        position: hard
        for position, found in check(checking).items()
        if (hard := [one for one in found if not isinstance(one, NeedsConfirmation)])
    }
    good = [each for position, each in enumerate(rows) if position not in problems]
    parties = [each.party for each in good if set(each.facts) - set(ACCOUNT_FACTS)]
    complete_addresses([each.party for each in good if MOVED_BY & set(each.facts)], moved=True)
    columns = {name for each in good for name in each.facts if name not in ACCOUNT_FACTS}
    if columns & MOVED_BY:
        columns |= {"province", "latitude", "longitude", "precision"}
    if columns:
        update_columns(parties, columns)
    _save_accounts(good)
    rewrite_keys([each.party for each in good if KEPT_IN_KEYS & set(each.facts)])
    for each in good:
        if each.iban:
            set_bank_account(each.party, iban=each.iban, by=by)
    audit.record_many(
        by, "parties.party.updated", [(each.party, {"import": sorted(each.facts)}) for each in good]
    )
    if columns:
        publish(PartiesChanged(company.pk, tuple(one.pk for one in parties), frozenset(columns), by))
    return problems


def set_families(wanted: Mapping[int, Sequence[Family]]) -> None:
    """The families of each of these customers, instead of those they had; the caller has a transaction."""
    link: Any = Party.families.through
    for pks in _some(list(wanted)):
        link.objects.filter(party__in=pks).delete()
    insert(
        [row(link, party_id=pk, family_id=family.pk) for pk, of_one in wanted.items() for family in of_one]
    )


def _some(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), 500):
        yield values[start : start + 500]


def _draft(each: Changes) -> Draft:
    account = {name: value for name, value in each.facts.items() if name in ACCOUNT_FACTS}
    for name, value in each.facts.items():
        if name not in ACCOUNT_FACTS:
            setattr(each.party, name, value)
    tidy(each.party)
    changed = frozenset(each.facts) | ({"iban"} if each.iban else frozenset())
    kept = {name: getattr(each.account, name) for name in ACCOUNT_FACTS} if each.account else {}
    return Draft(each.party, changed, {**kept, **account}, each.families, each.iban)


def _look_up_kept(drafts: Sequence[Draft], settings: PartyOptions) -> None:
    """What a customer has already and is not to change, where the company insists on it (O25)."""
    pks = [draft.party.pk for draft in drafts]
    if "families" in settings.mandatory:
        families: dict[int, list[Family]] = {}
        for some in _some(pks):
            rows = Party.families.through.objects.filter(party__in=some).select_related("family")
            for link in rows:
                families.setdefault(link.party_id, []).append(link.family)
        for draft in drafts:
            if draft.families is None:
                draft.families = families.get(draft.party.pk, [])
    if "iban" in settings.mandatory:
        ibans: dict[int, str] = {}
        for some in _some(pks):
            accounts = BillingAccount.objects.filter(
                party__in=some, is_default=True, bank_account__isnull=False
            )
            ibans.update(accounts.values_list("party_id", "bank_account__iban"))
        for draft in drafts:
            draft.iban = draft.iban or ibans.get(draft.party.pk, "")


def _save_accounts(rows: Sequence[Changes]) -> None:
    new: list[BillingAccount] = []
    old: list[BillingAccount] = []
    columns: set[str] = set()
    for each in rows:
        facts = {name: value for name, value in each.facts.items() if name in ACCOUNT_FACTS}
        if not facts:
            continue
        account = each.account or BillingAccount(party=each.party, is_default=True)
        for name, value in facts.items():
            setattr(account, name, value)
        (old if account.pk else new).append(account)
        columns |= set(facts)
    insert(new)
    if old:
        update_columns(old, columns)


@transaction.atomic
def add_groups(accounts: Mapping[int, str]) -> dict[tuple[int, str], BillingGroup]:
    """The billing group of each (account, letter), made where there is none."""
    found = {
        (group.account_id, group.code): group
        for group in BillingGroup.objects.filter(account__in=list(accounts))
    }
    missing = [
        row(BillingGroup, account_id=account, code=letter)
        for account, letter in accounts.items()
        if (account, letter) not in found
    ]
    insert(missing)
    return found | {(group.account_id, group.code): group for group in missing}


@transaction.atomic
def add_recipients(wanted: Mapping[int, Sequence[str]], *, by: str) -> int:
    """Addresses that receive the documents of a group, besides those there are; how many are new."""
    known = set(
        DocumentRecipient.objects.filter(group__in=list(wanted), site=None).values_list("group_id", "email")
    )
    rows = [
        row(DocumentRecipient, group_id=group, email=email)
        for group, emails in wanted.items()
        for email in dict.fromkeys(emails)
        if (group, email) not in known
    ]
    return len(insert(rows))


@transaction.atomic
def create_sites(sites: Sequence[Site], *, by: str) -> Sequence[Site]:
    """Insert new sites; codes are given to those without, province and point are completed."""
    used: dict[int, set[str]] = {}
    known = Site.objects.filter(party__in={site.party_id for site in sites})
    for party, code in known.values_list("party_id", "code"):
        used.setdefault(party, set()).add(code)
    for site in sites:
        taken = used.setdefault(site.party_id, set())
        if not site.code:
            highest = max((int(code) for code in taken if code.isdecimal()), default=0)
            site.code = str(highest + 1)
        taken.add(site.code)
    complete_addresses(sites)
    insert(sites)
    audit.record_many(by, "parties.site.added", [(site.party, {"site": site.code}) for site in sites])
    return sites


@transaction.atomic
def update_sites(sites: Sequence[Site], columns: Sequence[str], *, by: str) -> None:
    """Save the changed columns of known sites; a new town moves the province and the point."""
    columns = sorted(set(columns))
    if MOVED_BY & set(columns):
        complete_addresses(sites, moved=True)
        columns = sorted({*columns, "province", "latitude", "longitude", "precision"})
    update_columns(sites, columns)
    audit.record_many(by, "parties.site.changed", [(site.party, {"site": site.code}) for site in sites])
