"""R19, R20: successors, tacit renewals at night, and notices by the day they are received."""

from datetime import date
from decimal import Decimal

import pytest

from ronda.billing.tests.firm import make_account, make_firm
from ronda.contracts.models import Contract
from ronda.contracts.services import (
    FollowedByAnother,
    close_ended,
    suspend,
    take_up,
    terminate,
    transfer,
    void,
)
from ronda.contracts.tests.agreements import agree, month
from ronda.renewals.models import Notice, Renewal, RenewalTerms
from ronda.renewals.services import (
    AlreadyRenewed,
    GoesOnAlready,
    NoTerm,
    NoticeDone,
    NotYet,
    never_adjust,
    prepare_batch,
    receive_notice,
    record_notice,
    renew,
    renew_due,
    withdraw_notice,
)
from ronda.renewals.services.preparing import NothingDue
from ronda.renewals.tests.agreed import YEAR_2025, indexed, tacit
from ronda.renewals.workspace import why

pytestmark = pytest.mark.django_db
D = Decimal
NEW_YEAR = date(2026, 1, 1)


@pytest.fixture
def firm():
    return make_firm()


@pytest.fixture
def account(firm):
    return make_account(firm)


def night(firm, on=NEW_YEAR):
    return renew_due(firm, on=on, by="ronda")


def notice(contract, received_on, kind=Notice.Kind.CANCELLATION, on=date(2025, 12, 31), **facts):
    return record_notice(
        contract, kind=kind, channel="pec", received_on=received_on, by="anna", on=on, **facts
    )


def test_r19_a_tacit_contract_is_followed_by_the_same_year_one_later(firm, account):
    old = tacit(agree(account, {"price": "1200.00", "frequency": 12}, **YEAR_2025))
    renewal = night(firm)[0]
    new = renewal.successor
    assert (new.starts_on, new.ends_on, new.status) == (NEW_YEAR, date(2026, 12, 31), Contract.Status.ACTIVE)
    assert (new.party, new.account, new.title) == (old.party, old.account, old.title)
    assert new.renewal_terms.mode == RenewalTerms.Mode.TACIT
    assert new.renewal_terms.term_ends_on == date(2026, 12, 31)


def test_renewing_twice_is_once(firm, account):
    old = tacit(agree(account, **YEAR_2025))
    night(firm)
    assert night(firm) == []
    assert renew(old, by="anna") == Renewal.objects.get()
    assert Contract.objects.filter(company=firm).count() == 2


def test_r19_several_nights_missed_are_caught_up(firm, account):
    tacit(agree(account, **YEAR_2025))
    close_ended(on=date(2028, 2, 1), by="ronda")
    made = night(firm, date(2028, 2, 1))
    assert [one.ends_on for one in made] == [date(2026, 12, 31), date(2027, 12, 31), date(2028, 12, 31)]


def test_r19_periods_are_counted_from_where_they_always_were(firm, account):
    old = tacit(
        agree(
            account,
            {"price": "300.00", "frequency": 3},
            starts_on=date(2025, 1, 31),
            ends_on=date(2026, 1, 30),
        )
    )
    new = renew(old, by="anna").successor
    assert new.lines.get().anchor_on == date(2025, 1, 31)
    assert (new.starts_on, new.ends_on) == (date(2026, 1, 31), date(2027, 1, 30))


def test_r19_the_index_of_the_term_is_applied_once(firm, account):
    old = indexed(tacit(agree(account, {"price": "1000.00", "frequency": 12}, **YEAR_2025)))
    renewal = renew(old, by="anna")
    assert (renewal.old_yearly, renewal.new_yearly, renewal.percent) == (D(1000), D(1015), D("1.5"))
    assert renewal.successor.lines.get().price == D("1015.00")
    with pytest.raises(NothingDue):
        prepare_batch(firm, as_of=NEW_YEAR, by="anna")
    clause = renewal.successor.index_clause
    assert (clause.anchor_on, clause.last_on, clause.last_month) == (
        date(2025, 1, 1),
        NEW_YEAR,
        date(2025, 9, 1),
    )


def test_r18_a_renewal_before_the_index_is_known_leaves_it_due(firm, account):
    old = indexed(tacit(agree(account, **YEAR_2025)), reference_month=12)
    renewal = renew(old, by="anna")
    assert renewal.successor.lines.get().price == D("100.00")
    assert why(renewal) == "TEST of 12/2024 is not in the register yet."
    assert prepare_batch(firm, as_of=NEW_YEAR, by="anna").pending == 1


def test_lines_never_adjusted_stay_so_in_the_successor(firm, account):
    old = indexed(agree(account, {"text": "Canone"}, {"text": "Licenza", "price": "50.00"}, **YEAR_2025))
    never_adjust(old.lines.get(text="Licenza"), by="anna")
    new = renew(old, by="anna").successor
    assert [(one.text, one.price) for one in new.lines.all()] == [
        ("Canone", D("101.50")),
        ("Licenza", D("50.00")),
    ]
    assert [one.text for one in new.index_clause.never.all()] == ["Licenza"]


def test_expired_and_one_off_lines_are_not_renewed(firm, account):
    old = agree(
        account,
        {"text": "Canone"},
        {"text": "Finito", "ends_on": date(2025, 6, 30)},
        {"text": "Attivazione", "frequency_unit": "once"},
        **YEAR_2025,
    )
    assert [one.text for one in renew(old, by="anna").successor.lines.all()] == ["Canone"]


def test_the_payer_of_somebody_else_pays_for_the_successor_too(firm, account):
    other = make_account(firm, "Verdi").party
    old = tacit(agree(account, party=other, **YEAR_2025))
    new = night(firm)[0].successor
    assert (new.party, new.account) == (other, old.account)


def test_a_renewal_agreed_by_hand_has_its_own_length_and_price(firm, account):
    old = indexed(agree(account, {"price": "1000.00", "frequency": 12}, **YEAR_2025))
    renewal = renew(old, months=24, percent=D(-5), by="anna")
    assert (renewal.ends_on, renewal.successor.lines.get().price) == (date(2027, 12, 31), D("950.00"))


def test_the_two_contracts_bill_every_day_once(firm, account):
    tacit(agree(account, {"price": "100.00"}, **YEAR_2025))
    night(firm)
    issued = month(firm, date(2026, 2, 1))
    assert sum(entry.net for entry in issued.entries.all()) == D(1400)  # 12 months and 2


def test_r19_by_consent_nothing_renews_by_itself(firm, account):
    tacit(agree(account, **YEAR_2025), mode=RenewalTerms.Mode.CONSENT)
    assert night(firm) == []


def test_contracts_nobody_gave_terms_are_not_touched(firm, account):
    agree(account, **YEAR_2025)
    assert night(firm) == []


def test_before_its_end_nothing_is_renewed_at_night(firm, account):
    tacit(agree(account, **YEAR_2025))
    assert night(firm, date(2025, 12, 31)) == []


@pytest.mark.parametrize("last", [date(2025, 10, 31), date(2025, 12, 31)])
def test_a_terminated_contract_is_not_renewed(firm, account, last):
    old = tacit(agree(account, **YEAR_2025))
    terminate(old, ends_on=last, by="anna", on=date(2025, 9, 1))
    assert night(firm) == []


def test_a_contract_cut_short_by_a_last_day_is_not_renewed(firm, account):
    terminate(
        tacit(agree(account, **YEAR_2025)), ends_on=date(2025, 10, 31), by="anna", on=date(2025, 10, 31)
    )
    assert night(firm) == []


def test_a_contract_without_end_cannot_be_renewed(account):
    with pytest.raises(NoTerm):
        renew(agree(account), by="anna")


def test_r20_a_cancellation_in_time_ends_the_contract_with_its_term(firm, account):
    old = tacit(agree(account, **YEAR_2025))
    found = notice(old, date(2025, 9, 30))
    assert (found.state, found.last_useful_on) == (Notice.State.IN_TIME, date(2025, 9, 30))
    assert found.effective_on == date(2025, 12, 31)
    assert night(firm) == []


def test_r20_a_cancellation_received_later_renews_one_more_term_and_that_is_the_last(firm, account):
    old = tacit(agree(account, **YEAR_2025))
    found = notice(old, date(2025, 10, 1), sent_on=date(2025, 9, 25))
    assert (found.state, found.effective_on) == (Notice.State.LATE, date(2026, 12, 31))
    new = night(firm)[0].successor
    assert (new.ends_on, new.renewal_terms.mode) == (date(2026, 12, 31), RenewalTerms.Mode.NONE)
    assert night(firm, date(2027, 1, 1)) == []


def test_r20_what_counts_is_the_day_of_receipt(firm, account):
    old = tacit(agree(account, **YEAR_2025))
    sent = notice(old, None, sent_on=date(2025, 9, 25))
    assert (sent.state, sent.effective_on) == (Notice.State.SENT, None)
    received = receive_notice(sent, received_on=date(2025, 10, 2), by="anna", on=date(2025, 10, 3))
    assert received.state == Notice.State.LATE
    with pytest.raises(NoticeDone):
        receive_notice(sent, received_on=date(2025, 9, 29), by="anna", on=date(2025, 10, 3))


def test_r20_a_contract_without_end_ends_when_the_notice_has_run(firm, account):
    old = tacit(agree(account, starts_on=date(2025, 1, 1)))
    found = notice(old, date(2025, 9, 30))
    old.refresh_from_db()
    assert found.effective_on == old.ends_on == date(2025, 12, 30)


def test_a_request_of_other_terms_ends_nothing_but_waits_for_consent(firm, account):
    old = tacit(agree(account, **YEAR_2025))
    found = notice(old, date(2025, 9, 1), kind=Notice.Kind.RENEGOTIATION)
    old.renewal_terms.refresh_from_db()
    assert (found.effective_on, old.renewal_terms.mode) == (None, RenewalTerms.Mode.CONSENT)
    assert night(firm) == []
    withdraw_notice(found, by="anna")


def test_a_notice_that_ended_the_contract_cannot_be_withdrawn(firm, account):
    found = notice(tacit(agree(account, **YEAR_2025)), date(2025, 9, 1))
    with pytest.raises(NoticeDone):
        withdraw_notice(found, by="anna")


def test_a_notice_for_a_contract_renewed_already_is_refused(firm, account):
    old = tacit(agree(account, **YEAR_2025))
    night(firm)
    with pytest.raises(AlreadyRenewed):
        notice(old, date(2025, 9, 1))


def test_a_day_of_receipt_in_the_future_is_refused(account):
    with pytest.raises(NotYet):
        notice(tacit(agree(account, **YEAR_2025)), date(2026, 1, 1), on=date(2025, 12, 31))


def test_r19_a_renewed_contract_never_reaches_into_the_term_of_its_successor(firm, account):
    """Otherwise both would bill the same days."""
    old = tacit(agree(account, **YEAR_2025))
    new = renew(old, by="anna").successor
    facts = {"by": "anna", "on": date(2025, 12, 20)}

    with pytest.raises(FollowedByAnother, match=f"goes on as contract {new.number} from 01/01/2026"):
        take_up(old, from_day=date(2026, 2, 1), **facts)
    with pytest.raises(FollowedByAnother):
        suspend(old, starts_on=date(2025, 8, 1), ends_on=date(2025, 8, 31), extends=True, **facts)
    suspend(old, starts_on=date(2025, 8, 1), ends_on=date(2025, 8, 31), extends=False, **facts)

    void(new, by="anna")
    take_up(old, from_day=date(2026, 2, 1), **facts)
    old.refresh_from_db()
    assert old.ends_on is None


def test_the_index_and_the_renewal_go_on_with_the_next_payer(firm, account):
    old = tacit(
        indexed(agree(account, {"price": "1000.00", "frequency": 12}, {"price": "10.00"}, **YEAR_2025))
    )
    never_adjust(old.lines.get(price=10), by="anna")
    heir = make_account(firm)

    new = transfer(old, heir, effective_on=date(2025, 7, 1), by="anna", on=date(2025, 6, 20))

    assert (new.follows, new.renewal_terms.mode, new.renewal_terms.anchor_on) == (
        old,
        "tacit",
        date(2025, 1, 1),
    )
    clause = new.index_clause
    assert (clause.share, clause.anchor_on) == (75, date(2025, 1, 1))
    assert [line.price for line in clause.never.all()] == [10]
    assert [(r.contract, r.new_yearly) for r in renew_due(firm, on=date(2026, 1, 1), by="ronda")] == [
        (new, Decimal("1135.00"))  # 1000 and 1.5 %, and twelve times 10 that nobody adjusts
    ]


def test_a_contract_taken_over_after_its_renewal_is_not_renewed_twice(firm, account):
    old = tacit(agree(account, **YEAR_2025))
    successor = renew(old, by="anna").successor
    new = transfer(old, make_account(firm), effective_on=date(2025, 7, 1), by="anna", on=date(2025, 6, 20))

    successor.refresh_from_db()
    assert successor.follows == new
    assert renew_due(firm, on=date(2026, 1, 1), by="ronda") == []
    with pytest.raises(GoesOnAlready):
        renew(new, by="anna")
