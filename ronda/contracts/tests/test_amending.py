"""Changes of what was agreed: the numbers of rules R17, R21-R24, on documents."""

from datetime import date
from decimal import Decimal

import pytest

from ronda.billing.models import Document, DocumentKind
from ronda.billing.services import credit_document
from ronda.billing.tests.firm import make_account, make_firm
from ronda.contracts.models import ChargePeriod, Contract, ContractLine, Settlement
from ronda.contracts.services import (
    BilledOnDraft,
    LineChange,
    NothingChanges,
    OutsideTheLine,
    amend,
    lift,
    reprice,
    suspend,
    take_up,
    terminate,
    transfer,
)
from ronda.contracts.tests.agreements import agree, month
from ronda.packages.models import WalletEntry
from ronda.parties.models import BillingAccount, PaymentMethod
from ronda.payments.models import Instalment
from ronda.payments.services import record_payment

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
ON = {"by": "anna", "on": date(2026, 7, 10)}
MONTHLY = {"price": "100.00", "frequency": 1}
YEARLY = {"price": "1200.00", "frequency": 12}


@pytest.fixture
def firm():
    return make_firm()


def contract_of(firm, *fees, billed=date(2026, 7, 1), **facts):
    contract = agree(make_account(firm), *fees, starts_on=date(2026, 1, 1), **facts)
    month(firm, billed)
    return contract


def change(contract, day, **values):
    line = contract.lines.filter(closed_by=None).earliest("pk")
    return amend(contract, effective_on=day, changes=[LineChange(line.pk, **values)], **ON)


def lines(document):
    return [(line.text, str(line.net)) for line in document.lines.filter(kind="sale")]


def test_r17_a_price_raised_in_the_past_is_one_invoice_for_the_months_billed(firm):
    contract = contract_of(firm, MONTHLY, billed=date(2026, 4, 1))
    amendment = change(contract, date(2026, 2, 15), price=Decimal("128.00"))

    assert amendment.adjustment.kind == DocumentKind.INVOICE
    # February: 14 of 28 days at 100, 14 at 128 = 114.00; March and April 28.00 more each.
    assert lines(amendment.adjustment) == [
        ("Conguaglio: Canone dal 15/02/2026 al 28/02/2026", "14.00"),
        ("Conguaglio: Canone dal 01/03/2026 al 31/03/2026", "28.00"),
        ("Conguaglio: Canone dal 01/04/2026 al 30/04/2026", "28.00"),
    ]
    run = month(firm, date(2026, 5, 1))
    assert run.gross_total == Decimal("156.16")  # May at the new price, 128.00 + 22 %, and nothing else


def test_r17_a_price_lowered_in_the_past_is_a_credit_note_on_the_lines_that_billed_it(firm):
    contract = contract_of(firm, MONTHLY, billed=date(2026, 3, 1))
    note = change(contract, date(2026, 2, 1), price=Decimal("80.00")).adjustment

    assert (note.kind, note.net_total) == (DocumentKind.CREDIT_NOTE, Decimal("40.00"))
    assert {line.corrects.document_id for line in note.lines.all()} == set(
        Document.objects.filter(kind=DocumentKind.INVOICE).values_list("pk", flat=True)
    )
    assert contract.lines.get(closed_by=None).price == Decimal(80)


def test_r17_a_future_price_settles_nothing_and_bills_from_its_day(firm):
    contract = contract_of(firm, MONTHLY)
    assert change(contract, date(2026, 9, 1), price=Decimal("110.00")).adjustment is None
    contract.refresh_from_db()

    assert contract.yearly_amount == Decimal("1320.00")
    assert [d.net_total for d in month(firm, date(2026, 9, 1)).documents.all()] == [Decimal("210.00")]


def test_a_change_is_explained_with_what_was_billed_and_where(firm):
    contract = contract_of(firm, YEARLY)
    line = change(contract, date(2026, 7, 1), quantity=Decimal(2)).adjustment.lines.get()
    steps = {code: value for code, _facts, value in line.derivation}

    assert (steps["adjust.owed"], steps["adjust.billed"], steps["total"]) == ("1804.93", "1200.00", "604.93")


def test_a_site_can_change_without_any_document(firm):
    contract = contract_of(firm, YEARLY)
    site = contract.party.sites.create(name="Sede nuova")
    assert change(contract, date(2026, 7, 1), site=site).adjustment is None
    assert month(firm, date(2026, 12, 31)).proposed == 0


def test_nothing_new_and_days_outside_the_line_are_refused(firm):
    contract = contract_of(firm, MONTHLY)
    with pytest.raises(NothingChanges):
        change(contract, date(2026, 7, 1), price=Decimal("100.00"))
    with pytest.raises(OutsideTheLine):
        change(contract, date(2025, 12, 31), price=Decimal("90.00"))


def test_days_on_a_draft_must_be_issued_or_deleted_first(firm):
    contract = contract_of(firm, MONTHLY)
    document = Document.objects.get()
    Document.objects.filter(pk=document.pk).update(status="draft", number=None)
    with pytest.raises(BilledOnDraft):
        change(contract, date(2026, 7, 1), price=Decimal("90.00"))


def test_r21_overlapping_suspensions_move_the_last_day_by_their_union(firm):
    contract = contract_of(firm, MONTHLY, ends_on=date(2026, 12, 31))
    first = suspend(contract, starts_on=date(2026, 8, 1), ends_on=date(2026, 8, 20), extends=True, **ON)
    suspend(contract, starts_on=date(2026, 8, 11), ends_on=date(2026, 8, 31), extends=True, **ON)
    contract.refresh_from_db()
    assert contract.ends_on == date(2027, 1, 31)

    lift(first, **ON)
    contract.refresh_from_db()
    assert contract.ends_on == date(2027, 1, 21)


def test_r21_a_suspension_that_is_billed_gives_nothing_back(firm):
    contract = contract_of(firm, YEARLY)
    resting = suspend(contract, starts_on=date(2026, 8, 1), ends_on=date(2026, 8, 31), bills=True, **ON)
    assert resting.amendment.adjustment is None


def ended_in_june(firm, settles_by, *, paid):
    """A year of 1,464.00 with VAT, ended after its first half: 604.93 and VAT are not owed any more."""
    contract = contract_of(firm, YEARLY)
    method, _made = PaymentMethod.objects.get_or_create(
        company=firm, code="BT", defaults={"name": "Transfer"}
    )
    BillingAccount.objects.update(method=method)
    if paid:
        record_payment(contract.party, date=ON["on"], amount=Decimal(1464), method=method, by="anna")
    terminate(contract, ends_on=date(2026, 6, 30), settles_by=settles_by, **ON)
    assert month(firm, date(2026, 12, 31)).proposed == 0
    return contract


def credit_notes():
    return [str(note.gross_total) for note in Document.objects.filter(kind=DocumentKind.CREDIT_NOTE)]


def residues():
    return [str(due.residue) for due in Instalment.objects.order_by("pk")]


@pytest.mark.parametrize(
    ("settles_by", "paid", "open_dues", "wallet"),
    [
        (Settlement.CREDIT, False, ["1464.00", "-738.01"], 0),
        (Settlement.OFFSET, False, ["725.99", "0.00"], 0),
        (Settlement.OFFSET, True, ["0.00", "-738.01"], 0),
        (Settlement.REFUND, True, ["0.00", "0.00"], 0),
        (Settlement.REFUND, False, ["725.99", "0.00"], 0),
        (Settlement.WALLET, True, ["0.00", "0.00"], Decimal("738.01")),
        (Settlement.WALLET, False, ["725.99", "0.00"], 0),
    ],
)
def test_r22_an_end_inside_a_billed_year_is_settled_as_chosen(firm, settles_by, paid, open_dues, wallet):
    ended_in_june(firm, settles_by, paid=paid)

    assert (credit_notes(), residues()) == (["738.01"], open_dues)
    assert sum(entry.quantity for entry in WalletEntry.objects.all()) == wallet


def test_r22_nothing_given_back_is_kept_and_explained(firm):
    ended_in_june(firm, Settlement.NOTHING, paid=False)

    assert credit_notes() == []
    assert [str(charge.amount) for charge in ChargePeriod.objects.filter(state="kept")] == ["604.93"]


def test_r22_no_more_is_given_back_than_was_not_credited_before(firm):
    contract = contract_of(firm, YEARLY)
    invoice = Document.objects.get()
    credit_document(invoice, on=ON["on"], by="anna", amounts={invoice.lines.get().pk: Decimal("1000.00")})
    note = terminate(contract, ends_on=date(2026, 3, 31), **ON).adjustment

    # 904.11 are not owed any more, but only 200.00 of the line are left to give back.
    assert note.net_total == Decimal("200.00")


def test_r23_taking_up_again_keeps_the_history_and_leaves_the_days_between_free(firm):
    contract = contract_of(firm, MONTHLY)
    terminate(contract, ends_on=date(2026, 7, 31), **ON)
    take_up(contract, from_day=date(2026, 9, 1), **ON)

    documents = month(firm, date(2026, 9, 30)).documents.all()
    assert [line.text for document in documents for line in document.lines.all()] == [
        "Canone dal 01/09/2026 al 30/09/2026"
    ]
    assert [a.kind for a in contract.amendments.all()] == ["termination", "resumption"]


def test_r24_two_changes_on_one_day_leave_one_version_of_that_day(firm):
    contract = contract_of(firm, MONTHLY, billed=date(2026, 3, 1))
    change(contract, date(2026, 2, 1), price=Decimal("150.00"))
    change(contract, date(2026, 2, 1), price=Decimal("160.00"))

    assert list(contract.lines.order_by("pk").values_list("price", "void")) == [
        (Decimal(100), False),
        (Decimal(150), True),
        (Decimal(160), False),
    ]
    charged = ChargePeriod.objects.filter(state="billed").order_by("starts_on")
    assert [charge.amount for charge in charged] == [Decimal(100), Decimal(160), Decimal(160)]


def test_another_payer_goes_on_where_the_first_one_stops(firm):
    contract = contract_of(firm, MONTHLY)
    other = make_account(firm, "Verdi")
    new = transfer(contract, other, effective_on=date(2026, 7, 16), **ON)

    note = Document.objects.get(kind=DocumentKind.CREDIT_NOTE)
    assert (note.party, note.net_total) == (contract.account.party, Decimal("51.61"))  # 16 of 31 days
    (document,) = month(firm, date(2026, 7, 31)).documents.all()
    assert (document.party, document.net_total) == (other.party, Decimal("51.61"))
    assert new.lines.get().anchor_on == date(2026, 1, 1)


def test_r18_many_prices_change_in_as_many_statements_as_few(firm, django_assert_max_num_queries):
    made = [agree(make_account(firm, f"C{n}"), MONTHLY, starts_on=date(2026, 1, 1)) for n in range(30)]
    prices = dict.fromkeys(ContractLine.objects.values_list("pk", flat=True), Decimal("102.00"))
    with django_assert_max_num_queries(30):
        ids = reprice(prices, effective_on=date(2027, 1, 1), reason="FOI", **ON)

    assert len(ids) == len(made) == 30
    assert set(Contract.objects.values_list("yearly_amount", flat=True)) == {Decimal("1224.00")}
    assert ContractLine.objects.filter(closed_by=None, price=Decimal(102)).count() == 30
    assert reprice(prices, effective_on=date(2027, 1, 1), **ON) == []


def test_r17_new_prices_on_billed_days_are_settled_and_on_others_are_not(firm):
    billed = contract_of(firm, YEARLY)
    free = agree(make_account(firm, "Verdi"), MONTHLY, starts_on=date(2026, 8, 1))
    prices = dict.fromkeys(ContractLine.objects.values_list("pk", flat=True), Decimal("1300.00"))
    reprice(prices, effective_on=date(2026, 10, 1), **ON)

    assert billed.amendments.get().adjustment.net_total == Decimal(
        "25.20"
    )  # 327.67 − 302.47 for 92 of 365 days
    assert free.amendments.get().adjustment is None


def test_r22_what_was_asked_for_later_is_given_back_with_what_was_asked_for_first(firm):
    """A year raised from its first day stands on two documents: an end gives back from both."""
    contract = contract_of(firm, YEARLY)
    change(contract, date(2026, 1, 1), price=Decimal("1800.00"))
    note = terminate(contract, ends_on=date(2026, 3, 31), **ON).adjustment

    # 1800.00 less 90 of 365 days, 443.84
    assert note.net_total == Decimal("1356.16")
    assert not ChargePeriod.objects.filter(state="kept").exists()


def test_r34_an_invoice_adjusted_upwards_can_be_credited_whole_and_so_can_its_adjustment(firm):
    contract = contract_of(firm, YEARLY)
    first = Document.objects.get()
    adjustment = change(contract, date(2026, 7, 1), price=Decimal("1800.00")).adjustment
    notes = [credit_document(each, on=ON["on"], by="anna") for each in (first, adjustment)]

    assert [note.net_total for note in notes] == [Decimal("1200.00"), Decimal("302.47")]
