"""Print layouts of a company: copied from the default, changed, tried, put in use."""

from typing import Any

from django.db import transaction
from django.db.models import Model

from ronda.company import audit
from ronda.company.models import Company
from ronda.reports.domain.rendering import Layout
from ronda.reports.models import PrintLayout
from ronda.reports.services.kinds import print_kind
from ronda.reports.trial import Want, try_out

# A short document, and one of several pages: a layout has to print both.
TRIED_WITH = (1, 60)


@transaction.atomic
def copy_default(company: Company, *, kind: str, name: str, by: str) -> PrintLayout:
    """A new layout of a kind of document, equal to the default one, not in use yet."""
    default = print_kind(kind).default()
    layout = PrintLayout.objects.create(
        company=company, kind=kind, name=name, html=default.html, css=default.css
    )
    audit.record(by, "reports.layout.added", layout, kind=kind, name=name)
    return layout


def save_layout(
    layout: PrintLayout, *, name: str, html: str, css: str, by: str, tried: bool = False
) -> PrintLayout:
    """Keep what was written, after trying it on invented documents. LayoutError with the line.

    `tried`: the caller has done so already, before its transaction; trying takes a second.
    """
    if not tried:
        try_layout(layout.company, layout.kind, html=html, css=css)
    return _save(layout, name=name, html=html, css=css, by=by)


@transaction.atomic
def _save(layout: PrintLayout, *, name: str, html: str, css: str, by: str) -> PrintLayout:
    layout = PrintLayout.objects.select_for_update().get(pk=layout.pk)
    changed = [
        field
        for field, new in (("name", name), ("html", html), ("css", css))
        if getattr(layout, field) != new
    ]
    layout.name, layout.html, layout.css = name, html, css
    layout.save()
    audit.record(by, "reports.layout.changed", layout, fields=changed)
    return layout


def try_layout(company: Company, kind: str, *, html: str, css: str) -> None:
    """LayoutError unless a short and a long invented document can be printed with it."""
    try_out(Layout(html, css), *(sample_context(company, kind, lines=lines) for lines in TRIED_WITH))


@transaction.atomic
def set_in_use(layout: PrintLayout, *, by: str) -> PrintLayout:
    """Print documents of its kind with this layout from now on; what was printed stays as it is."""
    layout = PrintLayout.objects.select_for_update().get(pk=layout.pk)
    PrintLayout.objects.filter(company=layout.company_id, kind=layout.kind, is_default=True).update(
        is_default=False
    )
    layout.is_default = True
    layout.save(update_fields=["is_default", "updated_at"])
    audit.record(by, "reports.layout.in_use", layout, kind=layout.kind)
    return layout


@transaction.atomic
def set_out_of_use(layout: PrintLayout, *, by: str) -> PrintLayout:
    """Go back to the default layout for its kind of document."""
    layout = PrintLayout.objects.select_for_update().get(pk=layout.pk)
    layout.is_default = False
    layout.save(update_fields=["is_default", "updated_at"])
    audit.record(by, "reports.layout.out_of_use", layout, kind=layout.kind)
    return layout


@transaction.atomic
def restore_default(layout: PrintLayout, *, by: str) -> PrintLayout:
    """Make the layout equal to the default one again; its name and use stay."""
    layout = PrintLayout.objects.select_for_update().get(pk=layout.pk)
    default = print_kind(layout.kind).default()
    layout.html, layout.css = default.html, default.css
    layout.save(update_fields=["html", "css", "updated_at"])
    audit.record(by, "reports.layout.restored", layout)
    return layout


@transaction.atomic
def delete_layout(layout: PrintLayout, *, by: str) -> None:
    """Remove a layout; documents of its kind go back to the default if it was in use."""
    layout = PrintLayout.objects.select_for_update().get(pk=layout.pk)
    audit.record(by, "reports.layout.deleted", layout, kind=layout.kind, name=layout.name)
    layout.delete()


def preview(
    company: Company,
    kind: str,
    *,
    html: str,
    css: str,
    document: Model | None = None,
    want: Want = "picture",
) -> bytes:
    """What a layout makes of a document of the company, or of an invented one. LayoutError.

    `document` is a record of the layout's kind: a document, a contract, an amendment.
    """
    context = sample_context(company, kind) if document is None else print_kind(kind).context(document)
    return try_out(Layout(html, css), context, want=want)


def sample_context(company: Company, kind: str, *, lines: int = 8) -> dict[str, Any]:
    """What a layout can read of an invented record of the company."""
    return print_kind(kind).sample(company, lines)
