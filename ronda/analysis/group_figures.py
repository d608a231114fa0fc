"""Key figures of all the companies a person may see, side by side (P8). One statement for each figure.

Unlike the other analyses these are read when they are asked for: few numbers, but of today.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Case, Count, DecimalField, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from ronda.billing.models import Document, DocumentKind
from ronda.company.models import Branch, Company, User
from ronda.company.queries import companies_allowing
from ronda.contracts.models import Contract
from ronda.kernel.money import ZERO, to_cents
from ronda.payments.models import Instalment

DOCUMENTS, DUES, CONTRACTS = "billing.view_document", "payments.view_instalment", "contracts.view_contract"
#: A contract that ends within so many days is to be renewed.
AHEAD = 90
MONTHS = 12
AMOUNT = DecimalField(max_digits=16, decimal_places=2)


class Key(NamedTuple):
    """A row of the table: a branch of a company (None: what is of no branch), in a currency."""

    company: int
    branch: int | None
    currency: str


@dataclass(slots=True)
class Figures:
    """The key figures; None where the person may not see them."""

    month: Decimal | None = None
    month_before: Decimal | None = None
    year: Decimal | None = None
    year_before: Decimal | None = None
    open: Decimal | None = None
    overdue: Decimal | None = None
    recurring: Decimal | None = None
    drafts: int | None = None
    renewals: int | None = None

    def add(self, other: "Figures") -> None:
        """Add what the other knows."""
        for one in fields(self):
            more = getattr(other, one.name)
            if more is not None:
                setattr(self, one.name, (getattr(self, one.name) or 0) + more)


@dataclass(slots=True)
class CompanyFigures:
    """A company's sums in one currency, and those of its branches."""

    company: Company
    currency: str
    total: Figures = field(default_factory=Figures)
    branches: list[tuple[str, Figures]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class GroupView:
    """What the page shows: companies, and totals by currency."""

    companies: Sequence[CompanyFigures]
    totals: Mapping[str, Figures]


def same_day(on: date, *, months: int) -> date:
    """The day so many months earlier; the last of the month where there is no such day."""
    index = on.year * MONTHS + on.month - 1 - months
    first = date(index // MONTHS, index % MONTHS + 1, 1)
    following = (first + timedelta(days=31)).replace(day=1)
    return min(first + timedelta(days=on.day - 1), following - timedelta(days=1))


def group_view(user: User, on: date) -> GroupView:
    """The figures of a day of every company where the person may see them; constantly many queries."""
    allowed = companies_allowing(user, (DOCUMENTS, DUES, CONTRACTS))
    by_key: dict[Key, Figures] = {}
    for permission, read in ((DOCUMENTS, _billed), (DUES, _dues), (CONTRACTS, _contracts)):
        companies = [key for key, held in allowed.items() if permission in held]
        for key, figures in read(companies, on):
            by_key.setdefault(key, Figures()).add(figures)
    firms = Company.objects.filter(pk__in=allowed).order_by("name", "pk")
    return _arranged(list(firms), by_key)


def _arranged(companies: Sequence[Company], by_key: Mapping[Key, Figures]) -> GroupView:
    branches = dict(
        Branch.objects.filter(company__in=[one.pk for one in companies]).values_list("pk", "name")
    )
    of_company: dict[int, dict[str, CompanyFigures]] = {one.pk: {} for one in companies}
    names = {one.pk: one for one in companies}
    totals: dict[str, Figures] = {}
    ordered = sorted(by_key.items(), key=lambda one: (one[0].currency, branches.get(one[0].branch or 0, "")))
    for key, figures in ordered:
        if key.company not in names:
            continue
        row = of_company[key.company].setdefault(
            key.currency, CompanyFigures(names[key.company], key.currency)
        )
        row.total.add(figures)
        row.branches.append((branches.get(key.branch, "") if key.branch else "", figures))
        totals.setdefault(key.currency, Figures()).add(figures)
    rows = [row for one in companies for row in of_company[one.pk].values()]
    for row in rows:
        if len(row.branches) == 1 and not row.branches[0][0]:
            row.branches = []
    return GroupView(rows, dict(sorted(totals.items())))


def _between(first: date, last: date) -> Q:
    return Q(date__gte=first, date__lte=last)


def _billed(companies: Collection[int], on: date) -> Iterable[tuple[Key, Figures]]:
    """Net of what was issued, and the drafts that wait."""
    before, last_month = same_day(on, months=12), same_day(on, months=1)
    net = Case(
        When(kind=DocumentKind.CREDIT_NOTE, then=-F("net_total")), default=F("net_total"), output_field=AMOUNT
    )
    spans = {
        "month": _between(on.replace(day=1), on),
        "month_before": _between(last_month.replace(day=1), last_month),
        "year": _between(on.replace(month=1, day=1), on),
        "year_before": _between(before.replace(month=1, day=1), before),
    }
    rows = Document.objects.filter(company__in=companies).filter(
        Q(status=Document.Status.DRAFT) | Q(date__gte=before.replace(month=1, day=1), date__lte=on)
    )
    # A draft is of the year but carries no number: it is counted, not summed.
    issued = Q(status=Document.Status.ISSUED)
    sums = {name: _sum(net, span & issued) for name, span in spans.items()}
    counted = Count("pk", filter=Q(status=Document.Status.DRAFT))
    return _rows(rows, "branch", {**sums, "drafts": counted}, currency="currency")


def _dues(companies: Collection[int], on: date) -> Iterable[tuple[Key, Figures]]:
    """What customers owe, and what of it is late."""
    rows = Instalment.objects.filter(company__in=companies).exclude(amount=F("settled"))
    left = F("amount") - F("settled")
    sums = {"open": _sum(left, Q()), "overdue": _sum(left, Q(due_on__lt=on, amount__gt=0))}
    return _rows(rows, "document__branch", sums, currency="document__currency")


def _contracts(companies: Collection[int], on: date) -> Iterable[tuple[Key, Figures]]:
    """What recurs every month by the contracts in force, and how many of them end soon."""
    rows = Contract.objects.filter(company__in=companies, status=Contract.Status.ACTIVE, starts_on__lte=on)
    rows = rows.filter(Q(ends_on=None) | Q(ends_on__gte=on))
    ending = Q(ends_on__lte=on + timedelta(days=AHEAD), renewal=None)
    sums = {
        "recurring": _sum(F("yearly_amount"), Q(billing_hold=False)),
        "renewals": Count("pk", filter=ending),
    }
    for key, figures in _rows(rows, "branch", sums, currency="company__currency"):
        figures.recurring = to_cents((figures.recurring or ZERO) / MONTHS)
        yield key, figures


def _sum(expression: Any, condition: Q) -> Any:
    return Coalesce(Sum(expression, filter=condition or None), ZERO, output_field=AMOUNT)


def _rows(
    rows: "QuerySet[Any]", branch: str, sums: Mapping[str, Any], *, currency: str
) -> Iterable[tuple[Key, Figures]]:
    """The sums by company, branch and currency. SQLite adds in binary: amounts are put back into cents."""
    names = {f"sum_{name}": one for name, one in sums.items()}
    for row in rows.order_by().values("company", branch, currency).annotate(**names):
        found: dict[str, Any] = {name: row[f"sum_{name}"] for name in sums}
        cents: dict[str, Any] = {
            name: one if isinstance(one, int) else to_cents(one) for name, one in found.items()
        }
        yield Key(row["company"], row[branch], row[currency]), Figures(**cents)
