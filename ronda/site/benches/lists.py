"""List pages over many rows, rendered whole by the server."""

import statistics
import time
from typing import Any

from django.db import connection
from django.test import Client
from django.urls import reverse

from ronda.billing.workspace import Documents
from ronda.company.models import User
from ronda.contracts.workspace import Contracts
from ronda.site.benches import books

ROUNDS = 9
PAYERS = 20_000
#: What a person does with a list of contracts and of documents.
CONTRACTS = {
    "first page": "",
    "last pages": "page=999999",
    "deep page": "page=900",
    "filter": "status=ended",
    "search": "q=numero+7919",
    "search, many found": "q=numero+79",
    "sort": "sort=-yearly_amount",
    "search, filter, sort": "q=manutenzione+77&status=active&sort=yearly_amount",
    "range": "yearly_amount_from=900&yearly_amount_to=950",
}
DOCUMENTS = {
    "first page": "",
    "last pages": "page=999999",
    "deep page": "page=900",
    "filter": "status=draft",
    "search": "q=numero+7919",
    "search, many found": "q=numero+79",
    "sort": "sort=-gross_total",
    "search, filter, sort": "q=2025+77&kind=invoice&sort=gross_total",
    "range": "date_from=2026-03-01&date_to=2026-03-31",
}


def prepare(rows: int) -> None:
    company, items = books.open_firm()
    books.add_payers(company, min(PAYERS, rows))
    books.add_contracts(company, items, rows, history=False, spread=True)
    books.add_documents(company, rows)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def measure(rows: int, *, rounds: int = ROUNDS) -> dict[str, Any]:
    """Median milliseconds of nine requests of each kind after one to warm up, and their queries."""
    client = Client(raise_request_exception=True)
    client.force_login(User.objects.get(username="bench"))
    pages = [
        {"page": f"{name}: {what}", **_page(client, f"{reverse(url)}?{query}", rounds)}
        for name, url, kinds in (
            ("contracts", Contracts.name("list"), CONTRACTS),
            ("documents", Documents.name("list"), DOCUMENTS),
        )
        for what, query in kinds.items()
    ]
    return {
        "rows": rows,
        "ms": max(page["ms"] for page in pages),
        "cpu_ms": max(page["cpu_ms"] for page in pages),
        "queries": max(page["queries"] for page in pages),
        "pages": pages,
        "database": connection.vendor,
    }


def _page(client: Client, address: str, rounds: int) -> dict[str, Any]:
    queries: list[str] = []

    def counted(execute: Any, sql: str, *given: Any) -> Any:
        queries.append(sql)
        return execute(sql, *given)

    with connection.execute_wrapper(counted):
        _get(client, address)
    times, cpu = [], []
    for _round in range(rounds):
        began, used = time.perf_counter(), time.process_time()
        _get(client, address)
        times.append(time.perf_counter() - began)
        cpu.append(time.process_time() - used)
    return {
        "ms": round(statistics.median(times) * 1000, 1),
        "cpu_ms": round(statistics.median(cpu) * 1000, 1),
        "queries": len(queries),
    }


def _get(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answers {answer.status_code}")
