import json
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from ronda.countries.it.domain.sdi import Kind, read_receipt, write_receipt
from ronda.countries.it.domain.sdi.answers import (
    LABELS,
    AboutReceived,
    facts_of,
    last_days,
    read_answer,
    receipt_of,
    verdict,
)
from ronda.countries.it.tests.test_sdi_messages import CASES, EVERYTHING, REAL, message
from ronda.einvoices.domain.exchange import Standing
from ronda.einvoices.domain.states import State

PUBLIC = {"public_body": True}


def kept(receipt):
    """As it comes back from the database."""
    facts = facts_of(receipt)
    return replace(facts, facts=json.loads(json.dumps(facts.facts)))


@pytest.mark.parametrize(("family", "kind"), CASES)
def test_every_receipt_survives_being_kept(family, kind):
    receipt = read_receipt(write_receipt(message(family, kind)), "x.xml")
    assert receipt_of(kept(receipt)) == receipt
    assert receipt_of(facts_of(receipt)) == receipt
    assert str(LABELS[kind])


@pytest.mark.parametrize(("family", "kind"), CASES)
def test_messages_about_received_invoices_are_told_from_answers(family, kind):
    content = write_receipt(message(family, kind))
    if kind not in {Kind.METADATA, Kind.CUSTOMER_OUTCOME, Kind.OUTCOME_REJECTED}:
        assert read_answer("x.xml", content) == facts_of(read_receipt(content, "x.xml"))
        return
    with pytest.raises(AboutReceived) as refused:
        read_answer("x.xml", content)
    assert refused.value.facts["receipt"] == read_receipt(content, "x.xml")


def test_a_damaged_receipt_survives_being_kept():
    receipt = read_receipt(REAL.replace(b"2026-07-01T10:11:12.000+02:00", b"?"))
    assert receipt_of(kept(receipt)) == receipt
    assert (facts_of(receipt).said_at, facts_of(receipt).kind) == (None, "MC")


def test_a_rejection_tells_reason_errors_and_last_day():
    rejected = replace(EVERYTHING, kind=Kind.REJECTED, delivered_at=None, available_on=None)
    found = verdict([kept(rejected)], sent=True, facts={})
    assert (found.state, found.exchange_id) == (State.REJECTED, "1234567")
    assert [(reason.code, str(reason.text)) for reason in found.reasons[1:]] == [
        ("00200", "File non conforme <al> formato Correggere & inviare"),
        ("00305", "IdCodice"),
    ]
    standing = Standing(State.REJECTED, date(2026, 2, 27), date(2026, 2, 28))
    # SdI took it on 1 March, Italian time.
    assert [(one.code, one.due) for one in last_days(standing, [kept(rejected)])] == [
        ("resend", date(2026, 3, 6))
    ]


def test_a_public_body_has_fifteen_days_from_the_delivery():
    moment = datetime(2026, 3, 31, 23, 30, tzinfo=ZoneInfo("Europe/London"))
    delivered = replace(EVERYTHING, kind=Kind.DELIVERED, delivered_at=moment, available_on=None)
    standing = Standing(State.DELIVERED, date(2026, 3, 30), date(2026, 3, 31), PUBLIC)
    [found] = last_days(standing, [kept(delivered)])
    assert (found.code, found.due, found.source.startswith("D.M. 55/2013")) == (
        "customer",
        date(2026, 4, 16),
        True,
    )
    assert last_days(replace(standing, facts={}), [kept(delivered)]) == []


def test_an_invoice_that_was_never_sent_has_its_day():
    standing = Standing(State.READY, date(2026, 3, 30), facts={"deferred": True})
    assert [(one.code, one.due) for one in last_days(standing, [])] == [("deferred", date(2026, 4, 15))]
    standing = replace(standing, facts={})
    assert [(one.code, one.due) for one in last_days(standing, [])] == [("issue", date(2026, 4, 11))]
