"""Contracts from the draft to the end. Price changes over time come with amendments."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from ronda.catalogue.models import Item, VatCode
from ronda.catalogue.services import price_for
from ronda.company import audit
from ronda.company.models import Company
from ronda.contracts.domain.summary import Fee, rhythm, yearly
from ronda.contracts.models import ChargePeriod, Contract, ContractLine
from ronda.contracts.queries import TAKEN
from ronda.contracts.services.followers import refuse_reaching_into_a_follower
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import BillingAccount, BillingGroup, Site

Status = Contract.Status


class NoContractLines(Refusal):
    code = "contracts.no_lines"


class NotADraftContract(Refusal):
    code = "contracts.not_a_draft"


class WrongSite(Refusal):
    code = "contracts.wrong_site"


class WrongPayer(Refusal):
    code = "contracts.wrong_payer"


class HasBilledPeriods(Refusal):
    code = "contracts.has_billed_periods"


class UseAnAmendment(Refusal):
    code = "contracts.use_an_amendment"


#: What may change on a line with billed days without changing what they cost: words, the VAT to come, and
#: when the periods to come are billed.
FREE_ON_A_BILLED_LINE = {
    "text", "item", "vat_code", "position",
    "timing", "invoice_day", "invoice_day_number", "offset_days", "lead_days",
}  # fmt: skip
FIXED_ONCE_BILLED = ("starts_on", "account", "party")


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line as a person or an import gives it; `schedule` holds fields of ContractLine."""

    item: Item
    price: Decimal
    text: str = ""
    quantity: Decimal = Decimal(1)
    site: Site | None = None
    vat_code: VatCode | None = None
    schedule: dict[str, Any] | None = None


@transaction.atomic
def create_contract(
    account: BillingAccount,
    *,
    title: str,
    starts_on: date,
    lines: Iterable[NewLine],
    by: str,
    number: str = "",
    ends_on: date | None = None,
    group: BillingGroup | None = None,
    active: bool = True,
    **facts: Any,
) -> Contract:
    """A contract with its lines; active at once unless told otherwise."""
    party = facts.pop("party", None) or account.party
    lines = list(lines)
    if active and not lines:
        raise NoContractLines(_("A contract needs at least one line before it is active."))
    contract = Contract(
        company=party.company,
        number=number or next_number(party.company, starts_on),
        title=title,
        party=party,
        account=account,
        group=group,
        starts_on=starts_on,
        ends_on=ends_on,
        status=Status.ACTIVE if active else Status.DRAFT,
        **facts,
    )
    _check(contract, [line.site for line in lines])
    contract.save()
    ContractLine.objects.bulk_create(
        [new_line(contract, line, position) for position, line in enumerate(lines, start=1)]
    )
    summarise(contract)
    audit.record(by, "contracts.contract.created", contract, number=contract.number)
    return contract


def new_line(contract: Contract, line: NewLine, position: int) -> ContractLine:
    """The unsaved row of a line."""
    return ContractLine(
        contract=contract,
        position=position,
        item=line.item,
        text=line.text,
        site=line.site,
        quantity=line.quantity,
        price=line.price,
        vat_code=line.vat_code,
        **(line.schedule or {}),
    )


def next_number(company: Company, starts_on: date) -> str:
    """The next free number of the year, "2026/0042". Contract numbers may have gaps."""
    prefix = f"{starts_on.year}/"
    used = Contract.objects.filter(company=company, number__startswith=prefix).values_list(
        "number", flat=True
    )
    counts = [int(tail) for number in used if (tail := number.removeprefix(prefix)).isdecimal()]
    return f"{prefix}{max(counts, default=0) + 1:04d}"


def _check(contract: Contract, sites: Iterable[Site | None]) -> None:
    if contract.account.party.company_id != contract.company_id:
        raise WrongPayer(_("The payer belongs to another company."), field="account")
    if contract.group and contract.group.account_id != contract.account_id:
        raise WrongPayer(_("The billing group belongs to another payer."), field="group")
    for site in sites:
        require_site(contract, site)


def require_site(contract: Contract, site: Site | None, *, field: str = "site") -> None:
    """Refuse a site of somebody who is neither customer nor payer."""
    if site is not None and site.party_id not in (contract.party_id, contract.account.party_id):
        raise WrongSite(
            _("Site %(site)s belongs to %(party)s, not to this contract's customer or payer.")
            % {"site": site, "party": site.party},
            field=field,
        )


@transaction.atomic
def check_saved(contract: Contract, *, by: str) -> Contract:
    """After a form wrote the contract and its lines: refuse what does not hold together."""
    lines = list(contract.lines.select_related("site__party"))
    _check(contract, [line.site for line in lines])
    refuse_reaching_into_a_follower(contract)
    if contract.status == Status.ACTIVE and not lines:
        raise NoContractLines(_("A contract needs at least one line before it is active."))
    summarise(contract)
    return contract


def summarise(contract: Contract) -> None:
    """Keep what lists show of the lines, and mark the contract as changed.

    A preview prepared before is no longer issued for it.
    """
    lines = list(contract.lines.filter(closed_by=None).select_related("item"))
    contract.yearly_amount = sum((yearly(fee_of(line)) for line in lines), Decimal(0))
    contract.rhythm = rhythm(fee_of(line) for line in lines)
    contract.service = ", ".join(dict.fromkeys(line.item.name for line in lines))[:200]
    contract.save(update_fields=["yearly_amount", "rhythm", "service", "updated_at"])


def fee_of(line: ContractLine) -> Fee:
    """Price and rhythm of a line, for `contracts.domain.summary`."""
    return Fee(
        line.quantity, line.price, line.discount, line.price_basis, line.frequency_unit, line.frequency
    )


@transaction.atomic
def activate(contract: Contract, *, by: str) -> Contract:
    """From draft to active: the month begins to look at it."""
    contract = _locked(contract)
    if contract.status != Status.DRAFT:
        raise NotADraftContract(_("%(contract)s is not a draft.") % {"contract": contract})
    if not contract.lines.exists():
        raise NoContractLines(_("A contract needs at least one line before it is active."))
    return _set_status(contract, Status.ACTIVE, by=by)


@transaction.atomic
def void(contract: Contract, *, by: str) -> Contract:
    """Cancel a contract of which nothing was ever billed (R23); else it can only end."""
    contract = _locked(contract)
    if ChargePeriod.objects.filter(TAKEN, line__contract=contract).exists():
        raise HasBilledPeriods(
            _("%(contract)s has billed periods and cannot be cancelled. Give it a last day instead.")
            % {"contract": contract}
        )
    return _set_status(contract, Status.VOID, by=by)


@transaction.atomic
def close_ended(*, on: date, by: str) -> int:
    """Contracts whose last day is over become "ended"; the month still bills what they owe."""
    over = Contract.objects.select_for_update().filter(status=Status.ACTIVE, ends_on__lt=on)
    closed = list(over.only("pk", "company_id", "number"))
    Contract.objects.filter(pk__in=[contract.pk for contract in closed]).update(status=Status.ENDED)
    facts = {"status": [Status.ACTIVE.value, Status.ENDED.value]}
    audit.record_many(by, "contracts.contract.closed", [(contract, facts) for contract in closed])
    return len(closed)


@transaction.atomic
def hold_billing(contract: Contract, *, reason: str, by: str) -> Contract:
    """The month leaves the contract out and says why, until it is released."""
    contract = _locked(contract)
    contract.billing_hold, contract.hold_reason = True, reason
    contract.save()
    audit.record(by, "contracts.billing.held", contract, reason=reason)
    return contract


@transaction.atomic
def release_billing(contract: Contract, *, by: str) -> Contract:
    """The month looks at the contract again and catches up what it left out."""
    contract = _locked(contract)
    contract.billing_hold, contract.hold_reason = False, ""
    contract.save()
    audit.record(by, "contracts.billing.released", contract)
    return contract


def _set_status(contract: Contract, status: str, *, by: str) -> Contract:
    before, contract.status = contract.status, status
    contract.save()
    audit.record(by, f"contracts.contract.{status}", contract, status=[before, status])
    return contract


def _locked(contract: Contract) -> Contract:
    return Contract.objects.select_for_update().get(pk=contract.pk)


def save_contract(form: Any, *, by: str, company: Company) -> Contract:
    """Write a contract and its lines from their validated form; what does not hold is refused whole."""
    contract: Contract = form.save(commit=False)
    contract.company = company
    rows = form.inlines.get("contractline")
    _require_as_billed(form, rows)
    for row in rows.forms if rows is not None else ():
        if row not in rows.deleted_forms:
            require_site(contract, row.cleaned_data.get("site"), field=row.add_prefix("site"))
    contract.save()
    if rows is not None:
        _save_rows(contract, rows)
    return check_saved(contract, by=by)


def _require_as_billed(form: Any, rows: Any) -> None:
    """What was billed rests on these values: they change from a day on, or not at all (R17)."""
    charges = ChargePeriod.objects.filter(TAKEN, line__contract=form.instance.pk)
    charged = set(charges.values_list("line", flat=True)) if form.instance.pk else set()
    fixed = [name for name in FIXED_ONCE_BILLED if charged and name in form.changed_data]
    ends_on = form.cleaned_data.get("ends_on") if "ends_on" in form.changed_data else None
    if ends_on and charges.filter(ends_on__gt=ends_on).exists():
        fixed.append("ends_on")
    for row in rows.forms if rows is not None else ():
        if row.instance.pk in charged and row not in rows.deleted_forms:
            changed = [name for name in row.changed_data if name not in FREE_ON_A_BILLED_LINE]
            fixed += [row.add_prefix(name) for name in changed]
    if fixed:
        raise UseAnAmendment(
            _("It is billed on these terms already. Use “Change from a day”, “Transfer” or “Terminate”."),
            field=fixed[0],
        )


def _save_rows(contract: Contract, rows: Any) -> None:
    for form in rows.deleted_forms:
        if form.instance.pk:
            _delete_line(form.instance)
    last = contract.lines.count()
    for form in rows.forms:
        if form in rows.deleted_forms or not (form.has_changed() or form.instance.pk):
            continue
        line: ContractLine = form.save(commit=False)
        line.contract = contract
        if form.price_left_empty:
            chosen = price_for(line.item, contract.account, on=contract.starts_on, quantity=line.quantity)
            line.price, line.discount = chosen.price, chosen.discount
        if line.pk is None:
            last += 1
            line.position = last
        line.save()


def _delete_line(line: ContractLine) -> None:
    if ChargePeriod.objects.filter(line=line).exists():
        raise HasBilledPeriods(
            _("“%(line)s” has billed periods and cannot be removed. Give it a last day instead.")
            % {"line": line}
        )
    line.delete()


def save_line(form: Any, *, by: str, company: Company) -> ContractLine:
    """Write one line with its whole schedule; its contract is checked and summed again."""
    _locked(form.instance.contract)
    if set(form.changed_data) - FREE_ON_A_BILLED_LINE and form.instance.charges.filter(TAKEN).exists():
        raise UseAnAmendment(
            _("The line is billed on these terms already. Change it from a day on, on the contract's page."),
            field=next(name for name in form.changed_data if name not in FREE_ON_A_BILLED_LINE),
        )
    line: ContractLine = form.save()
    check_saved(line.contract, by=by)
    return line
