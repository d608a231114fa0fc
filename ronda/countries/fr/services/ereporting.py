"""Reports of flux 10: prepared by period, in versions, so that nothing is told twice and nothing left out.

A report is computed anew from documents and payments each time it is prepared. What says the same as the
version the platform has taken is not sent again; what differs, because a document or a payment came or went
later, becomes the next version and replaces it (RE).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from ronda.company import audit, bulk, options
from ronda.company.models import Company
from ronda.countries.fr.domain.ereporting import (
    Content,
    Declarant,
    Kind,
    Regime,
    ReportNotWritable,
    ReportPeriod,
    SendingPlatform,
    Transmission,
    check_content,
    check_heading,
    digest_of,
    periods_of,
    report,
    totals_of,
)
from ronda.countries.fr.domain.lifecycle.reader import PARIS
from ronda.countries.fr.models import EReport, EReportEntry, OutgoingState
from ronda.countries.fr.options import ReportOptions
from ronda.countries.fr.services.ereporting_collecting import Entry, Found, collect
from ronda.countries.fr.services.invoicing import siren_of
from ronda.einvoices.domain.findings import Finding
from ronda.einvoices.models import KeptFile
from ronda.einvoices.services import archiving
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import to_cents
from ronda.kernel.periods import Period

#: How far back the nightly look goes; older periods are prepared by hand.
LOOK_BACK = timedelta(days=400)
#: Documents that a page names behind the figures of a report.
SHOWN = 1_000
#: Nobody else touches a version once it is on its way.
UNDER_WAY = (OutgoingState.QUEUED, OutgoingState.FAILED, OutgoingState.SENT)
OPEN = (OutgoingState.DRAFT, OutgoingState.NOTHING, OutgoingState.READY)


class NotReported(Refusal):
    """The company is not French, or reports nothing from here."""

    code = "ereporting.not_reported"


class NoSuchPeriod(Refusal):
    code = "ereporting.no_such_period"


class NotToBeSentYet(Refusal):
    """There is no file, it left already, or its first day has not come."""

    code = "ereporting.not_to_be_sent_yet"


class StillUnderWay(Refusal):
    """A version of the period is being sent, or waits for its answer."""

    code = "ereporting.still_under_way"


@dataclass(slots=True)
class Prepared:
    """Reports that were made or renewed, those that are as they were, and what waits for its answer."""

    made: list[EReport] = field(default_factory=list)
    same: list[EReport] = field(default_factory=list)
    waiting: list[EReport] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the next version of a period goes: `open_pk` is the one that is renewed."""

    version: int
    open_pk: int | None = None
    former: EReport | None = None
    under_way: EReport | None = None


@dataclass(frozen=True, slots=True)
class _Written:
    """A version before it is in the database."""

    content: Content
    entries: list[Entry]
    state: OutgoingState
    findings: list[Finding]
    transmission: Transmission | None = None


def regime_of(company: Company) -> Regime:
    """The VAT régime of the company. Refuses NotReported."""
    chosen = options.read(ReportOptions, company).regime if company.country == "FR" else ""
    if not chosen:
        raise NotReported(
            _("Choose the VAT régime first: Settings → Options → France: reports to the tax administration.")
        )
    return Regime(chosen)


def periods_until(company: Company, on: date, *, since: date | None = None) -> list[ReportPeriod]:
    """The periods of the company that ended before `on`, by date, from its first day to report."""
    regime, starts_on = regime_of(company), options.read(ReportOptions, company).starts_on
    first = max(starts_on, since or starts_on)
    found = [
        one
        for year in range(first.year - 1, on.year + 1)
        for one in periods_of(regime, year, since=starts_on)
    ]
    return [one for one in found if one.period.end > first and one.period.end <= on]


def prepare_due(company: Company, *, on: date, by: str, now: datetime | None = None) -> Prepared:
    """Prepare every period that ended before `on`, within the last thirteen months.

    Constant queries for collecting; a period whose last version says the same costs none. Refuses
    NotReported. What waits for its answer is left alone and looked at the next time.
    """
    now = now or timezone.now()
    periods, done = periods_until(company, on, since=on - LOOK_BACK), Prepared()
    for kind in Kind:
        own = [one for one in periods if one.kind is kind]
        if own:
            whole = Period(own[0].period.start, own[-1].period.end)
            found, known = collect(company, kind, whole), _last_versions(company, kind, whole)
            for period in own:
                _prepare(company, period, found, known.get(period.period.start), done, by=by, now=now)
    return done


def prepare(company: Company, kind: Kind, day: date, *, by: str, now: datetime | None = None) -> EReport:
    """Prepare the period of `kind` that contains `day`: the report as it stands, new or as it was.

    Refuses NotReported, NoSuchPeriod before the first day to report, StillUnderWay.
    """
    now = now or timezone.now()
    starts_on = options.read(ReportOptions, company).starts_on
    asked = periods_of(regime_of(company), day.year, kind=kind, since=starts_on)
    period = next((one for one in asked if one.period.contains(day)), None)
    if period is None:
        raise NoSuchPeriod(_("Nothing is reported of %(day)s.") % {"day": day.strftime("%d/%m/%Y")})
    done = Prepared()
    found = collect(company, kind, period.period)
    _prepare(company, period, found, None, done, by=by, now=now)
    if done.waiting:
        text = _("“%(report)s” is under way (%(state)s). Wait for the answer, then prepare it again.")
        told = {"report": done.waiting[0], "state": done.waiting[0].get_state_display()}
        raise StillUnderWay(text % told)
    return (done.made or done.same)[0]


def _last_versions(company: Company, kind: Kind, whole: Period) -> dict[date, EReport]:
    rows = EReport.objects.filter(
        company=company, kind=kind.value, starts_on__gte=whole.start, starts_on__lt=whole.end
    )
    return {row.starts_on: row for row in rows.order_by("starts_on", "version")}


def _prepare(
    company: Company,
    period: ReportPeriod,
    found: Found,
    known: EReport | None,
    done: Prepared,
    *,
    by: str,
    now: datetime,
) -> None:
    content = found.content(period.period)
    if known is not None and _says_the_same(known, content):
        done.same.append(known)
        return
    while True:
        place = _place(company, period)
        if place.under_way is not None:
            done.waiting.append(place.under_way)
            return
        written = _write(company, content, found.entries_of(period.period), place, now=now)
        row, changed = _keep(company, period, place, written, by=by, now=now)
        if row is not None:
            (done.made if changed else done.same).append(row)
            return


def _says_the_same(row: EReport, content: Content) -> bool:
    """Whether nothing is to be done by itself: it says what is to be said, and was taken or waits to be sent.

    What was rejected and would say the same again is left to a person.
    """
    done = (OutgoingState.ANSWERED, OutgoingState.READY, OutgoingState.NOTHING, OutgoingState.REJECTED)
    return row.state in done and row.digest == digest_of(content)


def _place(company: Company, period: ReportPeriod) -> _Place:
    rows = list(
        EReport.objects.filter(
            company=company, kind=period.kind.value, starts_on=period.period.start
        ).order_by("version")
    )
    taken = [row for row in rows if row.state == OutgoingState.ANSWERED]
    open_rows = [row for row in rows if row.state in OPEN]
    under_way = [row for row in rows if row.state in UNDER_WAY]
    last = rows[-1].version if rows else 0
    return _Place(
        open_rows[0].version if open_rows else last + 1,
        open_rows[0].pk if open_rows else None,
        taken[-1] if taken else None,
        under_way[0] if under_way else None,
    )


def _write(
    company: Company, content: Content, entries: list[Entry], place: _Place, *, now: datetime
) -> _Written:
    former = _as_transmission(place.former) if place.former else None
    digest = digest_of(content)
    if (former is None and content.is_empty) or (former is not None and former.digest == digest):
        return _Written(content, entries, OutgoingState.NOTHING, [])
    chosen = options.read(ReportOptions, company)
    declarant = Declarant(
        siren_of({"registration_id": company.registration_id}), company.legal_name or company.name
    )
    platform = SendingPlatform(chosen.platform_number, chosen.platform_name)
    try:
        made = report(
            content,
            declarant=declarant,
            platform=platform,
            at=now.astimezone(PARIS),
            former=former,
            sequence=place.version,
        )
    except ReportNotWritable:
        wrong = [*check_heading(declarant, platform), *check_content(content)]
        return _Written(content, entries, OutgoingState.DRAFT, wrong)
    return _Written(content, entries, OutgoingState.READY, list(made.warnings), made)


def _as_transmission(row: EReport) -> Transmission:
    """What the writer must know of the version that is replaced."""
    return Transmission(
        row.file_name.removesuffix(".xml"),
        row.type_code,
        row.version,
        Kind(row.kind),
        row.period,
        row.made_at,
        b"",
        row.digest,
        {},
    )


def _keep(
    company: Company, period: ReportPeriod, place: _Place, written: _Written, *, by: str, now: datetime
) -> tuple[EReport | None, bool]:
    """Write the version under the company's lock; None when somebody was faster, and all begins again."""
    kept = _store(company, written, now=now)
    try:
        with transaction.atomic():
            Company.objects.select_for_update().get(pk=company.pk)
            if _place(company, period) != place:
                archiving.forget(kept)
                return None, False
            return _put(company, period, place, written, kept, by=by, now=now)
    except BaseException:
        archiving.forget(kept)
        raise


def _store(company: Company, written: _Written, *, now: datetime) -> list[KeptFile]:
    if written.transmission is None:
        return []
    name = f"{written.transmission.identifier}.xml"
    file = archiving.ToKeep(name, written.transmission.xml, "application/xml")
    return archiving.store(company.pk, [file], now=now)


def _put(
    company: Company,
    period: ReportPeriod,
    place: _Place,
    written: _Written,
    kept: Sequence[KeptFile],
    *,
    by: str,
    now: datetime,
) -> tuple[EReport, bool]:
    row = EReport.objects.filter(pk=place.open_pk).first() if place.open_pk else None
    digest, findings = digest_of(written.content), _told(written.findings)
    if row is not None and (row.state, row.digest, row.findings) == (written.state, digest, findings):
        archiving.forget(kept)
        return row, False
    if row is None and written.state is OutgoingState.NOTHING and place.former is not None:
        return place.former, False
    row = row or EReport(company=company, kind=period.kind.value, starts_on=period.period.start)
    _fill(row, period, place, written, by=by, now=now)
    archiving.chain(company.pk, kept)
    row.kept = kept[0] if kept else None
    row.save()
    _write_entries(row, written.entries)
    audit.record(by, "country_fr.report.prepared", row, version=row.version, state=row.state)
    return row, True


def _fill(
    row: EReport, period: ReportPeriod, place: _Place, written: _Written, *, by: str, now: datetime
) -> None:
    made = written.transmission
    row.ends_on, row.opens_on, row.due_on = period.period.last_day, period.opens_on, period.due_on
    row.version, row.replaces = place.version, place.former
    row.type_code = made.type_code if made else ""
    row.file_name = f"{made.identifier}.xml" if made else ""
    row.state, row.digest = written.state.value, digest_of(written.content)
    row.figures = {name: str(amount) for name, amount in totals_of(written.content).items()}
    row.findings = _told(written.findings)
    row.problem, row.made_at, row.made_by = "", now, by


def _told(findings: Sequence[Finding]) -> list[list[Any]]:
    return [[one.code, str(one.text), str(one.remedy), one.blocks] for one in findings]


def _write_entries(row: EReport, entries: Sequence[Entry]) -> None:
    row.entries.all().delete()
    bulk.insert(
        [
            bulk.row(
                EReportEntry,
                report_id=row.pk,
                document_id=one.document,
                flow=one.flow,
                on=one.on,
                category=one.category,
                tax_due=one.tax_due,
                rate=one.rate,
                currency=one.currency,
                amount=one.amount,
                vat=one.vat,
            )
            for one in entries
        ]
    )


def due_to_send(company: Company, *, on: date) -> Iterator[EReport]:
    """Reports that may be sent on `on`, oldest first."""
    states = (OutgoingState.READY, OutgoingState.FAILED)
    rows = EReport.objects.filter(company=company, state__in=states, opens_on__lte=on)
    return rows.select_related("company", "kept").order_by("due_on", "pk").iterator()


def refuse_unsendable(row: EReport, *, on: date) -> None:
    """Refuse NotToBeSentYet unless `row` is ready, and may be sent on `on`."""
    if not row.is_unsent:
        text = _("“%(report)s” is “%(state)s”: it cannot be sent.")
        raise NotToBeSentYet(text % {"report": row, "state": row.get_state_display()})
    if on < row.opens_on:
        text = _("“%(report)s” may be sent from %(day)s.")
        raise NotToBeSentYet(text % {"report": row, "day": row.opens_on.strftime("%d/%m/%Y")})


def figures_of(row: EReport, *, shown: int = SHOWN) -> list[dict[str, Any]]:
    """The report's days as a page shows them: flow, day, category and rate with sums and documents.

    Of the documents the first `shown` of the whole report are named; `count` says how many there are.
    """
    names = ("flow", "on", "category", "rate", "currency")
    sums = row.entries.order_by(*names).values_list(*names)
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for *key, amount, vat, count in sums.annotate(
        Sum("amount"), Sum("vat"), Count("document", distinct=True)
    ):
        group = dict(zip(names, key, strict=True))
        group |= {"amount": to_cents(amount), "vat": to_cents(vat), "count": count, "entries": []}
        group["flow"] = EReportEntry.Flow(group["flow"]).label
        found[tuple(key)] = group
    entries = row.entries.select_related("document__party").order_by(*names, "document__label", "pk")
    for one in entries[:shown]:
        found[one.flow, one.on, one.category, one.rate, one.currency]["entries"].append(one)
    return list(found.values())
