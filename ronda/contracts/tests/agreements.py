"""Contracts for tests, made through the services."""

from datetime import date
from decimal import Decimal
from typing import Any

from ronda.billing.services import OldPeriods, confirm_run, issue_entries, prepare_run
from ronda.billing.tests.firm import make_item
from ronda.catalogue.models import Item
from ronda.contracts.models import Contract
from ronda.contracts.services import NewLine, create_contract
from ronda.parties.models import BillingAccount


def agree(
    account: BillingAccount,
    *fees: dict[str, Any],
    starts_on: date = date(2026, 1, 1),
    title: str = "Manutenzione",
    **facts: Any,
) -> Contract:
    """A contract with one line per fee; a fee is a price and fields of ContractLine."""
    item = Item.objects.filter(company=account.party.company).first() or make_item(account.party.company)
    lines = [_line(fee, item) for fee in (fees or ({"price": "100.00"},))]
    return create_contract(account, title=title, starts_on=starts_on, lines=lines, by="anna", **facts)


def _line(fee: dict[str, Any], item: Item) -> NewLine:
    facts = dict(fee)
    return NewLine(
        facts.pop("item", item),
        Decimal(facts.pop("price", "100.00")),
        text=facts.pop("text", "Canone"),
        quantity=Decimal(facts.pop("quantity", "1")),
        site=facts.pop("site", None),
        vat_code=facts.pop("vat_code", None),
        schedule=facts,
    )


def month(company: Any, as_of: date, **facts: Any) -> Any:
    """Prepare, confirm and issue everything due by a day, however old."""
    run = prepare_run(company, as_of=as_of, by="anna", **facts)
    agreed = frozenset({OldPeriods.code})
    run = confirm_run(run, by="anna", in_background=False, confirmed=agreed)
    return issue_entries(run, by="anna")
