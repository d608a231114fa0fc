"""Screens: packages for sale, packages sold, their ledger, and the customer's wallet."""

from ronda.packages.workspace import customers  # noqa: F401 -- registers its tabs and buttons
from ronda.packages.workspace.catalogue import PackageTemplates
from ronda.packages.workspace.ledger import Ledger, Wallets
from ronda.packages.workspace.sold import Packages
from ronda.workspace.declare import Workspace

WORKSPACES: list[type[Workspace]] = [Packages, PackageTemplates, Wallets, Ledger]
