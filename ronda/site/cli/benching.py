"""`ronda bench`: the work measured against its budgets, in a database that goes away afterwards.

Every bench runs in processes of its own with a fresh RONDA_VAR, or a fresh PostgreSQL database
on the server that RONDA_PG_* name. Figures are told, never asserted: computers differ.
"""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import typer
from django.conf import settings
from django.core.management import call_command
from rich.console import Console
from rich.table import Table

from ronda.site.benches import billing, clients, imports, legal, life, lists, pdf, start
from ronda.site.cli.terminal import console

bench = typer.Typer(help="Measure the work against its budgets.", no_args_is_help=True)
Result = dict[str, Any]
JSON = typer.Option(False, "--json", help="One line of JSON and nothing else.")
DATABASE = typer.Option("sqlite", help="sqlite, or postgres on the server that RONDA_PG_* name.")
INSIDE = "RONDA_BENCH_INSIDE"


class Figure(NamedTuple):
    """A line of the table. `budget` is the most it should be; None where there is none."""

    what: str
    value: float
    unit: str
    budget: float | None


def register(app: typer.Typer) -> None:
    bench.command("billing")(bench_billing)
    bench.command("lists")(bench_lists)
    bench.command("pdf")(bench_pdf)
    bench.command("index")(bench_index)
    bench.command("deferrals")(bench_deferrals)
    bench.command("forecast")(bench_forecast)
    bench.command("clients")(bench_clients)
    bench.command("imports")(bench_imports)
    bench.command("legal")(bench_legal)
    bench.command("start")(bench_start)
    bench.command("all")(bench_all)
    bench.command("step", hidden=True)(step)
    app.add_typer(bench, name="bench")


def bench_billing(
    contracts: int = typer.Option(10_000, help="Contracts of two lines, one payer each."),
    history: bool = typer.Option(False, "--history", help="Twelve months are billed already."),
    database: str = DATABASE,
    as_json: bool = JSON,
) -> None:
    """The month: preview and issue with instalments and journal entries."""
    _tell(_measured("billing", database, n=contracts, history=history), billing_figures, as_json=as_json)


def bench_lists(
    rows: int = typer.Option(100_000, help="Contracts, and documents."),
    database: str = DATABASE,
    as_json: bool = JSON,
) -> None:
    """List pages over many rows: filters, search, totals, deep pages."""
    _tell(_measured("lists", database, n=rows), list_figures, as_json=as_json)


def bench_pdf(
    documents: int = typer.Option(200, "--documents", help="Documents printed."),
    database: str = DATABASE,
    as_json: bool = JSON,
) -> None:
    """Finished PDF files of issued documents."""
    _tell(_measured("pdf", database, n=documents), pdf_figures, as_json=as_json)


def bench_index(
    contracts: int = typer.Option(10_000, help="Contracts of two lines under an index clause."),
    database: str = DATABASE,
    as_json: bool = JSON,
) -> None:
    """An index batch: what is due, its preview, and the new versions of the lines."""
    _tell(_measured("index", database, n=contracts), index_figures, as_json=as_json)


def bench_deferrals(
    lines: int = typer.Option(100_000, help="Document lines that matter at the closing."),
    database: str = DATABASE,
    as_json: bool = JSON,
) -> None:
    """Deferrals and accruals at a closing: preview and posting."""
    _tell(_measured("deferrals", database, n=lines), deferral_figures, as_json=as_json)


def bench_forecast(
    contracts: int = typer.Option(10_000, help="Contracts of two lines."),
    database: str = DATABASE,
    as_json: bool = JSON,
) -> None:
    """The forecast of 24 months, and the pages of the analysis."""
    _tell(_measured("forecast", database, n=contracts), forecast_figures, as_json=as_json)


def bench_clients(
    count: int = typer.Option(12, "--clients", min=1, help="People who work at the same time."),
    seconds: float = typer.Option(60, help="How long."),
    requests: int = typer.Option(0, help="Until each has asked so often, instead of seconds."),
    size: str = typer.Option("full", help="Demonstration data: full or small."),
    database: str = DATABASE,
    as_json: bool = JSON,
) -> None:
    """Browsers at work on one real server: pages, forms, issued documents; then a check of the data."""
    with tempfile.TemporaryDirectory(prefix="ronda-bench-") as folder, _database(database, folder) as given:
        given = {**given, "RONDA_DEMO_SIZE": size}
        console.print("Preparing the demonstration data …")
        _child("prepare", given, "clients", n=count)
        console.print("Measuring …")
        result = _child("measure", {**given, **clients_setting(seconds, requests)}, "clients", n=count)
    _tell(result, client_figures, as_json=as_json)
    if result["errors"] or result["findings"]:
        raise typer.Exit(1)


def clients_setting(seconds: float, requests: int) -> dict[str, str]:
    """How long the clients work, for the process that measures."""
    return {"RONDA_BENCH_SECONDS": str(seconds), "RONDA_BENCH_REQUESTS": str(requests)}


def _measure_clients(count: int) -> Result:
    seconds = float(os.environ.get("RONDA_BENCH_SECONDS", "60"))
    return clients.measure(count, seconds=seconds, requests=int(os.environ.get("RONDA_BENCH_REQUESTS", "0")))


def bench_imports(
    rows: int = typer.Option(50_000, help="Rows of each table."),
    database: str = DATABASE,
    as_json: bool = JSON,
) -> None:
    """Tables of customers and services: check and writing, new, changed and unchanged rows."""
    _tell(_measured("imports", database, n=rows), import_figures, as_json=as_json)


def bench_legal(
    documents: int = typer.Option(
        10_000, min=1, help="Invoices sent in each country; at most 1,000 tell what a single one costs."
    ),
    database: str = DATABASE,
    as_json: bool = JSON,
) -> None:
    """Electronic documents: written with their checks, sent through a folder, answered, received."""
    _tell(_measured("legal", database, n=documents), legal_figures, as_json=as_json)


def bench_start(as_json: bool = JSON) -> None:
    """The second start of `ronda serve` to its first page, and its end."""
    with tempfile.TemporaryDirectory(prefix="ronda-bench-") as folder:
        result = _child("start", _environment(folder), n=0)
    _tell(result, start_figures, as_json=as_json)


def bench_all(database: str = DATABASE, as_json: bool = JSON) -> None:
    """Everything above at the sizes of the budgets."""
    with tempfile.TemporaryDirectory(prefix="ronda-bench-") as folder:
        begun = _child("start", _environment(folder), n=0)
    results: Result = {
        "billing": _measured("billing", database, n=10_000, history=False),
        "billing_history": _measured("billing", database, n=10_000, history=True),
        "lists": _measured("lists", database, n=100_000),
        "pdf": _measured("pdf", database, n=200),
        "index": _measured("index", database, n=10_000),
        "deferrals": _measured("deferrals", database, n=100_000),
        "forecast": _measured("forecast", database, n=10_000),
        "imports": _measured("imports", database, n=50_000),
        "legal": _measured("legal", database, n=10_000),
        "start": begun,
    }
    _tell(results, all_figures, as_json=as_json)


def billing_figures(result: Result) -> list[Figure]:
    what = f"contract → issued invoice, {result['n']:,} on {result['database']}"
    return [
        Figure(what, result["cpu_ms_each"], "ms CPU", 2),
        Figure("memory of the run", result["peak_mb"], "MB", 400),
        Figure("time of the run", result["seconds"], "s", None),
    ]


def list_figures(result: Result) -> list[Figure]:
    rows = f"{result['rows']:,} on {result['database']}"
    worst = Figure(f"slowest list page, {rows}", result["ms"], "ms", 60)
    each = [
        Figure(page["page"], page["ms"], f"ms, {page['queries']} queries", 60) for page in result["pages"]
    ]
    return [worst, *each]


def pdf_figures(result: Result) -> list[Figure]:
    return [
        Figure(f"finished PDF, {result['n']} documents", result["cpu_ms_each"], "ms CPU", 15),
        Figure("size of a PDF", result["kilobytes_each"], "kB", None),
    ]


def legal_figures(result: Result) -> list[Figure]:
    it, fr, received = result["it"], result["fr"], result["received"]
    return [
        Figure("FatturaPA of 5 lines, checked and written", it["cpu_ms_each"], "ms CPU", 1.5),
        Figure("Factur-X PDF, finished", fr["facturx_pdf_ms"], "ms CPU", 15),
        Figure("CII alone", fr["cii_ms"], "ms CPU", 4),
        Figure("received invoice, read and taken in", received["ms_per_file"], "ms CPU", 10),
        Figure("received invoice, registered", received["ms_per_registration"], "ms CPU", None),
        *_sent_figures(result["sent"]),
    ]


def _sent_figures(sent: Result) -> list[Figure]:
    """10,000 within two minutes; fewer in proportion."""
    many, budget = f"{sent['n']:,} documents", sent["budget_s"] * sent["n"] / 10_000
    it, fr = sent["it"], sent["fr"]
    return [
        Figure(f"{many} checked, made and sent, Italy", it["seconds"], "s", budget),
        Figure("    CPU of that", it["cpu_s"], "s CPU", None),
        Figure(f"{it['receipts']:,} receipts taken in", it["receipts_seconds"], "s", None),
        Figure(f"{many} checked, made and sent, France", fr["seconds"], "s", budget),
        Figure("    CPU of that", fr["cpu_s"], "s CPU", None),
    ]


def index_figures(result: Result) -> list[Figure]:
    what = f"index batch over {result['contracts']:,.0f} contracts"
    return [
        Figure(what, result["total"], "s CPU", result["budget"]),
        Figure("renewal cockpit, its rows", result["cockpit"], "s CPU", None),
    ]


def deferral_figures(result: Result) -> list[Figure]:
    what = f"deferrals at closing over {result['lines']:,} lines"
    return [Figure(what, result["cpu_s"], "s CPU", result["budget_s"])]


def forecast_figures(result: Result) -> list[Figure]:
    pages = [Figure(f"analysis: {name}", ms, "ms", 150) for name, ms in result["pages_ms"].items()]
    return [
        Figure(f"forecast of 24 months, {result['n']:,} contracts", result["forecast_cpu_s"], "s CPU", 10),
        *pages,
    ]


def client_figures(result: Result) -> list[Figure]:
    who = f"{result['clients']} clients, {result['requests']:,} requests on {result['database']}"
    each = [
        Figure(f"slowest 5 % of: {kind}", ms, "ms", None) for kind, ms in result["p95_ms_by_kind"].items()
    ]
    return [
        Figure(f"{who}: errors", result["errors"], "", 0.5),
        Figure("findings of the data check afterwards", result["findings"], "", 0.5),
        Figure("95 % of the answers within", result["p95_ms"], "ms", None),
        *each,
    ]


def import_figures(result: Result) -> list[Figure]:
    found = []
    for step in result["steps"]:
        what = f"{result['n']:,} rows, {step['what']}"
        found += [
            Figure(f"{what}: written", step["write_cpu_s"], "s CPU", result["budget_s"]),
            Figure(f"{what}: checked before", step["check_cpu_s"], "s CPU", None),
        ]
    return [*found, Figure("memory of the imports", result["peak_mb"], "MB", None)]


def start_figures(result: Result) -> list[Figure]:
    return [
        Figure("start to first page, all installed", result["seconds"], "s", 8),
        Figure("first start to first page", result["first_seconds"], "s", None),
        Figure("stop", result["stop_seconds"], "s", 15),
    ]


def all_figures(results: Result) -> list[Figure]:
    return [
        *billing_figures(results["billing"]),
        *billing_figures(results["billing_history"]),
        *list_figures(results["lists"]),
        *pdf_figures(results["pdf"]),
        *index_figures(results["index"]),
        *deferral_figures(results["deferrals"]),
        *forecast_figures(results["forecast"]),
        *import_figures(results["imports"]),
        *legal_figures(results["legal"]),
        *start_figures(results["start"]),
    ]


def _tell(result: Result, figures: Callable[[Result], Sequence[Figure]], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(result, separators=(",", ":"), ensure_ascii=False))
        return
    table = Table("Work", "Measured", "Budget", "Ratio")
    for column in table.columns[1:]:
        column.justify = "right"
    for figure in figures(result):
        table.add_row(figure.what, f"{figure.value:,g} {figure.unit}", *_against(figure))
    Console().print(table)


def _against(figure: Figure) -> tuple[str, str]:
    if figure.budget is None:
        return "", ""
    ratio = figure.value / figure.budget
    colour = "green" if ratio <= 1 else "red"
    return f"{figure.budget:g}", f"[{colour}]{ratio:.2f}[/{colour}]"


def _measured(name: str, database: str, *, n: int, history: bool = False) -> Result:
    """Prepare in one process, measure in the next: what is measured starts with clean memory."""
    with tempfile.TemporaryDirectory(prefix="ronda-bench-") as folder, _database(database, folder) as given:
        console.print(f"Preparing {n:,} for {name} …")
        _child("prepare", given, name, n=n, history=history)
        console.print("Measuring …")
        return _child("measure", given, name, n=n, history=history)


def _environment(folder: str) -> dict[str, str]:
    """Ours without what points to a real installation."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RONDA_")}
    return {**kept, "RONDA_VAR": folder, INSIDE: "1"}


@contextmanager
def _database(kind: str, folder: str) -> Iterator[dict[str, str]]:
    """The environment of a process with a database of its own."""
    if kind == "sqlite":
        yield _environment(folder)
        return
    if kind != "postgres" or not os.environ.get("RONDA_PG_USER"):
        raise typer.BadParameter("sqlite, or postgres with RONDA_PG_HOST, RONDA_PG_USER … set")
    given = {name: value for name, value in os.environ.items() if name.startswith("RONDA_PG_")}
    own = f"ronda_bench_{secrets.token_hex(6)}"
    _postgres(given, f"CREATE DATABASE {own}")
    try:
        yield {**_environment(folder), **given, "RONDA_PG_NAME": own}
    finally:
        _postgres(given, f"DROP DATABASE {own} WITH (FORCE)")


def _postgres(given: dict[str, str], statement: str) -> None:
    import psycopg  # noqa: PLC0415 -- an extra: only who asks for PostgreSQL has it

    with psycopg.connect(
        host=given.get("RONDA_PG_HOST") or None,
        port=given.get("RONDA_PG_PORT") or None,
        user=given["RONDA_PG_USER"],
        password=given.get("RONDA_PG_PASSWORD") or None,
        dbname=given.get("RONDA_PG_NAME") or "postgres",
        autocommit=True,
    ) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def _child(
    what: str, environment: dict[str, str], name: str = "", *, n: int, history: bool = False
) -> Result:
    """Run a step in a process of its own; the last line it prints is its result."""
    command = [sys.executable, "-m", "ronda.site.cli", "bench", "step", what, name, str(n)]
    done = subprocess.run(
        [*command, *(["--history"] if history else [])],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise typer.Exit(done.returncode)
    found: Result = json.loads(done.stdout.decode().strip().rpartition("\n")[2])
    return found


def step(what: str, name: str, n: int, history: bool = typer.Option(False, "--history")) -> None:
    """One step of a bench; only ever in an environment that `_environment` made."""
    if os.environ.get(INSIDE) != "1":
        raise typer.BadParameter("use the other commands: they make a database for it")
    typer.echo(json.dumps(_run(what, name, n, history=history)))


def _run(what: str, name: str, n: int, *, history: bool) -> Result:
    if what == "start":
        return start.measure()
    if what == "prepare":
        call_command("migrate", interactive=False, verbosity=0)
        makers = {
            "billing": lambda: billing.prepare(n, history=history),
            "lists": lambda: lists.prepare(n),
            "pdf": lambda: pdf.prepare(n),
            "legal": lambda: legal.prepare(n),
            "deferrals": lambda: life.prepare_deferrals(n),
            "forecast": lambda: life.prepare_forecast(n),
            "clients": clients.prepare,
        }
        if name in makers:
            makers[name]()
        return {}
    measures: dict[str, Callable[[int], dict[str, Any]]] = {
        "billing": billing.measure,
        "lists": lists.measure,
        "pdf": pdf.measure,
        "index": life.measure_index,
        "deferrals": life.measure_deferrals,
        "forecast": life.measure_forecast,
        "imports": imports.measure,
        "legal": legal.measure,
        "clients": _measure_clients,
    }
    return measures[name](n)
