"""The documents of a package: deposits by advance invoices, the price less deposits, what went beyond."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from ronda.billing.models import Document, DocumentKind
from ronda.billing.services import DraftLine, ZeroTotal, deduct_advance, draft_document, issue_document
from ronda.catalogue.services import price_for
from ronda.company import audit
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.packages.models import Deposit, OverUse, Package, PackageDocument, WalletEntry
from ronda.packages.services.ledger import locked

Role = PackageDocument.Role


class NothingToBill(Refusal):
    code = "packages.nothing_to_bill"


class DepositNotIssued(Refusal):
    code = "packages.deposit_not_issued"


@transaction.atomic
def bill_price(
    package: Package, *, on: date, by: str, issue: bool = True, only_due: bool = False
) -> Document | None:
    """Bill the price in one invoice, with the deposits already billed taken off line by line (R41).

    With `only_due` and a plan of deposits, only the deposits that fall due by `on` are billed.
    NothingToBill when it is billed already, DepositNotIssued while a deposit is a draft.
    """
    package = locked(package)
    if only_due and package.deposits.exists():
        return _bill_deposits(package, on=on, by=by, issue=issue)
    billed = package.documents.filter(role=Role.PRICE).select_related("document")
    if any(_something_left(link.document) for link in billed):
        raise NothingToBill(_("%(package)s is already billed.") % {"package": package})
    advances = [
        link.document for link in package.documents.filter(role=Role.DEPOSIT).select_related("document")
    ]
    if any(document.is_draft for document in advances):
        raise DepositNotIssued(_("Issue or delete the draft of the deposit first."))
    draft = _draft(package, [_price_line(package, package.price)], on=on, by=by, role=Role.PRICE)
    for advance in advances:
        if _something_left(advance):
            draft = deduct_advance(draft, advance, on=on, by=by)
    return _finished(package, draft, on=on, by=by, issue=issue)


@transaction.atomic
def bill_deposits(package: Package, *, on: date, by: str, issue: bool = True) -> Document:
    """Advance invoices for the planned deposits due by `on`; the last one is returned (NothingToBill)."""
    document = _bill_deposits(locked(package), on=on, by=by, issue=issue)
    if document is None:
        raise NothingToBill(_("No deposit is to be billed by this day."), field="on")
    return document


def _bill_deposits(package: Package, *, on: date, by: str, issue: bool) -> Document | None:
    document = None
    for deposit in Deposit.objects.filter(package=package, document=None, due_on__lte=on):
        line = _price_line(package, deposit.amount, deposit=deposit)
        draft = _draft(package, [line], on=on, by=by, role=Role.DEPOSIT, kind=DocumentKind.ADVANCE)
        deposit.document = draft
        deposit.save(update_fields=["document"])
        document = _finished(package, draft, on=on, by=by, issue=issue)
    return document


@transaction.atomic
def bill_extras(package: Package, *, on: date, by: str, issue: bool = False) -> Document:
    """An invoice of what was used beyond the package and not billed yet, at the agreed price (R54).

    A draft unless told otherwise. Deleting the draft makes it billable again. NothingToBill.
    """
    package = locked(package)
    entries = list(extras_to_bill(package))
    if package.over_use != OverUse.BILL or not entries:
        raise NothingToBill(_("Nothing was used beyond %(package)s.") % {"package": package})
    lines = [_extra_line(package, entry, on) for entry in entries]
    draft = _draft(package, lines, on=on, by=by, role=Role.EXTRA)
    WalletEntry.objects.filter(pk__in=[entry.pk for entry in entries]).update(document=draft)
    return _finished(package, draft, on=on, by=by, issue=issue)


def extras_to_bill(package: Package) -> Any:
    """Uses beyond the package that no document bills and nobody took back."""
    rows = WalletEntry.objects.filter(package=package, kind=WalletEntry.Kind.USE, lot=None)
    return rows.filter(document=None, reversed_by=None).select_related("line", "item").order_by("on", "pk")


def _extra_line(package: Package, entry: WalletEntry, on: date) -> DraftLine:
    text = f"{package.name}: {entry.item or package.name}"
    text = f"{text} {entry.on:%d/%m/%Y}" + (f" – {entry.reference}" if entry.reference else "")
    facts: dict[str, Any] = {"item": entry.item, "site": package.site, "source": f"packages.entry:{entry.pk}"}
    if package.by_amount:
        return DraftLine(text, Decimal(1), -entry.quantity, **facts)
    agreed = entry.line.extra_price if entry.line else None
    if agreed is not None or entry.item is None:
        return DraftLine(text, -entry.quantity, agreed or Decimal(0), **facts)
    chosen = price_for(entry.item, package.account, on=on, quantity=-entry.quantity)
    return DraftLine(text, -entry.quantity, chosen.price, discount=chosen.discount, **facts)


def _price_line(package: Package, amount: Decimal, *, deposit: Deposit | None = None) -> DraftLine:
    """The package on a document; its days say what the revenue belongs to (R25)."""
    items = [line.item for line in package.lines.select_related("item") if line.item is not None]
    accounts = {item.revenue_account for item in items}
    return DraftLine(
        f"{package.name} ({package.number})",
        Decimal(1),
        amount,
        vat_code=package.vat_code,
        site=package.site,
        starts_on=None if deposit else package.starts_on,
        ends_on=None if deposit else package.expires_on,
        withholding=bool(items) and all(item.withholding for item in items),
        revenue_account=accounts.pop() if len(accounts) == 1 else "",
        source=f"packages.package:{package.pk}",
    )


def _draft(
    package: Package,
    lines: Sequence[DraftLine],
    *,
    on: date,
    by: str,
    role: str,
    kind: str = DocumentKind.INVOICE,
) -> Document:
    draft = draft_document(package.account, lines, by=by, on=on, kind=kind, discount=Decimal(0))
    PackageDocument.objects.create(package=package, document=draft, role=role)
    return draft


def _finished(package: Package, draft: Document, *, on: date, by: str, issue: bool) -> Document:
    if issue:
        draft = issue_document(draft, on=on, by=by, confirmed=frozenset({ZeroTotal.code}))
    audit.record(by, "packages.package.billed", package, net=str(draft.net_total), number=draft.label)
    return draft


def _something_left(document: Document) -> bool:
    """Whether credit notes did not give the whole document back."""
    given = document.corrections.exclude(status=Document.Status.DRAFT)
    back = sum((note.net_total for note in given), Decimal(0))
    return document.is_draft or back < document.net_total or not given
