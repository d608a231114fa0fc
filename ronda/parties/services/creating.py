"""New customers and suppliers: one from a form, thousands from an import, by the same steps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from ronda.company import audit, options
from ronda.company.bulk import insert, row
from ronda.company.context import acting
from ronda.company.country import country_pack
from ronda.company.models import Company
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import (
    BankAccount,
    BillingAccount,
    BillingGroup,
    Contact,
    DocumentRecipient,
    Party,
    Site,
)
from ronda.parties.options import PartyOptions
from ronda.parties.services.addresses import complete_addresses, locate
from ronda.parties.services.banking import bank_facts, checked_iban
from ronda.parties.services.checks import Checking, check
from ronda.parties.services.drafts import ACCOUNT_FACTS, KNOWN_FACTS, Draft, new_draft, tidy
from ronda.parties.services.keys import write_keys

FIGURES = 6
RECORDS = ("terms", "method")


class RowsRefused(Refusal):
    """Some rows cannot be created; `problems` maps the position of a row to its refusals."""

    code = "parties.rows_refused"


@dataclass(slots=True, kw_only=True)
class NewParty:
    """A customer as others hand him over: `facts` are fields of the party and of his default billing
    account (terms, method, discount, cig, ...), `iban` and `families`.

    sites: facts of each site, its "code" optional and "group" the letter of its billing group;
    contacts: facts of each contact; recipients: e-mail addresses that receive the documents.
    """

    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    sites: Sequence[Mapping[str, Any]] = ()
    contacts: Sequence[Mapping[str, Any]] = ()
    recipients: Sequence[str] = ()


def create_party(
    company: Company, *, name: str, by: str, confirmed: frozenset[str] = frozenset(), **facts: Any
) -> Party:
    """A new customer: the name and the billing address are enough (S2); the code follows by itself.

    `facts` are those of `NewParty`, with `sites`, `contacts` and `recipients`. Province and point on
    the map are completed from the city. Refuses what the options of the company ask for (see `checks`);
    questions (a doubtful number, a likely duplicate) are asked until their code is in `confirmed`.
    """
    parts = {part: facts.pop(part) for part in ("sites", "contacts", "recipients") if part in facts}
    rows = [NewParty(name=name, facts=facts, **parts)]
    try:
        return create_parties(company, rows, by=by, confirmed=confirmed)[0]
    except RowsRefused as refused:
        raise refused.facts["problems"][0][0] from None


@transaction.atomic
def create_parties(
    company: Company, rows: Sequence[NewParty], *, by: str, confirmed: frozenset[str] = frozenset()
) -> list[Party]:
    """All the customers of a list, or none: a fixed number of statements per few hundred rows.

    Raises RowsRefused with `problems` by position when some may not be created. `problems_of` tells
    the same without writing, for the preview of an import.
    """
    Company.objects.select_for_update().get(pk=company.pk)
    drafts = [_draft(company, each) for each in rows]
    problems = _problems(company, drafts, confirmed)
    if problems:
        first = min(problems)
        raise RowsRefused(
            _("%(count)d rows cannot be created. Row %(row)d: %(reason)s")
            % {"count": len(problems), "row": first + 1, "reason": problems[first][0].message},
            problems=problems,
        )
    parties = [draft.party for draft in drafts]
    _give_codes(company, parties)
    complete_addresses(parties)
    insert(parties)
    write_keys(parties)
    _insert_families(drafts)
    groups = _insert_accounts(drafts, rows)
    _insert_sites(parties, rows, groups)
    _insert_people(parties, rows, groups)
    audit.record_many(by, "parties.party.created", [(party, {"code": party.code}) for party in parties])
    return parties


def problems_of(
    company: Company, rows: Sequence[NewParty], *, confirmed: frozenset[str] = frozenset()
) -> dict[int, list[Refusal]]:
    """What `create_parties` would refuse, by position in the list; nothing is written."""
    return _problems(company, [_draft(company, each) for each in rows], confirmed)


def _draft(company: Company, new: NewParty) -> Draft:
    facts = dict(new.facts)
    account = {name: facts.pop(name) for name in ACCOUNT_FACTS if name in facts}
    families, iban = facts.pop("families", ()), facts.pop("iban", "")
    unknown = facts.keys() - KNOWN_FACTS
    if unknown:
        raise TypeError(f"a party has no fact {min(unknown)!r}")
    party = _new_row(company, new.name, facts)
    tidy(party, (*facts, "name"))
    locate(party, by_hand=True)
    return new_draft(party, families=list(families or ()), iban=iban or "", **account)


def _new_row(company: Company, name: str, facts: Mapping[str, Any]) -> Party:
    """The row of a new customer; without `Model.__init__`, which would cost as much as all checks."""
    given = {key: value for key, value in facts.items() if value is not None}
    if owner := given.pop("owner", None):
        given["owner_id"] = owner.pk
    party = row(Party, company_id=company.pk, name=name, **given)
    party._state.fields_cache["company"] = company
    return party


def _problems(
    company: Company, drafts: Sequence[Draft], confirmed: frozenset[str]
) -> dict[int, list[Refusal]]:
    settings = options.read(PartyOptions, company)
    return check(Checking(company, country_pack(company), settings, drafts, confirmed))


def questions(problems: Mapping[int, Sequence[Refusal]]) -> frozenset[str]:
    """The codes of the questions among the problems: what a person may answer with yes."""
    return frozenset(
        refusal.code
        for refusals in problems.values()
        for refusal in refusals
        if isinstance(refusal, NeedsConfirmation)
    )


def _give_codes(company: Company, parties: Iterable[Party]) -> None:
    """Consecutive codes C000001, C000002... to those without; the company's row is locked.

    The letters before are those of the company, or of the till in front of the person (O9).
    """
    without = [party for party in parties if not party.code]
    if not without:
        return
    prefix = options.read(PartyOptions, company, None, acting().workstation_id).code_prefix
    number = _last_code(company, prefix)
    taken = {party.code for party in parties}
    for party in without:
        number += 1
        while f"{prefix}{number:0{FIGURES}d}" in taken:
            number += 1
        party.code = f"{prefix}{number:0{FIGURES}d}"


def _last_code(company: Company, prefix: str) -> int:
    """The number of the highest automatic code, 0 when there is none."""
    first, last = prefix + "0" * FIGURES, prefix + "9" * FIGURES
    codes = Party.objects.filter(company=company, code__range=(first, last)).order_by("-code")
    for code in codes.values_list("code", flat=True).iterator(chunk_size=50):
        if len(code) == FIGURES + len(prefix) and code[len(prefix) :].isdecimal():
            return int(code[len(prefix) :])
    return 0


def _insert_families(drafts: Sequence[Draft]) -> None:
    link: Any = Party.families.through
    insert(
        [
            row(link, party_id=draft.party.pk, family_id=family.pk)
            for draft in drafts
            for family in draft.families or ()
        ]
    )


Groups = list[dict[str, BillingGroup]]


def _insert_accounts(drafts: Sequence[Draft], rows: Sequence[NewParty]) -> Groups:
    """Bank account, default billing account and its groups of each; the groups by letter, "" first."""
    banks = [_bank(draft) for draft in drafts]
    insert([bank for bank in banks if bank is not None])
    accounts = [
        row(
            BillingAccount,
            party_id=draft.party.pk,
            is_default=True,
            bank_account_id=bank.pk if bank is not None else None,
            **_columns_of(draft.account),
        )
        for draft, bank in zip(drafts, banks, strict=True)
    ]
    insert(accounts)
    groups: Groups = []
    for account, new in zip(accounts, rows, strict=True):
        letters = dict.fromkeys(["", *(str(site.get("group") or "") for site in new.sites)])
        groups.append({letter: row(BillingGroup, account_id=account.pk, code=letter) for letter in letters})
    insert([group for of_party in groups for group in of_party.values()])
    return groups


def _columns_of(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of an account by column: its terms and method are given as records."""
    return {
        f"{name}_id" if name in RECORDS else name: value.pk if name in RECORDS else value
        for name, value in facts.items()
        if value is not None
    }


def _bank(draft: Draft) -> BankAccount | None:
    if not draft.iban:
        return None
    checked = checked_iban(draft.iban)
    return row(BankAccount, party_id=draft.party.pk, iban=str(checked), **bank_facts(checked))


def _insert_sites(parties: Sequence[Party], rows: Sequence[NewParty], groups: Groups) -> None:
    sites = []
    for party, new, letters in zip(parties, rows, groups, strict=True):
        for number, given in enumerate(new.sites, start=1):
            facts = {name: value for name, value in given.items() if name != "group" and value is not None}
            facts = {"code": str(number), "name": party.name, "country": party.country, **facts}
            site = Site(party=party, billing_group_id=letters[str(given.get("group") or "")].pk, **facts)
            locate(site, by_hand=True)
            sites.append(site)
    complete_addresses(sites)
    insert(sites)


def _insert_people(parties: Sequence[Party], rows: Sequence[NewParty], groups: Groups) -> None:
    contacts, recipients = [], []
    for party, new, letters in zip(parties, rows, groups, strict=True):
        contacts += [row(Contact, party_id=party.pk, **facts) for facts in new.contacts]
        recipients += [
            row(DocumentRecipient, group_id=letters[""].pk, email=email)
            for email in dict.fromkeys(new.recipients)
        ]
    insert(contacts)
    insert(recipients)
