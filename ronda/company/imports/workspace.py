"""The list of imports and the page of one."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from ronda.company.imports.declare import label_of
from ronda.company.imports.pages import BatchPage
from ronda.company.imports.panels import panel_of
from ronda.company.models import ImportBatch
from ronda.workspace.declare import Column, Page, RangeFilter, Workspace, register_page

BADGES = {
    "uploaded": "amber", "checking": "blue", "checked": "amber", "running": "blue", "done": "green",
    "failed": "red", "undoing": "blue", "undone": "gray",
}  # fmt: skip


def kind_in_words(batch: ImportBatch) -> Any:
    """The kind as people call it."""
    panel = panel_of(batch.kind)
    return panel.label if panel else label_of(batch.kind)


class Imports(Workspace):
    """Files brought in: what became of them, and the way back."""

    model = ImportBatch
    no_import = _("Imports are files that were sent here.")
    whole_company = True
    area, icon, order_in_area = "settings", "upload", 65
    columns = (
        Column("name", link=True),
        Column("kind", value=kind_in_words),
        Column("state", badges=BADGES),
        Column("rows", kind="number"),
        Column("created", kind="number"),
        Column("changed", kind="number"),
        Column("unchanged", kind="number", default=False),
        Column("refused", kind="number"),
        Column("by"),
        Column("created_at"),
    )
    facts = (*columns, Column("sheet"), Column("finished_at"))
    filters = ("state", RangeFilter("created_at"))
    search = ("name", "by")
    order = ("-pk",)
    may_add = False
    api = False
    detail_view = BatchPage
    empty_action = (_("Import a table"), "import-new")
    empty_text = _(
        "Customers, services, contracts and every other list come in from a spreadsheet, checked before."
    )


register_page(
    Page(
        "import-new",
        _("Import a table"),
        "import-new",
        "settings",
        icon="upload",
        permission="company.add_importbatch",
        keywords=("import", "importa", "importer", "excel", "csv", _("spreadsheet")),
        order=64,
    )
)
