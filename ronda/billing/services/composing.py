"""From lines to the amounts of a document: VAT, stamp duty, withholding, what is to be paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from ronda.billing.domain.derivation import Step, plain, to_json
from ronda.billing.domain.funds import Fee, FundCharge, FundRule, charges, origin
from ronda.billing.domain.texts import fund_text, stamp_text
from ronda.billing.domain.totals import (
    PLAIN,
    Discount,
    DocumentTerms,
    Line,
    Totals,
    Withholding,
    totals,
)
from ronda.billing.models import (
    Document,
    DocumentKind,
    DocumentLine,
    DocumentReference,
    SocialFund,
    VatSummary,
)
from ronda.billing.options import BillingOptions
from ronda.catalogue.queries import VatRule, vat_rules
from ronda.company import options
from ronda.company.bulk import row
from ronda.company.country import CountryPack, StampDuty, country_pack, withheld_together
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
    withholdings: Mapping[str, tuple[Withholding, ...]] = field(init=False)
    funds: tuple[FundRule, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.pack = country_pack(self.company)
        self.vat = vat_rules(self.company.pk)
        self.settings = options.read(BillingOptions, self.company)
        self.withholdings = {
            code: tuple(Withholding(kind.rate, kind.base_percent, kind.code) for kind in kinds)
            for code, kinds in withheld_together(self.pack.withholding_kinds(on=self.on)).items()
        }
        self.funds = _funds(self.company, self.pack, self.on)

    def settings_of(self, branch_id: int | None) -> BillingOptions:
        """The options of a branch and workstation, which may number documents in series of their own (O8)."""
        if branch_id is None and self.workstation_id is None:
            return self.settings
        return options.read(BillingOptions, self.company, branch_id, self.workstation_id)

    def terms(self, header: "Header", discount: Decimal = ZERO) -> DocumentTerms:
        """What applies to the whole document."""
        withheld = self.withholdings.get(header.withholding_code, ())
        if not withheld and not discount:
            return PLAIN
        return DocumentTerms(discount_percent=discount, withholdings=withheld)


def _funds(company: Company, pack: CountryPack, on: date) -> tuple[FundRule, ...]:
    """What the company charges for social funds on a day; nothing is read where the country has none."""
    left_out = {kind.code: kind.left_out for kind in pack.fund_kinds()}
    if not left_out:
        return ()
    rows = SocialFund.objects.filter(company=company, starts_on__lte=on, code__in=left_out)
    return tuple(
        FundRule(
            row.code, row.name, row.rate, row.vat_code_id, row.withholding, row.revenue_account,
            left_out[row.code],
        )
        for row in rows.order_by("code", "starts_on")
        if row.ends_on is None or row.ends_on >= on
    )  # fmt: skip


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

    `funds` are the charges for social funds, in the order of their sums after those of the lines. `duty` is
    the stamp duty, or why none is owed on what would owe it; None where the question does not arise.
    `charged` is what a line with the code `vat_code_id` charges of it.
    """

    sums: Totals
    funds: tuple[FundCharge, ...] = ()
    duty: StampDuty | None = None
    charged: Decimal = ZERO
    vat_code_id: int = 0


def amounts(
    header: Header,
    lines: Sequence[PricedLine],
    rules: Rules,
    *,
    discount: Decimal = ZERO,
    returned: Sequence[PricedLine] = (),
) -> Amounts:
    """Every sum from quantities, prices and rates, with fund charges and stamp duty they make due (R35, R36).

    `returned` are charges of funds that a credit note gives back: they stand as they are.
    """
    split = header.tax_regime == SPLIT
    terms = rules.terms(header, discount)
    base = [_domain_line(line, rules, split=split) for line in lines]
    funds: list[FundCharge] = []
    if rules.funds and header.kind != DocumentKind.CREDIT_NOTE:
        funds = _fund_charges(lines, base, terms, rules)
    base += [_domain_line(line, rules, split=split, discountable=False) for line in returned]
    base += [_fund_line(charge, rules, split=split) for charge in funds]
    sums = totals(base, terms)
    duty = _duty(header, base, sums, rules)
    if duty is None:
        return Amounts(sums, tuple(funds))
    charged = rules.settings.charge_stamp_duty and header.kind != DocumentKind.CREDIT_NOTE
    if not duty.amount or not charged:
        return Amounts(sums, tuple(funds), duty)
    code = next((rule.pk for rule in rules.vat.values() if rule.nature == duty.nature), lines[0].vat_code_id)
    charge = Line(ONE, duty.amount, ZERO, nature=duty.nature, discountable=False)
    return Amounts(totals([*base, charge], terms), tuple(funds), duty, duty.amount, code)


def _fund_charges(
    lines: Sequence[PricedLine], base: Sequence[Line], terms: DocumentTerms, rules: Rules
) -> list[FundCharge]:
    """On the net of the fees after all discounts; what is given away is no fee."""
    nets = totals(base, terms).line_nets
    fees = [
        Fee(line.vat_code_id, made.nature, net)
        for line, made, net in zip(lines, base, nets, strict=True)
        if not made.gift
    ]
    return charges(rules.funds, fees)


def _fund_line(charge: FundCharge, rules: Rules, *, split: bool) -> Line:
    rule = rules.vat[charge.vat_code_id]
    rate = rule.percent(rules.on)
    return Line(
        ONE,
        charge.amount,
        rate,
        nature=rule.nature,
        exigibility="S" if split and rate else rule.exigibility,  # type: ignore[arg-type]
        withholding=charge.rule.withholding,
        in_stamp_base=rule.stamp_relevant,
        discountable=False,
    )


def _domain_line(line: PricedLine, rules: Rules, *, split: bool, discountable: bool = True) -> Line:
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
        discountable=discountable,
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
    references: Sequence[DocumentReference] = ()


def compose(document: Document, lines: list[DocumentLine], rules: Rules) -> Composed:
    """Put the amounts on a document and its lines.

    Adds the lines for social funds (R36), and that of stamp duty when due and charged to the customer (R35).
    """
    lines = [line for line in lines if not is_computed(line)]
    returned = [line for line in lines if line.kind == DocumentLine.Kind.FUND]
    counted = [line for line in lines if line.kind not in (DocumentLine.Kind.NOTE, DocumentLine.Kind.FUND)]
    found = amounts(document, counted, rules, discount=document.discount, returned=returned)
    added = [_charge_line(document, charge) for charge in found.funds]
    counted += [*returned, *added]
    lines += added
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


def is_computed(line: DocumentLine) -> bool:
    """Whether a line comes and goes with the others; what a credit note gives back of a fund stands."""
    fund = line.kind == DocumentLine.Kind.FUND and line.corrects_id is None
    return fund or line.kind == DocumentLine.Kind.STAMP


def _charge_line(document: Document, charge: FundCharge) -> DocumentLine:
    rule = charge.rule
    return row(
        DocumentLine,
        document_id=document.pk,
        kind=DocumentLine.Kind.FUND,
        text=fund_text(rule.text, rule.percent, document.language),
        quantity=ONE,
        unit_price=charge.amount,
        vat_code_id=charge.vat_code_id,
        withholding=rule.withholding,
        revenue_account=rule.revenue_account,
        source=origin(rule.code, rule.percent, charge.base),
    )


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
