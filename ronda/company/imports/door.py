"""What the lists offer of imports: their button, and the table that the import reads again."""

from typing import IO, Any

from django.http import HttpRequest
from django.urls import reverse

from ronda.company.imports.declare import importer_for, special_of
from ronda.company.imports.derived import is_importable
from ronda.company.imports.exporting import table_rows, write_csv, write_xlsx
from ronda.workspace.declare import Workspace
from ronda.workspace.listing import Listing
from ronda.workspace.tables import Rows, TableDoor, offer_tables
from ronda.workspace.visibility import sees_everything

PERMISSION = "company.add_importbatch"


def kind_of(workspace: type[Workspace]) -> str:
    """The kind of table that holds the records of a workspace."""
    special = special_of(workspace.model)
    return special.kind if special is not None else workspace.base()


def import_url(workspace: type[Workspace], request: HttpRequest) -> str:
    """The page where the records come in, for who may add them and sees the whole company."""
    user: Any = request.user
    if not is_importable(workspace) or not user.has_perm(PERMISSION):
        return ""
    if not user.has_perm(workspace.permission("add")) or not sees_everything(user):
        return ""
    return reverse("import-kind", args=[kind_of(workspace)])


def rows(listing: Listing, request: HttpRequest) -> Rows | None:
    """The rows of a listing as the import reads them; None where this person may not import them."""
    company = getattr(request, "company", None)
    if company is None or not import_url(listing.workspace, request):
        return None
    return table_rows(importer_for(kind_of(listing.workspace), company), company, listing.rows)


def as_csv(file: IO[bytes], given: Rows, request: HttpRequest) -> int:
    """A text file by the habits of the company's language, by which imports are read too."""
    company = getattr(request, "company", None)
    return write_csv(file, given, language=company.language if company is not None else "en")


def as_xlsx(file: IO[bytes], given: Rows, name: str) -> int:
    return write_xlsx(file, given, name=name)


def open_door() -> None:
    """Called once, when the app is ready."""
    offer_tables(TableDoor(import_url, rows, as_csv, as_xlsx))
