"""What people read for the operations of this app."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "packages.package.sold": _("Package sold"),
        "packages.package.used": _("Used from the package"),
        "packages.package.taken_back": _("Use taken back"),
        "packages.package.extended": _("Package extended"),
        "packages.package.closed": _("Package closed"),
        "packages.package.transferred": _("Package passed to another customer"),
        "packages.package.expired": _("Rest of the package expired"),
        "packages.package.granted": _("New period of the subscription"),
        "packages.package.billed": _("Package billed"),
        "packages.wallet.set_aside": _("Credit put into the wallet"),
        "packages.wallet.spent": _("Wallet spent on a document"),
        "packages.wallet.refunded": _("Wallet paid out"),
        "packages.wallet.reversal": _("Wallet movement taken back"),
    }
)
