"""What happens to a package later: more time, another customer, an early end."""

from datetime import date

from django.db import transaction

from ronda.company import audit
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.periods import Period
from ronda.packages.domain import packages as domain
from ronda.packages.models import Lot, Package, PackageDocument, WalletEntry
from ronda.packages.services.ledger import (
    entry,
    give_back,
    grant,
    locked,
    lots_of,
    new_operation,
    refuse_closed,
)
from ronda.parties.models import BillingAccount

Kind = WalletEntry.Kind


class NotLater(Refusal):
    code = "packages.not_later"


class NotTransferable(Refusal):
    code = "packages.not_transferable"


class UsedLater(Refusal):
    code = "packages.used_later"


@transaction.atomic
def extend(package: Package, *, expires_on: date, by: str, on: date, reason: str = "") -> Package:
    """Give a package more time; what had expired on its last day comes back to its lots.

    Of a subscription the last period grows up to its whole length; further ones would have to be bought
    (NotLater beyond that).
    """
    package = locked(package)
    refuse_closed(package)
    before = package.expires_on
    if before is None or expires_on <= before:
        raise NotLater(_("Choose a day after the last one."), field="expires_on")
    if package.period_months and len(_periods_until(package, expires_on)) > len(
        _periods_until(package, before)
    ):
        raise NotLater(_("That begins a new period: sell the subscription again."), field="expires_on")
    lots = Lot.objects.filter(line__package=package, expires_on=before)
    expired = WalletEntry.objects.filter(lot__in=lots, kind=Kind.EXPIRY, reversed_by=None, lot__carried=None)
    entries = list(expired.select_related("line"))
    lots.update(expires_on=expires_on)
    package.expires_on = expires_on
    package.save(update_fields=["expires_on"])
    give_back(entries, package, on=on, by=by, reason=reason, kind=Kind.ADJUSTMENT)
    days = [before.isoformat(), expires_on.isoformat()]
    audit.record(by, "packages.package.extended", package, expires_on=days, reason=reason)
    return package


def _periods_until(package: Package, last: date) -> list[Period]:
    return domain.periods(package.starts_on, last, package.period_months, anchor=package.anchor_on)


@transaction.atomic
def close(package: Package, *, on: date, by: str, reason: str = "") -> Package:
    """End a package early: what is left is written off. Money is given back by a credit note, if agreed.

    Refuses PackageClosed the second time, UsedLater when something was used after `on`.
    """
    package = locked(package)
    refuse_closed(package)
    if package.entries.filter(kind=Kind.USE, on__gt=on, reversed_by=None).exists():
        raise UsedLater(_("Something was used after this day. Choose a later one."), field="on")
    grant(package, until=on, by=by)
    operation, lines = new_operation(), {line.pk: line for line in package.lines.all()}
    facts = {"on": on, "by": by, "operation": operation, "reason": reason}
    WalletEntry.objects.bulk_create(
        entry(package, lines[line_id], lot.key, Kind.ADJUSTMENT, -lot.left, -lot.worth(lot.left), **facts)  # type: ignore[arg-type]
        for line_id, lots in lots_of(lines).items()
        for lot in lots
        if lot.left
    )
    package.closed_on = on
    package.save(update_fields=["closed_on"])
    audit.record(by, "packages.package.closed", package, reason=reason)
    return package


@transaction.atomic
def transfer(package: Package, *, account: BillingAccount, by: str) -> Package:
    """Pass a package to another customer with what is left in it; its documents stay with who paid."""
    package = locked(package)
    refuse_closed(package)
    if not package.transferable:
        raise NotTransferable(_("%(package)s belongs to its customer alone.") % {"package": package})
    if account.party.company_id != package.company_id or account.party_id == package.party_id:
        raise NotTransferable(_("Choose another customer of this company."), field="account")
    if package.price and not package.documents.filter(role=PackageDocument.Role.PRICE).exists():
        raise NotTransferable(_("Bill the price of %(package)s first.") % {"package": package})
    before, package.party, package.account, package.site = package.party, account.party, account, None
    package.save(update_fields=["party", "account", "site"])
    audit.record(by, "packages.package.transferred", package, party=[str(before), str(account.party)])
    return package
