"""Customers of a table that are known: what differs is changed, and kept for the way back."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from ronda.company.imports.declare import ChunkRun, Facts
from ronda.company.imports.records import plain
from ronda.company.imports.restoring import when_restored
from ronda.parties.imports.known import compact
from ronda.parties.models import BankAccount, BillingAccount, Party
from ronda.parties.services.drafts import ACCOUNT_FACTS, PARTY_FACTS
from ronda.parties.services.importing import (
    KEPT_IN_KEYS,
    Changes,
    add_groups,
    add_recipients,
    set_families,
    update_parties,
)
from ronda.parties.services.keys import rewrite_keys

Change = tuple[Facts, dict[str, Any], Changes]


def update(rows: list[tuple[Facts, dict[str, Any], int]], run: ChunkRun) -> None:
    """Bring known customers up to date; a cell left blank changes nothing."""
    if not rows:
        return
    pks = {pk for _row, _facts, pk in rows}
    parties = Party.objects.select_for_update(of=("self",)).in_bulk(pks)
    for party in parties.values():
        party.company = run.company
    accounts = {
        account.party_id: account
        for account in BillingAccount.objects.filter(party__in=list(parties), is_default=True).select_related(
            "bank_account"
        )
    }
    families = _families(pks) if any("families" in facts for _row, facts, _pk in rows) else {}
    changes: list[Change] = []
    taken: set[int] = set()
    for row, facts, pk in rows:
        if pk in taken:
            run.refuse(row, _("Another row of this file speaks of the same customer."))
            continue
        taken.add(pk)
        party, account = parties[pk], accounts.get(pk)
        different = _different(party, account, facts)
        if "families" in facts and {one.pk for one in facts["families"]} != families.get(pk, set()):
            different["families"] = facts["families"]
        if wrong := _no_longer_offered(different):
            run.refuse(row, _("It is no longer in use. Choose another one."), wrong)
        elif different:
            changes.append((row, different, Changes(party, account, different)))
        else:
            run.same(row, party)
    _write(changes, families, run)
    by_pk = {pk: facts for _row, facts, pk in rows}
    add_letters([(parties[pk], facts) for pk, facts in by_pk.items()])
    _add_recipients(accounts, by_pk, run)


def _families(pks: set[int]) -> dict[int, set[int]]:
    link: Any = Party.families.through
    found: dict[int, set[int]] = {}
    for party, family in link.objects.filter(party__in=pks).values_list("party_id", "family_id"):
        found.setdefault(party, set()).add(family)
    return found


def _no_longer_offered(different: Mapping[str, Any]) -> str:
    """The choice that is not active; "" when all are."""
    for name in ("terms", "method"):
        if different.get(name) is not None and not different[name].active:
            return name
    return ""


def _write(changes: Sequence[Change], families: Mapping[int, set[int]], run: ChunkRun) -> None:
    before = [_before(change, different, families) for _row, different, change in changes]
    banks = _banks(change.party.pk for _row, _different, change in changes if change.iban)
    problems = update_parties(run.company, [change for _row, _different, change in changes], by=run.by)
    wanted = {
        change.party.pk: different["families"]
        for at, (_row, different, change) in enumerate(changes)
        if at not in problems and "families" in different
    }
    set_families(wanted)
    made = _banks(change.party.pk for _row, _different, change in changes if change.iban)
    for at, (row, _different, change) in enumerate(changes):
        if at in problems:
            run.refuse(row, problems[at][0])
            continue
        of_party, of_account = before[at]
        run.altered(row, change.party, of_party)
        if of_account and change.account is not None:
            account = BillingAccount.objects.get(pk=change.account.pk) if change.iban else change.account
            run.altered(row, account, of_account, counts=False)
        for bank in made.get(change.party.pk, {}).keys() - banks.get(change.party.pk, {}).keys():
            run.made(row, made[change.party.pk][bank], ("iban",), counts=False)


def _before(
    change: Changes, different: Mapping[str, Any], families: Mapping[int, set[int]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the customer and his account hold now, of what is to be different."""
    columns = {name: f"{name}_id" if name == "owner" else name for name in different if name in PARTY_FACTS}
    of_party = {column: getattr(change.party, column) for column in columns.values()}
    if "families" in different:
        of_party["families"] = sorted(families.get(change.party.pk, ()))
    if change.account is None:
        return of_party, {}
    names = [
        f"{name}_id" if name in ("terms", "method") else name for name in different if name in ACCOUNT_FACTS
    ]
    of_account = {name: getattr(change.account, name) for name in names}
    if change.iban:
        of_account["bank_account_id"] = change.account.bank_account_id
    return of_party, of_account


def _banks(parties: Any) -> dict[int, dict[int, Model]]:
    found: dict[int, dict[int, Model]] = {}
    pks = list(parties)
    for bank in BankAccount.objects.filter(party__in=pks) if pks else ():
        found.setdefault(bank.party_id, {})[bank.pk] = bank
    return found


def add_letters(rows: Sequence[tuple[Party, Mapping[str, Any]]]) -> None:
    """The billing groups that some rows ask for beside the usual one."""
    letters = {party.pk: facts["group"] for party, facts in rows if facts.get("group")}
    if letters:
        accounts = BillingAccount.objects.filter(party__in=list(letters), is_default=True)
        add_groups({pk: letters[party] for pk, party in accounts.values_list("pk", "party_id")})


def _add_recipients(
    accounts: Mapping[int, BillingAccount], facts: Mapping[int, Mapping[str, Any]], run: ChunkRun
) -> None:
    wanted = {
        accounts[pk].pk: one["recipients"]
        for pk, one in facts.items()
        if one.get("recipients") and pk in accounts
    }
    if wanted:
        groups = add_groups(dict.fromkeys(wanted, ""))
        add_recipients({groups[pk, ""].pk: emails for pk, emails in wanted.items()}, by=run.by)


def _different(party: Party, account: BillingAccount | None, facts: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in facts.items():
        if name in ACCOUNT_FACTS:
            now = getattr(account, name) if account else None
        elif name == "iban":
            now = account.bank_account.iban if account and account.bank_account else ""
            value = compact(value)
        elif name == "owner":
            now = party.owner_id
        elif name in PARTY_FACTS:
            now = getattr(party, name)
        else:
            continue
        if plain(now) != plain(value) and not _alike(name, now, value):
            found[name] = value
    return found


def _alike(name: str, now: Any, value: Any) -> bool:
    """Addresses of mail are kept in small letters; blanks between words say nothing."""
    if not isinstance(now, str) or not isinstance(value, str):
        return False
    if name in ("email", "pec"):
        return now.lower() == value.lower()
    return now.split() == value.split()


def _find_again(parties: Sequence[Party], columns: frozenset[str]) -> None:
    """Customers are found by what their names and addresses are again."""
    if columns & KEPT_IN_KEYS:
        rewrite_keys(parties)


when_restored("parties.party", _find_again)
