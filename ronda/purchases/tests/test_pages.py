"""Screens of purchases: upload, the page of an invoice, choices, the register, files."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ronda.accounting.models import Account
from ronda.billing.tests.firm import log_in, make_firm, queries_of
from ronda.catalogue.models import VatCode
from ronda.parties.models import Party
from ronda.purchases import door, services
from ronda.purchases.domain.facts import NoticeFacts
from ronda.purchases.models import Delivery, IncomingFile, SupplierInvoice, SupplierInvoiceLine
from ronda.purchases.services import register, take_in
from ronda.purchases.tests.invoices import BUYER, SELLER, content, invoice, line

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 31)
State = SupplierInvoice.State


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(TODAY)


@pytest.fixture
def firm():
    return make_firm(language="en", tax_id="01234567897")


@pytest.fixture
def supplier(firm):
    return Party.objects.create(company=firm, code="F1", name="Blu", tax_id=SELLER.tax_id, is_supplier=True)


@pytest.fixture
def page(client, firm):
    return log_in(client, firm, everything=True)


@pytest.fixture
def reader():
    """A country whose invoices are their own number in a text file."""
    kept = dict(door._readers)
    door.register_reader(
        "XX",
        lambda data, name: data.startswith(b"INVOICE "),
        lambda data, name: [replace(invoice(number=data.decode()[8:]), source_name=name)],
        suffixes=(".inv",),
    )
    yield
    door._readers.clear()
    door._readers.update(kept)


def take(firm, facts=None, **changes):
    facts = facts or invoice(**changes)
    return take_in(firm, facts, content(facts), by="anna")


def detail(one, tab=""):
    return reverse("supplierinvoice-detail", args=[one.pk]) + (f"?tab={tab}" if tab else "")


def text(response):
    return response.content.decode()


def test_dropped_files_become_invoices_and_the_odd_ones_are_listed(page, firm, supplier, reader):
    files = [
        SimpleUploadedFile("one.inv", b"INVOICE 1"),
        SimpleUploadedFile("copy.inv", b"INVOICE 1"),
        SimpleUploadedFile("odd.bin", b"?"),
    ]
    accepted = ",".join([*door.suffixes(), ".zip"])
    assert ".inv" in accepted
    assert accepted in text(page.get(reverse("purchases-upload")))

    response = page.post(reverse("purchases-upload"), {"files": files}, follow=True)

    delivery = Delivery.objects.get()
    assert response.redirect_chain[-1][0] == reverse("delivery-detail", args=[delivery.pk])
    assert (delivery.taken, delivery.left_out) == (1, 2)
    said = text(response)
    assert "already here" in said
    assert "not an electronic invoice of a known kind" in said
    odd = IncomingFile.objects.get(name="odd.bin")
    sent = page.get(reverse("incomingfile-file", args=[odd.pk]))
    assert b"".join(sent) == b"?"
    assert sent["Content-Type"] == "application/octet-stream"
    assert "attachment" in sent["Content-Disposition"]


def test_an_upload_of_nothing_and_a_broken_zip_say_what_to_do(page, firm):
    said = text(page.post(reverse("purchases-upload"), {}, follow=True))
    assert "Choose the files of the invoices." in said
    broken = SimpleUploadedFile("a.zip", b"PK no")
    assert "cannot be unpacked" in text(
        page.post(reverse("purchases-upload"), {"files": broken}, follow=True)
    )
    assert not Delivery.objects.exists()


def test_many_files_are_read_in_the_background_with_progress(page, firm, supplier, reader):
    files = [SimpleUploadedFile(f"{n}.inv", f"INVOICE {n}".encode()) for n in range(21)]
    response = page.post(reverse("purchases-upload"), {"files": files}, follow=True)
    delivery = Delivery.objects.get()
    assert reverse("job-progress", args=[delivery.job]) in text(response)
    assert not SupplierInvoice.objects.exists()


def test_the_page_shows_the_document_from_its_data_and_escapes_it(page, firm, supplier):
    facts = replace(
        invoice(line(text="<script>alert(1)</script>")),
        texts=("Come da accordi",),
        notices=(NoticeFacts(code="odd", text="The total is odd."),),
    )
    one = take(firm, facts)
    assert "The total is odd." in text(page.get(detail(one)))
    said = text(page.get(detail(one, "document")))
    assert "Come da accordi" in said
    assert "<script>alert" not in said
    assert "via Po 1" in said


def test_an_unknown_seller_is_offered_as_a_supplier_and_made_by_one_click(page, firm):
    one = take(firm)
    url = f"{reverse('supplierinvoice-create-supplier')}?id={one.pk}"
    assert "is not among your suppliers" in text(page.get(detail(one)))
    assert url in text(page.get(detail(one)))

    page.post(reverse("supplierinvoice-create-supplier"), {"id": one.pk})

    one.refresh_from_db()
    assert one.supplier.name == SELLER.name


def test_registering_asks_first_where_the_file_contradicts_itself_then_obeys(page, firm, supplier):
    elsewhere = replace(BUYER, name="Verdi Spa", identity="IT00743110157", tax_id="00743110157")
    one = take(firm, buyer=elsewhere)
    url = reverse("supplierinvoice-register")
    asked = page.post(url, {"id": one.pk, "on": "31/03/2026"})
    assert "addressed to Verdi Spa" in text(asked)
    one.refresh_from_db()
    assert one.state == State.RECEIVED

    yes = f"{one.pk}:{services.NotForUs.code}"
    page.post(url, {"id": one.pk, "on": "31/03/2026", "confirmed": yes})

    one.refresh_from_db()
    assert (one.state, one.protocol) == (State.REGISTERED, "1/2026")
    assert "protocol 1/2026" in text(page.get(detail(one)))


def form_data(one, **changes):
    lines = list(one.lines.order_by("position"))
    data = {
        "supplier": one.supplier_id or "",
        "supplierinvoiceline-TOTAL_FORMS": len(lines),
        "supplierinvoiceline-INITIAL_FORMS": len(lines),
    }
    for at, row in enumerate(lines):
        facts = {
            "id": row.pk,
            "account": row.account_id or "",
            "vat_code": row.vat_code_id or "",
            "deductible": row.deductible,
            "item": "",
        }
        data |= {f"supplierinvoiceline-{at}-{name}": value for name, value in facts.items()}
    return data | changes


def test_choices_by_hand_are_kept_and_no_proposal_touches_them(page, firm, supplier):
    one = take(firm, invoice(line(rate="17"), line(number=2)))
    fuel = Account.objects.get(company=firm, code="4102")
    vat = VatCode.objects.filter(company=firm, is_default=True).get()
    url = reverse("supplierinvoice-edit", args=[one.pk])
    assert "Canone 1" in text(page.get(url))
    changes = {
        "supplierinvoiceline-0-account": fuel.pk,
        "supplierinvoiceline-0-vat_code": vat.pk,
        "supplierinvoiceline-0-deductible": "40",
    }

    response = page.post(url, form_data(one, **changes))

    assert response.status_code == 302, text(response)
    one.refresh_from_db()
    first, second = one.lines.order_by("position")
    assert (first.account, first.vat_code, first.deductible, first.why) == (fuel, vat, 40, "person")
    assert second.why == "default"
    assert one.state == State.RECEIVED
    other = Party.objects.create(company=firm, code="F2", name="Verde", is_supplier=True)
    services.choose_supplier(one, other, by="anna")
    first.refresh_from_db()
    assert (first.account, first.why) == (fuel, "person")


def test_lines_can_neither_be_added_nor_removed_nor_registered_ones_changed(page, firm, supplier):
    one = take(firm)
    url = reverse("supplierinvoice-edit", args=[one.pk])
    assert "data-remove" not in text(page.get(url))
    page.post(url, form_data(one, **{"supplierinvoiceline-0-DELETE": "on"}))
    assert one.lines.count() == 1
    register(one, on=TODAY, by="anna")
    assert page.get(url).status_code == 404
    assert page.post(url, form_data(one)).status_code == 404


def test_an_account_of_another_company_cannot_be_chosen(page, firm, supplier):
    one = take(firm)
    foreign = Account.objects.filter(company=make_firm("Altra Srl")).first()
    url = reverse("supplierinvoice-edit", args=[one.pk])
    assert page.post(url, form_data(one, **{"supplierinvoiceline-0-account": foreign.pk})).status_code == 422


def test_the_supplier_s_page_lists_what_is_to_pay(page, firm, supplier):
    register(take(firm), on=TODAY, by="anna")
    said = text(page.get(reverse("party-detail", args=[supplier.pk]) + "?tab=payables"))
    assert "122" in said
    assert "30/04/2026" in said


def test_the_file_comes_back_as_it_came_and_another_company_s_is_not_found(page, firm, supplier):
    one = take(firm)
    assert b"".join(page.get(reverse("supplierinvoice-file", args=[one.pk]))) == content(invoice())
    foreign = take(make_firm("Altra Srl"))
    assert page.get(reverse("supplierinvoice-file", args=[foreign.pk])).status_code == 404
    assert page.get(detail(foreign)).status_code == 404


def test_the_page_of_an_invoice_takes_the_same_statements_however_many_lines(page, firm, supplier):
    few = take(firm, invoice(*(line(number=n) for n in range(1, 3))))
    many = take(firm, invoice(*(line(number=n) for n in range(1, 41)), number="13"))
    for tab in ("", "lines", "document"):
        assert queries_of(page, detail(few, tab)) == queries_of(page, detail(many, tab))
    edit = [reverse("supplierinvoice-edit", args=[one.pk]) for one in (few, many)]
    assert queries_of(page, edit[0]) == queries_of(page, edit[1])


def test_refusing_and_taking_back_work_from_their_pages(page, firm, supplier):
    one = take(firm)
    page.post(reverse("supplierinvoice-refuse"), {"id": one.pk, "reason": "Never ordered"})
    assert "Refused: Never ordered" in text(page.get(detail(one)))
    page.post(reverse("supplierinvoice-take-up-again"), {"id": one.pk})
    page.post(reverse("supplierinvoice-register"), {"id": one.pk, "on": "31/03/2026"})
    page.post(reverse("supplierinvoice-unregister"), {"id": one.pk, "on": "31/03/2026", "reason": "Error"})
    one.refresh_from_db()
    assert one.state == State.RECEIVED
    register_page = text(page.get(reverse("registration-list")))
    assert "1/2026" in register_page
    assert SupplierInvoiceLine.objects.count() == 1
    assert one.gross_total == Decimal(122)
