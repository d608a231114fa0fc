"""Changes of what was agreed, from any day: a line is never rewritten, its next version begins (R17, R24)."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.db.models import Max
from django.db.models.base import ModelState

from ronda.company import audit
from ronda.contracts.domain.charges import Policy
from ronda.contracts.domain.versions import Cut, cut
from ronda.contracts.events import ContractsAmended
from ronda.contracts.models import Amendment, ChargePeriod, Contract, ContractLine
from ronda.contracts.queries import TAKEN
from ronda.contracts.services.lifecycle import NewLine, new_line, require_site, summarise
from ronda.contracts.services.settling import settle_contract
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import Site

Kind = Amendment.Kind
RHYTHM = {"frequency", "frequency_unit", "alignment", "month_end", "anchor_on"}
SHOWN = (
    "quantity",
    "price",
    "price_basis",
    "discount",
    "text",
    "site",
    "frequency",
    "frequency_unit",
    "timing",
)


class NothingChanges(Refusal):
    code = "contracts.nothing_changes"


class NotAmendable(Refusal):
    code = "contracts.not_amendable"


class OutsideTheLine(Refusal):
    code = "contracts.outside_the_line"


@dataclass(frozen=True, slots=True)
class LineChange:
    """What a line becomes from the day on; what is left out stays. `site` False means the same site.

    schedule: fields of ContractLine; a new rhythm is counted from the day of the change unless it
    gives `anchor_on`. ends: the fee is not agreed any more.
    """

    line_id: int
    price: Decimal | None = None
    quantity: Decimal | None = None
    discount: Decimal | None = None
    text: str | None = None
    site: Site | None | bool = False
    schedule: dict[str, Any] | None = None
    ends: bool = False

    def fields(self) -> dict[str, Any]:
        """The changed fields with their new values."""
        given = {"price": self.price, "quantity": self.quantity, "discount": self.discount, "text": self.text}
        found: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if self.site is not False:
            found["site"] = self.site
        return found | (self.schedule or {})


@transaction.atomic
def amend(
    contract: Contract,
    *,
    effective_on: date,
    changes: Sequence[LineChange],
    by: str,
    on: date,
    added: Sequence[NewLine] = (),
    reason: str = "",
    kind: str = Kind.CHANGE,
    settles_by: str = "",
) -> Amendment:
    """Change lines from a day on, past or future; days billed already are settled by one document.

    Refuses a day outside a line's own days, a draft (it can simply be edited) and a change that
    changes nothing.
    """
    contract = lock_amendable(contract)
    amendment = open_amendment(
        contract, kind=kind, effective_on=effective_on, by=by, on=on, reason=reason, settles_by=settles_by
    )
    lines = {line.pk: line for line in contract.lines.select_for_update(of=("self",)).select_related("item")}
    done = [_apply(contract, lines, change, amendment) for change in changes]
    done += [_add(contract, line, position, amendment) for position, line in enumerate(added, len(lines) + 1)]
    if not any(done):
        raise NothingChanges(_("Nothing would change. Enter a new value for at least one line."))
    amendment.changes = [each for each in done if each]
    return finish_amendment(contract, amendment, on=on, by=by)


def lock_amendable(contract: Contract) -> Contract:
    """The contract, locked; refused while it is a draft or when it was cancelled."""
    contract = (
        Contract.objects.select_for_update(of=("self",))
        .select_related("company", "account__party__company", "account__method", "group")
        .get(pk=contract.pk)
    )
    if contract.status in (Contract.Status.DRAFT, Contract.Status.VOID):
        raise NotAmendable(
            _("%(contract)s is not active. A draft can simply be edited.") % {"contract": contract}
        )
    return contract


def open_amendment(
    contract: Contract,
    *,
    kind: str,
    effective_on: date,
    by: str,
    on: date,
    reason: str = "",
    settles_by: str = "",
) -> Amendment:
    """The next amendment of a locked contract."""
    last = contract.amendments.aggregate(last=Max("number"))["last"] or 0
    return Amendment.objects.create(
        contract=contract,
        number=last + 1,
        kind=kind,
        effective_on=effective_on,
        decided_on=on,
        reason=reason,
        settles_by=settles_by or contract.settles_by,
        made_by=by,
    )


def finish_amendment(contract: Contract, amendment: Amendment, *, on: date, by: str) -> Amendment:
    """Settle what was billed, sum up, record, tell."""
    amendment.adjustment = settle_contract(contract, amendment, on=on, by=by)
    amendment.save()
    summarise(contract)
    facts = {"from": amendment.effective_on.isoformat(), "amendment": str(amendment)}
    if amendment.adjustment:
        facts["document"] = amendment.adjustment.label
    audit.record(by, f"contracts.contract.{amendment.kind}", contract, **facts)
    publish(
        ContractsAmended(
            contract.company_id, (contract.pk,), (amendment.pk,), amendment.kind, amendment.effective_on, by
        )
    )
    return amendment


def _apply(
    contract: Contract, lines: dict[int, ContractLine], change: LineChange, amendment: Amendment
) -> dict[str, Any] | None:
    """Close a line and open its next version; what changed, or None."""
    line = lines.get(change.line_id)
    if line is None or line.void:
        raise OutsideTheLine(_("The line is not one of this contract."))
    fields = {name: value for name, value in change.fields().items() if getattr(line, name) != value}
    if not fields and not change.ends:
        return None
    if isinstance(change.site, Site):
        require_site(contract, change.site)
    made = _cut(line, amendment)
    opened = None if change.ends else _next_version(line, fields, made, amendment)
    _close(line, made, amendment)
    after = shown_values(opened) if opened else {}
    return {
        "line": (opened or line).pk,
        "text": str(opened or line),
        "before": shown_values(line),
        "after": after,
    }


def _cut(line: ContractLine, amendment: Amendment) -> Cut:
    contract = amendment.contract
    first = max(line.starts_on or contract.starts_on, contract.starts_on)
    ends = [day for day in (line.ends_on, contract.ends_on) if day is not None]
    last = min(ends) if ends else None
    day = amendment.effective_on
    if day < first or (last is not None and day > last):
        raise OutsideTheLine(
            _("“%(line)s” is agreed from %(first)s to %(last)s: choose a day of these.")
            % {"line": line, "first": f"{first:%d/%m/%Y}", "last": f"{last:%d/%m/%Y}" if last else "…"},
            field="effective_on",
        )
    if line.frequency_unit == "once" and ChargePeriod.objects.filter(TAKEN, line=line).exists():
        raise NotAmendable(
            _("“%(line)s” is billed once and was billed. Make a credit note instead.") % {"line": line},
            field="effective_on",
        )
    return cut(first, day, line.anchor_on or first, *policies(line))


def policies(line: ContractLine) -> tuple[Policy, Policy]:
    """How the first and the last period of a line are charged when they are cut."""
    return cast(Policy, line.first_partial), cast(Policy, line.last_partial)


def _next_version(
    line: ContractLine, fields: dict[str, Any], made: Cut, amendment: Amendment
) -> ContractLine:
    """A new rhythm is counted from the day of the change; the same rhythm from where it always was."""
    new = copy(line)
    new.pk, new._state = None, ModelState()
    new.lineage, new.amendment, new.closed_by = line.root, amendment, None
    new.starts_on, new.first_partial = amendment.effective_on, made.new_first
    new.anchor_on = None if RHYTHM & set(fields) else made.anchor_on
    for name, value in fields.items():
        setattr(new, name, value)
    new.save()
    return new


def _close(line: ContractLine, made: Cut, amendment: Amendment) -> None:
    line.closed_by, line.last_partial = amendment, made.old_last
    if made.last_day is None:
        line.void = True
    else:
        line.ends_on = made.last_day
    line.save(update_fields=["closed_by", "void", "ends_on", "last_partial"])


def _add(contract: Contract, line: NewLine, position: int, amendment: Amendment) -> dict[str, Any]:
    if line.site is not None:
        require_site(contract, line.site)
    new = new_line(contract, line, position)
    new.starts_on, new.amendment = amendment.effective_on, amendment
    new.save()
    return {"line": new.pk, "text": str(new), "before": {}, "after": shown_values(new)}


def shown_values(line: ContractLine) -> dict[str, Any]:
    """The values an amendment prints, as text."""
    return {name: str(getattr(line, name) if getattr(line, name) is not None else "") for name in SHOWN}
