"""What a run proposes: charges of any source, grouped into documents.

A source (contracts today, work done and stays tomorrow) states what is owed as
`Proposal`s and why the rest is not as `LeftOut`s, payer by payer. The run turns the
proposals of one payer into documents: same key, same document (R13, R16).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple, Protocol


class GroupKey(NamedTuple):
    """What must be equal for two charges to stand on one document (R13).

    `group_id` is 0 without a letter: an empty letter is not the letter "A". `closing` is
    set when every period gets a document of its own (R9).
    """

    account_id: int
    group_id: int
    kind: str = "invoice"
    currency: str = "EUR"
    language: str = "it"
    terms_id: int = 0
    method_id: int = 0
    bank_account_id: int = 0
    tax_regime: str = "ordinary"
    withholding_code: str = ""
    purchase_order: str = ""
    cig: str = ""
    cup: str = ""
    branch_id: int = 0
    # Header discount in per cent, as text so that the key is plain JSON.
    discount: str = "0"
    closing: str = ""
    stamp_duty_exemption: str = ""

    def digest(self) -> str:
        """The key as a fixed-length text, for comparing with drafts and earlier runs."""
        return hashlib.sha256("\x1f".join(map(str, self)).encode()).hexdigest()


class ProposedLine(NamedTuple):
    """A charge as it will stand on a document. `ref`, `starts_on` and `kind` name it for ever."""

    source: str
    ref: int
    starts_on: date
    ends_on: date
    kind: str
    item_id: int
    site_id: int
    text: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    discount: Decimal
    net: Decimal
    vat_code_id: int
    withholding: bool
    revenue_account: str
    derivation: list[Any]
    # The net of the same fee the last time it was billed; None the first time.
    previous: Decimal | None
    # Changes when what was agreed changes: a preview older than the agreement is refused.
    version: str

    @property
    def gift(self) -> str:
        """Fees are never gifts; a waived period is."""
        return ""

    def to_json(self) -> list[Any]:
        return [
            str(value)
            if isinstance(value, Decimal)
            else value.isoformat()
            if isinstance(value, date)
            else value
            for value in self
        ]

    @classmethod
    def from_json(cls, row: Sequence[Any]) -> "ProposedLine":
        (
            source,
            ref,
            starts_on,
            ends_on,
            kind,
            item,
            site,
            text,
            quantity,
            unit,
            price,
            discount,
            net,
            *rest,
        ) = row
        vat_code, withholding, account, derivation, previous, version = rest
        return cls(
            source,
            ref,
            date.fromisoformat(starts_on),
            date.fromisoformat(ends_on),
            kind,
            item,
            site,
            text,
            Decimal(quantity),
            unit,
            Decimal(price),
            Decimal(discount),
            Decimal(net),
            vat_code,
            withholding,
            account,
            derivation,
            None if previous is None else Decimal(previous),
            version,
        )


class Proposal(NamedTuple):
    """Charges of one agreement for one document key."""

    party_id: int
    key: GroupKey
    lines: list[ProposedLine]


class LeftOut(NamedTuple):
    """Why an agreement is not billed: `code` is translated on the page, `facts` fill it in."""

    party_id: int
    source: str
    source_pk: int
    label: str
    code: str
    facts: dict[str, Any]


class Agreement(NamedTuple):
    """What a proposed line belongs to; `fee` is equal for all versions of one fee, `text` says what it is."""

    pk: int
    label: str
    fee: int
    text: str


class ChargeSource(Protocol):
    """Where charges come from. Registered by apps above billing.

    `filters` may hold "known_until", a day as 2026-03-31: then charges billed later count as not billed.
    """

    code: str

    def payers(self, company_id: int, filters: Mapping[str, Any]) -> list[int]:
        """Ids of the payers that may owe something."""
        ...

    def propose(
        self, company_id: int, party_ids: Sequence[int], *, as_of: date, filters: Mapping[str, Any]
    ) -> Iterable[Proposal | LeftOut]:
        """Everything owed by these payers as of the day, and why the rest is not."""
        ...

    def agreements(self, refs: Sequence[int]) -> Mapping[int, Agreement]:
        """What each `ProposedLine.ref` belongs to."""
        ...

    def named(self, company_id: int, label: str) -> list[int]:
        """Ids of the agreements a person means by a number, for the filter "contracts"."""
        ...

    def refused(self, lines: Sequence[ProposedLine]) -> Iterable[tuple[ProposedLine, str]]:
        """Lines that cannot be billed any more, with a code: "billed" meanwhile, or "changed"."""
        ...

    def settle(self, settled: Sequence[tuple[ProposedLine, int, int]], *, run_id: int, by: str) -> None:
        """Remember (line, document, document line) as billed, inside the issuing transaction."""
        ...


_sources: dict[str, ChargeSource] = {}


def register_source(source: ChargeSource) -> None:
    """For apps above: take part in every run from now on."""
    _sources[source.code] = source


def sources() -> list[ChargeSource]:
    return list(_sources.values())


def source(code: str) -> ChargeSource:
    return _sources[code]


class Group(NamedTuple):
    """A document to be: a key and the lines that stand on it, ordered by site and day."""

    party_id: int
    key: GroupKey
    lines: list[ProposedLine]

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.lines), Decimal(0))


def group(proposals: Iterable[Proposal], *, split_by_period: bool = False) -> list[Group]:
    """Documents for one payer's proposals, in a fixed order whatever the order of the input."""
    by_key: dict[GroupKey, list[ProposedLine]] = {}
    party_id = 0
    for proposal in proposals:
        party_id = proposal.party_id
        if not split_by_period:
            by_key.setdefault(proposal.key, []).extend(proposal.lines)
            continue
        for line in proposal.lines:
            key = proposal.key._replace(closing=line.ends_on.isoformat())
            by_key.setdefault(key, []).append(line)
    return [
        Group(party_id, key, sorted(lines, key=_line_order))
        for key, lines in sorted(by_key.items(), key=_key_order)
    ]


def _key_order(item: tuple[GroupKey, list[ProposedLine]]) -> tuple[Any, ...]:
    return item[0]


def _line_order(line: ProposedLine) -> tuple[Any, ...]:
    return line.site_id, line.source, line.ref, line.starts_on, line.kind


def is_held(net: Decimal, minimum: Decimal, *, as_of: date) -> bool:
    """R15: small amounts wait, but not beyond the end of the year."""
    return Decimal(0) <= net < minimum and as_of.month != 12


def previous_net(lines: Iterable[ProposedLine]) -> Decimal | None:
    """What the same fees came to the last time; None when none of them was ever billed."""
    known = [line.previous for line in lines if line.previous is not None]
    return sum(known, Decimal(0)) if known else None


def anomaly(lines: Sequence[ProposedLine], *, percent: int) -> str:
    """ "new", "up", "down" or "": how a document differs from the last time, fee by fee.

    Fees that were billed before are compared with their own last amount, so that a yearly
    fee beside a monthly one does not count as a change every January.
    """
    known = [line for line in lines if line.previous is not None]
    if not known:
        return "new"
    now = sum((line.net for line in known), Decimal(0))
    then = sum((line.previous or Decimal(0) for line in known), Decimal(0))
    limit = abs(then) * percent / 100
    if now - then > limit:
        return "up"
    return "down" if then - now > limit else ""


def digest(groups: Iterable[Group]) -> str:
    """Equal for two proposals that would make the same documents."""
    total = hashlib.sha256()
    for each in groups:
        update_digest(total, each)
    return total.hexdigest()


def update_digest(total: Any, each: Group) -> None:
    """Add one document to a running hash, so that a long run need not be kept in memory."""
    total.update(each.key.digest().encode())
    for line in each.lines:
        facts = [line.source, line.ref, line.starts_on, line.kind, line.net, line.text, line.vat_code_id]
        total.update(json.dumps(facts, default=str).encode())


def by_payer(found: Iterable[Proposal | LeftOut]) -> Iterator[tuple[int, list[Proposal], list[LeftOut]]]:
    """Proposals and reasons together, payer by payer; the input comes ordered by payer."""
    for party_id, items in groupby(found, key=lambda item: item.party_id):
        proposals: list[Proposal] = []
        left: list[LeftOut] = []
        for item in items:
            if isinstance(item, Proposal):
                proposals.append(item)
            else:
                left.append(item)
        yield party_id, proposals, left
