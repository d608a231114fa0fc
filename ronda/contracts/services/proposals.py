"""Contracts proposed from past invoices: recorded once, accepted or turned down."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from ronda.company import audit
from ronda.contracts.models import Contract, ContractLine, ContractProposal
from ronda.contracts.services.lifecycle import NewLine, create_contract
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import BillingAccount, Party

State = ContractProposal.State


class AlreadyDecided(Refusal):
    code = "contracts.proposal_already_decided"


def proposal_key(party: Party, text: str, frequency: int) -> str:
    """The same fee found again in the same or newer invoices is the same proposal."""
    return hashlib.sha256(f"{party.pk}\x1f{text.casefold()}\x1f{frequency}".encode()).hexdigest()


@transaction.atomic
def record_proposals(rows: Sequence[dict[str, Any]], *, by: str) -> int:
    """Keep what was found, each once; open ones are brought up to date. How many are new.

    A row is told from others by its text and frequency, unless it comes with a `key` of its own.
    """
    new = 0
    for given in rows:
        facts = dict(given)
        key = facts.pop("key", "") or proposal_key(facts["party"], facts["text"], facts["frequency"])
        known = ContractProposal.objects.filter(company=facts["company"], key=key).first()
        if known is None:
            ContractProposal.objects.create(key=key, **facts)
            new += 1
        elif known.state == State.OPEN:
            for name, value in facts.items():
                setattr(known, name, value)
            known.save()
    return new


@transaction.atomic
def accept_proposal(proposal: ContractProposal, *, by: str) -> Contract:
    """Make the contract. It starts at the first period that the old system did not bill."""
    proposal = _open(proposal)
    account = _account(proposal.party)
    contract = create_contract(
        account,
        title=proposal.text[:200],
        starts_on=proposal.next_on,
        lines=[
            NewLine(
                proposal.item,
                proposal.price,
                text=proposal.text,
                quantity=proposal.quantity,
                vat_code=proposal.vat_code,
                schedule={
                    "frequency": proposal.frequency,
                    "frequency_unit": ContractLine.Frequency.MONTH,
                    "timing": proposal.timing,
                },
            )
        ],
        by=by,
        signed_on=None,
        notes=str(_("Found in invoices from %(first)s to %(last)s."))
        % {"first": _day(proposal.first_on), "last": _day(proposal.last_on)},
    )
    proposal.state, proposal.contract = State.ACCEPTED, contract
    proposal.save(update_fields=["state", "contract"])
    audit.record(by, "contracts.proposal.accepted", proposal, contract=contract.number)
    return contract


@transaction.atomic
def reject_proposal(proposal: ContractProposal, *, by: str) -> None:
    """Remember that this is not a contract, so that it is not proposed again."""
    proposal = _open(proposal)
    proposal.state = State.REJECTED
    proposal.save(update_fields=["state"])
    audit.record(by, "contracts.proposal.rejected", proposal)


def _open(proposal: ContractProposal) -> ContractProposal:
    proposal = ContractProposal.objects.select_for_update().get(pk=proposal.pk)
    if proposal.state != State.OPEN:
        raise AlreadyDecided(_("“%(text)s” is already decided.") % {"text": proposal.text})
    return proposal


def _account(party: Party) -> BillingAccount:
    account, _made = BillingAccount.objects.get_or_create(party=party, is_default=True)
    return account


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")
