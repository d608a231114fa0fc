"""Random lives of a contract: whatever happens in whatever order, days and money add up."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.forms.models import model_to_dict
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from ronda.billing.models import Document, DocumentKind, DocumentLine
from ronda.billing.services import credit_document
from ronda.billing.tests.firm import make_account, make_firm
from ronda.contracts.domain.charges import due, owed
from ronda.contracts.models import ChargePeriod, Settlement, Suspension
from ronda.contracts.queries import TAKEN, charged_keys, line_rows
from ronda.contracts.services import LineChange, amend, lift, suspend, take_up, terminate
from ronda.contracts.tests.agreements import agree, month
from ronda.kernel.errors import Refusal
from ronda.kernel.periods import Period, repeated

START = date(2026, 1, 15)
FEES = (
    {"price": "100.00", "frequency": 1},
    {"price": "1200.00", "frequency": 12, "alignment": "calendar"},
    {"price": "333.33", "frequency": 3, "timing": "arrears", "quantity": "2"},
)
State = ChargePeriod.State
days = st.integers(0, 500).map(lambda n: START + timedelta(days=n))
settlements = st.sampled_from([s.value for s in Settlement if s != Settlement.REFUND])
steps = st.one_of(
    st.tuples(st.just("bill"), days),
    st.tuples(st.just("amend"), days, st.integers(0, 2), st.decimals(0, 3000, places=2), settlements),
    st.tuples(st.just("rhythm"), days, st.integers(0, 2), st.sampled_from([1, 3, 12])),
    st.tuples(st.just("suspend"), days, st.integers(0, 90), st.booleans(), st.booleans()),
    st.tuples(st.just("lift")),
    st.tuples(st.just("terminate"), days, settlements),
    st.tuples(st.just("take_up"), days),
    st.tuples(st.just("credit"), st.integers(0, 5)),
)


class Life:
    """One contract, what happened to it, and what was given back by hand."""

    def __init__(self):
        self.company = make_firm()
        self.contract = agree(make_account(self.company), *FEES, starts_on=START)
        self.today = START
        self.issued = {}
        self.by_hand = Decimal(0)
        self.credited = False

    def do(self, step):
        """One step on the latest day reached; a refusal changes nothing."""
        what, *given_values = step
        self.today = max([self.today, *(v for v in given_values if what == "bill")])
        try:
            with transaction.atomic():
                getattr(self, what)(*given_values)
        except Refusal:
            pass
        self.contract.refresh_from_db()

    def facts(self, **more):
        return {"by": "anna", "on": self.today, **more}

    def bill(self, as_of):
        month(self.company, as_of)

    def _line(self, number):
        lines = list(self.contract.lines.filter(closed_by=None).order_by("pk"))
        return lines[number % len(lines)].pk

    def amend(self, day, number, price, settles_by):
        change = LineChange(self._line(number), price=price)
        amend(self.contract, effective_on=day, changes=[change], **self.facts(settles_by=settles_by))

    def rhythm(self, day, number, every):
        change = LineChange(self._line(number), schedule={"frequency": every})
        amend(self.contract, effective_on=day, changes=[change], **self.facts())

    def suspend(self, day, length, bills, extends):
        last = day + timedelta(days=length)
        suspend(self.contract, starts_on=day, ends_on=last, bills=bills, extends=extends, **self.facts())

    def lift(self):
        resting = Suspension.objects.filter(contract=self.contract, lifted=False).order_by("pk").first()
        if resting:
            lift(resting, **self.facts())

    def terminate(self, day, settles_by):
        terminate(self.contract, ends_on=day, **self.facts(settles_by=settles_by))

    def take_up(self, day):
        take_up(self.contract, from_day=day, **self.facts())

    def credit(self, number):
        documents = list(Document.objects.exclude(kind=DocumentKind.CREDIT_NOTE).order_by("pk"))
        if documents:
            document = documents[number % len(documents)]
            before = sum(self.charged().values_list("amount", flat=True))
            note = credit_document(document, release=True, **self.facts())
            released = before - sum(self.charged().values_list("amount", flat=True))
            self.by_hand += net_of(note) - released
            self.credited = True

    def charged(self):
        return ChargePeriod.objects.filter(line__contract=self.contract, state__in=[State.BILLED, State.KEPT])


def net_of(document):
    return sum((line.net for line in document.lines.filter(kind=DocumentLine.Kind.SALE)), Decimal(0))


def check(life):
    """What holds after every step."""
    taken = list(ChargePeriod.objects.filter(TAKEN, line__contract=life.contract).order_by("pk"))
    by_fee = {}
    for charge in taken:
        by_fee.setdefault(charge.line.root, []).append(Period.closed(charge.starts_on, charge.ends_on))
    assert all(repeated(periods) == [] for periods in by_fee.values()), "a day is billed twice"

    rows = {row.pk: row for row in line_rows(life.contract.lines.all())}
    for charge in taken:
        terms = rows[charge.line_id].terms()
        now = {c.period.start: c for c in owed(terms, charge.ends_on + timedelta(days=1))}
        assert charge.starts_on in now, f"{charge} is not owed"
        assert (now[charge.starts_on].period.last_day, now[charge.starts_on].net) == (
            charge.ends_on,
            charge.amount,
        )
    keys = charged_keys(rows)
    for pk, row in rows.items():
        to_bill = [c.period for c in due(row.terms(), date(2028, 1, 1), keys.get(pk, set()))]
        fee = life.contract.lines.get(pk=pk).root
        assert repeated([*to_bill, *by_fee.get(fee, [])]) == [], "the month would bill a day again"

    kept = ChargePeriod.objects.filter(line__contract=life.contract, state=State.KEPT)
    if not life.credited:
        kept = kept.exclude(amendment__settles_by=Settlement.NOTHING)
        assert not kept.exists(), "money was kept that nobody agreed to keep"

    documents = Document.objects.filter(status=Document.Status.ISSUED)
    issued = sum((net_of(document) * document.sign for document in documents), Decimal(0))
    charged = sum(life.charged().values_list("amount", flat=True), Decimal(0))
    assert issued == charged - life.by_hand, "the documents do not add up to the charges"

    for document in documents:
        now = (model_to_dict(document), [model_to_dict(line) for line in document.lines.all()])
        assert life.issued.setdefault(document.pk, now) == now, "an issued document changed"


class LivesOfAContract(TestCase):
    @given(st.lists(steps, min_size=1, max_size=8))
    @settings(
        max_examples=30,
        phases=[Phase.explicit, Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def test_days_and_money_add_up_after_every_step(self, life_steps):
        life = Life()
        for step in [("bill", date(2026, 7, 1)), *life_steps]:
            life.do(step)
            check(life)


@pytest.mark.django_db
def test_a_life_written_out():
    life = Life()
    for step in (
        ("bill", date(2026, 6, 1)),
        ("amend", date(2026, 3, 10), 1, Decimal("1500.00"), "credit"),
        ("credit", 0),
        ("credit", 1),
        ("suspend", date(2026, 5, 1), 30, False, True),
        ("bill", date(2026, 9, 1)),
        ("terminate", date(2026, 7, 31), "credit"),
        ("take_up", date(2026, 10, 1)),
        ("bill", date(2026, 11, 1)),
        ("credit", 0),
        ("bill", date(2026, 12, 1)),
    ):
        life.do(step)
        check(life)
    assert life.contract.amendments.count() == 4
