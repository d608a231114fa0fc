"""Statuses a French firm tells: what was collected, and what it answers to its suppliers."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from ronda.company.jobs.worker import run_pending
from ronda.company.models import Job
from ronda.company.options import forget
from ronda.countries.fr.data.lifecycle import REASONS_OF
from ronda.countries.fr.domain.lifecycle import (
    InvoiceReference,
    Party,
    StatusNotWritable,
    read_status,
    status_message,
    write_status,
)
from ronda.countries.fr.domain.lifecycle.reader import PARIS
from ronda.countries.fr.models import InvoiceStatus
from ronda.countries.fr.services import ereporting_answers, ereporting_sending, statuses, statuses_received
from ronda.countries.fr.tests.reporting_firm import (
    business,
    choose,
    credit,
    household,
    invoice,
    line,
    pay,
    platform_of_the_firm,
    reporting_firm,
    undo,
)
from ronda.einvoices import services as einvoices
from ronda.einvoices.domain.exchange import Incoming
from ronda.einvoices.models import Transmission
from tests.purchase_makers import make_supplier_invoice
from tests.support.schematron import STANDARDS

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 10, 20, 9, 0, tzinfo=UTC)
SCHEMA = STANDARDS / "fr/xp-z12-012/cdar-xsd/CrossDomainAcknowledgementAndResponse_100pD22B.xsd"
needs_schema = pytest.mark.skipif(not SCHEMA.exists(), reason="the CDAR schema is not in ../shared/standards")


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT, settings.EINVOICES_ROOT = tmp_path / "files", tmp_path / "einvoices"
    yield
    forget()


@pytest.fixture
def company(db):
    return reporting_firm()


def sent(document):
    """The document's file, as if the platform had it."""
    row = einvoices.prepare([document], by="anna", on=document.date, now=NOW).made[0]
    return einvoices.sent_by_hand(row, by="anna", now=NOW)


def tell(company, *documents, now=NOW):
    return statuses.tell_collected(company, [one.pk for one in documents], by="anna", now=now)


def parts_of(row):
    return [(Decimal(rate), Decimal(amount)) for rate, amount in row.collected]


def told(document):
    """The sums of what was told of a document, by rate."""
    return statuses.told_of([document.pk]).get(document.pk, ({}, None))[0]


# 212, collected


def test_212_says_what_was_collected_at_each_rate(company):
    sold = invoice(business(company), 3, line(company), line(company, "100.00", "10"))
    sent(sold)
    pay(sold, "115.00", 10)

    [row] = tell(company, sold).made

    assert parts_of(row) == [(Decimal(20), Decimal("60.00")), (Decimal(10), Decimal("55.00"))]
    [message] = read_status(einvoices.content(row.kept))
    assert (message.status, message.invoice.number) == ("212", sold.label)
    assert [one.role for one in message.recipients] == ["BY", "DFH"]


def test_212_of_partial_payments_adds_up_to_the_invoice(company):
    sold = invoice(business(company), 3, line(company, "33.33"), line(company, "66.66", "5.5"))
    sent(sold)
    for day, amount in ((10, "0.01"), (11, "50.00"), (12, "60.32")):
        pay(sold, amount, day)
        tell(company, sold, now=NOW + timedelta(days=day))

    assert InvoiceStatus.objects.filter(document=sold).count() >= 2
    assert told(sold) == {Decimal(20): Decimal("40.00"), Decimal("5.5"): Decimal("70.33")}


def test_212_a_payment_that_was_undone_is_told_back(company):
    sold = invoice(business(company), 3)
    sent(sold)
    payment = pay(sold, "120.00", 10)
    tell(company, sold)
    undo(payment, 12)

    [row] = tell(company, sold, now=NOW + timedelta(hours=1)).made

    assert parts_of(row) == [(Decimal(20), Decimal("-120.00"))]
    assert told(sold) == {}


def test_212_told_twice_says_nothing_the_second_time(company):
    sold = invoice(business(company), 3)
    sent(sold)
    pay(sold, "120.00", 10)

    assert [len(tell(company, sold, sold).made) for _each in range(3)] == [1, 0, 0]


@pytest.mark.parametrize("order", list(permutations(("10.00", "70.01", "39.99"))))
def test_212_any_order_of_payments_tells_the_same_in_the_end(company, order):
    sold = invoice(business(company), 3, line(company, "50.00"), line(company, "54.55", "10"))
    sent(sold)
    for day, amount in enumerate(order, 10):
        pay(sold, amount, day)
        tell(company, sold, now=NOW + timedelta(days=day))

    assert told(sold) == {Decimal(20): Decimal("60.00"), Decimal(10): Decimal("60.00")}


def test_212_is_not_told_of_goods_of_consumers_and_of_what_the_platform_has_not(company):
    goods = invoice(business(company), 3, line(company, "100.00", "20DEB"))
    home = invoice(household(company), 3)
    unsent = invoice(business(company, "Autre SARL"), 3)
    for document in (goods, home):
        sent(document)
    for document in (goods, home, unsent):
        pay(document, "120.00", 10)

    assert tell(company, goods, home, unsent).made == []
    sent(unsent)
    assert [row.document for row in tell(company, goods, home, unsent).made] == [unsent]


def test_212_what_a_credit_note_settles_was_not_collected(company):
    sold = invoice(business(company), 3)
    sent(sold)
    credit(sold, 5)

    assert tell(company, sold).made == []


def test_212_one_invoice_that_cannot_be_told_stops_none_of_the_others(company):
    good, bad = invoice(business(company), 3), invoice(business(company, "Sans adresse"), 3)
    for document in (good, bad):
        sent(document)
        pay(document, "120.00", 10)
    bad.party.recipient_code = "nowhere"
    bad.party.save()

    done = tell(company, good, bad)

    assert [row.document for row in done.made] == [good]
    assert [(document, refusal.code) for document, refusal in done.failed] == [
        (bad, "lifecycle.not_writable")
    ]


@pytest.mark.postgres
def test_212_somebody_who_tells_in_between_makes_nobody_tell_twice(company, monkeypatch):
    sold = invoice(business(company), 3)
    sent(sold)
    pay(sold, "120.00", 10)
    write, told_between = statuses.write_status, []

    def slowly(message):
        if not told_between:
            told_between.append(True)
            tell(company, sold, now=NOW + timedelta(seconds=5))
        return write(message)

    monkeypatch.setattr(statuses, "write_status", slowly)

    assert tell(company, sold).made == []
    assert told(sold) == {Decimal(20): Decimal("120.00")}
    assert InvoiceStatus.objects.count() == 1


def test_many_documents_are_told_with_the_reads_of_one(company):
    firm, counts = business(company), []
    for count in (1, 4):
        documents = [invoice(firm, 3) for _each in range(count)]
        for document in documents:
            sent(document)
            pay(document, "120.00", 10)
        with CaptureQueriesContext(connection) as queries:
            plans = statuses._plans(company, [one.pk for one in documents])
            assert len(statuses._write_all(plans, statuses.Told(), now=NOW)) == count
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_212_allocating_a_payment_tells_the_platform_and_the_document_is_collected(company, tmp_path):
    sold = invoice(business(company), 3)
    with platform_of_the_firm(company, tmp_path / "platform") as platform:
        row = einvoices.prepare([sold], by="anna", on=sold.date, now=NOW).made[0]
        einvoices.send([row], by="anna", now=NOW)
        payment = pay(sold, "50.00", 10)
        run_pending()
        assert not Job.objects.filter(state=Job.State.FAILED).exists()
        status = InvoiceStatus.objects.get()
        assert (status.state, parts_of(status)) == ("sent", [(Decimal(20), Decimal("50.00"))])
        platform.step(6)
        einvoices.take_in(company, by="", now=NOW)
        row.refresh_from_db()
        status.refresh_from_db()
        assert (status.state, row.state) == ("answered", "collected")

        undo(payment, 12)
        run_pending()
        platform.step(6)
        einvoices.take_in(company, by="", now=NOW)
        row.refresh_from_db()
        assert told(sold) == {}
        assert row.state == "delivered"


def test_212_what_the_platform_rejects_is_told_again_on_request_only(company):
    sold = invoice(business(company), 3)
    sent(sold)
    pay(sold, "120.00", 10)
    [row] = tell(company, sold).made
    InvoiceStatus.objects.filter(pk=row.pk).update(state="rejected")

    assert tell(company, sold, now=NOW + timedelta(hours=1)).made == []
    [again] = statuses.tell_again(row, by="anna", now=NOW + timedelta(hours=2)).made
    assert parts_of(again) == [(Decimal(20), Decimal("120.00"))]
    with pytest.raises(statuses.NotToBeTold):
        statuses.tell_again(row, by="anna", now=NOW)


def test_what_the_channel_did_not_take_is_tried_again(company, tmp_path):
    sold = invoice(business(company), 3)
    sent(sold)
    pay(sold, "120.00", 10)
    [row] = tell(company, sold).made
    with platform_of_the_firm(company, tmp_path / "platform"):
        pass
    assert ereporting_sending.send([row], by="anna", now=NOW).failed == 1
    row.refresh_from_db()
    assert row.state == "failed"
    assert row.problem
    with platform_of_the_firm(company, tmp_path / "again"):
        rows = ereporting_sending.waiting(InvoiceStatus, company, now=NOW)
        assert ereporting_sending.send(rows, by="", now=NOW).sent == 1


@needs_schema
def test_212_is_valid_against_the_official_schema(company):
    sold = invoice(business(company), 3, line(company), line(company, "9.99", "5.5"))
    sent(sold)
    pay(sold, "60.00", 10)
    [row] = tell(company, sold).made

    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(etree.fromstring(einvoices.content(row.kept)))


# Answers to suppliers


@pytest.fixture
def bought(company):
    """An invoice of a French supplier."""
    found = make_supplier_invoice(company, 1)
    facts = dict(found.facts)
    facts["seller"] = {**facts["seller"], "registration_id": "55210055400013", "country": "FR"}
    facts["legal_kind"] = "380"
    found.facts = facts
    found.save()
    return type(found).objects.get(pk=found.pk)


def answer(bought, status, now=NOW, **given):
    return statuses_received.answer_supplier(bought, status=status, by="anna", now=now, **given)


def test_an_answer_names_the_invoice_its_seller_and_us(bought):
    row = answer(bought, "205")

    [message] = read_status(einvoices.content(row.kept))
    assert (message.status, message.invoice.number) == ("205", bought.number)
    assert (message.invoice.seller, message.issuer.identifier) == ("552100554", "732829320")
    assert [one.address for one in message.recipients] == ["552100554"]


@pytest.mark.parametrize("status", ["206", "207", "208", "210"])
def test_br_fr_cdv_15_a_doubt_and_a_refusal_need_a_reason_of_their_list(bought, status):
    with pytest.raises(StatusNotWritable):
        answer(bought, status)
    with pytest.raises(StatusNotWritable):
        answer(bought, status, reason="IRR_VIDE_F")

    row = answer(bought, status, reason=REASONS_OF[status][0], action="NIN", note="Voir la commande.")

    [message] = read_status(einvoices.content(row.kept))
    assert [(one.code, one.action, one.note) for one in message.reasons] == [
        (REASONS_OF[status][0], "NIN", "Voir la commande.")
    ]


def test_a_refused_invoice_is_refused_here_and_nothing_can_be_said_after(bought):
    answer(bought, "210", reason="DOUBLE_FACT")

    bought.refresh_from_db()
    assert bought.state == "refused"
    with pytest.raises(statuses_received.NotNow):
        answer(bought, "205", now=NOW + timedelta(hours=1))


def test_answers_follow_each_other_as_the_table_says(bought):
    for place, status in enumerate(("204", "205", "211")):
        answer(bought, status, now=NOW + timedelta(minutes=place))

    with pytest.raises(statuses_received.NotNow) as refused:
        answer(bought, "204", now=NOW + timedelta(hours=1))
    assert refused.value.facts["possible"] == ("207", "211")


def test_what_is_registered_cannot_be_refused(bought):
    bought.state = "registered"
    bought.save()

    with pytest.raises(statuses_received.StillRegistered):
        answer(bought, "210", reason="DOUBLE_FACT")
    assert InvoiceStatus.objects.count() == 0


def test_suppliers_without_a_siren_are_not_answered(company):
    with pytest.raises(statuses_received.NotAnswerable):
        answer(make_supplier_invoice(company, 2), "205")


def test_what_a_supplier_says_is_noted_once(company, bought):
    answer(bought, "208", reason="JUSTIF_ABS")
    seller = Party("SE", "552100554", "Peugeot", "552100554")
    content = write_status(
        status_message(
            "209",
            InvoiceReference(bought.number, bought.date, "380", "552100554"),
            issuer=seller,
            recipient=Party("BY", "732829320", "Air Pur", "732829320"),
            at=(NOW + timedelta(hours=1)).astimezone(PARIS),
        )
    )
    incoming = Incoming("t", "209.xml", content)

    assert [ereporting_answers.take(company, incoming, "") for _each in range(2)] == [True, True]
    rows = statuses_received.statuses_of(bought)
    assert [(row.status, row.heard) for row in rows] == [("208", False), ("209", True)]
    assert "210" in statuses_received.possible_answers(rows)


def test_a_status_of_an_invoice_that_is_not_here_is_nobodys(company):
    content = write_status(
        status_message(
            "209",
            InvoiceReference("UNKNOWN", date(2027, 10, 1), "380", "552100554"),
            issuer=Party("SE", "552100554", "Peugeot", "552100554"),
            recipient=Party("BY", "732829320", "Air Pur", "732829320"),
            at=NOW,
        )
    )

    assert not ereporting_answers.take(company, Incoming("t", "209.xml", content), "")


def test_answers_reach_the_platform_and_its_acknowledgement_comes_back(company, bought, tmp_path):
    row = answer(bought, "205")
    with platform_of_the_firm(company, tmp_path / "platform") as platform:
        ereporting_sending.send([row], by="anna", now=NOW)
        platform.step(2)
        einvoices.take_in(company, by="", now=NOW)

    row.refresh_from_db()
    assert row.state == "answered"
    assert Transmission.objects.count() == 0


def test_firms_of_other_countries_take_no_such_answers(company):
    company.country = "IT"

    assert not ereporting_answers.take(company, Incoming("t", "a.json", b"{}"), "")
    choose(company, tell_collected=True)
