"""What must never be in reports to the tax administration: found by `ronda check-data`."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from ronda.company.checking import Check, Finding, Look, Problem, register_check
from ronda.countries.fr.models import EReport, EReportEntry, OutgoingState
from ronda.kernel.money import ZERO, to_cents


def _figures(look: Look) -> Iterator[Finding]:
    """Each figure of a report is the sum of the entries of its documents."""
    sums: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    rows = EReportEntry.objects.filter(report__company=look.company).exclude(flow=EReportEntry.Flow.LEFT_OUT)
    grouped = rows.order_by().values_list("report", "flow", "currency")
    for pk, flow, currency, amount, vat in grouped.annotate(Sum("amount"), Sum("vat")):
        if flow in (EReportEntry.Flow.UNIT_RECEIPT, EReportEntry.Flow.DAILY_RECEIPTS):
            sums[pk][f"{flow} {currency}"] += to_cents(amount)
        else:
            sums[pk][f"{flow} base {currency}"] += to_cents(amount)
            sums[pk][f"{flow} vat {currency}"] += to_cents(vat)
    for row in EReport.objects.filter(company=look.company).order_by("pk"):
        look.read(1)
        said = {name: Decimal(amount) for name, amount in row.figures.items()}
        if any(said.get(name, ZERO) != sums[row.pk].get(name, ZERO) for name in {*said, *sums[row.pk]}):
            yield Finding("differs", {"name": str(row)}, "country_fr.ereport", row.pk)


def _files(look: Look) -> Iterator[Finding]:
    """What was sent has its file."""
    gone = (OutgoingState.SENT, OutgoingState.ANSWERED, OutgoingState.REJECTED)
    rows = EReport.objects.filter(company=look.company, state__in=gone).select_related("kept")
    for row in rows.order_by("pk"):
        look.read(1)
        if row.kept is None or row.kept.name != row.file_name:
            yield Finding("unkept", {"name": str(row)}, "country_fr.ereport", row.pk)


register_check(
    Check(
        code="country_fr.reports",
        label=_("Reports to the tax administration"),
        promise=_("Every figure that was reported is the sum of its documents, and its file is kept."),
        problems={
            "differs": Problem(
                _("“%(name)s” does not say the sum of its documents."),
                _("Prepare the period again: it becomes a new version."),
            ),
            "unkept": Problem(
                _("The file of “%(name)s” is not the one that was kept."),
                _("Compare with a backup; the operations log says who worked on it."),
            ),
        },
        run=lambda look: (*_figures(look), *_files(look)),
    )
)
