from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.countries.it.domain.sdi import (
    Family,
    Kind,
    Receipt,
    ReceiptError,
    deadlines,
    due_alerts,
    judge,
    state_of,
)
from ronda.einvoices.domain.states import OPEN_QUESTIONS, State


def receipt(kind, sdi_id="1", outcome="", **more):
    return Receipt(
        kind=kind, family=Family.PA, sdi_id=sdi_id, message_id=f"{kind}{outcome}", outcome=outcome, **more
    )


RC, MC, AT, DT = (receipt(kind) for kind in (Kind.DELIVERED, Kind.NOT_DELIVERED, Kind.ATTESTED, Kind.EXPIRED))
NS = receipt(Kind.REJECTED, errors=(ReceiptError("00305", "IdCodice non valido"),))
YES, NO = receipt(Kind.OUTCOME, outcome="EC01"), receipt(Kind.OUTCOME, outcome="EC02")
EC, SE, MT = (receipt(kind) for kind in (Kind.CUSTOMER_OUTCOME, Kind.OUTCOME_REJECTED, Kind.METADATA))
ALL = (RC, MC, AT, DT, NS, YES, NO, EC, SE, MT)
FIRM = {"sent": True, "consumer": False, "public_body": False}
CONSUMER = {"sent": True, "consumer": True, "public_body": False}
PA = {"sent": True, "consumer": False, "public_body": True}


def test_r42_every_order_of_every_four_receipts_gives_one_verdict():
    for size in range(1, 5):
        for chosen in combinations(ALL, size):
            verdicts = {judge(order, **PA) for order in permutations(chosen)}
            assert len(verdicts) == 1, chosen


@given(st.data())
def test_r42_order_and_copies_over_several_sendings_change_nothing(data):
    drawn = data.draw(
        st.lists(st.tuples(st.sampled_from(ALL), st.sampled_from(["", "1", "2", "3"])), max_size=7)
    )
    receipts = [replace(one, sdi_id=sdi_id) for one, sdi_id in drawn]
    shuffled = data.draw(
        st.permutations(
            receipts + data.draw(st.lists(st.sampled_from(receipts or [RC])) if receipts else st.just([]))
        )
    )
    for circumstances in (FIRM, CONSUMER, PA):
        assert judge(shuffled, **circumstances) == judge(receipts, **circumstances)


@pytest.mark.parametrize(
    ("receipts", "circumstances", "state", "reasons"),
    [
        ([], {**FIRM, "sent": False}, State.READY, []),
        ([], FIRM, State.SENT, []),
        ([MT, EC, SE], FIRM, State.SENT, []),
        ([RC], FIRM, State.DELIVERED, ["delivered"]),
        ([RC], {**FIRM, "sent": False}, State.DELIVERED, ["delivered"]),
        ([MC], FIRM, State.AVAILABLE, ["available_firm"]),
        ([MC], CONSUMER, State.AVAILABLE, ["available_consumer"]),
        ([MC], PA, State.TAKEN, ["not_delivered_pa"]),
        ([MC, RC], FIRM, State.DELIVERED, ["delivered"]),
        ([MC, AT], PA, State.AVAILABLE, ["attested"]),
        ([NS], FIRM, State.REJECTED, ["rejected"]),
        ([RC, YES], PA, State.ACCEPTED, ["accepted"]),
        ([RC, NO], PA, State.REFUSED, ["refused"]),
        ([NO], PA, State.REFUSED, ["refused"]),
        ([RC, DT], PA, State.EXPIRED, ["expired"]),
        ([receipt(Kind.OUTCOME, outcome="")], PA, State.SENT, []),
    ],
)
def test_r42_the_strongest_receipt_decides(receipts, circumstances, state, reasons):
    verdict = judge(receipts, **circumstances)
    assert (verdict.state, [reason.code for reason in verdict.reasons]) == (state, reasons)
    assert state_of(receipts, **circumstances) is state
    assert not verdict.contradictory


@pytest.mark.parametrize(
    ("receipts", "state"),
    [
        ([NS, RC], State.REJECTED),
        ([NS, MC], State.REJECTED),
        ([YES, NO], State.REFUSED),
        ([NO, DT], State.REFUSED),
        ([YES, DT], State.ACCEPTED),
    ],
)
def test_r42_receipts_that_contradict_each_other_ask_a_person_to_look(receipts, state):
    verdict = judge(receipts, **PA)
    assert (verdict.state, verdict.contradictory, verdict.reasons[-1].code) == (state, True, "contradictory")


def test_a_consumer_who_was_not_reached_leaves_nothing_to_do():
    assert state_of([MC], **CONSUMER) not in OPEN_QUESTIONS


def test_a_file_handed_over_twice_stays_what_its_first_sending_was():
    repeated = replace(NS, sdi_id="2", errors=(ReceiptError("00002", "Nome file duplicato"),))
    alone = judge([repeated], **FIRM)
    assert (alone.state, [reason.code for reason in alone.reasons]) == (State.REJECTED, ["duplicate"])
    both = judge([repeated, RC], **FIRM)
    assert (both.state, both.sdi_id, both.errors, both.contradictory) == (State.DELIVERED, "1", (), False)


def test_a_rejection_tells_every_error_once_and_a_refusal_its_reason():
    more = replace(NS, errors=(ReceiptError("00200", "Formato"), *NS.errors))
    assert [error.code for error in judge([NS, more], **FIRM).errors] == ["00200", "00305"]
    refused = judge([replace(NO, description="Manca il CIG")], **PA)
    assert "Manca il CIG" in str(refused.reasons[0].text)


def test_the_day_of_delivery_is_the_italian_one():
    late = replace(RC, delivered_at=datetime(2026, 3, 31, 22, 30, tzinfo=UTC))
    assert judge([late], **PA).delivered_on == date(2026, 4, 1)
    assert judge([replace(RC, delivered_at=datetime.min.replace(tzinfo=UTC))], **PA).delivered_on is None


def asked(state, **more):
    facts = {"operation_on": date(2026, 2, 20), "deferred": False, "sent_on": None, "rejected_on": None}
    facts |= {"delivered_on": None, "public_body": False} | more
    return [(found.code, found.due, found.alert_on) for found in deadlines(state=state, **facts)]


def test_deadlines_follow_the_state_of_the_invoice():
    assert asked(State.READY) == [("issue", date(2026, 3, 4), date(2026, 3, 1))]
    assert asked(State.FAILED, operation_on=date(2028, 2, 29)) == [
        ("issue", date(2028, 3, 12), date(2028, 3, 9))
    ]
    assert asked(State.READY, deferred=True) == [("deferred", date(2026, 3, 15), date(2026, 3, 12))]
    assert asked(State.SENT, sent_on=date(2026, 12, 29)) == [("answer", date(2027, 1, 3), date(2027, 1, 3))]
    assert asked(State.REJECTED, rejected_on=date(2026, 2, 26)) == [
        ("resend", date(2026, 3, 3), date(2026, 2, 26))
    ]
    assert asked(State.DELIVERED, delivered_on=date(2026, 3, 1)) == []
    assert asked(State.DELIVERED, delivered_on=date(2026, 3, 1), public_body=True) == [
        ("customer", date(2026, 3, 16), date(2026, 3, 16))
    ]
    assert asked(State.ACCEPTED) == []


def test_terms_of_the_law_begin_on_their_day_and_absurd_dates_have_none():
    assert asked(State.READY, operation_on=date(2019, 6, 30)) == []
    assert asked(State.READY, operation_on=date(2019, 7, 1))[0][1] == date(2019, 7, 13)
    assert asked(State.READY, operation_on=date.max) == []


def test_people_are_reminded_from_the_day_of_the_alert():
    found = deadlines(
        state=State.READY, operation_on=date(2026, 2, 20), deferred=False, sent_on=None,
        rejected_on=None, delivered_on=None, public_body=False,
    )  # fmt: skip
    assert due_alerts(found, date(2026, 2, 28)) == ()
    assert due_alerts(found, date(2026, 3, 1)) == found
