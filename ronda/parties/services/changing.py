"""Changes to customers and suppliers."""

from typing import Any

from django.db import transaction

from ronda.company import audit, options
from ronda.company.country import country_pack
from ronda.company.models import Company
from ronda.kernel.bus import publish
from ronda.parties.events import PartiesChanged
from ronda.parties.models import BillingAccount, Party
from ronda.parties.options import PartyOptions
from ronda.parties.services.addresses import complete_addresses, locate
from ronda.parties.services.banking import set_bank_account
from ronda.parties.services.checks import Checking, check
from ronda.parties.services.creating import create_party
from ronda.parties.services.drafts import ACCOUNT_FACTS, Draft, changed_draft
from ronda.parties.services.keys import rewrite_keys
from ronda.workspace.visibility import sees_everything, viewer

MOVED_BY = {"postcode", "city", "country"}
KEPT_IN_KEYS = {"name", "email", "phone", "mobile"}


@transaction.atomic
def update_party(party: Party, *, by: str, confirmed: frozenset[str] = frozenset(), **facts: Any) -> Party:
    """Change facts of a party (those of `create_party`); only what differs is checked and recorded.

    A changed city moves the province and the point on the map. Refusals and questions are those of
    `create_party`; making a party active again asks when its tax number is in use meanwhile.
    """
    party = Party.objects.select_for_update(of=("self",)).select_related("company").get(pk=party.pk)
    before = {name: getattr(party, name) for name in facts if hasattr(party, name) and name != "families"}
    draft = changed_draft(party, facts)
    _refuse(party.company, draft, confirmed)

    party = draft.party
    _place(party, draft, facts)
    party.save()
    if facts.get("families") is not None:
        party.families.set(facts["families"])
    _save_account(party, {name: draft.account[name] for name in ACCOUNT_FACTS if name in facts})
    if draft.iban and "iban" in draft.changed:
        set_bank_account(party, iban=draft.iban, by=by)
    if draft.changed & KEPT_IN_KEYS:
        rewrite_keys([party])
    changes = {name: [str(was or ""), str(getattr(party, name) or "")] for name, was in before.items()}
    audit.record(
        by,
        "parties.party.updated",
        party,
        **{name: pair for name, pair in changes.items() if pair[0] != pair[1]},
    )
    publish(PartiesChanged(party.company_id, (party.pk,), frozenset(draft.changed), by))
    return party


def _refuse(company: Company, draft: Draft, confirmed: frozenset[str]) -> None:
    settings = options.read(PartyOptions, company)
    problems = check(Checking(company, country_pack(company), settings, [draft], confirmed))
    if problems:
        raise problems[0][0]


def _place(party: Party, draft: Draft, facts: dict[str, Any]) -> None:
    """Province and coordinates after the change."""
    if {"latitude", "longitude"} & draft.changed:
        locate(party, by_hand=True)
    if draft.changed & MOVED_BY:
        complete_addresses([party], moved=True)
    elif party.latitude is None or not party.province:
        complete_addresses([party])


def _save_account(party: Party, facts: dict[str, Any]) -> None:
    if facts:
        kept, _made = BillingAccount.objects.get_or_create(party=party, is_default=True)
        for name, value in facts.items():
            setattr(kept, name, value)
        kept.save()


def save_party(form: Any, *, by: str, company: Company) -> Party:
    """The save of the party's form: creates or changes by the same services as everybody else.

    Who sees some customers only becomes the salesperson of those entered without one (S9).
    """
    facts = form.facts()
    if form.instance.pk is None:
        if not facts.get("owner") and not sees_everything(viewer()):
            facts["owner"] = viewer()
        return create_party(company, by=by, confirmed=form.confirmed, **facts)
    return update_party(form.instance, by=by, confirmed=form.confirmed, **facts)
