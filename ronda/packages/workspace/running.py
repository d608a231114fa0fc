"""What buttons run: services with the words the operator reads, and what forms are filled with."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from ronda.billing.models import Document
from ronda.catalogue.models import Item
from ronda.packages import services
from ronda.packages.models import OverUse, Package, PackageDocument, PackageState, Wallet, WalletEntry
from ronda.packages.queries import state_of
from ronda.parties.models import BillingAccount, Party, PaymentMethod
from ronda.workspace.display import number


def state_today(package: Package) -> PackageState:
    return PackageState(state_of(package, timezone.localdate()).value)


def is_open(package: Package) -> bool:
    return package.closed_on is None


def is_billed(package: Package) -> bool:
    return package.documents.filter(role=PackageDocument.Role.PRICE).exists()


def may_be_billed(package: Package) -> bool:
    return is_open(package) and not is_billed(package)


def has_deposits_to_bill(package: Package) -> bool:
    return is_open(package) and package.deposits.filter(document=None).exists()


def bills_extras(package: Package) -> bool:
    return package.over_use == OverUse.BILL


def may_pass(package: Package) -> bool:
    return is_open(package) and package.transferable


def use_package(
    package: Package,
    *,
    item: Item | None,
    quantity: Decimal,
    on: date,
    by: str,
    reference: str = "",
    confirmed: frozenset[str] = frozenset(),
) -> str:
    """Record a use and tell the operator what remains, with the warnings of R54."""
    done = services.use(package, item, quantity, on=on, by=by, reference=reference, confirmed=confirmed)
    text = gettext("Recorded. Left: %(left)s.") % {"left": number(done.remaining)}
    if done.remaining < 0 and package.over_use == OverUse.BILL:
        return f"{text} {gettext('What goes beyond is to be billed.')}"
    if done.remaining <= 0:
        return f"{text} {gettext('The package is used up: propose a new one.')}"
    return f"{text} {gettext('The package is running out.')}" if done.warnings else text


def first_service(package: Package | None) -> dict[str, Any]:
    lines = list(package.lines.all()[:2]) if package else []
    return {"item": lines[0].item_id} if len(lines) == 1 else {}


def use_initial(package: Package | None) -> dict[str, Any]:
    return {"on": timezone.localdate(), **first_service(package)}


def today_and_issue(_record: Any) -> dict[str, Any]:
    return {"on": timezone.localdate(), "issue": True}


def bill_price(package: Package, *, on: date, issue: bool, by: str) -> Document | None:
    return services.bill_price(package, on=on, by=by, issue=issue)


def bill_deposits(package: Package, *, on: date, issue: bool, by: str) -> Document:
    return services.bill_deposits(package, on=on, by=by, issue=issue)


def bill_extras(package: Package, *, on: date, issue: bool, by: str) -> Document:
    return services.bill_extras(package, on=on, by=by, issue=issue)


def transfer(package: Package, *, account: BillingAccount, by: str) -> Package:
    return services.transfer(package, account=account, by=by)


def take_back(entry: WalletEntry, *, on: date, by: str, reason: str = "") -> Package | None:
    services.reverse_use(entry, on=on, by=by, reason=reason)
    return entry.package


def may_be_taken_back(entry: WalletEntry) -> bool:
    return entry.kind == WalletEntry.Kind.USE and not hasattr(entry, "reversed_by")


def set_aside(
    party: Party, *, amount: Decimal, on: date, reason: str, by: str, document: Document | None = None
) -> WalletEntry:
    currency = document.currency if document else party.company.currency
    return services.set_aside(
        party, amount, currency=currency, reason=reason, by=by, on=on, document=document
    )


def top_up(
    party: Party, *, amount: Decimal, on: date, method: PaymentMethod, by: str, reference: str = ""
) -> WalletEntry:
    return services.top_up(
        party, amount, currency=party.company.currency, method=method, by=by, on=on, reference=reference
    )


def spend(
    wallet: Wallet, *, document: Document, on: date, by: str, amount: Decimal | None = None
) -> WalletEntry:
    return services.spend(wallet, document, by=by, on=on, amount=amount)


def pay_out(
    wallet: Wallet, *, amount: Decimal, on: date, method: PaymentMethod, by: str, reference: str = ""
) -> WalletEntry:
    return services.pay_out(wallet, amount, method=method, by=by, on=on, reference=reference)
