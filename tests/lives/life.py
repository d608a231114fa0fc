"""One contract and those that follow it: what can happen to them, and what is noted meanwhile."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from ronda.accounting.tests.closings import close
from ronda.billing.models import Document, DocumentKind, DocumentLine
from ronda.billing.services import credit_document
from ronda.billing.tests.firm import make_account, make_firm
from ronda.contracts.models import ChargePeriod, Contract, ContractLine, Suspension
from ronda.contracts.services import LineChange, amend, lift, suspend, take_up, terminate
from ronda.contracts.tests.agreements import agree, month
from ronda.kernel.errors import Refusal
from ronda.renewals.models import IndexSeries, RenewalTerms
from ronda.renewals.services import (
    confirm_batch,
    prepare_batch,
    register_values,
    renew,
    set_clause,
    set_terms,
)

START = date(2026, 1, 15)
END = date(2026, 12, 31)
FEES = (
    {"text": "monthly", "price": "100.00", "frequency": 1},
    {"text": "yearly", "price": "1200.00", "frequency": 12, "alignment": "calendar"},
    {"text": "quarterly", "price": "333.33", "frequency": 3, "timing": "arrears", "quantity": "2"},
)
State = ChargePeriod.State


class Life:
    """A contract with an index clause and tacit renewal, its successors, and the notes of what happened."""

    def __init__(self, ends_on=None):
        self.company = make_firm()
        self.contract = agree(make_account(self.company), *FEES, starts_on=START, ends_on=ends_on)
        self.today = START
        self.issued = {}
        self.by_hand = Decimal(0)
        self.credited = False
        self._agree_on_index_and_renewal()

    def _agree_on_index_and_renewal(self):
        series = IndexSeries.objects.create(company=self.company, code="T", name="T", decimals=1, base="2015")
        months = [date(2025 + n // 12, n % 12 + 1, 1) for n in range(48)]
        values = [{"month": month, "value": Decimal(1000 + 3 * n) / 10} for n, month in enumerate(months)]
        register_values(series, values, by="anna")
        set_clause(self.contract, by="anna", series=series, share=Decimal(75), lag_months=3)
        set_terms(self.contract, by="anna", mode=RenewalTerms.Mode.TACIT, term_months=12)

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

    def timing(self, number, timing):
        """As the form of a line does: when days are billed may change, what they cost does not."""
        ContractLine.objects.filter(pk=self._line(number)).update(timing=timing)

    def index(self, day):
        """The batch of a day over the whole firm, back to the day each adjustment was due."""
        batch = prepare_batch(self.company, as_of=day, by="anna")
        confirm_batch(batch, by="anna", on=self.today)

    def renew(self):
        """Steps after this one happen to the successor."""
        self.contract = renew(self.contract, by="anna").successor

    def back(self):
        """Steps after this one happen to the contract that was renewed."""
        self.contract = self.contract.follows or self.contract

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

    def contracts(self):
        return Contract.objects.filter(company=self.company)

    def lines(self):
        return ContractLine.objects.filter(contract__company=self.company)

    def charges(self):
        return ChargePeriod.objects.filter(line__contract__company=self.company)

    def charged(self):
        return self.charges().filter(state__in=[State.BILLED, State.KEPT])

    def deferred_at(self, day):
        """What the preview of a closing defers, by line of a document."""
        lines = close(self.company, on=day).lines.filter(kind="deferral")
        return dict(lines.values_list("document_line_id", "deferred"))


def net_of(document):
    return sum((line.net for line in document.lines.filter(kind=DocumentLine.Kind.SALE)), Decimal(0))
