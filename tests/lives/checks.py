"""What holds after every step of a life."""

from datetime import date, timedelta
from decimal import Decimal

from django.forms.models import model_to_dict

from ronda.billing.models import Document
from ronda.contracts.domain.charges import due, owed
from ronda.contracts.models import ChargePeriod, Settlement
from ronda.contracts.queries import TAKEN, charged_keys, line_rows
from ronda.kernel.periods import Period, repeated
from tests.lives.days import deferred_by_days
from tests.lives.life import net_of

State = ChargePeriod.State


def check(life, closing_days=()):
    """Days once, money adds up, nothing issued changed, deferrals are those of the days."""
    _each_day_once(life)
    _charges_are_what_is_owed(life)
    _documents_add_up(life)
    _nothing_issued_changed(life)
    for day in closing_days:
        _deferred_as_by_days(life, day)


def _taken(life):
    return list(life.charges().filter(TAKEN).select_related("line").order_by("pk"))


def _each_day_once(life):
    """Of each fee, over its versions and over the contracts that follow each other."""
    billed = {}
    for charge in _taken(life):
        billed.setdefault(charge.line.text, []).append(Period.closed(charge.starts_on, charge.ends_on))
    assert all(repeated(periods) == [] for periods in billed.values()), "a day is billed twice"
    rows = {row.pk: row for row in line_rows(life.lines())}
    keys = charged_keys(rows)
    fees = dict(life.lines().values_list("pk", "text"))
    for pk, row in rows.items():
        to_bill = [c.period for c in due(row.terms(), date(2028, 1, 1), keys.get(pk, set()))]
        billed.setdefault(fees[pk], []).extend(to_bill)
        assert repeated(billed[fees[pk]]) == [], "the month would bill a day again"


def _charges_are_what_is_owed(life):
    rows = {row.pk: row for row in line_rows(life.lines())}
    for charge in _taken(life):
        terms = rows[charge.line_id].terms()
        now = {c.period.start: c for c in owed(terms, charge.ends_on + timedelta(days=1))}
        assert charge.starts_on in now, f"{charge} is not owed"
        found = now[charge.starts_on]
        assert (found.period.last_day, found.net) == (charge.ends_on, charge.amount)


def _documents_add_up(life):
    if not life.credited:
        kept = life.charges().filter(state=State.KEPT).exclude(amendment__settles_by=Settlement.NOTHING)
        assert not kept.exists(), "money was kept that nobody agreed to keep"
    documents = Document.objects.filter(status=Document.Status.ISSUED)
    issued = sum((net_of(document) * document.sign for document in documents), Decimal(0))
    charged = sum(life.charged().values_list("amount", flat=True), Decimal(0))
    assert issued == charged - life.by_hand, "the documents do not add up to the charges"


def _nothing_issued_changed(life):
    for document in Document.objects.filter(status=Document.Status.ISSUED):
        now = (model_to_dict(document), [model_to_dict(line) for line in document.lines.all()])
        assert life.issued.setdefault(document.pk, now) == now, "an issued document changed"


def _deferred_as_by_days(life, day):
    """R25-R28: line by line, and nothing beside them."""
    found = life.deferred_at(day)
    by_days = deferred_by_days(life.company, day)
    for line, cents in by_days.items():
        assert abs(found.pop(line, Decimal(0)) - cents) <= Decimal("0.01"), f"line {line} at {day}"
    assert found == {}, f"deferred of what has no day after {day}"
