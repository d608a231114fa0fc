"""From contracts due to issued invoices with instalments and journal entries."""

import resource
import sys
import time
from typing import Any

from django.db import connection

from ronda.billing.services import confirm_run, issue_entries, prepare_run
from ronda.company.models import Company
from ronda.site.benches import books


def prepare(contracts: int, *, history: bool) -> None:
    """The firm: made by another process, so that its memory does not count."""
    company, items = books.open_firm()
    books.add_payers(company, contracts)
    books.add_contracts(company, items, contracts, history=history)


def measure(contracts: int) -> dict[str, Any]:
    """CPU milliseconds per contract of this process and its children, wall seconds, peak memory."""
    company = Company.objects.get()
    cpu, started = _cpu_seconds(), time.perf_counter()
    run = prepare_run(company, as_of=books.BILLED_MONTH, by="bench")
    run = issue_entries(confirm_run(run, by="bench", in_background=False), by="bench")
    cpu, seconds = _cpu_seconds() - cpu, time.perf_counter() - started
    return {
        "n": contracts,
        "issued": run.issued,
        "cpu_ms_each": round(cpu * 1000 / contracts, 3),
        "seconds": round(seconds, 1),
        "peak_mb": round(peak_megabytes()),
        "database": connection.vendor,
    }


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak_megabytes() -> float:
    """The most memory this process has had; macOS counts in bytes, others in kilobytes."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
