"""Contracts: made, refused, numbered, summed, found in lists, proposed from past invoices."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from ronda.billing.tests.firm import log_in, make_account, make_firm, make_group, make_item, vat_code
from ronda.company.models import AuditEntry
from ronda.contracts.models import Contract, ContractLine, ContractProposal
from ronda.contracts.services import (
    HasBilledPeriods,
    NewLine,
    NoContractLines,
    NotADraftContract,
    WrongPayer,
    WrongSite,
    activate,
    create_contract,
    hold_billing,
    next_number,
    release_billing,
    terminate,
    void,
)
from ronda.contracts.services.proposals import (
    AlreadyDecided,
    accept_proposal,
    record_proposals,
    reject_proposal,
)
from ronda.contracts.tests.agreements import agree, month
from ronda.kernel.errors import Refusal
from ronda.parties.models import Site

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
JANUARY = date(2026, 1, 1)


@pytest.fixture
def firm():
    return make_firm(language="en")


@pytest.fixture
def account(firm):
    return make_account(firm)


def test_a_contract_is_active_at_once_and_keeps_its_lines_in_order(account):
    contract = agree(account, {"text": "Ascensore"}, {"text": "Montacarichi"}, purchase_order="ODA 7")

    assert (contract.status, contract.party, contract.purchase_order) == ("active", account.party, "ODA 7")
    assert list(contract.lines.values_list("position", "text")) == [(1, "Ascensore"), (2, "Montacarichi")]
    assert AuditEntry.objects.filter(action="contracts.contract.created", actor="anna").count() == 1


def test_the_customer_may_be_another_than_the_payer(firm, account):
    tenant = make_account(firm, "Inquilino").party

    contract = agree(account, party=tenant)

    assert (contract.party, contract.account.party) == (tenant, account.party)


def test_an_active_contract_needs_a_line_and_a_draft_does_not(account):
    facts = {"title": "Vuoto", "starts_on": JANUARY, "lines": [], "by": "anna"}
    with pytest.raises(NoContractLines):
        create_contract(account, **facts)
    draft = create_contract(account, active=False, **facts)

    with pytest.raises(NoContractLines):
        activate(draft, by="anna")


def test_a_draft_is_activated_once(account):
    contract = agree(account, active=False)

    assert activate(contract, by="anna").status == "active"
    with pytest.raises(NotADraftContract):
        activate(contract, by="anna")


def test_the_site_of_a_line_belongs_to_the_customer_or_to_the_payer(firm, account):
    stranger = make_account(firm, "Verdi").party
    theirs = Site.objects.create(party=stranger, code="S1", name="Casa Verdi")

    with pytest.raises(WrongSite) as refused:
        agree(account, {"site": theirs})
    assert refused.value.field == "site"
    assert not Contract.objects.exists()

    assert agree(account, {"site": theirs}, party=stranger).lines.get().site == theirs


def test_the_billing_group_belongs_to_the_payer(firm, account):
    theirs = make_group(make_account(firm, "Verdi"), "A")

    with pytest.raises(WrongPayer) as refused:
        agree(account, group=theirs)
    assert refused.value.field == "group"


def test_the_payer_is_of_the_same_company(account):
    theirs = make_account(make_firm("Altra Srl"), "Verdi")

    with pytest.raises(WrongPayer) as refused:
        agree(theirs, party=account.party)
    assert refused.value.field == "account"


def test_numbers_go_on_from_the_highest_of_the_year_and_of_the_company(firm, account):
    for number in ("2026/0007", "2026/0002", "2025/0031", "2026/bis", "VECCHIO-9"):
        agree(account, number=number)
    agree(make_account(make_firm("Altra Srl"), "Verdi"), number="2026/0099")

    assert [next_number(firm, date(year, 5, 1)) for year in (2025, 2026, 2027)] == [
        "2025/0032",
        "2026/0008",
        "2027/0001",
    ]
    assert agree(account).number == "2026/0008"


@pytest.mark.parametrize(
    ("fee", "yearly", "rhythm"),
    [
        ({"price": "100"}, "1200.00", "M"),
        ({"price": "100", "frequency": 2}, "600.00", "B"),
        ({"price": "100", "frequency": 3}, "400.00", "Q"),
        ({"price": "100", "frequency": 6}, "200.00", "H"),
        ({"price": "100", "frequency": 12}, "100.00", "Y"),
        ({"price": "100", "frequency": 5}, "240.00", "5M"),
        ({"price": "10", "frequency_unit": "week"}, "520.00", "1W"),
        ({"price": "10", "frequency_unit": "week", "frequency": 2}, "260.00", "2W"),
        ({"price": "100", "frequency_unit": "once"}, "0.00", "1"),
        ({"price": "100", "price_basis": "year", "frequency": 3}, "100.00", "Q"),
        ({"price": "100", "price_basis": "month", "frequency": 3}, "1200.00", "Q"),
        ({"price": "33.335", "quantity": "3", "discount": Decimal(10)}, "1080.05", "M"),
    ],
)
def test_e32_a_contract_knows_what_it_comes_to_in_a_year_and_how_often(account, fee, yearly, rhythm):
    contract = agree(account, fee)

    assert (contract.yearly_amount, contract.rhythm) == (Decimal(yearly), rhythm)


def test_e3_a_contract_of_several_rhythms_and_services_says_them_all(firm, account):
    lift, alarm = make_item(firm, "Ascensore"), make_item(firm, "Allarme")

    contract = agree(
        account,
        {"item": lift, "price": "100"},
        {"item": alarm, "price": "90", "frequency": 12},
        {"item": lift, "price": "1"},
    )

    assert (contract.service, contract.rhythm) == ("Ascensore, Allarme", "M+Y")
    assert contract.yearly_amount == Decimal("1302.00")


def test_r23_a_contract_that_was_billed_can_end_and_not_be_cancelled(firm, account):
    billed, new = agree(account), agree(account, starts_on=date(2027, 1, 1))
    month(firm, date(2026, 1, 31))

    assert void(new, by="anna").status == "void"
    with pytest.raises(HasBilledPeriods):
        void(billed, by="anna")


def test_a_contract_does_not_end_before_it_starts(account):
    with pytest.raises(Refusal) as refused:
        terminate(agree(account), ends_on=date(2025, 12, 31), by="anna", on=date(2025, 12, 31))
    assert refused.value.field == "ends_on"


def test_a_hold_keeps_its_reason_until_it_is_released(account):
    contract = hold_billing(agree(account), reason="Contenzioso", by="anna")
    assert (contract.billing_hold, contract.hold_reason) == (True, "Contenzioso")

    contract = release_billing(contract, by="anna")
    assert (contract.billing_hold, contract.hold_reason) == (False, "")


# Contracts found in past invoices


def found(firm, account, **facts):
    """What a proposal is made of."""
    item = facts.pop("item", None) or make_item(firm)
    return {
        "company": firm,
        "party": account.party,
        "item": item,
        "text": "Canone ascensore",
        "frequency": 3,
        "price": Decimal(90),
        "vat_code": item.vat_code,
        "first_on": date(2025, 1, 1),
        "last_on": date(2025, 10, 1),
        "next_on": JANUARY,
        "confidence": 95,
        "evidence": ["FT 12/2025"],
    } | facts


def test_the_same_fee_found_again_is_one_proposal_brought_up_to_date(firm, account):
    rows = [found(firm, account)]

    assert record_proposals(rows, by="anna") == 1
    assert record_proposals([rows[0] | {"price": Decimal(95), "text": "CANONE ascensore"}], by="anna") == 0
    assert ContractProposal.objects.get().price == Decimal(95)


def test_an_accepted_proposal_becomes_a_contract_from_its_next_period(firm, account):
    record_proposals([found(firm, account, timing="arrears")], by="anna")
    proposal = ContractProposal.objects.get()

    contract = accept_proposal(proposal, by="anna")

    one = contract.lines.get()
    assert (contract.title, contract.starts_on, contract.status) == ("Canone ascensore", JANUARY, "active")
    assert (one.price, one.frequency, one.frequency_unit, one.timing) == (Decimal(90), 3, "month", "arrears")
    assert (contract.yearly_amount, contract.account) == (Decimal("360.00"), account)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.contract) == ("accepted", contract)


@pytest.mark.parametrize("decide", [accept_proposal, reject_proposal])
def test_a_proposal_is_decided_once(firm, account, decide):
    record_proposals([found(firm, account)], by="anna")
    proposal = ContractProposal.objects.get()
    decide(proposal, by="anna")

    for again in (accept_proposal, reject_proposal):
        with pytest.raises(AlreadyDecided):
            again(proposal, by="zoe")
    assert Contract.objects.count() == (1 if decide is accept_proposal else 0)


def test_a_rejected_proposal_is_not_proposed_again(firm, account):
    rows = [found(firm, account)]
    record_proposals(rows, by="anna")
    reject_proposal(ContractProposal.objects.get(), by="anna")

    assert record_proposals([rows[0] | {"price": Decimal(95)}], by="anna") == 0
    assert list(ContractProposal.objects.values_list("state", "price")) == [("rejected", Decimal(90))]


# The list (E31, E32)


def titles(page, **given):
    response = page.get(reverse("contract-list"), given)
    return [record.title for record in response.context["listing"].page]


@pytest.fixture
def several(client, firm, account):
    """Four contracts that differ in everything one filters by."""
    lift, alarm = make_item(firm, "Ascensore"), make_item(firm, "Allarme")
    other = make_account(firm, "Verdi")
    hold_billing(agree(account, {"item": lift}, {"item": lift}, title="A"), reason="-", by="anna")
    agree(account, {"item": alarm, "price": "10"}, title="B", starts_on=date(2025, 6, 1))
    agree(other, {"item": lift}, {"item": alarm}, title="C", active=False, starts_on=date(2025, 3, 1))
    agree(other, title="D", ends_on=date(2026, 6, 30), starts_on=date(2024, 1, 1))
    return log_in(client, firm, everything=True)


def test_e31_contracts_are_found_by_service_customer_state_and_day(several, firm, account):
    alarm = ContractLine.objects.get(contract__title="B").item_id

    assert titles(several) == ["A", "B", "C", "D"]
    assert titles(several, lines__item=alarm) == ["B", "C"]
    assert titles(several, party=account.party_id) == ["A", "B"]
    assert titles(several, status="draft") == ["C"]
    assert titles(several, billing_hold="1") == ["A"]
    assert titles(several, starts_on_from="01/01/2025", starts_on_to="31/12/2025") == ["B", "C"]
    assert titles(several, ends_on_to="31/12/2026") == ["D"]
    assert titles(several, q="verdi") == ["C", "D"]


def test_e31_a_contract_with_two_lines_of_a_service_is_listed_and_summed_once(several):
    lift = ContractLine.objects.filter(contract__title="A").first().item_id

    response = several.get(reverse("contract-list"), {"lines__item": lift, "status": "active"})

    listing = response.context["listing"]
    assert [record.title for record in listing.page] == ["A", "D"]
    assert listing.count == 2
    total = next(head.total for head in response.context["headings"] if head.column.name == "yearly_amount")
    assert total == Decimal("3600.00")


def test_e32_the_list_shows_and_sums_the_yearly_amounts_it_filters(several):
    response = several.get(reverse("contract-list"), {"yearly_amount_from": "1200", "sort": "-yearly_amount"})

    amounts = [(record.title, record.yearly_amount) for record in response.context["listing"].page]
    assert sorted(amounts) == [("A", 2400), ("C", 2400), ("D", 1200)]
    assert [amount for _title, amount in amounts] == [2400, 2400, 1200]
    totals = [text for text, _label, _numeric in response.context["totals"] if text]
    assert totals == ["6,000.00"]


def test_a_vat_code_of_the_line_is_kept_beside_that_of_the_item(firm, account):
    reduced = vat_code(firm, "10")

    contract = create_contract(
        account,
        title="X",
        starts_on=JANUARY,
        by="anna",
        lines=[NewLine(make_item(firm), Decimal(1), vat_code=reduced)],
    )

    assert contract.lines.get().vat_code == reduced
