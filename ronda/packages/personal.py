"""What this app keeps of a customer, for privacy: see `ronda.company.personal_data`."""

from collections.abc import Collection, Iterator

from django.db.models import Count, Sum

from ronda.company.personal_data import (
    MASK,
    OURS,
    SETTINGS,
    STATISTICS,
    TECHNICAL,
    Obstacle,
    declare,
    holds_back,
    says_nothing,
)
from ronda.company.retention import keep_for_years
from ronda.kernel.i18n import _
from ronda.packages.models import Package, Wallet
from ronda.workspace.display import money

keep_for_years("packages.wallet.")
_PACKAGE = ("package__party", "package__account__party", "package__site__party")
says_nothing(SETTINGS, "packages.PackageTemplate", "packages.TemplateLine")
declare(
    "packages.Package",
    party=("party", "account__party", "site__party"),
    blank={"name": MASK, "notes": ""},
    kept={"number": OURS, "currency": STATISTICS},
)
declare("packages.PackageLine", party=_PACKAGE)
declare("packages.Lot", party=("line__package__party",), export=False)
declare("packages.Wallet", party=("party",), kept={"currency": STATISTICS})
declare(
    "packages.WalletEntry",
    party=("package__party", "wallet__party"),
    blank={"reference": "", "reason": ""},
    kept={"operation": TECHNICAL, "key": TECHNICAL, "created_by": OURS},
)
declare("packages.Deposit", party=_PACKAGE)
declare("packages.PackageDocument", party=_PACKAGE, within="billing.Document", export=False)


@holds_back
def money_and_services_left(company_id: int, party_ids: Collection[int]) -> Iterator[Obstacle]:
    """O63: money set aside and services still to be given are lost sight of, so they are asked about."""
    wallets = Wallet.objects.filter(company_id=company_id, party__in=party_ids)
    for row in (
        wallets.values("party", "currency").annotate(left=Sum("entries__value")).order_by("party", "currency")
    ):
        if row["left"]:
            facts = {"amount": money(row["left"]), "currency": row["currency"]}
            yield Obstacle(
                row["party"], "wallet", _("%(amount)s %(currency)s in the wallet") % facts, stops=False
            )
    sold = Package.objects.filter(company_id=company_id, party__in=party_ids, closed_on=None)
    for open_ in sold.values("party").order_by("party").annotate(count=Count("pk", distinct=True)):
        text = _("packages not closed: %(count)d") % {"count": open_["count"]}
        yield Obstacle(open_["party"], "packages", text, stops=False)
