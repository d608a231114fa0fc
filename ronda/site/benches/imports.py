"""How much computing tables of many rows take: customers and services, new, changed and unchanged."""

import resource
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from ronda.company.imports.running import check_batch, run_batch
from ronda.company.imports.starting import choose_columns, confirm_import, start_import
from ronda.company.imports.undoing import undo
from ronda.company.models import Company, ImportBatch
from ronda.company.services import create_company
from ronda.countries.it.domain.tax_ids import check_digit

BY = "bench"
BUDGET_SECONDS = 20
HEADS = "Codice;Ragione sociale;Partita IVA;Indirizzo;CAP;Comune;Prov;Email;Telefono"


def measure(n: int) -> dict[str, Any]:
    """CPU seconds of the check and of the writing of `n` rows, automatic backup included in the writing.

    It writes into the database in use, which has to be one to be thrown away.
    """
    company = create_company(name=f"Bench {n}", country="IT", by=BY)
    found: dict[str, Any] = {"n": n, "budget_s": BUDGET_SECONDS, "steps": []}
    found["steps"].append(_brought_in(company, "new customers", "customers", customers(n, "Via Roma"))[0])
    step, changed = _brought_in(company, "changed customers", "customers", customers(n, "Via Po"))
    found["steps"].append(step)
    found["steps"].append(_brought_in(company, "unchanged customers", "customers", customers(n, "Via Po"))[0])
    found["undo_changes_cpu_s"] = _timed(lambda: undo(changed, by=BY))[0]
    found["steps"].append(_brought_in(company, "new services", "services", services(n, 10))[0])
    found["steps"].append(_brought_in(company, "changed services", "services", services(n, 20))[0])
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def _brought_in(company: Company, what: str, kind: str, content: bytes) -> tuple[dict[str, Any], ImportBatch]:
    upload = SimpleUploadedFile("table.csv", content)
    batch = start_import(company, kind, upload, name="table.csv", by=BY)
    batch = choose_columns(batch, batch.mapping, by=BY, in_background=False)
    check, batch = _timed(lambda: check_batch(batch))
    batch = confirm_import(batch, by=BY, in_background=False)
    write, batch = _timed(lambda: run_batch(batch))
    counts = {"created": batch.created, "changed": batch.changed, "unchanged": batch.unchanged}
    if batch.state != ImportBatch.State.DONE:
        raise RuntimeError(f"{what}: {batch.errors[:3]}")
    return {"what": what, "check_cpu_s": check, "write_cpu_s": write, **counts}, batch


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = work()
    return round(time.process_time() - start, 2), result


def customers(n: int, street: str) -> bytes:
    """A table of customers with address, tax number, mail and telephone."""
    return "\n".join([HEADS, *_customer_lines(n, street)]).encode()


def _customer_lines(n: int, street: str) -> Iterator[str]:
    for k in range(1, n + 1):
        number = f"{k:07d}015"
        yield (
            f"K{k:06d};Ditta numero {k} Srl;{number}{check_digit(number)};{street} {k};20121;Milano;MI;"
            f"c{k}@example.org;02{k:07d}"
        )


def services(n: int, price: int) -> bytes:
    """A table of services."""
    lines = (f"S{k:06d};Servizio numero {k};{price},{k % 100:02d};22;h" for k in range(1, n + 1))
    return "\n".join(["Codice;Descrizione;Prezzo;IVA;Unità", *lines]).encode()
