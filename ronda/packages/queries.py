"""Reads on packages that pages, tabs and the apps above share."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from ronda.billing.models import Document, DocumentKind, DocumentLine
from ronda.kernel.money import ZERO, to_cents
from ronda.packages.domain.packages import Due, Standing, State, periods, state
from ronda.packages.models import Deposit, OverUse, Package, PackageDocument, PackageLine, Wallet, WalletEntry
from ronda.payments.models import Instalment

Kind = WalletEntry.Kind
USES = (Kind.USE, Kind.REVERSAL)
LOST = (Kind.EXPIRY, Kind.ADJUSTMENT, Kind.CARRY)
UNITS = DecimalField(max_digits=14, decimal_places=2)
ZERO_UNITS = Value(ZERO, output_field=UNITS)


def _sum(field: str, outer: str, where: Q) -> Any:
    rows = WalletEntry.objects.filter(where, **{outer: OuterRef("pk")}).order_by().values(outer)
    return Coalesce(Subquery(rows.annotate(sum=Sum(field)).values("sum")), Value(ZERO), output_field=UNITS)


def with_standing(packages: QuerySet[Package]) -> QuerySet[Package]:
    """Each package with `done`, `over`, `lost`, `performed`, `left` (units) and `value_left` (net money)."""
    beyond = Q(kind__in=USES, lot=None)
    return packages.annotate(
        done=ZERO_UNITS - _sum("quantity", "package", Q(kind__in=USES, lot__isnull=False)),
        over=ZERO_UNITS - _sum("quantity", "package", beyond),
        lost=ZERO_UNITS - _sum("quantity", "package", Q(kind__in=LOST)),
        value_left=F("price") + _sum("value", "package", ~Q(kind=Kind.GRANT)),
    ).annotate(performed=F("done") + F("over"), left=F("bought") - F("done") - F("over") - F("lost"))


def standing_of(package: Any) -> Standing:
    """The units of a package read by `with_standing`."""
    return Standing(package.bought, to_cents(package.done), to_cents(package.over), to_cents(package.lost))


def state_of(package: Any, on: date) -> State:
    """How a package read by `with_standing` stands on a day."""
    return state(standing_of(package), expires_on=package.expires_on, on=on, closed_on=package.closed_on)


def in_state(wanted: State, on: date) -> Q:
    """The condition of a state on packages read by `with_standing`; says the same as `domain.state`."""
    concluded = Q(closed_on__lte=on) | Q(done__gte=F("bought"))
    past = Q(expires_on__lt=on)
    if wanted == State.CONCLUDED:
        return concluded
    if wanted == State.EXPIRED:
        return ~(Q(closed_on__isnull=False) & Q(closed_on__lte=on)) & Q(done__lt=F("bought")) & past
    still = Q(expires_on=None) | Q(expires_on__gte=on)
    return (Q(closed_on=None) | Q(closed_on__gt=on)) & Q(done__lt=F("bought")) & still


def deposits_due(on: date) -> Any:
    """Keys of open packages with a planned deposit to be billed by a day."""
    rows = Deposit.objects.filter(document=None, due_on__lte=on, package__closed_on=None)
    return rows.values("package")


def extras_open() -> Any:
    """Keys of packages with uses beyond what they held that are to be billed and no document bills."""
    rows = WalletEntry.objects.filter(kind=Kind.USE, lot=None, document=None, reversed_by=None)
    return rows.filter(package__over_use=OverUse.BILL).values("package")


@dataclass(frozen=True, slots=True)
class LineStanding:
    """One service of a package: units and money."""

    line: PackageLine
    standing: Standing
    value_done: Decimal
    # What can be taken on the day it was read for.
    available: Decimal

    @property
    def done(self) -> Decimal:
        """Services performed, those beyond the package too."""
        return self.standing.done + self.standing.over


def lines_of(packages: Iterable[Package], *, on: date) -> dict[int, list[LineStanding]]:
    """The lines of packages with what is done and left, in two queries."""
    by_id: dict[int, Package] = {package.pk: package for package in packages}
    open_lots = Q(lot__granted_on__lte=on) & (Q(lot__expires_on=None) | Q(lot__expires_on__gte=on))
    lines = (
        PackageLine.objects.filter(package__in=by_id)
        .select_related("item__unit")
        .annotate(
            done=ZERO_UNITS - _sum("quantity", "line", Q(kind__in=USES, lot__isnull=False)),
            over=ZERO_UNITS - _sum("quantity", "line", Q(kind__in=USES, lot=None)),
            lost=ZERO_UNITS - _sum("quantity", "line", Q(kind__in=LOST)),
            value_done=ZERO_UNITS - _sum("value", "line", Q(kind__in=USES)),
            open_now=_sum("quantity", "line", open_lots),
        )
        .order_by("position", "pk")
    )
    found: dict[int, list[LineStanding]] = defaultdict(list)
    for line in lines:
        bought = line.quantity * _periods(by_id[line.package_id])
        row: Any = line
        units = Standing(bought, to_cents(row.done), to_cents(row.over), to_cents(row.lost))
        found[line.package_id].append(
            LineStanding(line, units, to_cents(row.value_done), to_cents(row.open_now) - units.over)
        )
    return found


def _periods(package: Package) -> int:
    if not package.period_months or package.expires_on is None:
        return 1
    return len(
        periods(package.starts_on, package.expires_on, package.period_months, anchor=package.anchor_on)
    )


def dues_of(packages: Iterable[Package]) -> dict[int, Due]:
    """What the customer pays for each package, VAT included; three queries however many."""
    packages = list(packages)
    roles = (PackageDocument.Role.PRICE, PackageDocument.Role.DEPOSIT)
    links = PackageDocument.objects.filter(
        package__in=packages, role__in=roles, document__status=Document.Status.ISSUED
    )
    package_by_document = dict(links.values_list("document", "package"))
    notes = Document.objects.filter(
        corrects__in=package_by_document, kind=DocumentKind.CREDIT_NOTE, status=Document.Status.ISSUED
    )
    package_by_document |= {
        pk: package_by_document[of] for pk, of in notes.values_list("pk", "corrects") if of
    }
    billed, stamps, still_open, kept = _amounts(package_by_document)
    return {
        package.pk: Due(
            (billed[package.pk] if package.closed_on else package.gross_price + stamps[package.pk]),
            billed[package.pk],
            still_open[package.pk],
            kept[package.pk],
        )
        for package in packages
    }


Amounts = dict[int, Decimal]


def _amounts(package_by_document: dict[int, int]) -> tuple[Amounts, Amounts, Amounts, Amounts]:
    """Totals, stamp duty, open dues and what is not payable, by package; credit notes count against."""
    billed: Amounts = defaultdict(lambda: ZERO)
    stamps: Amounts = defaultdict(lambda: ZERO)
    still_open: Amounts = defaultdict(lambda: ZERO)
    kept: Amounts = defaultdict(lambda: ZERO)
    documents = Document.objects.filter(pk__in=package_by_document)
    signs = {}
    for pk, kind, gross, payable in documents.values_list("pk", "kind", "gross_total", "payable"):
        signs[pk] = -1 if kind == DocumentKind.CREDIT_NOTE else 1
        billed[package_by_document[pk]] += signs[pk] * gross
        kept[package_by_document[pk]] += signs[pk] * (gross - payable)
    stamp_lines = DocumentLine.objects.filter(document__in=package_by_document, kind=DocumentLine.Kind.STAMP)
    for pk, net in stamp_lines.values_list("document", "net"):
        stamps[package_by_document[pk]] += signs[pk] * net
    dues = Instalment.objects.filter(document__in=package_by_document)
    for pk, amount, settled in dues.values_list("document", "amount", "settled"):
        still_open[package_by_document[pk]] += amount - settled
    return billed, stamps, still_open, kept


def with_balance(wallets: QuerySet[Wallet]) -> QuerySet[Wallet]:
    """Each wallet of money with its `balance`."""
    return wallets.annotate(balance=_sum("quantity", "wallet", Q()))


def balances(party: Any) -> list[tuple[Wallet, Decimal]]:
    """The customer's wallets of money with what they hold, in one query."""
    wallets = Wallet.objects.filter(party=party).order_by("currency")
    rows: Any = with_balance(wallets)
    return [(row, to_cents(row.balance)) for row in rows]


@dataclass(frozen=True, slots=True)
class Spend:
    """The customer's spend on packages (P20), net: bought, used, still to be used, lost."""

    bought: Decimal
    used: Decimal
    left: Decimal
    lost: Decimal


def spend_of(packages: Sequence[Any]) -> Spend:
    """Totals of packages read by `with_standing`."""
    bought = sum((package.price for package in packages), ZERO)
    left = sum((to_cents(package.value_left) for package in packages), ZERO)
    rows = WalletEntry.objects.filter(package__in=[package.pk for package in packages])
    sums = rows.aggregate(
        used=Sum("value", filter=Q(kind__in=USES)), lost=Sum("value", filter=Q(kind__in=LOST))
    )
    used, lost = -to_cents(sums["used"] or ZERO), -to_cents(sums["lost"] or ZERO)
    return Spend(bought, used, left, lost)


@dataclass(frozen=True, slots=True)
class StatementRow:
    """An entry with the balance after it."""

    entry: WalletEntry
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """What was there, what happened, what is there: one line of a package, or a wallet."""

    label: str
    opening: Decimal
    rows: tuple[StatementRow, ...]
    closing: Decimal
    wallet: bool = False
    # In money: a wallet, or a package by amount.
    money: bool = False


def statement(party: Any, *, start: date, end: date) -> list[Statement]:
    """The customer's packages and wallets from `start` to `end` (both in): two queries.

    Only lines that held something or moved in that time.
    """
    rows = WalletEntry.objects.filter(Q(package__party=party) | Q(wallet__party=party), on__lte=end)
    rows = rows.select_related("package", "line__item", "wallet", "item", "document").order_by("on", "pk")
    by_subject: dict[tuple[int, int], list[WalletEntry]] = defaultdict(list)
    for row in rows:
        by_subject[(row.line_id or 0, row.wallet_id or 0)].append(row)
    made = [_statement(entries, start) for entries in by_subject.values()]
    return sorted((one for one in made if one.rows or one.opening), key=lambda one: (one.wallet, one.label))


def _statement(entries: Sequence[WalletEntry], start: date) -> Statement:
    first = entries[0]
    opening = sum((one.quantity for one in entries if one.on < start), ZERO)
    balance, rows = opening, []
    for one in entries:
        if one.on >= start:
            balance += one.quantity
            rows.append(StatementRow(one, balance))
    money = first.wallet is not None or bool(first.package and first.package.by_amount)
    label = str(first.wallet.currency) if first.wallet else f"{first.package} – {first.line}"
    return Statement(label, opening, tuple(rows), balance, wallet=first.wallet is not None, money=money)
