"""The numbers of documents: the counters as they stand (O1, O7), changing one (O5), what is wrong (O6)."""

from io import BytesIO
from typing import Any

import xlsxwriter
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from ronda.company import numbering
from ronda.company.forms import CounterForm
from ronda.company.models import NumberSeries
from ronda.company.number_report import (
    BACKWARDS,
    BEHIND,
    MISSING,
    TWICE,
    Finding,
    SeriesState,
    series_states,
    with_last_document,
)
from ronda.workspace.declare import Action, Column, Page, Workspace, register_page
from ronda.workspace.display import day
from ronda.workspace.export import FORMATS, XLSX, harmless, write_cell
from ronda.workspace.pages import PageMixin
from ronda.workspace.registry import registry

AREA = "settings"
WORDS = {
    MISSING: gettext_lazy("Missing"),
    TWICE: gettext_lazy("Used twice"),
    BACKWARDS: gettext_lazy("Date out of order"),
    BEHIND: gettext_lazy("Counter behind"),
}
BADGES = {MISSING: "red", TWICE: "red", BACKWARDS: "amber", BEHIND: "red"}
EXPLAINED = "gray"


class Counters(Workspace):
    model = NumberSeries
    no_import = gettext_lazy("Numbers follow from the documents that were issued.")
    code, title = "counter", gettext_lazy("Document counters")
    area, icon, order_in_area = AREA, "hash", 50
    columns = (
        Column("kind", value=lambda counter: numbering.kind_label(counter.kind), link=True),
        Column("code"),
        Column("year", kind="text"),
        Column("last_number", kind="number"),
        Column(
            "last_document",
            gettext_lazy("Last document"),
            value=lambda counter: getattr(counter, "last_document", "") or "",
            sort=False,
        ),
        Column("last_date"),
        Column("branch"),
    )
    filters = ("branch",)
    search = ("kind", "code")
    related = ("branch",)
    order = ("-year", "kind", "code", "pk")
    actions = (
        Action(
            "set",
            gettext_lazy("Change the counter"),
            numbering.set_counter,
            form=CounterForm,
            bulk=False,
            primary=True,
        ),
    )
    empty_text = gettext_lazy("A counter appears with the first document of its kind, series and year.")

    @classmethod
    def records(cls, request: HttpRequest) -> Any:
        return with_last_document(super().records(request))


class Numbers(PageMixin, TemplateView):
    """The last number of every series with its date and document, and what stands out; as a sheet too."""

    template_name = "company/numbers.html"
    permission_required = "company.view_numberseries"  # type: ignore[misc]
    page_title = gettext_lazy("Report of the numbers")
    area = AREA

    @cached_property
    def year(self) -> int | None:
        asked = self.request.GET.get("year", "")
        return int(asked) if asked.isdecimal() and len(asked) == 4 else None

    @cached_property
    def states(self) -> list[SeriesState]:
        return series_states(self.company.pk, self.year)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("format") == "xlsx":
            return self.sheet()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counters = NumberSeries.objects.filter(company=self.company)
        years = counters.order_by("-year").values_list("year", flat=True).distinct()
        findings = [(state, self.told(state, one)) for state in self.states for one in state.findings]
        return super().get_context_data(
            states=[(state, self.counter_url(state)) for state in self.states],
            findings=findings,
            unexplained=sum(told["colour"] != EXPLAINED for _state, told in findings),
            years=list(years),
            year=self.year,
            **kwargs,
        )

    def counter_url(self, state: SeriesState) -> str:
        return reverse(Counters.name("detail"), args=[state.counter.pk]) if state.counter else ""

    def told(self, state: SeriesState, finding: Finding) -> dict[str, Any]:
        """A finding in words, with the way to its document."""
        return {
            "finding": finding,
            "what": WORDS[finding.what],
            "numbers": numbers_in_words(finding),
            "colour": EXPLAINED if finding.change else BADGES[finding.what],
            "text": text_of(finding, state),
            "url": self.document_url(finding),
        }

    def document_url(self, finding: Finding) -> str:
        known = next((one for one in numbering.numbered_kinds() if one.kind == finding.kind), None)
        workspace = registry.of(known.rows(self.company.pk).model) if known and finding.pk else None
        if workspace is None:
            return ""
        try:
            return reverse(workspace.name("detail"), args=[finding.pk])
        except NoReverseMatch:
            return ""

    def sheet(self) -> HttpResponse:
        """Both tables as .xlsx: numbers are numbers, texts are never formulas."""
        file = BytesIO()
        with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            self._write(book, _("Findings"), FINDING_HEADS, [self._cells(*each) for each in self._found()])
            self._write(book, _("Last numbers"), STATE_HEADS, [_state_cells(one) for one in self.states])
        year = self.year or timezone.localdate().year
        name = f"{_('numbers')}-{year}.xlsx"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)

    def _found(self) -> list[tuple[SeriesState, Finding]]:
        return [(state, finding) for state in self.states for finding in state.findings]

    def _cells(self, state: SeriesState, finding: Finding) -> list[Any]:
        change = finding.change
        return [
            str(state.label), finding.series, str(finding.year), str(WORDS[finding.what]),
            finding.first, finding.last, finding.document, finding.on, finding.previous,
            change.reason if change else "", change.by if change else "", change.at if change else None,
        ]  # fmt: skip

    def _write(self, book: Any, title: str, heads: Any, rows: list[list[Any]]) -> None:
        sheet = book.add_worksheet(title[:31])
        formats = {kind: book.add_format({"num_format": text}) for kind, text in FORMATS.items()}
        bold = book.add_format({"bold": True})
        for at, (head, kind) in enumerate(heads):
            sheet.set_column(at, at, 24 if kind == "text" else 14)
            sheet.write_string(0, at, harmless(str(head)), bold)
        sheet.freeze_panes(1, 0)
        for line, row in enumerate(rows, start=1):
            for at, ((_head, kind), value) in enumerate(zip(heads, row, strict=True)):
                write_cell(sheet, line, at, value, kind, formats)


FINDING_HEADS = (
    (gettext_lazy("Kind"), "text"),
    (gettext_lazy("Series"), "text"),
    (gettext_lazy("Year"), "text"),
    (gettext_lazy("Finding"), "text"),
    (gettext_lazy("From number"), "number"),
    (gettext_lazy("To number"), "number"),
    (gettext_lazy("Document"), "text"),
    (gettext_lazy("Date"), "date"),
    (gettext_lazy("Date before"), "date"),
    (gettext_lazy("Reason"), "text"),
    (gettext_lazy("By"), "text"),
    (gettext_lazy("On"), "datetime"),
)
STATE_HEADS = (
    (gettext_lazy("Kind"), "text"),
    (gettext_lazy("Series"), "text"),
    (gettext_lazy("Year"), "text"),
    (gettext_lazy("Last number"), "number"),
    (gettext_lazy("Last date"), "date"),
    (gettext_lazy("Last document"), "text"),
    (gettext_lazy("Numbers in use"), "number"),
)


def _state_cells(state: SeriesState) -> list[Any]:
    last = state.counter.last_number if state.counter else state.highest
    on = state.counter.last_date if state.counter else None
    return [str(state.label), state.series, str(state.year), last, on, state.document, state.used]


def numbers_in_words(finding: Finding) -> str:
    """One number or a range, as on paper."""
    return str(finding.first) if finding.first == finding.last else f"{finding.first}–{finding.last}"


def text_of(finding: Finding, state: SeriesState) -> str:
    """What the finding means, and what to do."""
    if finding.change:
        return _("Skipped by hand by %(by)s on %(day)s: %(reason)s") % {
            "by": finding.change.by,
            "day": day(timezone.localdate(finding.change.at)),
            "reason": finding.change.reason,
        }
    if finding.what == BACKWARDS and finding.on and finding.previous:
        return _("Dated %(on)s, while the number before is dated %(previous)s.") % {
            "on": day(finding.on),
            "previous": day(finding.previous),
        }
    if finding.what == BEHIND:
        return _("The counter stands at %(last)s. Raise it to %(highest)s before the next document.") % {
            "last": finding.first - 1,
            "highest": state.highest,
        }
    if finding.what == TWICE:
        return _("Two documents carry the number.")
    return _("No document carries it, and nobody gave a reason.")


register_page(
    Page("numbers", Numbers.page_title, "numbers", AREA, "list-checks", "company.view_numberseries",
         keywords=(gettext_lazy("gaps"), gettext_lazy("missing numbers")), order=51)
)  # fmt: skip
