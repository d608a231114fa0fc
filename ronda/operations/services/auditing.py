"""Running the declared checks over a company or the installation, and keeping what they found."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min, Sum

from ronda.billing.models import ChainLink, Document
from ronda.company import audit
from ronda.company.checking import Check, Finding, Look, checks, one_moment
from ronda.company.jobs import Fence, Progress, no_fence, no_progress
from ronda.company.models import Company
from ronda.kernel.money import to_cents
from ronda.operations.domain.certificate import fingerprint
from ronda.operations.models import DataCheck, DataFinding
from ronda.operations.services.places import product_version

#: Findings of one check that are kept one by one; all of them are counted.
KEPT = 200
#: Results of a company that are kept.
HISTORY = 400


@dataclass(slots=True)
class Result:
    """What one check read and found."""

    check: Check
    rows: int = 0
    found: int = 0
    seconds: float = 0.0
    sums: dict[str, str] = field(default_factory=dict)
    kept: list[Finding] = field(default_factory=list)


def look(check: Check, company_id: int | None, *, now: datetime, thorough: bool = False) -> Result:
    """Run one check over the data as they are at one moment; writes nothing."""
    started, given = time.perf_counter(), Look(company_id, now, thorough)
    result = Result(check)
    with one_moment():
        for finding in check.run(given):
            result.found += 1
            if len(result.kept) < KEPT:
                result.kept.append(finding)
    result.rows, result.sums = given.rows, {name: str(to_cents(sum_)) for name, sum_ in given.sums.items()}
    result.seconds = time.perf_counter() - started
    return result


def findings(company: Company | None, *, now: datetime) -> Iterator[str]:
    """Everything wrong in the data of a company, or beside them (None), in words; keeps nothing.

    What only tells how things go at the moment, such as jobs that wait, is left out.
    """
    for check in checks(whole_installation=company is None):
        if check.passing:
            continue
        with one_moment():
            for finding in check.run(Look(company.pk if company else None, now)):
                yield check.words(finding.problem, finding.facts)[0]


def check_data(
    company: Company | None,
    *,
    by: str,
    now: datetime,
    thorough: bool = False,
    progress: Progress = no_progress,
    fence: Fence = no_fence,
) -> DataCheck:
    """Run every check of a company (None: of the installation) and keep the result. Not inside a transaction.

    Each check sees the data of one moment; who works meanwhile is not disturbed.
    """
    company_id = company.pk if company else None
    wanted, results = checks(whole_installation=company is None), []
    progress(0, len(wanted))
    for done, check in enumerate(wanted, start=1):
        results.append(look(check, company_id, now=now, thorough=thorough))
        progress(done, len(wanted))
    with one_moment():
        series = chain_ends(company_id) if company_id else []
    return _keep(company, results, series, by=by, now=now, fence=fence)


@transaction.atomic
def _keep(
    company: Company | None,
    results: list[Result],
    series: list[dict[str, Any]],
    *,
    by: str,
    now: datetime,
    fence: Fence,
) -> DataCheck:
    fence()
    made = DataCheck(
        company=company,
        at=now,
        by=by,
        version=product_version(),
        seconds=round(sum(result.seconds for result in results), 1),
        rows=sum(result.rows for result in results),
        found=sum(result.found for result in results),
        results=[_said(result) for result in results],
        series=series,
        firm=_firm(company),
    )
    made.digest = fingerprint(certified(made))
    made.save()
    DataFinding.objects.bulk_create(_rows(made, results), batch_size=500)
    audit.record(by, "operations.data.checked", made, rows=made.rows, found=made.found)
    old = DataCheck.objects.filter(company=company).order_by("-at", "-pk").values_list("pk", flat=True)
    DataCheck.objects.filter(pk__in=list(old[HISTORY:])).delete()
    return made


def _rows(run: DataCheck, results: list[Result]) -> Iterator[DataFinding]:
    for result in results:
        for finding in result.kept:
            yield DataFinding(
                check_run=run,
                code=result.check.code,
                problem=finding.problem,
                facts=dict(finding.facts),
                model=finding.model,
                record=finding.pk,
            )


def certified(run: DataCheck) -> dict[str, Any]:
    """What the fingerprint of a certificate is made of."""
    return {
        "company": run.company_id,
        "firm": run.firm,
        "at": run.at.astimezone(UTC).isoformat(),
        "by": run.by,
        "version": run.version,
        "rows": run.rows,
        "found": run.found,
        "results": run.results,
        "series": run.series,
    }


def is_unchanged(run: DataCheck) -> bool:
    """Whether the kept result says what it said when it was made."""
    return run.digest == fingerprint(certified(run))


def _said(result: Result) -> dict[str, Any]:
    return {
        "code": result.check.code,
        "rows": result.rows,
        "found": result.found,
        "seconds": f"{result.seconds:.2f}",
        "sums": result.sums,
    }


def _firm(company: Company | None) -> dict[str, str]:
    if company is None:
        return {}
    return {
        "name": company.legal_name or company.name,
        "tax_id": company.tax_id,
        "city": company.city,
        "currency": company.currency,
    }


def chain_ends(company_id: int) -> list[dict[str, Any]]:
    """Each series and year: how many documents, from which number to which, their sums, the last link."""
    issued = Document.objects.filter(company_id=company_id, status=Document.Status.ISSUED).order_by()
    grouped: Any = issued.values("series", "year").annotate(
        count=Count("pk"), first=Min("number"), last=Max("number"), until=Max("date"),
        net=Sum("net_total"), vat=Sum("vat_total"), gross=Sum("gross_total"),
    )  # fmt: skip
    ends = dict(_last_links(company_id))
    return [
        {
            "series": row["series"],
            "year": row["year"],
            "count": row["count"],
            "first": row["first"],
            "last": row["last"],
            "until": row["until"].isoformat(),
            **{name: str(to_cents(row[name])) for name in ("net", "vat", "gross")},
            "digest": ends.get((row["series"], row["year"]), ""),
        }
        for row in sorted(grouped, key=lambda one: (-one["year"], one["series"]))
    ]


def _last_links(company_id: int) -> Iterable[tuple[tuple[str, int], str]]:
    links = ChainLink.objects.filter(company_id=company_id).order_by()
    last = links.values("series", "year").annotate(newest=Max("pk")).values("newest")
    for series, year, digest in ChainLink.objects.filter(pk__in=last).values_list("series", "year", "digest"):
        yield (series, year), digest
