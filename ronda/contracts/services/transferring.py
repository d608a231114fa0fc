"""Another payer takes a contract over from a day on (voltura)."""

from datetime import date, timedelta

from django.db import transaction

from ronda.company import audit
from ronda.contracts.events import ContractTransferred
from ronda.contracts.models import Amendment, Contract, ContractLine
from ronda.contracts.services.amending import lock_amendable
from ronda.contracts.services.lifecycle import WrongPayer, next_number, require_site, summarise
from ronda.contracts.services.resting import WrongDay, terminate
from ronda.kernel.bus import publish
from ronda.kernel.i18n import _
from ronda.parties.models import BillingAccount
from ronda.workspace import extras

DAY = timedelta(days=1)
#: What belongs to the old contract alone.
OWN = {
    "id", "follows", "number", "account", "group", "starts_on", "status", "created_at", "updated_at",
    "billing_hold",
}  # fmt: skip


@transaction.atomic
def transfer(
    contract: Contract, account: BillingAccount, *, effective_on: date, by: str, on: date, reason: str = ""
) -> Contract:
    """End the contract the day before and go on with the same fees for another payer; the new contract.

    What the old payer was billed beyond is settled with him; the month bills the new one from the day on.
    Periods are counted from where they were, prices stay.
    """
    contract = lock_amendable(contract)
    if account.party.company_id != contract.company_id or account.pk == contract.account_id:
        raise WrongPayer(_("Choose another payer of the same company."), field="account")
    if effective_on <= contract.starts_on:
        raise WrongDay(
            _("Choose a day after the activation, or change the contract itself."), field="effective_on"
        )
    lines = list(contract.lines.filter(closed_by=None, void=False).select_related("site__party"))
    last_day = contract.ends_on
    terminate(contract, ends_on=effective_on - DAY, by=by, on=on, reason=reason)
    new = _successor(contract, account, effective_on, last_day, by=by)
    for line in lines:
        if line.site is not None:
            require_site(new, line.site)
        _copy(line, contract, new, effective_on)
    summarise(new)
    # A renewal made already comes after the new contract now, no longer after the old one.
    Contract.objects.filter(follows=contract).exclude(pk=new.pk).update(follows=new)
    payers = {"before": {"account": str(contract.account)}, "after": {"account": str(account)}}
    Amendment.objects.create(
        contract=new,
        number=1,
        kind=Amendment.Kind.TRANSFER,
        effective_on=effective_on,
        decided_on=on,
        reason=reason,
        made_by=by,
        changes=[{"text": "account", **payers}],
    )
    audit.record(by, "contracts.contract.transfer", new, taken_over_from=contract.number)
    publish(ContractTransferred(contract.pk, new.pk, effective_on, by))
    return new


def _successor(
    contract: Contract, account: BillingAccount, day: date, last_day: date | None, *, by: str
) -> Contract:
    facts = {
        field.name: getattr(contract, field.name)
        for field in Contract._meta.concrete_fields
        if field.name not in OWN
    }
    new = Contract.objects.create(
        **facts
        | {
            "number": next_number(contract.company, day),
            "account": account,
            "starts_on": day,
            "ends_on": last_day,
            "status": Contract.Status.ACTIVE,
            "follows": contract,
        }
    )
    extras.pass_on(Contract, contract.company_id, {contract.pk: new.pk}, by=by)
    return new


def _copy(line: ContractLine, old: Contract, new: Contract, day: date) -> None:
    """The fee goes on: same boundaries, the period cut by the day shared by days."""
    if line.ends_on is not None and line.ends_on < day:
        return
    anchor = line.anchor_on or max(line.starts_on or old.starts_on, old.starts_on)
    facts = {
        field.name: getattr(line, field.name)
        for field in ContractLine._meta.concrete_fields
        if field.name not in {"id", "contract", "lineage", "amendment", "closed_by", "void"}
    }
    begins = line.starts_on if line.starts_on is not None and line.starts_on > day else day
    partial = (
        line.first_partial if begins > day else "by_30ths" if line.first_partial == "by_30ths" else "by_days"
    )
    ContractLine.objects.create(
        **facts | {"contract": new, "starts_on": begins, "anchor_on": anchor, "first_partial": partial}
    )
