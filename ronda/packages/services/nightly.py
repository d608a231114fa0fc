"""What time does to packages: periods begin, units expire, a part of them is carried over (R52)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, Sum

from ronda.company import audit
from ronda.kernel.money import ZERO, running_share
from ronda.packages.domain import wallet
from ronda.packages.models import Lot, Package, PackageLine, WalletEntry
from ronda.packages.services.ledger import entry, grant, lots_of, new_operation, periods_of

Kind = WalletEntry.Kind
CHUNK = 500


def expire_due(*, on: date, by: str) -> int:
    """Write off what expired before `on` and carry over what may be; how many lots ended.

    Running it twice changes nothing. Packages are done in chunks, each in a transaction of its own.
    """
    over = Lot.objects.filter(expires_on__lt=on).annotate(left=Sum("entries__quantity")).filter(left__gt=0)
    found = sorted(set(over.values_list("line__package", flat=True)))
    chunks = (found[start : start + CHUNK] for start in range(0, len(found), CHUNK))
    return sum(_expire(chunk, on=on, by=by) for chunk in chunks)


def grant_due(*, on: date, by: str) -> int:
    """Give subscriptions the periods that have begun by `on`; how many packages got one."""
    running = Package.objects.filter(
        period_months__gt=0, closed_on=None, starts_on__lte=on, expires_on__gte=F("starts_on")
    )
    counted = running.annotate(
        given=Count("lines__lots", filter=Q(lines__lots__carried_from=None)),
        fees=Count("lines", distinct=True),
    )
    due = [package for package in counted if package.given < _lots_due(package, on) * package.fees]
    for package in due:
        with transaction.atomic():
            current = Package.objects.select_for_update().get(pk=package.pk)
            grant(current, until=on, by=by)
            audit.record(by, "packages.package.granted", current)
    return len(due)


def _lots_due(package: Package, on: date) -> int:
    return sum(1 for period in periods_of(package) if period.start <= on)


@transaction.atomic
def _expire(package_ids: Iterable[int], *, on: date, by: str) -> int:
    rows = Package.objects.select_for_update().filter(pk__in=list(package_ids)).order_by("pk")
    packages = {package.pk: package for package in rows}
    lines = {line.pk: line for line in PackageLine.objects.filter(package__in=packages)}
    already = _carried_before(lines)
    entries, carries = [], []
    for line_id, lots in lots_of(lines).items():
        package = packages[lines[line_id].package_id]
        for lot in lots:
            if lot.expired_on(on):
                end = _Ending(package, lines[line_id], lot, on, by)
                entries.append(end.entry())
                carries += end.carry(already)
    Lot.objects.bulk_create([begun for begun, _entry in carries])
    for begun, carried in carries:
        carried.lot_id = begun.pk
    WalletEntry.objects.bulk_create([*entries, *(carried for _lot, carried in carries)])
    by_package: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for one in entries:
        by_package[one.package_id or 0] -= one.quantity
    audit.record_many(
        by,
        "packages.package.expired",
        [(packages[pk], {"removed": str(quantity)}) for pk, quantity in by_package.items()],
    )
    return len(entries)


def _carried_before(lines: Iterable[int]) -> dict[int, Decimal]:
    """How much of each lot was carried over already; −1 marks a lot that is itself a carry-over."""
    rows = Lot.objects.filter(line__in=list(lines), carried_from__isnull=False)
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for pk, source, quantity in rows.values_list("pk", "carried_from", "quantity"):
        found[source or 0] += quantity
        found[pk] = Decimal(-1)
    return found


class _Ending:
    """One lot whose last day has passed."""

    def __init__(self, package: Package, line: PackageLine, lot: wallet.Lot, on: date, by: str) -> None:
        self.package, self.line, self.lot = package, line, lot
        self.value = lot.worth(lot.left)
        # The ledger says the day it ended, not the night it was noticed.
        self.first = date.fromordinal((lot.expires_on or on).toordinal() + 1)
        self.facts: dict[str, Any] = {"on": self.first, "by": by, "operation": new_operation()}

    def entry(self) -> WalletEntry:
        return entry(
            self.package, self.line, self.lot.key, Kind.EXPIRY, -self.lot.left, -self.value, **self.facts
        )

    def carry(self, already: dict[int, Decimal]) -> list[tuple[Lot, WalletEntry]]:
        """The lot that goes on with a part of what was left; nothing after the package's own last day."""
        moved, last = already[self.lot.key], self.lot.expires_on
        if last is None or moved < 0 or not self.package.carry_months:
            return []
        until = wallet.carried_until(last, self.package.carry_months)
        if self.package.expires_on is not None:
            until = min(until, self.package.expires_on)
        quantity = wallet.carried(self.lot.left, already=moved, limit=self.package.carry_limit)
        if quantity <= 0 or until <= last or self.package.closed_on is not None:
            return []
        value = running_share(self.value, 0, quantity, self.lot.left)
        lot = Lot(
            line=self.line, granted_on=self.first, expires_on=until, quantity=quantity, value=value,
            carried_from_id=self.lot.key,
        )  # fmt: skip
        return [(lot, entry(self.package, self.line, None, Kind.CARRY, quantity, value, **self.facts))]
