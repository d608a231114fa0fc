"""What the buttons of a contract do: each shows the money it moves before it moves it (R21-R23)."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ronda.contracts.models import Amendment, Contract, Suspension
from ronda.contracts.pages.preview import ask_first
from ronda.contracts.services import lift, suspend, take_up, terminate, transfer
from ronda.parties.models import BillingAccount
from ronda.workspace.display import day
from ronda.workspace.forms import seen as seen_of
from ronda.workspace.services import RecordChanged

NO_ANSWERS: frozenset[str] = frozenset()


def do_suspend(
    contract: Contract,
    *,
    starts_on: date,
    ends_on: date,
    by: str,
    bills: bool | None = None,
    extends: bool | None = None,
    settles_by: str = "",
    reason: str = "",
    decided_on: date | None = None,
    seen: str = "",
    confirmed: frozenset[str] = NO_ANSWERS,
) -> Any:
    """Suspend, after the question whether what was billed for those days is settled like that."""
    refuse_if_changed(contract, seen)

    on = decided_on or timezone.localdate()

    def run() -> Suspension:
        return suspend(
            contract, starts_on=starts_on, ends_on=ends_on, by=by, on=on, bills=bills,
            extends=extends, settles_by=settles_by, reason=reason,
        )  # fmt: skip

    made: Suspension = ask_first(run, lambda one: one.amendment, confirmed)
    told = _("Suspended from %(first)s to %(last)s.") % {"first": day(starts_on), "last": day(ends_on)}
    return _answer(made.amendment, told)


def do_lift(
    suspension: Suspension,
    *,
    by: str,
    reason: str = "",
    decided_on: date | None = None,
    confirmed: frozenset[str] = NO_ANSWERS,
) -> Any:
    """Withdraw a suspension; its days are billed, what they lack is asked for at once."""

    def run() -> Amendment:
        return lift(suspension, by=by, on=decided_on or timezone.localdate(), reason=reason)

    made = ask_first(run, lambda one: one, confirmed)
    return made if made.adjustment_id else suspension.contract


def do_terminate(
    contract: Contract,
    *,
    ends_on: date,
    by: str,
    settles_by: str = "",
    reason: str = "",
    decided_on: date | None = None,
    seen: str = "",
    confirmed: frozenset[str] = NO_ANSWERS,
) -> Any:
    """Give the contract its last day; what was billed beyond is shown, then settled as chosen."""
    refuse_if_changed(contract, seen)

    on = decided_on or timezone.localdate()
    run = partial(terminate, contract, ends_on=ends_on, by=by, on=on, settles_by=settles_by, reason=reason)
    return _amended(run, _("The last day is %(day)s.") % {"day": day(ends_on)}, confirmed)


def do_take_up(
    contract: Contract,
    *,
    from_day: date,
    by: str,
    ends_on: date | None = None,
    reason: str = "",
    decided_on: date | None = None,
    seen: str = "",
    confirmed: frozenset[str] = NO_ANSWERS,
) -> Any:
    """Go on with a contract after its last day."""
    refuse_if_changed(contract, seen)

    on = decided_on or timezone.localdate()
    run = partial(take_up, contract, from_day=from_day, ends_on=ends_on, by=by, on=on, reason=reason)
    return _amended(run, _("Taken up again from %(day)s.") % {"day": day(from_day)}, confirmed)


def do_transfer(
    contract: Contract,
    *,
    account: BillingAccount,
    effective_on: date,
    by: str,
    reason: str = "",
    decided_on: date | None = None,
    seen: str = "",
    confirmed: frozenset[str] = NO_ANSWERS,
) -> Any:
    """Another payer goes on from a day; what the old one was billed beyond is shown first."""
    refuse_if_changed(contract, seen)

    def run() -> Contract:
        return transfer(
            contract,
            account,
            effective_on=effective_on,
            by=by,
            on=decided_on or timezone.localdate(),
            reason=reason,
        )

    def of_the_old_payer(_new: Contract) -> Amendment:
        return contract.amendments.latest("number")

    new: Contract = ask_first(run, of_the_old_payer, confirmed)
    return _("%(payer)s goes on with contract %(number)s from %(day)s.") % {
        "payer": account,
        "number": new.number,
        "day": day(effective_on),
    }


def refuse_if_changed(contract: Contract, seen: str) -> None:
    """The second of two people is told; `seen` is what the contract was when the page was opened."""
    now = Contract.objects.only("updated_at").get(pk=contract.pk)
    if seen and seen != seen_of(now):
        raise RecordChanged(
            _("Someone changed this contract meanwhile, so nothing was done. Open it again and look first.")
        )


def _amended(run: Callable[[], Amendment], told: str, confirmed: frozenset[str]) -> Any:
    """Amend the contract after the question about the money it moves; what the page shows then."""
    return _answer(ask_first(run, lambda one: one, confirmed), told)


def _answer(amendment: Amendment, told: str) -> Any:
    """A document is shown with its amendment; without one the contract's page says what happened."""
    return amendment if amendment.adjustment_id else told


def seen_now(contract: Contract | None) -> dict[str, Any]:
    """What a form of these buttons begins with."""
    return {} if contract is None else {"seen": seen_of(contract)}


def policies_now(contract: Contract | None) -> dict[str, Any]:
    """The contract's own policies, so that a person sees what would happen and may choose otherwise."""
    if contract is None:
        return {}
    return {
        **seen_now(contract),
        "bills": contract.suspension_bills,
        "extends": contract.suspension_extends,
        "settles_by": contract.settles_by,
    }
