"""Tabs and buttons on the pages of customers and sites (P18, P20)."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.kernel.money import ZERO
from ronda.packages.domain.packages import State
from ronda.packages.forms import PaidForm, SetAsideForm
from ronda.packages.models import Package, PackageState, WalletEntry
from ronda.packages.queries import balances, dues_of, in_state, lines_of, spend_of, with_standing
from ronda.packages.workspace.colours import KIND_COLOURS, STATE_COLOURS
from ronda.packages.workspace.ledger import entries
from ronda.packages.workspace.running import set_aside, state_today, top_up
from ronda.parties.models import Party, Site
from ronda.workspace.declare import Action, Column, Tab, add_action, add_tab

# Rows of a customer's tab.
LATEST = 50


def party_packages(party: Party) -> dict[str, Any]:
    """Running, then concluded and expired, each with done, left and balance due; the spend."""
    today = timezone.localdate()
    rows: list[Any] = list(
        with_standing(Package.objects.filter(party=party))
        .select_related("site")
        .order_by("-starts_on", "-pk")
    )
    shown = rows[:LATEST]
    dues, lines = dues_of(shown), lines_of(shown, on=today)
    described = [
        {
            "package": package,
            "state": state_today(package),
            "colour": STATE_COLOURS[state_today(package)],
            "lines": lines.get(package.pk, []),
            "due": dues[package.pk],
        }
        for package in shown
    ]
    running = [one for one in described if one["state"] == PackageState.RUNNING]
    return {
        "groups": [
            (_("Running"), running),
            (_("Concluded and expired"), [one for one in described if one not in running]),
        ],
        "spend": spend_of(rows),
        "balance_due": sum((due.balance for due in dues.values()), ZERO),
        "cut": len(rows) > LATEST,
        "more_url": f"{reverse('package-list')}?party={party.pk}",
        "sell_url": f"{reverse('package-add')}?party={party.pk}",
        "statement_url": f"{reverse('package-statement')}?party={party.pk}",
        "by_service": by_service(described),
        "party": party,
    }


def by_service(described: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Units and money by service over the packages shown (P20)."""
    found: dict[str, dict[str, Any]] = {}
    for one in described:
        for each in one["lines"]:
            row = found.setdefault(
                str(each.line),
                {"name": str(each.line), "bought": ZERO, "done": ZERO, "left": ZERO, "value": ZERO},
            )
            row["bought"] += each.standing.bought
            row["done"] += each.done
            row["left"] += each.standing.left
            row["value"] += each.value_done
    return sorted(found.values(), key=lambda row: -row["value"])


def running_count(party: Party) -> int:
    today = timezone.localdate()
    return with_standing(Package.objects.filter(party=party)).filter(in_state(State.RUNNING, today)).count()


def party_wallet(party: Party) -> dict[str, Any]:
    """The customer's wallets with their last movements."""
    rows = WalletEntry.objects.filter(wallet__party=party)
    return {
        "wallets": balances(party),
        "entries": [(entry, KIND_COLOURS[WalletEntry.Kind(entry.kind)]) for entry in entries(rows)[:LATEST]],
        "statement_url": f"{reverse('package-statement')}?party={party.pk}",
        "set_aside_url": f"{reverse('party-set-aside')}?id={party.pk}",
        "top_up_url": f"{reverse('party-top-up')}?id={party.pk}",
    }


SITE_COLUMNS = (
    Column("number", link=True),
    Column("name"),
    Column("starts_on"),
    Column("expires_on"),
    Column("left", _("remaining"), kind="number"),
    Column("state", _("state"), value=state_today, badges=STATE_COLOURS),
)

add_tab(
    Party,
    Tab(
        "packages",
        _("Packages and subscriptions"),
        template="packages/tab_party.html",
        context=party_packages,
        count=running_count,
        permission="packages.view_package",
    ),
)
add_tab(
    Party,
    Tab(
        "wallet",
        _("Wallet"),
        template="packages/tab_wallet.html",
        context=party_wallet,
        permission="packages.view_wallet",
    ),
)
add_tab(
    Site,
    Tab(
        "packages",
        _("Packages"),
        SITE_COLUMNS,
        rows=lambda site: with_standing(Package.objects.filter(site=site)).order_by("-starts_on", "-pk"),
    ),
)
add_action(
    Party,
    Action(
        "set-aside",
        _("Put a credit into the wallet"),
        set_aside,
        form=SetAsideForm,
        bulk=False,
        permission="packages.add_wallet",
    ),
)
add_action(
    Party,
    Action(
        "top-up",
        _("Money paid into the wallet"),
        top_up,
        form=PaidForm,
        bulk=False,
        permission="packages.add_wallet",
    ),
)
