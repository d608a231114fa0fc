"""From lines to the amounts of a document: VAT, stamp duty, withholding, what is to be paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from ronda.billing.domain.derivation import Step, plain, to_json
from ronda.billing.domain.texts import stamp_text
from ronda.billing.domain.totals import (
    PLAIN,
    Discount,
    DocumentTerms,
    Line,
    Totals,
    Withholding,
    totals,
)
from ronda.billing.models import Document, DocumentKind, DocumentLine, VatSummary
from ronda.billing.options import BillingOptions
from ronda.catalogue.queries import VatRule, vat_rules
from ronda.company import options
from ronda.company.bulk import row
from ronda.company.country import CountryPack, StampDuty, country_pack
from ronda.company.models import Company
from ronda.parties.models import BillingAccount

ZERO = Decimal(0)
ONE = Decimal(1)
SPLIT = BillingAccount.TaxRegime.SPLIT


@dataclass(slots=True)
class Rules:
    """What a company's documents of one day are computed with: read once, used for many."""

    company: Company
    on: date
    # The till or desk a person issues from; none for runs, which number as the company and its branches do.
    workstation_id: int | None = None
    pack: CountryPack = field(init=False)
    vat: Mapping[int, VatRule] = field(init=False)
    settings: BillingOptions = field(init=False)
    withholdings: Mapping[str, Withholding] = field(init=False)

    def __post_init__(self) -> None:
        self.pack = country_pack(self.company)
        self.vat = vat_rules(self.company.pk)
        self.settings = options.read(BillingOptions, self.company)
        self.withholdings = {
            kind.code: Withholding(kind.rate, kind.base_percent, kind.code)
            for kind in self.pack.withholding_kinds(on=self.on)
        }

    def settings_of(self, branch_id: int | None) -> BillingOptions:
        """The options of a branch and workstation, which may number documents in series of their own (O8)."""
        if branch_id is None and self.workstation_id is None:
            return self.settings
        return options.read(BillingOptions, self.company, branch_id, self.workstation_id)

    def terms(self, header: "Header", discount: Decimal = ZERO) -> DocumentTerms:
        """What applies to the whole document."""
        withheld = self.withholdings.get(header.withholding_code)
        if withheld is None and not discount:
            return PLAIN
        return DocumentTerms(discount_percent=discount, withholdings=(withheld,) if withheld else ())


class Header(Protocol):
    """What the amounts of a document depend on besides its lines."""

    @property
    def kind(self) -> str: ...

    @property
    def tax_regime(self) -> str: ...

    @property
    def withholding_code(self) -> str: ...

    @property
    def stamp_duty_exemption(self) -> str: ...


class PricedLine(Protocol):
    """What the amounts take from a line, proposed or written."""

    @property
    def quantity(self) -> Decimal: ...

    @property
    def unit_price(self) -> Decimal: ...

    @property
    def discount(self) -> Decimal: ...

    @property
    def vat_code_id(self) -> int: ...

    @property
    def withholding(self) -> bool: ...

    @property
    def gift(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Amounts:
    """The sums of a document.

    `duty` is the stamp duty, or why none is owed on what would owe it; None where the question does
    not arise. `charged` is what a line with the code `vat_code_id` charges of it.
    """

    sums: Totals
    duty: StampDuty | None = None
    charged: Decimal = ZERO
    vat_code_id: int = 0


def amounts(
    header: Header, lines: Sequence[PricedLine], rules: Rules, *, discount: Decimal = ZERO
) -> Amounts:
    """Every sum from quantities, prices and rates, with the stamp duty they make due (R35)."""
    split = header.tax_regime == SPLIT
    terms = rules.terms(header, discount)
    base = [_domain_line(line, rules, split=split) for line in lines]
    sums = totals(base, terms)
    duty = _duty(header, base, sums, rules)
    if duty is None:
        return Amounts(sums)
    charges = rules.settings.charge_stamp_duty and header.kind != DocumentKind.CREDIT_NOTE
    if not duty.amount or not charges:
        return Amounts(sums, duty)
    code = next((rule.pk for rule in rules.vat.values() if rule.nature == duty.nature), lines[0].vat_code_id)
    charge = Line(ONE, duty.amount, ZERO, nature=duty.nature, discountable=False)
    return Amounts(totals([*base, charge], terms), duty, duty.amount, code)


def _domain_line(line: PricedLine, rules: Rules, *, split: bool) -> Line:
    rule = rules.vat[line.vat_code_id]
    rate = rule.percent(rules.on)
    return Line(
        line.quantity,
        line.unit_price,
        rate,
        discounts=(Discount(percent=line.discount),) if line.discount else (),
        nature=rule.nature,
        exigibility="S" if split and rate else rule.exigibility,  # type: ignore[arg-type]
        withholding=line.withholding,
        in_stamp_base=rule.stamp_relevant,
        gift=line.gift,  # type: ignore[arg-type]
    )


def _duty(header: Header, base: Sequence[Line], sums: Totals, rules: Rules) -> StampDuty | None:
    nets: dict[str, Decimal] = {}
    for line, net in zip(base, sums.line_nets, strict=True):
        if line.in_stamp_base:
            nets[line.nature] = nets.get(line.nature, ZERO) + net
    if not nets:
        return None
    return rules.pack.stamp_duty(
        nets, kind=header.kind, on=rules.on, total=sums.gross, exemption=header.stamp_duty_exemption
    )


def _duty_steps(duty: StampDuty) -> tuple[Step, ...]:
    result = (
        Step("total.exempt", {"reason": duty.exemption}, "0.00")
        if duty.exemption
        else Step("total.stamp", {}, plain(duty.amount))
    )
    return (
        Step("stamp.base", {"natures": ", ".join(duty.natures)}, plain(duty.taxed_total)),
        Step("above.stamp", {}, plain(duty.threshold)),
        result,
    )


@dataclass(slots=True)
class Composed:
    """A document with its lines and sums, ready to be written."""

    document: Document
    lines: list[DocumentLine]
    vat: list[VatSummary]


def compose(document: Document, lines: list[DocumentLine], rules: Rules) -> Composed:
    """Put the amounts on a document and its lines.

    Adds the line that charges stamp duty when it is due and the firm charges it (R35).
    """
    lines = [line for line in lines if line.kind != DocumentLine.Kind.STAMP]
    counted = [line for line in lines if line.kind != DocumentLine.Kind.NOTE]
    found = amounts(document, counted, rules, discount=document.discount)
    if found.charged:
        charge = _stamp_line(document, found)
        counted.append(charge)
        lines.append(charge)
    for line, net in zip(counted, found.sums.line_nets, strict=True):
        rule = rules.vat[line.vat_code_id]
        line.net, line.vat_rate, line.nature = net, rule.percent(rules.on), rule.nature
    _number(lines)
    _take_totals(document, found.sums, found.duty)
    return Composed(document, lines, _vat_rows(document, found.sums, rules, counted))


def _stamp_line(document: Document, found: Amounts) -> DocumentLine:
    return row(
        DocumentLine,
        document_id=document.pk,
        kind=DocumentLine.Kind.STAMP,
        text=stamp_text(document.language),
        quantity=ONE,
        unit_price=found.charged,
        vat_code_id=found.vat_code_id,
    )


def _number(lines: list[DocumentLine]) -> None:
    for position, line in enumerate(lines, start=1):
        line.position = position


def _take_totals(document: Document, sums: Totals, duty: StampDuty | None) -> None:
    document.net_total = sums.net
    document.vat_total = sums.vat
    document.gross_total = sums.gross
    document.stamp_duty = duty.amount if duty else ZERO
    document.stamp_duty_derivation = to_json(_duty_steps(duty)) if duty else []
    document.withholding_total = sums.withholding
    document.payable = sums.payable


def _vat_rows(
    document: Document, sums: Totals, rules: Rules, lines: Sequence[DocumentLine]
) -> list[VatSummary]:
    texts = {line.nature: rules.vat[line.vat_code_id].exempt_text for line in lines if line.nature}
    return [
        row(
            VatSummary,
            document_id=document.pk,
            rate=group.rate,
            nature=group.nature,
            exigibility=group.exigibility,
            net=group.net,
            vat=group.vat,
            text=texts.get(group.nature, ""),
        )
        for group in sums.groups
    ]
