"""Using what a package holds, and taking a use back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from ronda.catalogue.models import Item
from ronda.catalogue.services import price_for
from ronda.company import audit, options
from ronda.kernel.bus import publish
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO, to_cents
from ronda.packages.domain import wallet
from ronda.packages.events import PackageUsed, RemainingLow
from ronda.packages.models import OverUse, Package, PackageLine, WalletEntry
from ronda.packages.options import PackageOptions
from ronda.packages.services.ledger import (
    entry,
    give_back,
    grant,
    locked,
    lots_of,
    new_operation,
    over_of,
    refuse_closed,
)

Kind = WalletEntry.Kind


class NotValidThatDay(Refusal):
    code = "packages.not_valid_that_day"


class NotInPackage(Refusal):
    code = "packages.not_in_package"


class WrongQuantity(Refusal):
    code = "packages.wrong_quantity"


class NotEnoughLeft(Refusal):
    code = "packages.not_enough_left"


class BeyondPackage(NeedsConfirmation):
    code = "packages.beyond"


class NotAUse(Refusal):
    code = "packages.not_a_use"


class ExtraBilled(Refusal):
    code = "packages.extra_billed"


class KeyOfAnother(Refusal):
    code = "packages.key_of_another"


@dataclass(frozen=True, slots=True)
class Use:
    """What was written: the entries of one operation, what remains, the warning levels reached (R54)."""

    operation: str
    entries: tuple[WalletEntry, ...]
    remaining: Decimal
    warnings: tuple[Decimal, ...] = ()
    # What was taken beyond the package.
    over: Decimal = ZERO


@transaction.atomic
def use(
    package: Package,
    item: Item | None,
    quantity: Decimal,
    *,
    on: date,
    by: str,
    reference: str = "",
    key: str | None = None,
    confirmed: frozenset[str] = frozenset(),
) -> Use:
    """Take `quantity` of a service out of the package, earliest-expiring units first (R52).

    Of a package by amount, `quantity` of the item is taken at the customer's price that day; without item
    `quantity` is the net amount. The package is locked first, so uses at the same time cannot exceed what
    it holds (R53); the same `key` counts once. Beyond what is left the package's policy decides (R54):
    NotEnoughLeft, the question BeyondPackage, or an extra to be billed. Refuses PackageClosed,
    NotValidThatDay, NotInPackage, WrongQuantity.
    """
    package = locked(package)
    if (known := _already(package, key)) is not None:
        return known
    _refuse_day(package, on)
    line = _line_of(package, item)
    taken = _quantity(package, item, quantity, on)
    grant(package, until=on, by=by)
    lots = lots_of([line.pk]).get(line.pk, [])
    before = wallet.available(lots, on=on) - over_of(package, line, on)
    found = wallet.take(lots, taken, on=on)
    if found.over:
        _judge_over_use(package, line, before, found.over, confirmed)
    facts = {"on": on, "by": by, "item": item or line.item, "reference": reference}
    made = _write(package, line, found, key=key, **facts)
    after = before - taken
    warned = wallet.warnings(before, after, _levels(package))
    audit.record(by, "packages.package.used", package, item=str(line), given=str(taken))
    publish(PackageUsed(package.company_id, package.pk, made[0].operation, taken, by))
    if warned:
        publish(RemainingLow(package.company_id, package.pk, line.pk, min(warned), after, by))
    return Use(made[0].operation, tuple(made), after, warned, found.over)


def _write(
    package: Package, line: PackageLine, found: wallet.Taking, *, key: str | None, **facts: Any
) -> list[WalletEntry]:
    """One entry for each lot, and one without lot for what is beyond them."""
    facts["operation"] = new_operation()
    made = [
        entry(package, line, part.lot, Kind.USE, -part.quantity, -part.value, **facts) for part in found.parts
    ]
    if found.over:
        made.append(entry(package, line, None, Kind.USE, -found.over, ZERO, **facts))
    made[0].key = key
    return WalletEntry.objects.bulk_create(made)


@transaction.atomic
def reverse_use(entry: WalletEntry, *, on: date, by: str, reason: str = "") -> list[WalletEntry]:
    """Take a use back whole: every unit returns to the lot it came from (R52).

    `entry` is any entry of the use. Refuses NotAUse (also the second time) and ExtraBilled.
    """
    package: Package | None = entry.package
    if package is None or entry.kind != Kind.USE:
        raise NotAUse(_("Only a use can be taken back."))
    package = locked(package)
    rows = WalletEntry.objects.filter(package=package, operation=entry.operation, kind=Kind.USE)
    entries = list(rows.select_related("line", "document").order_by("pk"))
    if WalletEntry.objects.filter(reverses__in=entries).exists():
        raise NotAUse(_("This use is already taken back."))
    billed = next((one.document for one in entries if one.document is not None), None)
    if billed is not None:
        raise ExtraBilled(
            _("It is billed by %(document)s. Delete that draft or credit it first.") % {"document": billed}
        )
    made = give_back(entries, package, on=on, by=by, reason=reason)
    back = sum((one.quantity for one in made), ZERO)
    audit.record(by, "packages.package.taken_back", package, given=str(back), reason=reason)
    publish(PackageUsed(package.company_id, package.pk, entry.operation, -back, by))
    return made


def _already(package: Package, key: str | None) -> Use | None:
    first = WalletEntry.objects.filter(company_id=package.company_id, key=key).first() if key else None
    if first is None:
        return None
    if first.package_id != package.pk:
        raise KeyOfAnother(_("This work was already counted on another package."), field="key")
    entries = tuple(WalletEntry.objects.filter(operation=first.operation).order_by("pk"))
    line: PackageLine = first.line  # type: ignore[assignment]
    left = wallet.available(lots_of([line.pk]).get(line.pk, []), on=first.on) - over_of(
        package, line, first.on
    )
    return Use(first.operation, entries, left)


def _refuse_day(package: Package, on: date) -> None:
    refuse_closed(package)
    if on < package.starts_on:
        raise NotValidThatDay(
            _("%(package)s is valid from %(day)s.")
            % {"package": package, "day": package.starts_on.strftime("%d/%m/%Y")},
            field="on",
        )
    if package.expires_on is not None and on > package.expires_on:
        raise NotValidThatDay(
            _("%(package)s expired on %(day)s. Extend it first, or use another one.")
            % {"package": package, "day": package.expires_on.strftime("%d/%m/%Y")},
            field="on",
        )


def _line_of(package: Package, item: Item | None) -> PackageLine:
    lines: Sequence[PackageLine] = list(package.lines.select_related("item"))
    if package.by_amount:
        return lines[0]
    found = [line for line in lines if item is not None and line.item_id == item.pk]
    if not found and item is None and len(lines) == 1:
        found = [lines[0]]
    if not found:
        raise NotInPackage(
            _("%(package)s does not hold this service. Choose one of: %(items)s.")
            % {"package": package, "items": ", ".join(str(line) for line in lines)},
            field="item",
        )
    return found[0]


def _quantity(package: Package, item: Item | None, quantity: Decimal, on: date) -> Decimal:
    """What is taken: the units, or of a package by amount their price on the day."""
    if package.by_amount and item is not None:
        chosen = price_for(item, package.account, on=on, quantity=quantity)
        quantity = to_cents(chosen.price * quantity * (100 - chosen.discount) / 100)
    if quantity <= 0 or quantity != to_cents(quantity):
        raise WrongQuantity(_("Enter a quantity above zero, with two decimals at most."), field="quantity")
    return quantity


def _judge_over_use(
    package: Package, line: PackageLine, left: Decimal, over: Decimal, confirmed: frozenset[str]
) -> None:
    """R54: refused, asked about, or allowed because it will be billed."""
    shown = {"left": max(left, ZERO).normalize(), "line": line, "over": over.normalize()}
    if package.over_use == OverUse.BLOCK:
        raise NotEnoughLeft(
            _("Only %(left)s of “%(line)s” are left.") % {**shown, "left": f"{shown['left']:f}"},
            field="quantity",
            remaining=left,
        )
    if package.over_use == OverUse.WARN and BeyondPackage.code not in confirmed:
        raise BeyondPackage(
            _("That is %(over)s of “%(line)s” more than the package holds. Record it anyway?")
            % {**shown, "over": f"{shown['over']:f}"},
            field="quantity",
            remaining=left,
        )


def _levels(package: Package) -> tuple[Decimal, ...]:
    """When the operator is warned; of a package by amount only at the end."""
    if package.by_amount:
        return (ZERO,)
    written = options.read(PackageOptions, package.company_id).warn_at
    return tuple(Decimal(part.strip()) for part in written.split(","))
