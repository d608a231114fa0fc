"""Contracts as a source of charges for the month."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Q

from ronda.billing.domain.derivation import number, to_json
from ronda.billing.domain.runs import Agreement, GroupKey, LeftOut, Proposal, ProposedLine, register_source
from ronda.billing.domain.texts import line_text
from ronda.catalogue.models import Item
from ronda.company.bulk import insert, row
from ronda.company.models import Company
from ronda.contracts.domain.charges import Charge, due, next_charge, settled_until
from ronda.contracts.models import ChargePeriod, Contract, ContractLine
from ronda.contracts.queries import (
    TAKEN,
    Charged,
    LineRow,
    billable_contracts,
    charged_keys,
    charged_summaries,
    contracts_of_payers,
    known_by,
    last_amounts,
    line_rows,
)
from ronda.parties.models import BillingGroup

CODE = "contracts"

_HEADER = (
    "pk",
    "number",
    "title",
    "status",
    "starts_on",
    "ends_on",
    "billing_hold",
    "hold_reason",
    "group_id",
    "branch_id",
    "purchase_order",
    "cig",
    "cup",
    "updated_at",
    "account_id",
    "account__party_id",
    "account__terms_id",
    "account__method_id",
    "account__bank_account_id",
    "account__tax_regime",
    "account__withholding_code",
    "account__stamp_duty_exemption",
    "account__purchase_order",
    "account__cig",
    "account__cup",
    "account__currency",
    "account__discount",
    "account__party__language",
    "document_text",
)


class Header(NamedTuple):
    """A contract as plain values with its payer's conditions; the order is that of _HEADER."""

    pk: int
    number: str
    title: str
    status: str
    starts_on: date
    ends_on: date | None
    billing_hold: bool
    hold_reason: str
    group_id: int | None
    branch_id: int | None
    purchase_order: str
    cig: str
    cup: str
    updated_at: datetime
    account_id: int
    party_id: int
    terms_id: int | None
    method_id: int | None
    bank_account_id: int | None
    tax_regime: str
    withholding_code: str
    stamp_duty_exemption: str
    account_order: str
    account_cig: str
    account_cup: str
    currency: str
    discount: Decimal
    language: str
    document_text: str


class ItemRow(NamedTuple):
    """What a line takes from its service."""

    name: str
    unit: str
    vat_code_id: int
    withholding: bool
    revenue_account: str


class ContractCharges:
    """Registered with billing; see `billing.domain.runs.ChargeSource` for what each promises."""

    code = CODE

    def payers(self, company_id: int, filters: Mapping[str, Any]) -> list[int]:
        rows = billable_contracts(company_id, filters)
        return list(rows.order_by().values_list("account__party_id", flat=True).distinct())

    def propose(
        self, company_id: int, party_ids: Sequence[int], *, as_of: date, filters: Mapping[str, Any]
    ) -> Iterator[Proposal | LeftOut]:
        contracts = contracts_of_payers(company_id, party_ids, filters)
        headers = [
            Header(*row) for row in contracts.order_by("account__party_id", "pk").values_list(*_HEADER)
        ]
        taken = known_by(filters.get("known_until", ""))
        facts = _Facts(company_id, [header.pk for header in headers], taken)
        for header in headers:
            yield from _propose(header, facts, as_of)

    def agreements(self, refs: Sequence[int]) -> Mapping[int, Agreement]:
        rows = ContractLine.objects.filter(pk__in=refs).values_list(
            "pk", "contract", "contract__number", "contract__title", "lineage", "text", "item__name"
        )
        return {
            pk: Agreement(contract, f"{number} {title}", lineage or pk, text or item)
            for pk, contract, number, title, lineage, text, item in rows
        }

    def named(self, company_id: int, label: str) -> list[int]:
        found = Contract.objects.filter(company_id=company_id, number__iexact=label.strip())
        return list(found.values_list("pk", flat=True))

    def refused(self, lines: Sequence[ProposedLine]) -> Iterable[tuple[ProposedLine, str]]:
        ids = {line.ref for line in lines}
        taken = charged_keys(ids)
        versions = {
            pk: changed.isoformat()
            for pk, changed in ContractLine.objects.filter(pk__in=ids).values_list(
                "pk", "contract__updated_at"
            )
        }
        for line in lines:
            if (line.starts_on, line.kind) in taken.get(line.ref, ()):
                yield line, "billed"
            elif versions.get(line.ref) != line.version:
                yield line, "changed"

    def settle(self, settled: Sequence[tuple[ProposedLine, int, int]], *, run_id: int, by: str) -> None:
        insert(
            [
                row(
                    ChargePeriod,
                    line_id=line.ref,
                    starts_on=line.starts_on,
                    ends_on=line.ends_on,
                    kind=line.kind,
                    amount=line.net,
                    document_id=document_id,
                    document_line_id=line_id,
                    run_id=run_id,
                )
                for line, document_id, line_id in settled
            ]
        )


class _Facts:
    """Everything a chunk of contracts needs, read with a constant number of queries."""

    def __init__(self, company_id: int, contract_ids: Sequence[int], taken: Q = TAKEN) -> None:
        rows = line_rows(ContractLine.objects.filter(contract__in=contract_ids))
        self.lines = {pk: list(group) for pk, group in groupby(rows, key=lambda row: row.contract_id)}
        ids = [row.pk for row in rows]
        self.charged = charged_summaries(ids, taken)
        self.last = last_amounts(ids)
        self.terms = {row.pk: row.terms() for row in rows}
        self.settled = {row.pk: self._settled(row) for row in rows}
        self.keys = charged_keys(
            (pk for pk, until in self.settled.items() if until is None and pk in self.charged), taken
        )
        self.once = charged_keys((row.pk for row in rows if row.frequency_unit == "once"), taken)
        self.items = _items(company_id)
        self.company_language = Company.objects.values_list("language", flat=True).get(pk=company_id)
        self.site_groups = _site_groups(row.site_id for row in rows if row.site_id)

    def _settled(self, row: LineRow) -> date | None:
        charged: Charged | None = self.charged.get(row.pk)
        if charged is None:
            return None
        return settled_until(self.terms[row.pk], charged.first, charged.last, charged.count)

    def due(self, row: LineRow, as_of: date) -> list[Charge]:
        billed = self.once.get(row.pk) or self.keys.get(row.pk) or set()
        return due(self.terms[row.pk], as_of, billed, settled_before=self.settled[row.pk])


def _items(company_id: int) -> Mapping[int, ItemRow]:
    rows = Item.objects.filter(company_id=company_id).values_list(
        "pk", "name", "description", "unit__code", "vat_code_id", "withholding", "revenue_account"
    )
    return {
        pk: ItemRow(text or name, unit or "", vat, withholding, account)
        for pk, name, text, unit, vat, withholding, account in rows
    }


def _site_groups(site_ids: Iterable[int]) -> Mapping[int, tuple[int, int]]:
    """The billing group of each site and the account it belongs to."""
    rows = BillingGroup.objects.filter(sites__in=set(site_ids)).values_list("sites", "pk", "account_id")
    return {site: (group, account) for site, group, account in rows}


def _propose(header: Header, facts: _Facts, as_of: date) -> Iterator[Proposal | LeftOut]:
    lines = facts.lines.get(header.pk, [])
    charges = [(line, facts.due(line, as_of)) for line in lines]
    if header.billing_hold or not any(found for _each, found in charges):
        yield _left_out(header, lines, facts, as_of)
        return
    by_key: dict[GroupKey, list[ProposedLine]] = {}
    for line, found in charges:
        if not found:
            continue
        key = _key(header, line, facts)
        by_key.setdefault(key, []).extend(
            _line(header, line, charge, facts, key.language) for charge in found
        )
    for key, proposed in by_key.items():
        yield Proposal(header.party_id, key, proposed)


def _key(header: Header, row: LineRow, facts: _Facts) -> GroupKey:
    """R13. The contract's own letter wins; else that of the line's site, if the payer is his."""
    group_id = header.group_id or 0
    if not group_id and row.site_id is not None and row.site_id in facts.site_groups:
        group, account = facts.site_groups[row.site_id]
        group_id = group if account == header.account_id else 0
    return GroupKey(
        header.account_id,
        group_id,
        currency=header.currency,
        language=header.language or facts.company_language,
        terms_id=header.terms_id or 0,
        method_id=header.method_id or 0,
        bank_account_id=header.bank_account_id or 0,
        tax_regime=header.tax_regime,
        withholding_code=header.withholding_code,
        stamp_duty_exemption=header.stamp_duty_exemption,
        purchase_order=header.purchase_order or header.account_order,
        cig=header.cig or header.account_cig,
        cup=header.cup or header.account_cup,
        branch_id=header.branch_id or 0,
        discount=number(header.discount),
    )


def _line(header: Header, row: LineRow, charge: Charge, facts: _Facts, language: str) -> ProposedLine:
    item = facts.items[row.item_id]
    period = charge.period
    text = row.text or item.name
    if header.document_text:
        text = f"{text} – {header.document_text}"
    return ProposedLine(
        CODE,
        row.pk,
        period.start,
        period.last_day,
        charge.kind,
        row.item_id,
        row.site_id or 0,
        text if charge.kind == "once" else line_text(text, period.start, period.last_day, language),
        charge.quantity,
        item.unit,
        charge.unit_price,
        row.discount if charge.discounts else Decimal(0),
        charge.net,
        row.vat_code_id or item.vat_code_id,
        item.withholding,
        item.revenue_account,
        to_json(charge.derivation),
        facts.last.get(row.pk),
        header.updated_at.isoformat(),
    )


def _left_out(header: Header, lines: Sequence[LineRow], facts: _Facts, as_of: date) -> LeftOut:
    """Why nothing of the contract is billed: one reason, the first that explains it."""
    code, details = _reason(header, lines, facts, as_of)
    return LeftOut(header.party_id, CODE, header.pk, f"{header.number} {header.title}", code, details)


def _reason(
    header: Header, lines: Sequence[LineRow], facts: _Facts, as_of: date
) -> tuple[str, dict[str, Any]]:
    if header.billing_hold:
        return "hold", {"reason": header.hold_reason}
    if not lines:
        return "no_lines", {}
    if header.starts_on > as_of:
        return "not_started", {"day": header.starts_on.isoformat()}
    following = [found for found in (_next(row, facts, as_of) for row in lines) if found]
    if following:
        return "next_due", {"day": min(charge.invoice_on for charge in following).isoformat()}
    if header.status == Contract.Status.ENDED or (header.ends_on and header.ends_on <= as_of):
        return "ended", {"day": header.ends_on.isoformat() if header.ends_on else ""}
    return "all_billed", {}


def _next(row: LineRow, facts: _Facts, as_of: date) -> Charge | None:
    billed = facts.once.get(row.pk) or facts.keys.get(row.pk) or set()
    return next_charge(facts.terms[row.pk], billed, after=as_of)


def register() -> None:
    """Called when the app is ready."""
    register_source(ContractCharges())


def is_charged(line_ids: Iterable[int]) -> bool:
    """Whether anything was ever billed or waived on these lines."""
    return ChargePeriod.objects.filter(TAKEN, line__in=list(line_ids)).exists()
