"""A customer as he is being entered or changed: the row, and what is kept in other tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ronda.parties.models import BillingAccount, Family, Party

#: Facts of the default billing account that a customer's form and an import give with the customer.
ACCOUNT_FACTS = (
    "terms",
    "method",
    "tax_regime",
    "withholding_code",
    "stamp_duty_exemption",
    "purchase_order",
    "cig",
    "cup",
    "currency",
    "discount",
)
PARTY_FACTS = (
    "code",
    "kind",
    "name",
    "first_name",
    "last_name",
    "street",
    "postcode",
    "city",
    "province",
    "country",
    "latitude",
    "longitude",
    "is_customer",
    "is_supplier",
    "active",
    "tax_id",
    "registration_id",
    "recipient_code",
    "pec",
    "email",
    "phone",
    "mobile",
    "website",
    "language",
    "owner",
    "accounting_code",
    "notes",
)
KNOWN_FACTS = frozenset(PARTY_FACTS)
ALL_FACTS = frozenset((*PARTY_FACTS, *ACCOUNT_FACTS, "families", "iban"))
LOWER = ("email", "pec")
COMPACT = ("tax_id", "registration_id")


@dataclass(slots=True)
class Draft:
    """`changed` are the facts to look at: all of them for a new customer."""

    party: Party
    changed: frozenset[str]
    account: dict[str, Any] = field(default_factory=dict)
    families: Sequence[Family] | None = None
    iban: str = ""
    is_new: bool = False

    def value(self, fact: str) -> Any:
        """A fact by its name in the checklist of mandatory ones, wherever it is kept."""
        if fact == "iban":
            return self.iban
        if fact == "families":
            return self.families
        return self.account.get(fact) if fact in ACCOUNT_FACTS else getattr(self.party, fact)


def new_draft(
    party: Party, *, families: Sequence[Family] | None = (), iban: str = "", **account: Any
) -> Draft:
    """A customer to be created."""
    return Draft(party, ALL_FACTS, account, families or (), iban, is_new=True)


def changed_draft(party: Party, facts: dict[str, Any]) -> Draft:
    """A customer as `facts` would leave him; the party's own attributes are set, nothing is saved."""
    facts = dict(facts)
    before = {name: getattr(party, name) for name in PARTY_FACTS}
    families, iban = facts.pop("families", None), facts.pop("iban", None)
    account = {name: facts.pop(name) for name in ACCOUNT_FACTS if name in facts}
    for name, value in facts.items():
        if name not in PARTY_FACTS:
            raise TypeError(f"a party has no fact {name!r}")
        setattr(party, name, value)
    tidy(party)
    changed = {name for name in PARTY_FACTS if before[name] != getattr(party, name)}
    changed |= set(account)
    kept = party.accounts.filter(is_default=True).select_related("bank_account").first()
    draft = Draft(party, frozenset(changed), {**_account_facts(kept), **account})
    draft.families = list(party.families.all()) if families is None else list(families)
    known = kept.bank_account.iban if kept and kept.bank_account else ""
    draft.iban = "".join((iban or known).split()).upper()
    if draft.iban != known:
        draft.changed |= {"iban"}
    return draft


def _account_facts(account: BillingAccount | None) -> dict[str, Any]:
    return {name: getattr(account, name) for name in ACCOUNT_FACTS} if account else {}


def tidy(party: Party, given: Iterable[str] = PARTY_FACTS) -> None:
    """The facts as they are kept: no blanks around, codes in capitals, addresses in small letters.

    `given` are those that may be untidy; the others of a new row are its defaults.
    """
    values = party.__dict__
    for name in given:
        value = values.get(name)
        if value and isinstance(value, str):
            values[name] = value.strip()
    for name in LOWER:
        if value := getattr(party, name):
            values[name] = value.lower()
    for name in COMPACT:
        if value := getattr(party, name):
            values[name] = "".join(value.split()).upper()
    party.country = party.country.upper() or party.company.country
    if not party.name:
        party.name = f"{party.first_name} {party.last_name}".strip()
