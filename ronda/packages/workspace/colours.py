"""Colours of states and operations, and the place of these screens."""

from django.utils.translation import gettext_lazy as _

from ronda.packages.models import PackageState, WalletEntry
from ronda.workspace.declare import Area, register_area

AREA = "packages"
STATE_COLOURS = {PackageState.RUNNING: "green", PackageState.CONCLUDED: "gray", PackageState.EXPIRED: "red"}
KIND_COLOURS = {
    WalletEntry.Kind.GRANT: "green",
    WalletEntry.Kind.CARRY: "teal",
    WalletEntry.Kind.USE: "blue",
    WalletEntry.Kind.REVERSAL: "violet",
    WalletEntry.Kind.EXPIRY: "red",
    WalletEntry.Kind.ADJUSTMENT: "amber",
    WalletEntry.Kind.SET_ASIDE: "green",
    WalletEntry.Kind.SPENT: "blue",
    WalletEntry.Kind.REFUNDED: "orange",
}

register_area(Area(AREA, _("Packages"), icon="package", order=25))
