"""Electronic documents of a whole run: made, checked, kept and handed to the folder of a program that sends.

An Italian and a French firm each issue the same month; the channel is the one called "folder", on the disk
of this computer. Then the Italian exchange is played, and its receipts are taken in.
"""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from ronda.billing.models import Document
from ronda.billing.services import confirm_run, issue_entries, prepare_run
from ronda.catalogue.services import create_items
from ronda.company.models import Company
from ronda.company.services import create_company
from ronda.company.services.settings import save_options
from ronda.countries.it.domain.tax_ids import check_digit
from ronda.countries.it.exchange.simulator import Simulator
from ronda.einvoices.models import Transmission, TransmissionState
from ronda.einvoices.options import EinvoiceOptions
from ronda.einvoices.services import prepare as prepare_files
from ronda.einvoices.services import send, take_in
from ronda.parties.services import NewParty, create_parties
from ronda.site.benches import books

BY = "bench"
BUDGET_SECONDS = 120
AT_ONCE = 500
FIRMS: dict[str, dict[str, Any]] = {
    "IT": {
        "name": "Banco Prova Srl", "street": "Via Roma 1", "postcode": "25121", "city": "Brescia",
        "province": "BS", "tax_id": "01234567897",
    },
    "FR": {
        "name": "Banc d’Essai SARL", "street": "12 rue des Lilas", "postcode": "69003", "city": "Lyon",
        "tax_id": "FR44732829320", "registration_id": "732829320",
    },
}  # fmt: skip


def prepare(documents: int) -> None:
    """Two firms with so many issued invoices of two lines each, to customers of their own."""
    for country, facts in FIRMS.items():
        company = create_company(country=country, by=BY, **facts)
        items = create_items(company, [{"name": name, "price": "60.00"} for name in books.SERVICES], by=BY)
        for start in range(0, documents, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, documents))
            create_parties(company, [_customer(country, n) for n in numbers], by=BY)
        books.add_contracts(company, items, documents, history=False)
        run = prepare_run(company, as_of=books.BILLED_MONTH, by=BY)
        issue_entries(confirm_run(run, by=BY, in_background=False), by=BY)
        save_options(company, EinvoiceOptions, {"channel": "folder"}, by=BY)


def measure(documents: int) -> dict[str, Any]:
    """Wall and CPU seconds of each country from issued documents to files in the outbox; then the answers."""
    found: dict[str, Any] = {"n": documents, "budget_s": BUDGET_SECONDS}
    firms = {
        country: Company.objects.get(country=country, name=facts["name"]) for country, facts in FIRMS.items()
    }
    for country, company in firms.items():
        found[country.lower()] = _sent(company, documents)
    found["it"] |= _answered(firms["IT"])
    return found


def _sent(company: Company, documents: int) -> dict[str, Any]:
    rows = list(Document.objects.filter(company=company).select_related("company", "party").order_by("pk"))
    cpu, wall = time.process_time(), time.perf_counter()
    prepared = prepare_files(rows, by=BY, on=books.BILLED_MONTH)
    made = time.perf_counter() - wall
    handed = send(prepared.made, by=BY)
    seconds = time.perf_counter() - wall
    cpu = time.process_time() - cpu
    if len(handed.sent) != documents:
        why = [str(refusal.message) for _document, refusal in prepared.failed[:2]]
        raise RuntimeError(f"{company.country}: {len(handed.sent)} of {documents} files left. {why}")
    waiting = sum(1 for _file in (_place(company) / "outbox").iterdir())
    if waiting != documents:
        raise RuntimeError(f"{waiting} of {documents} files are in the outbox")
    return {
        "seconds": round(seconds, 1),
        "made_seconds": round(made, 1),
        "cpu_s": round(cpu, 1),
        "ms_each": round(1000 * seconds / documents, 2),
    }


def _answered(company: Company) -> dict[str, Any]:
    """The exchange looks at every file and answers; how long its answers take to be understood."""
    # The exchange turns down what is dated after its own day.
    opening = datetime.combine(books.BILLED_MONTH, datetime.max.time(), UTC)
    simulator = Simulator(
        Path(settings.VAR) / "simulator", opening=opening, step_on_fetch=True, firm=_place(company)
    )
    try:
        wall = time.perf_counter()
        simulator.sweep()
        answered = time.perf_counter()
    finally:
        simulator.close()
    cpu = time.process_time()
    taken = take_in(company, by=BY)
    understood = time.perf_counter()
    delivered = Transmission.objects.filter(company=company, state=TransmissionState.DELIVERED).count()
    return {
        "exchange_seconds": round(answered - wall, 1),
        "receipts": taken.receipts,
        "receipts_seconds": round(understood - answered, 1),
        "receipts_cpu_s": round(time.process_time() - cpu, 1),
        "delivered": delivered,
    }


def _place(company: Company) -> Path:
    return Path(settings.EINVOICES_ROOT) / str(company.pk)


def _customer(country: str, n: int) -> NewParty:
    if country == "FR":
        facts = {
            "kind": "firm", "registration_id": _siren(n), "street": f"{n % 90 + 1} avenue Foch",
            "postcode": "69006", "city": "Lyon",
        }  # fmt: skip
        return NewParty(name=f"Résidence numéro {n}", facts=facts, sites=({"city": "Lyon"},))
    stem = f"{n + 1:07d}015"
    facts = {
        "kind": "firm", "tax_id": f"{stem}{check_digit(stem)}", "recipient_code": "ABC1234",
        "street": f"Via Roma {n % 90 + 1}", "postcode": "25121", "city": "Brescia", "province": "BS",
    }  # fmt: skip
    return NewParty(name=f"Ditta numero {n} Srl", facts=facts, sites=({"city": "Brescia"},))


def _siren(n: int) -> str:
    """Nine figures, the last of them making the sum of Luhn right."""
    stem = f"{40_000_000 + n:08d}"
    doubled = [int(one) * (2 if at % 2 else 1) for at, one in enumerate(stem)]
    total = sum(one - 9 if one > 9 else one for one in doubled)
    return f"{stem}{-total % 10}"
