"""What must never be in the data: each app declares its checks, `ronda.operations` runs them.

    register_check(
        Check(
            code="billing.totals",
            label=_("Totals of documents"),
            promise=_("The lines and the VAT of every document add up to its totals."),
            problems={"net": Problem(_("%(document)s: …"), _("Restore it from a backup …"))},
            run=_totals,
            figures={"net": _("Net")},
        )
    )

Declarations stand in `checks.py` of an app, which is found by name. A check reads in batches, so that memory
stays the same however many rows there are, and writes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

from django.apps import apps
from django.db import connection
from django.utils.formats import date_format
from django.utils.module_loading import autodiscover_modules

from ronda.company.jobs.labels import job_label
from ronda.kernel.money import ZERO

T = TypeVar("T")
#: Rows of one statement.
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of finding in words: what is wrong, with places for its facts, and what to do about it."""

    text: Any
    remedy: Any


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: `problem` is a code of its check, `model` ("billing.document") and `pk` say where."""

    problem: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    model: str = ""
    pk: int | None = None


@dataclass(slots=True)
class Look:
    """What a check is given, and where it tells what it read.

    `company_id` is None for checks of the whole installation. `thorough`: files are read to their end.
    """

    company_id: int | None
    now: datetime
    thorough: bool = False
    rows: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)

    @property
    def company(self) -> int:
        """The key of the company, for checks of one."""
        return self.company_id or 0

    def read(self, rows: int) -> None:
        """So many rows were read."""
        self.rows += rows

    def add(self, figure: str, amount: Decimal) -> None:
        """Add to one of the check's figures."""
        self.sums[figure] = self.sums.get(figure, ZERO) + amount


@dataclass(frozen=True, slots=True)
class Check:
    """One promise about the data and the function that looks whether it is kept.

    `passing` checks tell how things go at the moment: they are not asked of restored data.
    """

    code: str
    label: Any
    promise: Any
    problems: Mapping[str, Problem]
    run: Callable[[Look], Iterable[Finding]]
    figures: Mapping[str, Any] = field(default_factory=dict)
    whole_installation: bool = False
    passing: bool = False

    def words(self, problem: str, facts: Mapping[str, Any]) -> tuple[str, str]:
        """A finding in the reader's language, and its remedy."""
        known = self.problems.get(problem)
        if known is None:
            return problem, ""
        return str(known.text) % _in_words(facts), str(known.remedy)


_checks: dict[str, Check] = {}


def _in_words(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts that name a model (`what`, `of`), a field of `what`, a task (`job`) or a day, in words."""
    said = dict(facts)
    for name in facts.keys() & {"what", "of"}:
        with suppress(LookupError, ValueError):
            meta = apps.get_model(facts[name])._meta
            said[name] = meta.verbose_name
            if name == "what" and "field" in facts:
                said["field"] = getattr(meta.get_field(facts["field"]), "verbose_name", facts["field"])
    for name in facts.keys() & {"first", "last"}:
        with suppress(ValueError):
            said[name] = date_format(date.fromisoformat(facts[name]), "SHORT_DATE_FORMAT")
    if "job" in facts:
        said["job"] = job_label(facts["job"])
    return said


def register_check(check: Check) -> Check:
    """Declare a check. Its code is there once."""
    if check.code in _checks:
        raise ValueError(f"check {check.code} is declared twice")
    _checks[check.code] = check
    return check


def checks(*, whole_installation: bool | None = None) -> list[Check]:
    """All declared checks in the order of the apps, or only those of a company or of the installation."""
    autodiscover_modules("checks")
    found = list(_checks.values())
    if whole_installation is None:
        return found
    return [check for check in found if check.whole_installation is whole_installation]


def check_called(code: str) -> Check | None:
    """The check of that code, if there still is one."""
    autodiscover_modules("checks")
    return _checks.get(code)


def batches(rows: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """The rows, so many at a time."""
    left = iter(rows)
    while batch := list(islice(left, size)):
        yield batch


@contextmanager
def one_moment() -> Iterator[None]:
    """Inside, everything is read as it was at one moment, while others go on writing. Nothing may be written.

    Inside a transaction nothing is done: that one says what is seen.
    """
    if connection.in_atomic_block:
        yield
        return
    begin = (
        "BEGIN DEFERRED"
        if connection.vendor == "sqlite"
        else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    )
    with connection.cursor() as cursor:
        cursor.execute(begin)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
