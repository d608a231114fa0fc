"""Days of rest, an early end, and taking up again (R21-R23)."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import F

from ronda.contracts.events import ContractTerminated
from ronda.contracts.models import Amendment, Contract, Suspension
from ronda.contracts.services.amending import (
    NotAmendable,
    finish_amendment,
    lock_amendable,
    open_amendment,
)
from ronda.contracts.services.followers import refuse_reaching_into_a_follower
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.periods import Period, subtract, total_days

DAY = timedelta(days=1)
Kind = Amendment.Kind


class WrongDay(Refusal):
    code = "contracts.wrong_day"


@transaction.atomic
def suspend(
    contract: Contract,
    *,
    starts_on: date,
    ends_on: date,
    by: str,
    on: date,
    bills: bool | None = None,
    extends: bool | None = None,
    reason: str = "",
    settles_by: str = "",
) -> Suspension:
    """Let the contract rest from the first to the last day given, both inclusive.

    By the contract's own policy unless told otherwise: the days are billed or not, the last day moves
    by as many days or not. Days that rest already count once. What was billed for them is settled.
    """
    contract = lock_amendable(contract)
    _require_in_force(contract, starts_on, ends_on)
    amendment = open_amendment(
        contract, kind=Kind.SUSPENSION, effective_on=starts_on, by=by, on=on, reason=reason,
        settles_by=settles_by,
    )  # fmt: skip
    suspension = Suspension(
        contract=contract,
        starts_on=starts_on,
        ends_on=ends_on,
        bills=contract.suspension_bills if bills is None else bills,
        extends=contract.suspension_extends if extends is None else extends,
        reason=reason[:200],
        amendment=amendment,
    )
    if suspension.extends:
        _move_end(contract, starts_on, _fresh_days(contract, suspension))
        refuse_reaching_into_a_follower(contract, field="extends")
    suspension.save()
    amendment.changes = [_change("suspension", "", f"{starts_on} – {ends_on}")]
    finish_amendment(contract, amendment, on=on, by=by)
    return suspension


def _require_in_force(contract: Contract, starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise WrongDay(_("The last day cannot come before the first."), field="ends_on")
    if starts_on < contract.starts_on or (contract.ends_on and starts_on > contract.ends_on):
        raise WrongDay(_("The contract is not in force on that day."), field="starts_on")


@transaction.atomic
def lift(suspension: Suspension, *, by: str, on: date, reason: str = "") -> Amendment:
    """Withdraw a suspension as if it had never been; its days are billed, the last day moves back."""
    contract = lock_amendable(suspension.contract)
    suspension = Suspension.objects.select_for_update().get(pk=suspension.pk)
    if suspension.lifted:
        raise NotAmendable(_("This suspension was withdrawn already."))
    amendment = open_amendment(
        contract, kind=Kind.RESUMPTION, effective_on=suspension.starts_on, by=by, on=on, reason=reason
    )
    suspension.lifted = True
    suspension.save(update_fields=["lifted"])
    if suspension.extends:
        _move_end(contract, suspension.starts_on, -_fresh_days(contract, suspension))
    amendment.changes = [_change("suspension", f"{suspension.starts_on} – {suspension.ends_on}", "")]
    return finish_amendment(contract, amendment, on=on, by=by)


def _fresh_days(contract: Contract, suspension: Suspension) -> int:
    """Days of the suspension on which nothing else makes the contract rest (R21: the union counts)."""
    others = contract.suspensions.filter(extends=True, lifted=False).exclude(pk=suspension.pk)
    days = [Period.closed(first, last) for first, last in others.values_list("starts_on", "ends_on")]
    return total_days(subtract([Period.closed(suspension.starts_on, suspension.ends_on)], days))


def _move_end(contract: Contract, since: date, days: int) -> None:
    """The contract and the fees that end with or after the suspension last as much longer."""
    moved = timedelta(days=days)
    if contract.ends_on is not None:
        contract.ends_on += moved
        contract.save(update_fields=["ends_on"])
    lines = contract.lines.filter(closed_by=None, ends_on__gte=since)
    lines.update(ends_on=F("ends_on") + moved)


@transaction.atomic
def terminate(
    contract: Contract,
    *,
    ends_on: date,
    by: str,
    on: date,
    settles_by: str = "",
    reason: str = "",
) -> Amendment:
    """End the contract on a day, past or future; what was billed beyond it is settled as chosen (R22)."""
    contract = lock_amendable(contract)
    if ends_on < contract.starts_on:
        raise WrongDay(
            _("The last day cannot come before the activation. Cancel the contract instead."), field="ends_on"
        )
    if contract.ends_on is not None and ends_on > contract.ends_on:
        raise WrongDay(_("The contract ends before that day already."), field="ends_on")
    amendment = open_amendment(
        contract, kind=Kind.TERMINATION, effective_on=ends_on, by=by, on=on, reason=reason,
        settles_by=settles_by,
    )  # fmt: skip
    amendment.changes = [_change("ends_on", str(contract.ends_on or ""), str(ends_on))]
    contract.ends_on = ends_on
    contract.save(update_fields=["ends_on", "updated_at"])
    finish_amendment(contract, amendment, on=on, by=by)
    publish(ContractTerminated(contract.pk, amendment.pk, ends_on, by))
    return amendment


@transaction.atomic
def take_up(
    contract: Contract, *, from_day: date, by: str, on: date, ends_on: date | None = None, reason: str = ""
) -> Amendment:
    """Go on with an ended contract from a day; the days in between rest, its history stays (R23).

    FollowedByAnother where it would last into the term of the contract that follows it.
    """
    contract = lock_amendable(contract)
    if contract.ends_on is None or from_day <= contract.ends_on:
        raise WrongDay(_("Choose a day after the last one of the contract."), field="from_day")
    if ends_on is not None and ends_on < from_day:
        raise WrongDay(_("The last day cannot come before the first."), field="ends_on")
    amendment = open_amendment(
        contract, kind=Kind.RESUMPTION, effective_on=from_day, by=by, on=on, reason=reason
    )
    amendment.changes = [_change("ends_on", str(contract.ends_on), str(ends_on or ""))]
    if contract.ends_on + DAY < from_day:
        Suspension.objects.create(
            contract=contract, starts_on=contract.ends_on + DAY, ends_on=from_day - DAY, amendment=amendment
        )
    contract.lines.filter(closed_by=None, ends_on=contract.ends_on).update(ends_on=ends_on)
    contract.ends_on, contract.status = ends_on, Contract.Status.ACTIVE
    contract.save(update_fields=["ends_on", "status", "updated_at"])
    refuse_reaching_into_a_follower(contract)
    return finish_amendment(contract, amendment, on=on, by=by)


def _change(name: str, before: str, after: str) -> dict[str, object]:
    return {"text": name, "before": {name: before}, "after": {name: after}}
