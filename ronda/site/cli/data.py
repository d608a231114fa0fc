"""Data from the terminal: bring in, write out, check."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import typer

from ronda.accounting import queries as accounting
from ronda.billing.queries import document_problems
from ronda.company.models import Company
from ronda.company.numbering import gaps
from ronda.contracts.queries import overlapping_charges
from ronda.countries.it.services import SellerNotKnown, import_invoices
from ronda.countries.it.services.exporting import export_invoices
from ronda.payments import queries as payments
from ronda.site.cli.terminal import bar, company_called, console, refusals_to_exit

SHOWN = 50
imports = typer.Typer(help="Bring data in.", no_args_is_help=True)
exports = typer.Typer(help="Write data out.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    imports.command("invoices")(import_past_invoices)
    exports.command("invoices")(export_issued_invoices)
    app.add_typer(imports, name="import")
    app.add_typer(exports, name="export")
    app.command("check-data")(check_data)


def import_past_invoices(
    path: Path = typer.Argument(exists=True, help="Folder, zip, .xml or .p7m with invoices the firm issued."),
    company: str = typer.Option("", help="Name of the company."),
    by: str = typer.Option("terminal", help="Who is named in the operations log."),
) -> None:
    """Make customers, services and proposed contracts from past FatturaPA invoices."""
    firm = company_called(company)
    confirmed: frozenset[str] = frozenset()
    with refusals_to_exit(), bar("Reading") as show:
        try:
            outcome = import_invoices(firm, path, by=by, progress=show)
        except SellerNotKnown as question:
            console.print(f"[yellow]{question.message}[/yellow] Taken as a yes.")
            confirmed = frozenset({SellerNotKnown.code})
            firm.refresh_from_db()
            outcome = import_invoices(firm, path, by=by, progress=show, confirmed=confirmed)
    for name, reason in outcome.refused[:SHOWN]:
        console.print(f"{name}: {reason}", style="red", markup=False)
    if len(outcome.refused) > SHOWN:
        console.print(f"… and {len(outcome.refused) - SHOWN} more; see the import's page.")
    if outcome.known:
        console.print(f"{outcome.known} invoices were read before and added nothing.")
    typer.echo(
        f"read {outcome.read}, customers {outcome.customers}, services {outcome.services}, "
        f"proposals {outcome.proposals}, refused {len(outcome.refused)}"
    )


def export_issued_invoices(
    folder: Path = typer.Argument(help="Folder to write into; made when it is not there."),
    company: str = typer.Option("", help="Name of the company."),
    months: int = typer.Option(12, min=1, max=120, help="How many months back from the last document."),
) -> None:
    """Write the issued documents of the last months as FatturaPA files, for trying the import."""
    firm = company_called(company)
    with refusals_to_exit(), bar("Writing") as show:
        written, refused = export_invoices(firm, folder, months=months, progress=show)
    for name, reason in refused[:SHOWN]:
        console.print(f"{name}: {reason}", style="red", markup=False)
    typer.echo(f"written {written}, refused {len(refused)}")


class Found(NamedTuple):
    company: str
    text: str


def check_data(company: str = typer.Option("", help="Name of the company; all unless given.")) -> None:
    """Look for what must never be; exit status 1 when something is found."""
    firms = [company_called(company)] if company else list(Company.objects.order_by("pk"))
    count = 0
    for firm in firms:
        for found in problems(firm):
            count += 1
            typer.echo(f"{found.company}: {found.text}")
    typer.echo(f"companies {len(firms)}, problems {count}")
    if count:
        raise typer.Exit(1)


def problems(firm: Company) -> Iterator[Found]:
    """Everything wrong in the data of a company, in words."""
    for document in document_problems(firm.pk):
        yield Found(firm.name, f"{document.subject}: {document.text}")
    for due in payments.problems(firm):
        yield Found(firm.name, str(due.text))
    for entry in accounting.problems(firm):
        yield Found(firm.name, str(entry.text))
    for gap in gaps(firm):
        numbers = str(gap.first) if gap.first == gap.last else f"{gap.first}–{gap.last}"
        yield Found(firm.name, f"{gap.series}: no document has number {numbers}")
    for overlap in overlapping_charges(firm.pk):
        yield Found(firm.name, str(overlap))
