"""Reading lots and writing entries: shared by everything that moves units of a package.

The caller holds the transaction and the lock on the package (`locked`): all that concerns one
package waits in one queue, so two uses at once cannot take the same unit (R53).
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import Coalesce

from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO, to_cents
from ronda.kernel.periods import Period
from ronda.packages.domain import packages as domain
from ronda.packages.domain import wallet
from ronda.packages.models import Lot, Package, PackageLine, WalletEntry

Kind = WalletEntry.Kind


class PackageClosed(Refusal):
    code = "packages.closed"


def locked(package: Package) -> Package:
    """The package, locked until the end of the transaction."""
    rows = Package.objects.select_for_update(of=("self",)).select_related(
        "company", "party", "account__party"
    )
    return rows.get(pk=package.pk)


def refuse_closed(package: Package) -> None:
    if package.closed_on is not None:
        raise PackageClosed(
            _("%(package)s was closed on %(day)s.")
            % {"package": package, "day": package.closed_on.strftime("%d/%m/%Y")}
        )


def lots_of(lines: Iterable[int]) -> dict[int, list[wallet.Lot]]:
    """The lots of each line with what is gone from them, in one query."""
    left = Coalesce(Sum("entries__quantity"), ZERO)
    rows = Lot.objects.filter(line__in=list(lines)).annotate(left=left).order_by("pk")
    found: dict[int, list[wallet.Lot]] = {}
    for row in rows:
        gone = row.quantity - to_cents(row.left)
        lot = wallet.Lot(row.pk, row.quantity, row.granted_on, row.expires_on, row.value, gone)
        found.setdefault(row.line_id, []).append(lot)
    return found


def over_of(package: Package, line: PackageLine, on: date) -> Decimal:
    """Units taken beyond the lots, positive; of a subscription, those of the period of the day."""
    rows = WalletEntry.objects.filter(line=line, lot=None)
    if package.period_months and package.expires_on:
        current = [period for period in periods_of(package) if period.contains(on)]
        if current:
            rows = rows.filter(on__gte=current[0].start, on__lte=current[0].last_day)
    return -to_cents(rows.aggregate(sum=Sum("quantity"))["sum"] or ZERO)


def periods_of(package: Package) -> list[Period]:
    """The periods of a subscription, from its anchor (R52); none for other packages."""
    if not package.period_months or package.expires_on is None:
        return []
    return domain.periods(
        package.starts_on, package.expires_on, package.period_months, anchor=package.anchor_on
    )


def grant(package: Package, *, until: date, by: str) -> list[Lot]:
    """Write the lots of the periods that have begun by `until` and are not granted yet."""
    lines = list(package.lines.all())
    known = set(Lot.objects.filter(line__in=lines, carried_from=None).values_list("line_id", "granted_on"))
    lots = [
        lot
        for line in lines
        for lot in _lots_due(package, line, until)
        if (line.pk, lot.granted_on) not in known
    ]
    Lot.objects.bulk_create(lots)
    entries = [
        entry(package, lot.line, lot, Kind.GRANT, lot.quantity, lot.value, on=lot.granted_on, by=by)
        for lot in lots
    ]
    WalletEntry.objects.bulk_create(entries)
    return lots


def _lots_due(package: Package, line: PackageLine, until: date) -> list[Lot]:
    if not package.period_months:
        return [
            Lot(
                line=line,
                granted_on=package.starts_on,
                expires_on=package.expires_on,
                quantity=line.quantity,
                value=line.price,
            )
        ]
    periods = periods_of(package)
    return [
        Lot(
            line=line,
            granted_on=period.start,
            expires_on=period.last_day,
            quantity=line.quantity,
            value=domain.value_of_period(line.price, n, len(periods)),
        )
        for n, period in enumerate(periods)
        if period.start <= until
    ]


def new_operation() -> str:
    """A name for entries written together."""
    return secrets.token_hex(8)


def entry(
    package: Package,
    line: PackageLine,
    lot: Lot | int | None,
    kind: str,
    quantity: Decimal,
    value: Decimal,
    *,
    on: date,
    by: str,
    operation: str = "",
    **facts: object,
) -> WalletEntry:
    """An unsaved entry of a package's ledger."""
    return WalletEntry(
        company_id=package.company_id,
        package=package,
        line=line,
        lot_id=lot.pk if isinstance(lot, Lot) else lot,
        kind=kind,
        quantity=quantity,
        value=value,
        on=on,
        operation=operation or new_operation(),
        created_by=by,
        **facts,
    )


def give_back(
    entries: Sequence[WalletEntry],
    package: Package,
    *,
    on: date,
    by: str,
    reason: str = "",
    kind: str = Kind.REVERSAL,
) -> list[WalletEntry]:
    """Entries that take these back: units return to the lots they came from (R52)."""
    operation, made = new_operation(), []
    lots = {
        lot.key: lot for of_line in lots_of({one.line_id or 0 for one in entries}).values() for lot in of_line
    }
    for one in entries:
        value = ZERO
        if one.lot_id is not None:
            lot = lots[one.lot_id]
            value = -lot.worth(one.quantity)
            gone = lot.gone + one.quantity
            lots[lot.key] = wallet.Lot(lot.key, lot.granted, lot.granted_on, lot.expires_on, lot.value, gone)
        line: PackageLine = one.line  # type: ignore[assignment]
        made.append(
            entry(
                package, line, one.lot_id, kind, -one.quantity, value, on=on, by=by,
                operation=operation, reverses=one, reference=one.reference, reason=reason,
                item_id=one.item_id,
            )
        )  # fmt: skip
    return WalletEntry.objects.bulk_create(made)
