"""The whole demonstration: both firms, one after the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from django.db import transaction

from ronda.catalogue.models import Unit
from ronda.catalogue.services import create_items
from ronda.company.models import Company
from ronda.company.services import create_company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import BillingGroup, Party
from ronda.parties.services import NewParty, create_parties, set_recipients
from ronda.site.demo import exchanged, french, french_work, history, italian, italian_work, life
from ronda.site.demo.agreements import Case, Recipe, Writer, cases, make_up
from ronda.site.demo.logins import add_people, open_with_owner
from ronda.site.demo.sizes import Progress, Size, Steps, chosen_size
from ronda.site.demo_logins import ADMIN, FRENCH_FIRM

STEPS_PER_MONTH = 40


class NotEmpty(Refusal):
    code = "demo.not_empty"


@dataclass(frozen=True, slots=True)
class Firm:
    """What tells one demonstration firm from the other."""

    customers: Callable[[Company, int, int], list[NewParty]]
    counts: tuple[int, int, int]
    items: Sequence[dict[str, Any]]
    recipes: Sequence[tuple[int, Recipe]]
    vat_of: Callable[[Party], str]
    staff: history.Staff
    seed: int
    draft_text: str
    paper_title: str


def build_demo(progress: Progress = lambda done, total: None, *, size: Size | None = None) -> None:
    """Fill an empty database with the two firms; NotEmpty where there is a company already.

    The municipalities must be loaded. The same data whenever and wherever it runs.
    """
    if Company.objects.exists():
        raise NotEmpty(_("There are companies already: the demonstration data are left alone."))
    size = size or chosen_size()
    firms = (_italian(size), _french(size))
    steps = Steps(progress, sum(firm.counts[2] + STEPS_PER_MONTH * (size.months + 2) for firm in firms))
    companies = (_open_italian(), _open_french())
    for company, firm in zip(companies, firms, strict=True):
        _fill(company, firm, size, steps)


def _open_italian() -> Company:
    company = open_with_owner(**italian.OWN_FACTS)
    add_people(company)
    return company


def _open_french() -> Company:
    company = create_company(name=FRENCH_FIRM, country="FR", by=ADMIN, **french.OWN_FACTS)
    add_people(company)
    return company


def _italian(size: Size) -> Firm:
    items = [*({**item, "withholding": True} for item in italian_work.ITEMS), italian_work.EXEMPT_ITEM]
    return Firm(
        italian.customers,
        size.italian,
        items,
        italian_work.RECIPES,
        italian_work.vat_of,
        history.Staff("laura", "paolo"),
        2023,
        "Sostituzione pulsantiera di piano",
        "Contratto firmato",
    )


def _french(size: Size) -> Firm:
    return Firm(
        french.customers,
        size.french,
        french_work.ITEMS,
        french_work.RECIPES,
        french_work.vat_of,
        history.Staff("julie", "sophie"),
        6901,
        "Intervention ponctuelle",
        "Contrat signé",
    )


def _fill(company: Company, firm: Firm, size: Size, steps: Steps) -> None:
    rng = Random(firm.seed)
    customers, sites, contracts = firm.counts
    with transaction.atomic():
        create_items(company, _items(company, firm.items), by=ADMIN)
        create_parties(company, firm.customers(company, customers, sites), by=firm.staff.clerk)
        _tell_letters(company, firm.staff.clerk)
    known = _with_payers(cases(company, rng, firm.vat_of))
    writer = Writer(company, taken_over_on=size.taken_over_on, by=firm.staff.clerk)
    writer.write(make_up(known, contracts, firm.recipes, rng), steps.did)
    for as_of in size.month_ends:
        history.bill_month(company, as_of, firm.staff)
        steps.did(STEPS_PER_MONTH)
    history.receive(company, size, rng, firm.staff)
    steps.did(STEPS_PER_MONTH)
    history.credit_some(company, size, rng, firm.staff)
    history.leave_drafts(company, size, firm.draft_text, firm.staff)
    history.attach_papers(company, size, firm.paper_title, firm.staff)
    life.live(company, size, firm.staff)
    exchanged.exchange(company, size, firm.staff)
    steps.did(STEPS_PER_MONTH)


def _items(company: Company, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with the unit and the VAT code they name."""
    units = {unit.code: unit for unit in Unit.objects.filter(company=company)}
    return [{**row, "unit": units[row["unit"]]} for row in rows]


def _tell_letters(company: Company, by: str) -> None:
    """Those who receive the invoices of a letter of their own."""
    lettered = BillingGroup.objects.filter(account__party__company=company).exclude(code="")
    for group in lettered.select_related("account__party")[:40]:
        set_recipients(group, [f"fatture.{group.code.lower()}.{group.pk}@example.com"], by=by)


def _with_payers(known: list[Case]) -> list[Case]:
    """Every ninth condominium is paid for by the firm's first property manager."""
    managers = [case for case in known if case.party.name.startswith("Studio ")]
    if not managers:
        return known
    return [
        replace(case, payer=managers[n % len(managers)].account)
        if n % 9 == 4 and case.party.kind == Party.Kind.BUILDING
        else case
        for n, case in enumerate(known)
    ]
