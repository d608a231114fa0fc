"""Taking in, choosing, registering and taking back suppliers' invoices."""

import itertools
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from ronda.accounting.models import Account, JournalEntry, JournalLine
from ronda.accounting.services import UnknownAccount
from ronda.billing.tests.firm import make_firm
from ronda.catalogue.models import VatCode
from ronda.company.models import AuditEntry
from ronda.company.number_report import numbering_findings
from ronda.company.numbering import DateBeforeLastNumber
from ronda.company.services import save_options
from ronda.company.services.file_store import names_in_use, stored_names
from ronda.kernel.bus import _handlers
from ronda.kernel.errors import Refusal
from ronda.parties.models import Party
from ronda.purchases import services
from ronda.purchases.domain.facts import DueFacts, WithholdingFacts
from ronda.purchases.events import SupplierInvoiceRegistered, SupplierInvoicesReceived
from ronda.purchases.models import (
    LineMemory,
    Payable,
    Registration,
    SupplierInvoice,
    SupplierInvoiceLine,
)
from ronda.purchases.options import PurchaseOptions
from ronda.purchases.services import Incoming, register, take_in, take_in_many, unregister
from ronda.purchases.tests.invoices import (
    BUYER,
    SELLER,
    content,
    credit_note,
    invoice,
    line,
    with_digest,
)

pytestmark = pytest.mark.django_db
State, Why = SupplierInvoice.State, SupplierInvoiceLine.Why
ON = date(2026, 3, 31)


@pytest.fixture
def firm():
    return make_firm(tax_id="01234567897")


@pytest.fixture
def supplier(firm):
    return make_supplier(firm)


def make_supplier(firm, **facts):
    count = Party.objects.filter(company=firm).count()
    given = {"name": "Ferramenta Blu", "tax_id": SELLER.tax_id, "is_supplier": True} | facts
    return Party.objects.create(company=firm, code=f"F{count}", **given)


def take(firm, facts=None, **changes):
    facts = facts or invoice(**changes)
    return take_in(firm, facts, content(facts), by="anna")


def booked(one):
    """What the entries of the invoice move, by role or code."""
    sources = [services.source_of(row.pk) for row in one.registrations.all()]
    sources += [f"{source}:withdrawn" for source in sources]
    lines = JournalLine.objects.filter(entry__source__in=sources).order_by()
    found = {}
    for role, code, amount in lines.values_list("account__role", "account__code").annotate(Sum("amount")):
        found[role or code] = amount
    return found


# --- taking in ---


def test_an_invoice_is_taken_in_with_supplier_lines_and_file(firm, supplier):
    one = take(firm)

    assert (one.supplier, one.state) == (supplier, State.RECEIVED)
    assert (one.net_total, one.vat_total, one.gross_total) == (Decimal(100), Decimal(22), Decimal(122))
    row = one.lines.get()
    assert row.account.role == "purchases"
    assert (row.vat_code.rates.last().percent, row.why) == (Decimal(22), Why.DEFAULT)
    with default_storage.open(one.file.name) as kept:
        assert kept.read() == content(one.read)
    assert one.read == invoice()
    assert AuditEntry.objects.filter(action="purchases.invoice.received", subject_pk=one.pk).exists()
    assert not JournalEntry.objects.exists(), "nothing is in the books before it is registered"


def test_a_credit_note_is_negative_in_lists(firm, supplier):
    assert take(firm, credit_note()).gross_total == Decimal(-122)


def test_the_same_file_twice_and_another_envelope_are_refused_with_the_first(firm, supplier):
    before = set(stored_names())
    facts = with_digest(invoice())
    first = take_in(firm, facts, b"xml", by="anna")
    copies = [(facts, b"xml"), (replace(facts, sha256="f" * 64, source_name="copy.xml.p7m"), b"p7m")]
    for copy, data in copies:
        with pytest.raises(services.AlreadyReceived) as refused:
            take_in(firm, copy, data, by="carla")
        assert refused.value.facts["invoice"] == first.pk
        assert first.number in str(refused.value.message)

    assert SupplierInvoice.objects.count() == 1
    mine = set(stored_names()) - before
    assert mine == {first.file.name}, "the bytes of what was refused are not kept"
    assert mine <= names_in_use()


def test_any_order_of_arrival_ends_in_the_same_invoices(firm, supplier):
    several = [invoice(number="1"), invoice(number="2"), invoice(number="1"), credit_note(number="1")]
    for order in itertools.permutations(several):
        results = take_in_many(firm, [Incoming(one, content(one)) for one in order], by="anna")
        assert sum(isinstance(one, SupplierInvoice) for one in results) == 3
        assert sorted(SupplierInvoice.objects.values_list("kind", "number")) == [
            ("credit_note", "1"),
            ("invoice", "1"),
            ("invoice", "2"),
        ]
        SupplierInvoiceLine.objects.all().delete()
        SupplierInvoice.objects.all().delete()


def test_an_invoice_known_in_one_company_is_new_in_another(firm, supplier):
    other = make_firm("Altra Srl")
    take(firm)
    assert take(other).supplier is None


def test_r42_documents_made_out_by_us_do_not_come_back(firm):
    mine = [replace(invoice(), own=True), replace(invoice(), seller=BUYER), credit_note(seller=BUYER)]
    for facts in mine:
        with pytest.raises(services.MadeOutByUs):
            take(firm, facts)
    assert not SupplierInvoice.objects.exists()


def test_amounts_that_no_book_holds_are_refused(firm):
    with pytest.raises(services.AmountsImpossible):
        take(firm, replace(invoice(), total=Decimal("1e40")))


def test_a_number_used_twice_in_a_year_and_another_buyer_are_remarked_and_asked_about(firm, supplier):
    first = take(firm)
    elsewhere = replace(BUYER, name="Verdi Spa", identity="IT00743110157", tax_id="00743110157")
    second = take(firm, invoice(date=date(2026, 3, 9), buyer=elsewhere))

    assert [row[0] for row in second.remarks] == ["same_number", "not_for_us"]
    assert second.remarks[0][2] == str(first.pk)
    with pytest.raises(services.NotForUs):
        register(second, on=ON, by="anna")
    with pytest.raises(services.NumberUsedTwice):
        register(second, on=ON, by="anna", confirmed=frozenset({services.NotForUs.code}))
    both = frozenset({services.NotForUs.code, services.NumberUsedTwice.code})
    assert register(second, on=ON, by="anna", confirmed=both).state == State.REGISTERED


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ({"tax_id": "02182030391"}, {}),
        ({"tax_id": "IT02182030391"}, {}),
        ({"tax_id": "", "registration_id": "RSSMRA80A01H501U"}, {"registration_id": "RSSMRA80A01H501U"}),
        ({"tax_id": "DE123456789"}, {"country": "DE", "tax_id": "123456789", "identity": "DE123456789"}),
    ],
)
def test_a_supplier_is_found_by_any_of_its_numbers(firm, kept, said):
    party = make_supplier(firm, **kept)
    assert take(firm, invoice(seller=replace(SELLER, **said))).supplier == party


def test_suppliers_are_found_before_customers_with_the_same_number(firm):
    make_supplier(firm, is_supplier=False)
    party = make_supplier(firm)
    assert take(firm).supplier == party


def test_taking_in_takes_the_same_statements_for_two_invoices_and_for_forty(firm, supplier):
    def statements(numbers):
        many = [Incoming(one, content(one)) for one in (invoice(number=str(n)) for n in numbers)]
        with CaptureQueriesContext(connection) as queries:
            take_in_many(firm, many, by="anna")
        return len(queries)

    statements([1])
    assert statements(range(10, 12)) == statements(range(100, 140))


def test_who_listens_hears_of_what_was_taken_in_and_can_undo_it(firm, supplier):
    heard, before = [], set(stored_names())

    def fail(event):
        heard.append(event)
        raise Refusal("no")

    _handlers[SupplierInvoicesReceived].append(fail)
    try:
        with pytest.raises(Refusal):
            take(firm)
    finally:
        _handlers[SupplierInvoicesReceived].remove(fail)
    assert len(heard[0].invoice_ids) == 1
    assert not SupplierInvoice.objects.exists()
    assert set(stored_names()) == before


# --- supplier and lines ---


def test_an_unknown_seller_is_proposed_and_made_only_when_asked(firm):
    one = take(firm)
    two = take(firm, number="13")
    assert (one.state, one.supplier) == (State.TO_COMPLETE, None)
    assert not Party.objects.filter(company=firm).exists()
    with pytest.raises(services.SupplierMissing):
        register(one, on=ON, by="anna")

    services.create_supplier(one, by="anna")

    made = Party.objects.get(company=firm)
    assert (made.name, made.tax_id, made.city) == ("Ferramenta Blu Srl", "02182030391", "Ferrara")
    assert (made.is_supplier, made.is_customer) == (True, False)
    for each in (one, two):
        each.refresh_from_db()
        assert (each.supplier, each.state) == (made, State.RECEIVED)


def test_a_supplier_of_another_company_is_refused(firm):
    stranger = make_supplier(make_firm("Altra Srl"))
    with pytest.raises(Refusal, match="this company"):
        services.choose_supplier(take(firm), stranger, by="anna")


def test_a_line_whose_vat_nobody_knows_has_to_be_completed(firm, supplier):
    one = take(firm, invoice(line(rate="17")))
    assert one.state == State.TO_COMPLETE
    row = one.lines.get()
    SupplierInvoice.objects.filter(pk=one.pk).update(state=State.RECEIVED)
    with pytest.raises(services.LinesIncomplete) as refused:
        register(one, on=ON, by="anna")
    assert refused.value.facts["lines"] == [row.position]


def test_what_was_chosen_is_proposed_next_time_by_code_then_by_words(firm, supplier):
    fuel = Account.objects.get(company=firm, code="4102")
    first = take(firm, invoice(line(text="Gasolio marzo 2026", code="G1")))
    first.lines.update(account=fuel, deductible=40, why=Why.PERSON)
    register(first, on=ON, by="anna")

    later = take(
        firm,
        invoice(
            line(text="Gasolio aprile 2026", number=1),
            line(text="Altro", code="g1", number=2),
            line(text="Nuovo", number=3),
            number="20",
        ),
    )

    rows = list(later.lines.order_by("position"))
    assert [row.why for row in rows] == [Why.TEXT, Why.CODE, Why.DEFAULT]
    assert [row.account.code for row in rows] == ["4102", "4102", "4101"]
    assert [row.deductible for row in rows] == [40, 40, 100]
    assert LineMemory.objects.filter(supplier=supplier).count() == 2


def test_the_usual_account_of_costs_is_an_option(firm, supplier):
    save_options(firm, PurchaseOptions, {"expense_account": "4201"}, by="anna")
    assert take(firm).lines.get().account.code == "4201"


def test_a_refused_invoice_keeps_its_reason_and_is_known_when_it_comes_again(firm, supplier):
    one = take(firm)
    with pytest.raises(services.ReasonMissing):
        services.refuse(one, reason="  ", by="anna")
    services.refuse(one, reason="Goods never came", by="anna")
    one.refresh_from_db()
    assert (one.state, one.reason) == (State.REFUSED, "Goods never came")
    for operation in (
        lambda: register(one, on=ON, by="anna"),
        lambda: services.refuse(one, reason="again", by="anna"),
        lambda: take(firm),
    ):
        with pytest.raises(Refusal):
            operation()
    assert services.take_up_again(one, by="anna").state == State.RECEIVED


# --- the register ---


def test_r33_registering_takes_the_number_posts_and_writes_what_is_to_pay(firm, supplier):
    one = register(take(firm), on=ON, by="anna")

    assert (one.state, one.protocol, one.registered_on) == (State.REGISTERED, "1/2026", ON)
    assert booked(one) == {
        "purchases": Decimal(100),
        "vat_receivable": Decimal(22),
        "suppliers": Decimal(-122),
    }
    entry = JournalEntry.objects.get()
    assert (entry.journal, entry.date) == (JournalEntry.Journal.PURCHASES, ON)
    assert entry.lines.get(account__role="suppliers").party == supplier
    owed = one.payables.get()
    assert (owed.amount, owed.due_on, owed.supplier) == (Decimal(122), date(2026, 4, 30), supplier)
    assert register(take(firm, number="13"), on=ON, by="anna").protocol == "2/2026"


def test_numbers_begin_anew_each_year_and_never_go_back(firm, supplier):
    save_options(firm, PurchaseOptions, {"register_series": "ACQ"}, by="anna")
    first = register(take(firm), on=ON, by="anna")
    assert first.protocol == "ACQ 1/2026"
    with pytest.raises(DateBeforeLastNumber):
        register(take(firm, number="13"), on=date(2026, 3, 30), by="anna")
    assert not Registration.objects.exclude(pk=first.registrations.get().pk).exists()
    late = SupplierInvoice.objects.get(number="13")
    assert register(late, on=date(2027, 1, 2), by="anna").protocol == "ACQ 1/2027"
    assert numbering_findings(firm.pk) == []


def test_an_invoice_is_registered_once_and_not_before_its_own_date(firm, supplier):
    one = take(firm)
    with pytest.raises(services.RegisteredTooEarly):
        register(one, on=date(2026, 3, 3), by="anna")
    register(one, on=ON, by="anna")
    with pytest.raises(services.NotToBeRegistered):
        register(one, on=ON, by="anna")
    assert JournalEntry.objects.count() == 1


def test_an_invoice_in_another_currency_is_not_registered(firm, supplier):
    one = take(firm, replace(invoice(), currency="USD"))
    assert one.remarks == [["other_currency", "USD", ""]]
    with pytest.raises(services.OtherCurrency):
        register(one, on=ON, by="anna")


def test_a_file_that_contradicts_itself_is_asked_about_and_then_posted_exactly(firm, supplier):
    odd = replace(invoice(), total=Decimal(130), to_pay=Decimal(130), dues=(DueFacts(amount=Decimal(9)),))
    one = take(firm, odd)
    with pytest.raises(services.TotalDiffers) as asked:
        register(one, on=ON, by="anna")
    assert "8" in str(asked.value.message)
    with pytest.raises(services.DuesDiffer):
        register(one, on=ON, by="anna", confirmed=frozenset({services.TotalDiffers.code}))
    yes = frozenset({services.TotalDiffers.code, services.DuesDiffer.code})
    register(one, on=ON, by="anna", confirmed=yes)
    assert booked(one)["purchases"] == Decimal(108)
    assert one.payables.aggregate(Sum("amount"))["amount__sum"] == Decimal(130)


def test_r38_reverse_charge_adds_the_ordinary_vat_on_both_sides(firm, supplier):
    one = take(firm, invoice(line("200", "0", "N6.7")))
    assert one.lines.get().vat_code.reverse_charge
    register(one, on=ON, by="anna")
    assert booked(one) == {
        "purchases": Decimal(200),
        "vat_receivable": Decimal(44),
        "vat_payable": Decimal(-44),
        "suppliers": Decimal(-200),
    }


def test_reverse_charge_without_an_ordinary_rate_says_what_to_do(firm, supplier):
    one = take(firm, invoice(line("200", "0", "N6.7")))
    VatCode.objects.filter(company=firm).update(is_default=False)
    with pytest.raises(Refusal, match="default"):
        register(one, on=ON, by="anna")
    assert not JournalEntry.objects.exists()


def test_a_chart_without_the_role_refuses_with_the_remedy_and_uses_no_number(firm, supplier):
    one = take(firm)
    Account.objects.filter(company=firm, role="vat_receivable").update(role="")
    with pytest.raises(UnknownAccount, match="vat_receivable"):
        register(one, on=ON, by="anna")
    Account.objects.filter(company=firm, code="1501").update(role="vat_receivable")
    assert register(one, on=ON, by="anna").protocol == "1/2026"


def test_a_customer_who_sends_an_invoice_becomes_a_supplier_too(firm):
    party = make_supplier(firm, is_supplier=False)
    register(take(firm), on=ON, by="anna")
    party.refresh_from_db()
    assert party.is_supplier


def test_registering_takes_the_same_statements_for_one_line_and_for_forty(firm, supplier):
    def statements(number, count):
        one = take(firm, invoice(*(line(number=n) for n in range(1, count + 1)), number=str(number)))
        with CaptureQueriesContext(connection) as queries:
            register(one, on=ON, by="anna")
        return len(queries)

    statements(1, 1)
    assert statements(2, 2) == statements(3, 40)


def test_a_handler_that_fails_undoes_number_entry_and_amounts(firm, supplier):
    one = take(firm)

    def fail(event):
        raise Refusal("no")

    _handlers[SupplierInvoiceRegistered].append(fail)
    try:
        with pytest.raises(Refusal):
            register(one, on=ON, by="anna")
    finally:
        _handlers[SupplierInvoiceRegistered].remove(fail)
    for model in (Registration, JournalEntry, Payable):
        assert not model.objects.exists()
    assert register(one, on=ON, by="anna").protocol == "1/2026"


# --- and back ---


def test_taking_back_posts_the_exact_opposite_and_keeps_the_number(firm, supplier):
    held = WithholdingFacts(kind="RT02", rate=Decimal(20), amount=Decimal("6.67"))
    one = take(firm, invoice(line("33.33"), line("11.11", "10", number=2), withholdings=(held,)))
    one.lines.update(deductible=40)
    register(one, on=ON, by="anna")
    later = date(2026, 4, 2)

    unregister(one, on=later, by="carla", reason="Wrong account")

    one.refresh_from_db()
    assert (one.state, one.protocol) == (State.RECEIVED, "")
    assert set(booked(one).values()) == {Decimal(0)}
    assert not one.payables.exists()
    row = one.registrations.get()
    assert (row.withdrawn_on, row.withdrawn_by, row.reason) == (later, "carla", "Wrong account")
    with pytest.raises(services.NotRegistered):
        unregister(one, on=later, by="carla")
    assert register(one, on=later, by="anna").protocol == "2/2026"
    assert numbering_findings(firm.pk) == []
    assert one.payables.aggregate(Sum("amount"))["amount__sum"] == one.payable


def test_what_was_paid_in_part_is_not_taken_back(firm, supplier):
    one = register(take(firm), on=ON, by="anna")
    one.payables.update(settled=Decimal(1))
    with pytest.raises(services.AlreadyPaid):
        unregister(one, on=ON, by="anna")
    assert JournalEntry.objects.count() == 1


def test_taking_back_before_the_day_of_the_register_is_refused(firm, supplier):
    one = register(take(firm), on=ON, by="anna")
    with pytest.raises(services.RegisteredTooEarly):
        unregister(one, on=date(2026, 3, 30), by="anna")
