"""Looking at the data from the terminal: what must never be, the certificate, the chain of documents."""

import json
from pathlib import Path

import typer
from django.utils import timezone
from rich.table import Table

from ronda.billing.services.chaining import chain_old_documents
from ronda.company.checking import check_called
from ronda.company.models import Company
from ronda.operations.models import DataCheck
from ronda.operations.services.auditing import check_data as look_at_data
from ronda.operations.services.certifying import certificate_pdf
from ronda.site.cli.terminal import bar, company_called, console

BY = typer.Option("terminal", help="Who is named in the operations log.")
CERTIFICATES = typer.Option(
    None, "--certificates", file_okay=False, help="Folder for a certificate of each company."
)


def register(app: typer.Typer) -> None:
    app.command("check-data")(check_data)
    app.command("chain-documents")(chain_documents)


def check_data(
    company: str = typer.Option("", help="Name of the company; all and the installation unless given."),
    thorough: bool = typer.Option(False, "--thorough", help="Read every kept file to its end as well."),
    certificates: Path | None = CERTIFICATES,
    as_json: bool = typer.Option(False, "--json", help="One line of JSON and nothing else."),
    by: str = BY,
) -> None:
    """Look for what must never be; exit status 1 when something is found. Results are kept for the page."""
    firms: list[Company | None] = (
        [company_called(company)] if company else [None, *Company.objects.order_by("pk")]
    )
    now, runs = timezone.now(), []
    for firm in firms:
        with bar(firm.name if firm else "Installation") as show:
            runs.append(look_at_data(firm, by=by, now=now, thorough=thorough, progress=show))
    found = sum(run.found for run in runs)
    if certificates is not None:
        _write_certificates(runs, certificates)
    if as_json:
        typer.echo(json.dumps([_told(run) for run in runs], ensure_ascii=False))
    else:
        _print(runs)
        companies = sum(run.company_id is not None for run in runs)
        typer.echo(f"companies {companies}, problems {found}")
    if found:
        raise typer.Exit(1)


def _print(runs: list[DataCheck]) -> None:
    table = Table("Where", "Check", "Rows", "Found", "Seconds")
    for column in table.columns[2:]:
        column.justify = "right"
    for run in runs:
        where = _where(run)
        for result in run.results:
            check = check_called(result["code"])
            label = str(check.label) if check else result["code"]
            colour = "red" if result["found"] else "green"
            table.add_row(
                where,
                label,
                f"{result['rows']:,}",
                f"[{colour}]{result['found']}[/{colour}]",
                result["seconds"],
            )
    console.print(table)
    for run in runs:
        for finding in run.findings.order_by("pk"):
            check = check_called(finding.code)
            text, remedy = check.words(finding.problem, finding.facts) if check else (str(finding), "")
            typer.echo(f"{_where(run)}: {text}")
            console.print(f"  {remedy}", markup=False, style="dim")


def _where(run: DataCheck) -> str:
    return run.company.name if run.company else "installation"


def _told(run: DataCheck) -> dict[str, object]:
    return {
        "company": run.company_id,
        "name": _where(run),
        "rows": run.rows,
        "found": run.found,
        "seconds": str(run.seconds),
        "results": run.results,
        "digest": run.digest,
    }


def _write_certificates(runs: list[DataCheck], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for run in runs:
        if run.company is not None:
            path = folder / f"certificate-{run.company_id}-{run.at:%Y-%m-%d}.pdf"
            path.write_bytes(certificate_pdf(run))
            console.print(f"Written: {path}", markup=False)


def chain_documents(by: str = BY) -> None:
    """Put issued documents that are in no chain into it; the operations log says that it was done."""
    with bar("Chaining") as show:
        done = chain_old_documents(by=by, progress=show)
    typer.echo(f"chained {done}")
