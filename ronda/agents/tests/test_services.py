"""What agents earn from documents and payments (E30), through the services."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ronda.agents.models import Agent, Commission, CommissionEntry, CommissionRule, Statement
from ronda.agents.services import (
    NothingToState,
    PeriodNotOver,
    StatementFrozen,
    StatementNotConfirmed,
    add_entry,
    assign,
    compute,
    confirm,
    discard,
    pay,
    prepare,
    recompute,
    refresh,
)
from ronda.agents.services.entering import EmptyAmount
from ronda.billing.models import Document
from ronda.billing.services import credit_document, draft_document, issue_document
from ronda.billing.tests.firm import line, make_account
from ronda.contracts.services import LineChange, amend
from ronda.contracts.tests.agreements import agree, month
from ronda.parties.models import PaymentMethod
from ronda.payments.services import allocate_credit, cancel_payment, record_payment, unallocate
from ronda.renewals.services import renew

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
MARCH = date(2026, 3, 31)
APRIL = date(2026, 4, 15)


def agent(firm, name="Rossi", percent="10", **facts):
    return Agent.objects.create(company=firm, name=name, percent=percent and Decimal(percent), **facts)


def rule(one, **facts):
    facts.setdefault("starts_on", date(2026, 1, 1))
    return CommissionRule.objects.create(company=one.company, agent=one, **facts)


def earned(**filters):
    """(agent, day, base, commission) of the ledger, in order."""
    rows = CommissionEntry.objects.filter(**filters).order_by("matured_on", "pk").select_related("agent")
    return [(row.agent.name, row.matured_on.isoformat(), str(row.base), str(row.amount)) for row in rows]


def pays(account, amount, on=APRIL):
    method = PaymentMethod.objects.filter(company=account.party.company, account_role="bank").first()
    return record_payment(account.party, date=on, amount=Decimal(amount), method=method, by="anna")


# --- the month ---------------------------------------------------------------------------------------------


def test_e30_the_month_writes_what_agents_earn_on_each_fee(firm, account):
    contract = agree(account, {"price": "100.00"}, {"price": "50.00"}, starts_on=date(2026, 3, 1))
    rossi, verdi = agent(firm), agent(firm, "Verdi", "3")
    assign([contract], agent=rossi, starts_on=date(2026, 1, 1), by="anna")
    rule(verdi, party=account.party)

    month(firm, MARCH)

    day = Document.objects.get().date.isoformat()
    assert earned() == [
        ("Rossi", day, "100.00", "10.00"),
        ("Verdi", day, "100.00", "3.00"),
        ("Rossi", day, "50.00", "5.00"),
        ("Verdi", day, "50.00", "1.50"),
    ]
    assert set(Commission.objects.values_list("contract", flat=True)) == {contract.pk}


def test_e30_a_fee_has_its_own_rule_before_the_contract(firm, account):
    contract = agree(account, {"price": "100.00"}, {"price": "50.00"}, starts_on=date(2026, 3, 1))
    rossi = agent(firm)
    rule(rossi, contract=contract)
    rule(rossi, contract=contract, line=contract.lines.get(price=50), percent=Decimal(40))

    month(firm, MARCH)

    assert [row[2:] for row in earned()] == [("100.00", "10.00"), ("50.00", "20.00")]


def test_e30_first_year_ten_then_five_percent_by_the_billed_period(firm, account):
    contract = agree(account, {"price": "100.00"}, starts_on=date(2025, 3, 1))
    rule(agent(firm, following=Decimal(5)), contract=contract, starts_on=date(2025, 1, 1))

    month(firm, date(2026, 3, 1))

    assert [row[3] for row in earned()] == ["10.00"] * 12 + ["5.00"]


def test_e30_an_agent_who_leaves_earns_on_the_periods_that_began_in_his_time(firm, account):
    contract = agree(account, {"price": "100.00"})
    rule(agent(firm), contract=contract, ends_on=date(2026, 2, 28))

    month(firm, MARCH)

    assert len(earned()) == 2


def test_e30_invoices_by_hand_count_only_where_the_rule_says_so(firm, account):
    rossi, verdi = agent(firm), agent(firm, "Verdi")
    rule(rossi, party=account.party)
    rule(verdi, party=account.party, beyond_contracts=True)

    issue(account, "200.00")

    assert [(row[0], row[3]) for row in earned()] == [("Verdi", "20.00")]


def issue(account, *nets, on=date(2026, 3, 2)):
    firm = account.party.company
    return issue_document(
        draft_document(account, [line(firm, net) for net in nets], by="anna", on=on), on=on, by="anna"
    )


def test_the_same_documents_told_twice_are_earned_once(firm, account):
    rule(agent(firm), beyond_contracts=True)
    document = issue(account, "100.00")

    assert compute(firm.pk, [document.pk], by="anna") == 0

    assert len(earned()) == 1


def test_without_agents_a_batch_costs_one_statement(firm, account):
    documents = [issue(account, "100.00").pk for _n in range(3)]

    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        compute(firm.pk, documents, by="anna")

    assert len([one for one in queries if "SAVEPOINT" not in one["sql"]]) == 1


def test_a_batch_takes_the_same_statements_for_two_documents_and_for_eight(firm):
    for name, base in (("Rossi", "invoiced"), ("Verdi", "collected")):
        rule(agent(firm, name, base=base), beyond_contracts=True)
    documents = [issue(make_account(firm, f"C{n}"), "100.00", "7.00").pk for n in range(10)]
    CommissionEntry.objects.all().delete()
    Commission.objects.all().delete()

    counts = []
    for batch in (documents[:2], documents[2:]):
        with CaptureQueriesContext(connection) as queries:
            compute(firm.pk, batch, by="anna")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 12
    assert Commission.objects.count() == 40


# --- credit notes ------------------------------------------------------------------------------------------


def test_e30_a_credit_note_takes_back_its_part_and_the_whole_restores(firm, account):
    """10 % of 33.33 is 3.33; 11.11 credited three times takes back 1.11, 1.11 and 1.11."""
    rule(agent(firm), beyond_contracts=True)
    document = issue(account, "33.33")
    sold = document.lines.get()

    for day in (5, 6, 7):
        credit_document(document, on=date(2026, 3, day), amounts={sold.pk: Decimal("11.11")}, by="anna")

    assert [(row[2], row[3]) for row in earned()] == [
        ("33.33", "3.33"),
        ("-11.11", "-1.11"),
        ("-11.11", "-1.11"),
        ("-11.11", "-1.11"),
    ]


def test_e30_a_credit_note_takes_back_at_the_share_that_was_earned(firm, account):
    one = rule(agent(firm), beyond_contracts=True)
    document = issue(account, "100.00")
    CommissionRule.objects.filter(pk=one.pk).update(percent=Decimal(50))

    credit_document(document, on=date(2026, 3, 5), by="anna")

    assert [row[3] for row in earned()] == ["10.00", "-10.00"]


# --- amendments and renewals ------------------------------------------------------------------------------


def change(contract, price, effective_on=date(2026, 1, 1)):
    fee = contract.lines.order_by("-pk").first()
    amend(
        contract,
        effective_on=effective_on,
        changes=[LineChange(fee.pk, price=Decimal(price))],
        reason="-",
        by="anna",
        on=MARCH,
    )


def test_e30_a_retroactive_price_changes_what_was_earned_at_the_same_share(firm, account):
    """Three months at 100.00 become 120.00, then 110.00: 10 % of +60.00, then of -30.00."""
    contract = agree(account, {"price": "100.00"})
    rule(agent(firm), contract=contract)
    month(firm, date(2026, 3, 1))

    change(contract, "120.00")
    change(contract, "110.00")

    amounts = [Decimal(row[3]) for row in earned()]
    assert amounts[:3] == [Decimal(10)] * 3
    assert (sum(amounts[3:6]), sum(amounts[6:]), sum(amounts)) == (6, -3, 33)
    before = earned()
    recompute(firm, starts_on=date(2026, 1, 1), ends_on=MARCH, by="anna")
    assert sorted(earned()) == sorted(before)


def test_e30_the_share_of_a_fee_goes_on_with_its_new_price(firm, account):
    contract = agree(account, {"price": "100.00"})
    rule(agent(firm), contract=contract, line=contract.lines.get())
    month(firm, date(2026, 2, 1))
    change(contract, "200.00", date(2026, 4, 1))

    month(firm, date(2026, 4, 1))

    assert [row[3] for row in earned()] == ["10.00", "10.00", "10.00", "20.00"]


def test_e30_a_renewed_contract_goes_on_with_the_share_and_with_its_years(firm, account):
    contract = agree(account, {"price": "100.00"}, starts_on=date(2025, 3, 1), ends_on=date(2026, 2, 28))
    rule(agent(firm, following=Decimal(4)), contract=contract, starts_on=date(2025, 1, 1))
    successor = renew(contract, by="anna", months=12, percent=Decimal(0)).successor

    month(firm, date(2026, 3, 1))

    last = Commission.objects.order_by("pk").last()
    assert (last.contract, last.percent, last.total) == (successor, Decimal(4), Decimal(4))
    assert Commission.objects.filter(contract=contract).count() == 12


# --- earned when collected ---------------------------------------------------------------------------------


@pytest.fixture
def collecting(firm):
    one = agent(firm, base="collected")
    rule(one, beyond_contracts=True)
    return one


def test_e30_what_is_earned_when_collected_waits_for_payments(firm, account, collecting):
    """122.00 to pay, 10.00 to earn: 61.00 brings 5.00, the other 61.00 the other 5.00."""
    issue(account, "100.00")
    assert earned() == []

    pays(account, "61.00", date(2026, 4, 1))
    pays(account, "61.00", date(2026, 4, 20))

    assert earned() == [
        ("Rossi", "2026-04-01", "50.00", "5.00"),
        ("Rossi", "2026-04-20", "50.00", "5.00"),
    ]


def test_e30_a_payment_taken_back_takes_back_what_it_brought(firm, account, collecting):
    issue(account, "100.00")
    first = pays(account, "40.00", date(2026, 4, 1))
    pays(account, "82.00", date(2026, 4, 2))

    cancel_payment(first, on=date(2026, 4, 3), by="anna")
    pays(account, "40.00", date(2026, 4, 4))

    assert [row[3] for row in earned()] == ["3.28", "6.72", "-3.28", "3.28"]


def test_e30_a_link_removed_by_hand_takes_back_as_well(firm, account, collecting):
    document = issue(account, "100.00")
    pays(account, "122.00")

    unallocate(document.instalments.get().allocations.get(), on=date(2026, 4, 20), by="anna")

    assert [row[3] for row in earned()] == ["10.00", "-10.00"]


def test_e30_a_credit_note_used_on_its_invoice_earns_nothing_in_the_end(firm, account, collecting):
    document = issue(account, "100.00")
    note = credit_document(document, on=date(2026, 3, 5), by="anna")
    assert earned() == []

    allocate_credit(note.instalments.get(), document.instalments.get(), on=APRIL, by="anna")

    assert sorted(row[3] for row in earned()) == ["-10.00", "10.00"]


def test_payments_take_one_statement_more_where_no_commission_waits(firm, account):
    rule(agent(firm), beyond_contracts=True)
    issue(account, "100.00")

    with CaptureQueriesContext(connection) as queries:
        pays(account, "122.00")

    assert len([one for one in queries if "agents_" in one["sql"]]) == 1


# --- rules corrected afterwards ----------------------------------------------------------------------------


def test_e30_documents_issued_before_the_rule_are_computed_afterwards(firm, account):
    contract = agree(account, {"price": "100.00"})
    month(firm, date(2026, 2, 28))
    rossi = agent(firm, base="collected")
    pays(account, "122.00", date(2026, 3, 3))
    rule(rossi, contract=contract)

    done = recompute(firm, starts_on=date(2026, 1, 1), ends_on=MARCH, by="anna")

    assert done == 2
    assert earned() == [("Rossi", "2026-03-03", "50.00", "5.00")] * 2


def test_e30_a_corrected_rule_changes_what_no_confirmed_statement_shows(firm, account):
    one = rule(agent(firm), beyond_contracts=True)
    issue(account, "100.00", on=date(2026, 3, 2))
    confirm(state(one.agent, ends_on=date(2026, 3, 3)), on=date(2026, 3, 4), by="anna")
    document = issue(account, "200.00", on=date(2026, 3, 10))
    credit_document(document, on=date(2026, 3, 11), amounts={document.lines.get().pk: Decimal(50)}, by="anna")
    draft = state(one.agent)
    assert draft.total == Decimal("15.00")
    CommissionRule.objects.filter(pk=one.pk).update(percent=Decimal(20))

    recompute(firm, starts_on=date(2026, 3, 1), ends_on=MARCH, by="anna", agents=[one.agent])

    assert [row[3] for row in earned()] == ["10.00", "40.00", "-10.00"]
    draft.refresh_from_db()
    assert draft.total == Decimal("30.00")


def test_computing_again_twice_is_once(firm, account, collecting):
    issue(account, "100.00", "33.33")
    pays(account, "50.00")
    before = earned()

    for _n in range(2):
        recompute(firm, starts_on=date(2026, 3, 1), ends_on=MARCH, by="anna")

    assert earned() == before


def test_e30_what_is_in_a_confirmed_statement_in_part_keeps_its_terms_to_the_end(firm, account, collecting):
    issue(account, "100.00")
    pays(account, "61.00", date(2026, 4, 1))
    confirm(state(collecting, ends_on=APRIL), on=date(2026, 5, 1), by="anna")
    CommissionRule.objects.update(percent=Decimal(50))

    recompute(firm, starts_on=date(2026, 3, 1), ends_on=MARCH, by="anna")
    pays(account, "61.00", date(2026, 5, 2))

    assert [row[3] for row in earned()] == ["5.00", "5.00"]


# --- statements --------------------------------------------------------------------------------------------


def state(one, starts_on=date(2026, 3, 1), ends_on=MARCH):
    return prepare([one], starts_on=starts_on, ends_on=ends_on, by="anna")[0]


def test_e30_a_statement_takes_its_number_once_and_freezes_its_rows(firm, account):
    one = rule(agent(firm), beyond_contracts=True).agent
    issue(account, "100.00")
    draft = state(one)

    statement = confirm(draft, on=APRIL, by="anna")
    again = confirm(draft, on=date(2026, 4, 16), by="anna")

    assert (statement.label, statement.total) == ("PROV 1/2026", Decimal("10.00"))
    assert (again.pk, again.confirmed_on) == (statement.pk, APRIL)
    with pytest.raises(NothingToState):
        state(one)
    with pytest.raises(StatementFrozen):
        discard(statement, by="anna")
    with pytest.raises(StatementFrozen):
        refresh(statement, by="anna")


def test_e30_what_matured_in_one_statement_never_matures_in_another(firm, account):
    one = rule(agent(firm), beyond_contracts=True).agent
    for day in (2, 12, 22):
        issue(account, "33.33", on=date(2026, 3, day))

    totals = []
    for last in (date(2026, 3, 10), date(2026, 3, 20), MARCH):
        totals.append(confirm(state(one, ends_on=last), on=APRIL, by="anna").total)

    assert totals == [Decimal("3.33")] * 3
    assert CommissionEntry.objects.filter(statement=None).count() == 0


def test_preparing_twice_gives_one_draft_with_what_came_since(firm, account):
    one = rule(agent(firm), beyond_contracts=True).agent
    issue(account, "100.00")
    first = state(one)
    issue(account, "50.00", on=date(2026, 3, 9))

    second = state(one)

    assert (first.pk, second.total) == (second.pk, Decimal("15.00"))
    assert Statement.objects.count() == 1


def test_what_matures_after_the_draft_was_seen_comes_with_the_next_one(firm, account):
    one = rule(agent(firm), beyond_contracts=True).agent
    issue(account, "100.00")
    draft = state(one)
    issue(account, "50.00", on=date(2026, 3, 9))

    assert confirm(draft, on=APRIL, by="anna").total == Decimal("10.00")
    assert state(one, starts_on=date(2026, 4, 1), ends_on=date(2026, 4, 30)).total == Decimal("5.00")


def test_preparing_many_takes_the_same_statements_as_preparing_two(firm, account):
    agents = [rule(agent(firm, f"A{n}"), beyond_contracts=True).agent for n in range(9)]
    issue(account, "100.00")

    counts = []
    for batch in (agents[:2], agents[2:]):
        with CaptureQueriesContext(connection) as queries:
            found = prepare(batch, starts_on=date(2026, 3, 1), ends_on=MARCH, by="anna")
        assert {one.total for one in found} == {Decimal("10.00")}
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_confirming_before_the_period_is_over_is_asked_about(firm, account):
    one = rule(agent(firm), beyond_contracts=True).agent
    issue(account, "100.00")
    draft = state(one)

    with pytest.raises(PeriodNotOver):
        confirm(draft, on=MARCH, by="anna")
    confirm(draft, on=MARCH, by="anna", confirmed=frozenset({PeriodNotOver.code}))


def test_only_a_confirmed_statement_is_paid_and_only_once(firm, account):
    one = rule(agent(firm), beyond_contracts=True).agent
    issue(account, "100.00")
    draft = state(one)
    with pytest.raises(StatementNotConfirmed):
        pay(draft, on=APRIL, by="anna")

    confirm(draft, on=APRIL, by="anna")
    paid = pay(draft, on=date(2026, 4, 20), by="anna")
    again = pay(draft, on=date(2026, 4, 21), by="anna")

    assert (paid.state, again.paid_on) == ("paid", date(2026, 4, 20))


def test_a_draft_thrown_away_leaves_its_rows_for_another(firm, account):
    one = rule(agent(firm), beyond_contracts=True).agent
    issue(account, "100.00")
    discard(state(one), by="anna")

    assert state(one).total == Decimal("10.00")


def test_an_amount_by_hand_is_in_the_next_statement(firm):
    one = agent(firm)
    with pytest.raises(EmptyAmount):
        add_entry(one, on=MARCH, amount=Decimal(0), text="-", by="anna")

    add_entry(one, on=MARCH, amount=Decimal("-4.50"), text="Storno", by="anna")

    assert state(one).total == Decimal("-4.50")
