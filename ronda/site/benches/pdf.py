"""Finished PDF files of issued documents."""

import time
from typing import Any

from ronda.billing.models import Document
from ronda.billing.services import confirm_run, issue_entries, prepare_run
from ronda.company.models import Company
from ronda.reports.domain.documents import print_context
from ronda.reports.domain.rendering import to_pdf
from ronda.reports.queries import default_layout, print_facts
from ronda.site.benches import billing, books

AT_ONCE = 50


def prepare(documents: int) -> None:
    """So many issued invoices of the month."""
    billing.prepare(documents, history=False)
    run = prepare_run(Company.objects.get(), as_of=books.BILLED_MONTH, by="bench")
    issue_entries(confirm_run(run, by="bench", in_background=False), by="bench")


def measure(documents: int) -> dict[str, Any]:
    """CPU milliseconds per PDF, reading the documents included; one is printed before to warm up."""
    company = Company.objects.get()
    keys = list(Document.objects.order_by("pk").values_list("pk", flat=True)[:documents])
    _print(company, keys[:1])
    cpu = time.process_time()
    size = sum(_print(company, keys[start : start + AT_ONCE]) for start in range(0, len(keys), AT_ONCE))
    cpu = time.process_time() - cpu
    return {
        "n": len(keys),
        "cpu_ms_each": round(cpu * 1000 / len(keys), 2),
        "kilobytes_each": round(size / 1024 / len(keys), 1),
    }


def _print(company: Company, keys: list[int]) -> int:
    documents = list(Document.objects.filter(pk__in=keys))
    layout = default_layout()
    return sum(len(to_pdf(layout, print_context(facts))) for facts in print_facts(documents, company))
