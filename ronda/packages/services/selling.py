"""Selling a package: what it holds, until when, and how the customer pays for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from ronda.catalogue.models import Item, VatCode
from ronda.catalogue.queries import vat_rules
from ronda.company import audit
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO, to_cents
from ronda.packages.domain import packages as domain
from ronda.packages.models import Deposit, OverUse, Package, PackageKind, PackageLine, PackageTemplate
from ronda.packages.services.charging import bill_price
from ronda.packages.services.ledger import grant, periods_of
from ronda.parties.models import BillingAccount, Party, Site

# What a package sold copies from the one for sale.
TERMS = (
    "kind",
    "price",
    "amount",
    "vat_code",
    "over_use",
    "period_months",
    "carry_limit",
    "carry_months",
    "transferable",
)


class NothingInside(Refusal):
    code = "packages.nothing_inside"


class NeedsLastDay(Refusal):
    code = "packages.needs_last_day"


class WrongSite(Refusal):
    code = "packages.wrong_site"


class OtherCompany(Refusal):
    code = "packages.other_company"


@dataclass(frozen=True, slots=True)
class OfferLine:
    """How many of a service; for a subscription, in each period. No extra price: the usual one."""

    item: Item
    quantity: Decimal
    extra_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What is sold: the copy of a package for sale, or one made up for a customer. `price` is net."""

    name: str
    price: Decimal
    vat_code: VatCode
    lines: Sequence[OfferLine] = ()
    kind: str = PackageKind.COUNT
    amount: Decimal | None = None
    over_use: str = OverUse.BLOCK
    period_months: int = 0
    carry_limit: Decimal = ZERO
    carry_months: int = 0
    transferable: bool = False
    valid_months: int = 12
    valid_days: int = 0
    template: PackageTemplate | None = None


@dataclass(frozen=True, slots=True)
class PlannedDeposit:
    """A net amount to be billed in advance from a day on."""

    due_on: date
    amount: Decimal


def offer_of(template: PackageTemplate) -> Offer:
    """A package for sale as it is now."""
    lines = [
        OfferLine(line.item, line.quantity, line.extra_price)
        for line in template.lines.select_related("item")
    ]
    terms: dict[str, Any] = {name: getattr(template, name) for name in TERMS}
    return Offer(
        name=template.name,
        lines=lines,
        valid_months=template.valid_months,
        valid_days=template.valid_days,
        template=template,
        **terms,
    )


@transaction.atomic
def sell(
    account: BillingAccount,
    offer: Offer,
    *,
    on: date,
    by: str,
    starts_on: date | None = None,
    expires_on: date | None = None,
    anchor_on: date | None = None,
    party: Party | None = None,
    site: Site | None = None,
    number: str = "",
    deposits: Sequence[PlannedDeposit] = (),
    bill: bool = True,
    issue: bool = True,
    notes: str = "",
) -> Package:
    """Sell a package to the party of the account (or to `party`, paid by the account).

    With `deposits` those due by `on` are billed by advance invoices and the rest follows (`bill_deposits`,
    `bill_price`); without, one invoice of the price is made. `bill=False` makes no document, `issue=False`
    leaves drafts. All amounts are net. Refuses NothingInside, NeedsLastDay, WrongSite, WrongDeposits.
    """
    party = party or account.party
    _check(offer, account, party, site)
    domain.refuse_wrong_deposits(offer.price, [one.amount for one in deposits])
    days = {"starts_on": starts_on or on, "expires_on": expires_on, "anchor_on": anchor_on}
    package = _copy(offer, account, on, party=party, site=site, number=number, notes=notes, **days)
    if package.period_months and package.expires_on is None:
        raise NeedsLastDay(_("A subscription needs a last day."), field="expires_on")
    lines = _lines(package, offer)
    package.bought = sum((line.quantity for line in lines), ZERO) * max(1, len(periods_of(package)))
    package.save()
    PackageLine.objects.bulk_create(lines)
    grant(package, until=max(on, package.starts_on), by=by)
    _plan(package, deposits)
    audit.record(by, "packages.package.sold", package, price=str(package.price), payer=str(account))
    if bill:
        bill_price(package, on=on, by=by, issue=issue, only_due=True)
    return package


def _copy(offer: Offer, account: BillingAccount, on: date, **facts: Any) -> Package:
    """The unsaved package, with the terms of the offer and its last day."""
    party, starts_on = facts["party"], facts["starts_on"]
    facts["number"] = facts["number"] or next_number(party.company, on)
    facts["expires_on"] = facts["expires_on"] or domain.last_day(
        starts_on, months=offer.valid_months, days=offer.valid_days
    )
    return Package(
        company=party.company,
        name=offer.name,
        template=offer.template,
        account=account,
        currency=account.currency,
        gross_price=_gross(offer, account, on),
        bought=ZERO,
        sold_on=on,
        **facts,
        **{name: getattr(offer, name) for name in TERMS},
    )


def next_number(company: Company, on: date) -> str:
    """The next free number of the year, "P2026/0042". Package numbers may have gaps."""
    prefix = f"P{on.year}/"
    used = Package.objects.filter(company=company, number__startswith=prefix).values_list("number", flat=True)
    counts = [int(tail) for number in used if (tail := number.removeprefix(prefix)).isdecimal()]
    return f"{prefix}{max(counts, default=0) + 1:04d}"


def _check(offer: Offer, account: BillingAccount, party: Party, site: Site | None) -> None:
    if offer.kind == PackageKind.AMOUNT and not offer.amount:
        raise NothingInside(_("Enter the amount to spend."), field="amount")
    if offer.kind == PackageKind.COUNT and not offer.lines:
        raise NothingInside(_("A package holds at least one service. Add one to it first."), field="template")
    if account.party.company_id != party.company_id or any(
        line.item.company_id != party.company_id for line in offer.lines
    ):
        raise OtherCompany(_("Customer, payer and services belong to one company."), field="account")
    if site is not None and site.party_id not in (party.pk, account.party_id):
        raise WrongSite(_("Site %(site)s belongs to another customer.") % {"site": site}, field="site")


def _plan(package: Package, deposits: Sequence[PlannedDeposit]) -> None:
    Deposit.objects.bulk_create(
        Deposit(package=package, position=n, due_on=one.due_on, amount=one.amount)
        for n, one in enumerate(sorted(deposits, key=lambda one: one.due_on), start=1)
    )


def _gross(offer: Offer, account: BillingAccount, on: date) -> Decimal:
    """The price with the VAT of the day."""
    rule = vat_rules(account.party.company_id)[offer.vat_code.pk]
    return offer.price + to_cents(offer.price * rule.percent(on) / 100)


def _lines(package: Package, offer: Offer) -> list[PackageLine]:
    """Unsaved lines, with the part of the price of each by what they would cost one by one."""
    if offer.kind == PackageKind.AMOUNT and offer.amount is not None:
        return [PackageLine(package=package, quantity=offer.amount, price=offer.price)]
    prices = domain.prices_of_lines(offer.price, [line.item.price * line.quantity for line in offer.lines])
    return [
        PackageLine(
            package=package,
            position=n,
            item=line.item,
            quantity=line.quantity,
            price=price,
            extra_price=line.extra_price,
        )
        for n, (line, price) in enumerate(zip(offer.lines, prices, strict=True), start=1)
    ]
