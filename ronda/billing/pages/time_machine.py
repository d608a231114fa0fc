"""The month on any day without writing anything (E38), and two months side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any, NamedTuple

import xlsxwriter
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from ronda.billing.domain import comparing
from ronda.billing.domain.comparing import Difference, Why
from ronda.billing.domain.reasons import explain
from ronda.billing.domain.reasons import labels as reason_labels
from ronda.billing.forms import TimeMachineForm
from ronda.billing.services import Simulation, differences, filters_for, picture_of, simulate
from ronda.billing.services.simulating import SHOWN
from ronda.kernel.errors import Refusal
from ronda.kernel.money import ZERO
from ronda.parties.models import Party
from ronda.workspace import display
from ronda.workspace.declare import Page, register_page
from ronda.workspace.export import FORMATS, XLSX, harmless, write_cell
from ronda.workspace.pages import PageMixin

ROWS_PER_PAGE = 50
STATES = {
    comparing.ONLY_FIRST: (gettext_lazy("only in the first"), "amber"),
    comparing.ONLY_SECOND: (gettext_lazy("only in the second"), "teal"),
    comparing.CHANGED: (gettext_lazy("different"), "blue"),
    comparing.SAME: (gettext_lazy("equal"), "gray"),
}


class Row(NamedTuple):
    """A difference as the page shows it."""

    found: Difference
    party: str
    state: Any
    colour: str
    why: list[str]


@dataclass(slots=True)
class Answer:
    """What was asked for, computed: one day, or two compared when `second` has a name."""

    on: date
    simulation: Simulation
    first: str = ""
    second: str = ""
    found: list[Difference] = field(default_factory=list)
    refusal: str = ""


class TimeMachinePage(PageMixin, TemplateView):
    """Choose a day, past or future, and see what the month would bill; nothing is written."""

    permission_required = "billing.view_billingrun"
    area = "billing"
    page_title = gettext_lazy("Time machine")
    template_name = "billing/time_machine.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = TimeMachineForm(request.GET or None, company=self.company)
        if not request.GET or not form.is_valid():
            first = TimeMachineForm(initial={"on": timezone.localdate(), "apart": True}, company=self.company)
            shown = form if request.GET else first
            return self.render_to_response(self.get_context_data(form=shown, errors=bool(request.GET)))
        answer = self.answer(form.cleaned_data)
        if request.GET.get("format") == "xlsx" and not answer.refusal:
            return spreadsheet(answer)
        return self.render_to_response(self.get_context_data(form=form, answer=answer))

    def answer(self, asked: dict[str, Any]) -> Answer:
        """The day asked for, and what it is compared with; a refusal is told on the page."""
        on = asked["on"] or timezone.localdate()
        try:
            return self.computed(on, asked)
        except Refusal as refusal:
            return Answer(on, Simulation(), refusal=str(refusal.message))

    def computed(self, on: date, asked: dict[str, Any]) -> Answer:
        party, then, run = asked["party"], asked["then"], asked["run"]
        if then and run is None and then < on:
            on, then = then, on
        filters = filters_for(
            self.company,
            party_id=party.pk if party else None,
            label=asked["contract"],
            known_until=on if asked["unbilled"] else None,
        )
        simulation = simulate(self.company, as_of=on, filters=filters)
        if run is not None:
            # What a run issued is billed by now: the day is what remains, month against month.
            found = differences(picture_of(run, filters.get("parties")), simulation.picture)
            return Answer(on, simulation, str(run), display.day(on), _of_contracts(found, filters))
        if then is None:
            return Answer(on, simulation)
        other = simulate(self.company, as_of=then, filters=filters)
        found = differences(simulation.picture, other.picture, chained=asked["apart"])
        return Answer(on, simulation, display.day(on), display.day(then), found)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        answer: Answer | None = kwargs.get("answer")
        context = super().get_context_data(**kwargs)
        if answer is None or answer.refusal:
            return context
        query = self.request.GET.copy()
        query.pop("page", None)
        context["query"] = query.urlencode()
        query.pop("show", None)
        context["base_query"] = query.urlencode()
        context["shown"] = self.request.GET.get("show", "")
        context.update(self.compared(answer) if answer.second else self.simulated(answer))
        return context

    def compared(self, answer: Answer) -> dict[str, Any]:
        counts = dict.fromkeys(STATES, 0)
        for one in answer.found:
            counts[one.state] += 1
        wanted = self.request.GET.get("show", "")
        chosen = [
            one
            for one in answer.found
            if (one.state == wanted if wanted in STATES else one.state != comparing.SAME)
        ]
        page = Paginator(chosen, ROWS_PER_PAGE).get_page(self.request.GET.get("page"))
        return {
            "page": page,
            "rows": rows_of(list(page.object_list)),
            "chips": [(code, STATES[code][0], counts[code], code == wanted) for code in STATES],
            "first_total": _sum(one.first for one in answer.found),
            "second_total": _sum(one.second for one in answer.found),
            "change_total": sum((one.change for one in answer.found), ZERO),
            "chosen_change": sum((one.change for one in chosen), ZERO),
        }

    def simulated(self, answer: Answer) -> dict[str, Any]:
        simulation = answer.simulation
        if self.request.GET.get("show") == "skipped":
            return self.skipped(simulation)
        page = Paginator(simulation.shown, ROWS_PER_PAGE).get_page(self.request.GET.get("page"))
        names = names_of(one.party_id for one in page.object_list)
        counted = simulation.documents + simulation.held
        return {
            "page": page,
            "documents": [(one, names.get(one.party_id, "")) for one in page.object_list],
            "months": sorted(simulation.months.items()),
            "hidden": max(0, counted - SHOWN),
            "most": SHOWN,
        }

    def skipped(self, simulation: Simulation) -> dict[str, Any]:
        labels = reason_labels()
        code = self.request.GET.get("code", "")
        counts: dict[str, int] = {}
        for one in simulation.left:
            counts[one.code] = counts.get(one.code, 0) + 1
        left = [one for one in simulation.left if not code or one.code == code]
        page = Paginator(left, ROWS_PER_PAGE).get_page(self.request.GET.get("page"))
        names = names_of(one.party_id for one in page.object_list)
        return {
            "page": page,
            "skips": [
                (one, names.get(one.party_id, ""), explain(one.code, one.facts)) for one in page.object_list
            ],
            "codes": [(key, labels.get(key, key), n, key == code) for key, n in sorted(counts.items())],
        }


def _of_contracts(found: Sequence[Difference], filters: dict[str, Any]) -> list[Difference]:
    """A run was not limited to the contracts asked for: its other rows are left out here."""
    wanted = filters.get("contracts")
    return [one for one in found if not wanted or one.pk in wanted]


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), ZERO)


def names_of(party_ids: Iterable[int]) -> dict[int, str]:
    """Names of payers by id, in one query."""
    return dict(Party.objects.filter(pk__in=set(party_ids)).values_list("pk", "name"))


def rows_of(found: Sequence[Difference]) -> list[Row]:
    """Differences with the names and the words they are shown with."""
    names = names_of(one.party_id for one in found)
    return [
        Row(one, names.get(one.party_id, ""), *STATES[one.state], [told(why) for why in one.why])
        for one in found
    ]


def told(why: Why) -> str:
    """A reason in the reader's words and numbers."""
    if why.left_out:
        return explain(why.code, why.facts)
    shown = {
        name: display.price(value) if isinstance(value, Decimal) else value
        for name, value in why.facts.items()
    }
    return comparing.sentence(why.code, shown)


def spreadsheet(answer: Answer) -> HttpResponse:
    """The whole answer as .xlsx: numbers are numbers, texts are never formulas."""
    if answer.second:
        heads = [_("Payer"), _("Contract"), _("State"), _("First"), _("Second"), _("Difference"), _("Why")]
        rows: list[list[Any]] = [
            [row.party, row.found.label, str(row.state), row.found.first, row.found.second,
             row.found.change, " ".join(row.why)]
            for row in rows_of(answer.found)
        ]  # fmt: skip
    else:
        names = names_of(one.party_id for one in answer.simulation.shown)
        heads = [_("Payer"), _("Periods from"), _("Lines"), _("Net"), _("Total")]
        rows = [
            [names.get(one.party_id, ""), one.oldest_on, one.lines, one.net, one.gross]
            for one in answer.simulation.shown
        ]
    headers = {"Content-Disposition": f'attachment; filename="time-machine-{answer.on:%Y-%m-%d}.xlsx"'}
    return HttpResponse(_book(heads, rows), content_type=XLSX, headers=headers)


def _book(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(_("Time machine")[:31])
        formats = {kind: book.add_format({"num_format": text}) for kind, text in FORMATS.items()}
        bold = book.add_format({"bold": True})
        sheet.set_column(0, 1, 32)
        sheet.set_column(2, 5, 16)
        for at, head in enumerate(heads):
            sheet.write_string(0, at, harmless(str(head)), bold)
        sheet.freeze_panes(1, 0)
        for line, row in enumerate(rows, start=1):
            for at, value in enumerate(row):
                kind = "money" if isinstance(value, Decimal) else "text"
                write_cell(sheet, line, at, value, kind, formats)
    return file.getvalue()


register_page(
    Page(
        "time-machine",
        gettext_lazy("Time machine"),
        "time-machine",
        "billing",
        icon="clock",
        permission="billing.view_billingrun",
        keywords=(gettext_lazy("simulate"), gettext_lazy("compare months")),
        order=2,
    )
)
