"""What a layout can read of a contract or of an amendment: one dictionary of plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ronda.kernel.money import ZERO
from ronda.reports.domain import agreement_words as said
from ronda.reports.domain import formats
from ronda.reports.domain.conditions import Conditions, paragraphs
from ronda.reports.domain.documents import address_lines

_PARTY_FIELDS = ("name", "code", "tax_id", "registration_id", "phone", "email", "pec", "website", "country")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """One agreed fee; `price` is per `basis`, `yearly` the net of a full year."""

    text: str
    site: str = ""
    quantity: Decimal = Decimal(1)
    price: Decimal = ZERO
    basis: str = "period"
    discount: Decimal = ZERO
    unit: str = "month"
    every: int = 1
    timing: str = "advance"
    yearly: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changes of one fee, or of the contract when `fee` is empty; values as text, "" for none."""

    fee: str
    before: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clauses:
    """What was agreed besides the fees, as the contract holds it."""

    method: str = ""
    terms: str = ""
    order: str = ""
    suspension_bills: bool = False
    suspension_extends: bool = False
    settles_by: str = "credit"
    renewal: str = ""
    renewal_months: int = 12
    notice: int = 0
    notice_unit: str = "month"
    channel: str = "registered"
    index: str = ""
    index_share: Decimal = ZERO
    index_months: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementFacts:
    """A contract, or one of its amendments (then `changes` and the fields after it)."""

    kind: str
    language: str
    currency: str
    seller: Mapping[str, Any]
    buyer: Mapping[str, Any]
    payer: Mapping[str, Any] = field(default_factory=dict)
    number: str = ""
    title: str = ""
    on: date | None = None
    starts_on: date
    ends_on: date | None = None
    draft: bool = False
    fees: Sequence[Fee] = ()
    clauses: Clauses = Clauses()
    conditions: Conditions = Conditions("", "")
    changes: Sequence[Change] = ()
    change_kind: str = "change"
    contract: str = ""
    effective_on: date | None = None
    reason: str = ""
    adjustment: str = ""
    identity: str = ""
    logo: str = ""
    # The company's own fields: texts by code, and those printed among the terms.
    custom: Mapping[str, str] = field(default_factory=dict)
    customer_custom: Mapping[str, str] = field(default_factory=dict)
    details: Sequence[tuple[str, str]] = ()


def agreement_context(facts: AgreementFacts) -> dict[str, Any]:
    """The dictionary a layout reads. Every key is always there, empty where there is nothing."""
    language = facts.language
    home = str(facts.seller.get("country") or "")
    return {
        "language": language,
        "words": said.words(language),
        "document": {
            "kind": facts.kind,
            "title": said.title(facts.kind, language),
            "number": facts.number,
            "date": facts.on,
            "draft": facts.draft,
            "heading": facts.title,
            "currency": facts.currency,
        },
        "seller": _party(facts.seller, language, ""),
        "buyer": _party(facts.buyer, language, home),
        "payer": _party(facts.payer, language, home),
        "customer": {"custom": dict(facts.customer_custom)},
        "contract": {"custom": dict(facts.custom)},
        "duration": duration(facts),
        "lines": [_fee(fee, language) for fee in facts.fees],
        "columns": {
            "discount": any(fee.discount for fee in facts.fees),
            "site": any(fee.site for fee in facts.fees),
        },
        "totals": {"yearly": sum((fee.yearly for fee in facts.fees), ZERO)},
        "clauses": _clauses(facts) if facts.kind == "contract" else [],
        "conditions": _conditions(facts.conditions),
        "amendment": _amendment(facts),
        "changes": [_change(change, facts) for change in facts.changes],
        "signatures": _signatures(facts),
        "identity": facts.identity,
        "logo": facts.logo,
    }


def duration(facts: AgreementFacts) -> str:
    """From when to when, in a sentence."""
    first = formats.day(facts.starts_on, facts.language, "long")
    if facts.ends_on is None:
        return said.sentence("open", facts.language, first=first)
    last = formats.day(facts.ends_on, facts.language, "long")
    return said.sentence("fixed", facts.language, first=first, last=last)


def _party(given: Mapping[str, Any], language: str, home: str) -> dict[str, Any]:
    found: dict[str, Any] = {name: str(given.get(name) or "") for name in _PARTY_FIELDS}
    found["address"] = address_lines(given, language, home=home)
    return found


def _fee(fee: Fee, language: str) -> dict[str, Any]:
    return {
        "text": fee.text,
        "site": fee.site,
        "quantity": fee.quantity,
        "price": fee.price,
        "basis": said.basis(fee.basis, language) if fee.unit != "once" else "",
        "discount": fee.discount,
        "rhythm": said.rhythm(fee.unit, fee.every, language),
        "timing": said.timing(fee.timing, language) if fee.unit != "once" else "",
        "yearly": fee.yearly,
    }


def _clauses(facts: AgreementFacts) -> list[dict[str, str]]:
    """The particular terms, each with its name; what was not agreed is left out."""
    language, agreed = facts.language, facts.clauses
    label = said.words(language)
    found = [
        ("payment", " · ".join(part for part in (agreed.method, agreed.terms) if part)),
        ("order", agreed.order),
        ("vat", label["vat_note"]),
        ("suspension", _suspension(agreed, language)),
        ("termination", said.settles(agreed.settles_by, language)),
        ("renewal", _renewal(agreed, language) if facts.ends_on else ""),
        ("indexation", _indexation(agreed, language)),
    ]
    named = [{"label": label[name], "text": text} for name, text in found if text]
    return named + [{"label": name, "text": text} for name, text in facts.details]


def _suspension(agreed: Clauses, language: str) -> str:
    billed = "suspension_billed" if agreed.suspension_bills else "suspension_free"
    moved = "suspension_extends" if agreed.suspension_extends else "suspension_keeps"
    return f"{said.sentence(billed, language)}; {said.sentence(moved, language)}"


def _renewal(agreed: Clauses, language: str) -> str:
    if not agreed.renewal:
        return ""
    months = said.time(agreed.renewal_months, "month", language)
    text = said.sentence(f"renewal_{agreed.renewal}", language, months=months)
    if agreed.renewal != "tacit":
        return text
    time = said.time(agreed.notice, agreed.notice_unit, language)
    return text + said.sentence("notice", language, channel=said.channel(agreed.channel, language), time=time)


def _indexation(agreed: Clauses, language: str) -> str:
    if not agreed.index and not agreed.index_share:
        return ""
    return said.sentence(
        "index" if agreed.index else "index_fixed",
        language,
        index=agreed.index,
        share=formats.number(agreed.index_share, language),
        months=said.time(agreed.index_months, "month", language),
    )


def _conditions(given: Conditions) -> dict[str, Any]:
    return {
        "title": given.title,
        "version": given.version,
        "special": given.special,
        "parts": paragraphs(given.text),
    }


def _amendment(facts: AgreementFacts) -> dict[str, Any]:
    language = facts.language
    is_one = facts.kind == "amendment"
    return {
        "kind": said.kind_of_change(facts.change_kind, language) if is_one else "",
        "contract": facts.contract,
        "effective": facts.effective_on,
        "reason": facts.reason,
        "adjustment": facts.adjustment,
        "settlement": said.settles(facts.clauses.settles_by, language) if facts.adjustment else "",
    }


def _change(change: Change, facts: AgreementFacts) -> dict[str, Any]:
    state = "" if change.before and change.after else "added" if change.after else "ended"
    before, after = _shown(change.before, facts), _shown(change.after, facts)
    names = [name for name in said.FIELDS if before.get(name, "") != after.get(name, "")]
    return {
        "text": change.fee,
        "state": said.state_of_fee(state, facts.language) if state else "",
        "rows": [
            {
                "label": said.field(name, facts.language),
                "before": before.get(name, ""),
                "after": after.get(name, ""),
            }
            for name in names
        ],
    }


def _shown(values: Mapping[str, str], facts: AgreementFacts) -> dict[str, str]:
    """The kept values as people read them; a price comes with what it is for, a rhythm in words."""
    language = facts.language
    found = {name: value for name, value in values.items() if name in said.FIELDS}
    for name in ("quantity", "discount"):
        if found.get(name):
            found[name] = formats.number(Decimal(found[name]), language)
    if found.get("discount"):
        found["discount"] = "" if found["discount"] == "0" else f"{found['discount']}{formats.NO_BREAK}%"
    if found.get("price"):
        amount = formats.number(Decimal(found["price"]), language, 2)
        found["price"] = f"{amount} {said.basis(values.get('price_basis', ''), language)}".strip()
    if values.get("frequency_unit"):
        found["rhythm"] = said.rhythm(values["frequency_unit"], int(values["frequency"]), language)
    if found.get("timing"):
        found["timing"] = said.timing(found["timing"], language)
    return {name: _days(value, language) for name, value in found.items()}


def _days(value: str, language: str) -> str:
    """Days kept as 2026-03-31 as people write them, also two with a dash between."""
    parts = value.split(" – ")
    if all(len(part) == 10 and part[4:5] == part[7:8] == "-" for part in parts):
        return " – ".join(formats.day(date.fromisoformat(part), language) for part in parts)
    return value


def _signatures(facts: AgreementFacts) -> dict[str, Any]:
    """Who signs, what is customary to write, and what is signed a second time."""
    italian = facts.seller.get("country") == "IT"
    special = facts.conditions.special if italian and facts.kind == "contract" else ""
    return {
        "seller": str(facts.seller.get("name") or ""),
        "buyer": str(facts.buyer.get("name") or ""),
        "custom": said.CUSTOM["fr"] if facts.seller.get("country") == "FR" else "",
        "second": said.SECOND_SIGNATURE % {"clauses": special} if special else "",
    }
