"""R17, R18: a batch of adjustments from the preview to the prices, and why twice is once."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ronda.billing.tests.firm import make_account, make_firm
from ronda.contracts.models import ContractLine
from ronda.contracts.services import LineChange, amend, terminate
from ronda.contracts.tests.agreements import agree
from ronda.renewals.models import IndexBatch, IndexProposal, IndexSeries
from ronda.renewals.services import (
    BatchClosed,
    NothingDue,
    NotProposed,
    WrongIndex,
    confirm_batch,
    discard_batch,
    exclude,
    include,
    never_adjust,
    prepare_batch,
    set_clause,
)
from ronda.renewals.tests.agreed import foi, indexed

pytestmark = pytest.mark.django_db
D = Decimal
NEW_YEAR = date(2026, 1, 1)
State = IndexProposal.State


@pytest.fixture
def firm():
    return make_firm()


@pytest.fixture
def account(firm):
    return make_account(firm)


def prepare(firm, as_of=NEW_YEAR, **facts):
    return prepare_batch(firm, as_of=as_of, by="anna", **facts)


def confirm(batch, on=date(2025, 12, 10)):
    return confirm_batch(batch, by="anna", on=on)


def price_on(contract, day):
    lines = ContractLine.objects.filter(contract=contract, void=False)
    return [
        one.price
        for one in lines
        if (one.starts_on is None or one.starts_on <= day) and (one.ends_on is None or day <= one.ends_on)
    ]


def test_r18_three_quarters_of_two_per_cent_on_1000_are_1015_from_the_anniversary(firm, account):
    contract = indexed(agree(account, {"price": "1000.00", "frequency": 12}, starts_on=date(2025, 1, 1)))
    batch = prepare(firm)
    assert (batch.proposed, batch.pending, batch.old_total, batch.new_total) == (1, 0, D(1000), D(1015))
    proposal = batch.proposals.get()
    assert (proposal.due_on, proposal.effective_on, proposal.percent) == (NEW_YEAR, NEW_YEAR, D("1.5"))
    assert [code for code, _args, _value in proposal.derivation] == ["published", "share", "change"]
    confirm(batch)
    assert price_on(contract, date(2025, 12, 31)) == [D("1000.00")]
    assert price_on(contract, NEW_YEAR) == [D("1015.00")]
    contract.index_clause.refresh_from_db()
    assert (contract.index_clause.last_on, contract.index_clause.last_month) == (NEW_YEAR, date(2025, 9, 1))


def test_nothing_is_changed_by_a_preview(firm, account):
    contract = indexed(agree(account, starts_on=date(2025, 1, 1)))
    prepare(firm)
    assert price_on(contract, NEW_YEAR) == [D("100.00")]


def test_confirming_twice_is_once(firm, account):
    contract = indexed(agree(account, starts_on=date(2025, 1, 1)))
    batch = prepare(firm)
    confirm(batch)
    confirm(IndexBatch.objects.get(pk=batch.pk))
    assert contract.amendments.count() == 1
    assert price_on(contract, NEW_YEAR) == [D("101.50")]


def test_a_second_batch_finds_nothing_due_any_more(firm, account):
    indexed(agree(account, starts_on=date(2025, 1, 1)))
    confirm(prepare(firm))
    with pytest.raises(NothingDue):
        prepare(firm)


def test_two_previews_of_the_same_day_adjust_once(firm, account):
    contract = indexed(agree(account, starts_on=date(2025, 1, 1)))
    first, second = prepare(firm), prepare(firm)
    confirm(first)
    confirm(second)
    assert price_on(contract, NEW_YEAR) == [D("101.50")]
    assert second.proposals.get().state == State.PENDING


def test_r18_the_next_year_starts_from_the_month_used_last(firm, account):
    contract = indexed(agree(account, {"price": "1000.00"}, starts_on=date(2025, 1, 1)))
    confirm(prepare(firm))
    batch = prepare(firm, date(2027, 1, 1))
    proposal = batch.proposals.get()
    assert (proposal.base_month, proposal.month) == (date(2025, 9, 1), date(2026, 9, 1))
    confirm(batch, on=date(2026, 12, 10))
    assert price_on(contract, date(2027, 1, 1)) == [D("1022.61")]  # 1015.00 × 1.0075


def test_r18_a_missing_value_is_pending_with_its_reason_and_is_found_later(firm, account):
    contract = indexed(agree(account, starts_on=date(2025, 1, 1)), reference_month=11)
    batch = prepare(firm)
    proposal = batch.proposals.get()
    assert (batch.pending, proposal.state, proposal.reason[0]) == (1, State.PENDING, "pending.value")
    confirm(batch)
    assert price_on(contract, NEW_YEAR) == [D("100.00")]
    set_clause(contract, series=foi(firm), reference_month=9, share=D(75), by="anna")
    assert prepare(firm).proposed == 1


def test_r17_expired_lines_and_those_never_adjusted_stay(firm, account):
    contract = agree(
        account,
        {"price": "100.00", "text": "Assistenza"},
        {"price": "200.00", "text": "Licenza"},
        {"price": "300.00", "text": "Finito", "ends_on": date(2025, 6, 30)},
        {"price": "400.00", "text": "Attivazione", "frequency_unit": "once"},
        starts_on=date(2025, 1, 1),
    )
    indexed(contract)
    never_adjust(contract.lines.get(text="Licenza"), by="anna")
    batch = prepare(firm)
    assert [text for _pk, text, _old, _new in batch.proposals.get().lines] == ["Assistenza"]
    confirm(batch)
    now = {one.text: one.price for one in contract.lines.order_by("pk")}
    assert now == {"Assistenza": D("101.50"), "Licenza": D(200), "Finito": D(300), "Attivazione": D(400)}


def test_what_is_left_out_stays_due_and_can_be_taken_in_again(firm, account):
    contract = indexed(agree(account, starts_on=date(2025, 1, 1)))
    batch = prepare(firm)
    exclude(list(batch.proposals.all()), note="agreed by telephone", by="anna")
    batch.refresh_from_db()
    assert (batch.proposed, batch.new_total) == (0, D(0))
    with pytest.raises(NotProposed):
        exclude(list(batch.proposals.all()), by="anna")
    include(list(batch.proposals.all()), by="anna")
    exclude(list(batch.proposals.all()), by="anna")
    confirm(batch)
    assert price_on(contract, NEW_YEAR) == [D("100.00")]
    assert prepare(firm).proposed == 1


def test_a_contract_whose_price_moved_since_the_preview_is_left_pending(firm, account):
    contract = indexed(agree(account, starts_on=date(2025, 1, 1)))
    batch = prepare(firm)
    line = contract.lines.get()
    amend(contract, effective_on=date(2025, 12, 1), changes=[LineChange(line.pk, price=D(150))], by="anna",
          on=date(2025, 11, 20))  # fmt: skip
    confirm(batch)
    proposal = batch.proposals.get()
    assert (proposal.state, proposal.reason[0]) == (State.PENDING, "pending.moved")


def test_a_fee_with_a_later_change_agreed_already_is_pending(firm, account):
    contract = indexed(agree(account, starts_on=date(2025, 1, 1)))
    change = LineChange(contract.lines.get().pk, price=D(150))
    amend(contract, effective_on=date(2026, 6, 1), changes=[change], by="anna", on=date(2025, 11, 20))
    proposal = prepare(firm).proposals.get()
    assert (proposal.state, proposal.reason[0]) == (State.PENDING, "pending.later")


def test_new_prices_may_hold_from_a_later_day_than_they_are_due(firm, account):
    contract = indexed(agree(account, starts_on=date(2025, 1, 1)))
    batch = prepare(firm, date(2026, 3, 1), not_before=date(2026, 4, 1))
    assert batch.proposals.get().effective_on == date(2026, 4, 1)
    confirm(batch, on=date(2026, 3, 1))
    assert price_on(contract, date(2026, 3, 31)) == [D("100.00")]
    assert price_on(contract, date(2026, 4, 1)) == [D("101.50")]


def test_a_contract_that_ends_before_the_due_day_is_not_in_the_batch(firm, account):
    indexed(agree(account, starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31)))
    with pytest.raises(NothingDue):
        prepare(firm)


def test_a_contract_terminated_after_the_preview_is_left_pending(firm, account):
    contract = indexed(agree(account, starts_on=date(2025, 1, 1)))
    batch = prepare(firm)
    terminate(contract, ends_on=date(2025, 12, 31), by="anna", on=date(2025, 12, 1))
    confirm(batch)
    assert price_on(contract, NEW_YEAR) == [D("100.00")]
    assert batch.proposals.get().state == State.PENDING


def test_a_batch_of_one_index_leaves_the_others_alone(firm, account):
    indexed(agree(account, starts_on=date(2025, 1, 1)))
    other = IndexSeries.objects.get(company=firm, code="NIC")
    with pytest.raises(NothingDue):
        prepare(firm, series=other)


def test_a_discarded_batch_cannot_be_confirmed_and_everything_is_still_due(firm, account):
    indexed(agree(account, starts_on=date(2025, 1, 1)))
    batch = prepare(firm)
    discard_batch(batch, by="anna")
    with pytest.raises(BatchClosed):
        confirm(batch)
    assert prepare(firm).proposed == 1


def test_an_index_of_another_company_is_refused(firm, account):
    other = make_firm("Altra Srl")
    with pytest.raises(WrongIndex):
        set_clause(agree(account), series=foi(other), by="anna")


def test_preparing_takes_the_same_statements_for_two_contracts_and_for_twelve(firm, account):
    counts = []
    for wanted in (2, 12):
        for _n in range(wanted):
            indexed(agree(account, starts_on=date(2025, 1, 1)))
        with CaptureQueriesContext(connection) as queries:
            prepare(firm)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_confirming_takes_the_same_statements_for_two_contracts_and_for_twelve(firm, account):
    counts = []
    for wanted in (2, 12):
        for _n in range(wanted):
            indexed(agree(account, starts_on=date(2025, 1, 1)))
        batch = prepare(firm)
        with CaptureQueriesContext(connection) as queries:
            confirm(batch)
        counts.append(len(queries))
    assert counts[0] == counts[1]
