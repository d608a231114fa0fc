"""FatturaPA files of suppliers: what they say reaches purchases whole, in whatever envelope."""

import base64
import io
import random
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from ronda.accounting.models import JournalEntry
from ronda.billing.tests.firm import make_firm
from ronda.company.services import save_options
from ronda.countries.it.domain.fatturapa import (
    Discount,
    ItemCode,
    Line,
    Payment,
    Stamp,
    Summary,
    WelfareFund,
    Withholding,
    write_invoice,
)
from ronda.countries.it.receiving import facts_of, looks_like_fatturapa, read_fatturapa
from ronda.countries.it.tests.fatture import ARIA, BIANCHI, invoice, line
from ronda.purchases.door import UnknownFormat, read_file
from ronda.purchases.models import Delivery, IncomingFile, SupplierInvoice
from ronda.purchases.options import PurchaseOptions
from ronda.purchases.services import create_supplier, deliver, read_delivery, register

STANDARDS = Path(settings.BASE_DIR).parent / "shared" / "standards" / "it" / "fatturapa"
XML = sorted([*STANDARDS.glob("samples/*.xml"), *STANDARDS.glob("gobl/*.xml")])
SIGNED = sorted(one for one in STANDARDS.glob("p7m/*") if ".p7m" in one.name)
needs_samples = pytest.mark.skipif(not XML, reason=f"the FatturaPA samples are not at {STANDARDS}")
needs_signed = pytest.mark.skipif(not SIGNED, reason=f"the signed samples are not at {STANDARDS}")
TODAY = date(2026, 3, 31)
Outcome = IncomingFile.Outcome
QUESTIONS = {"parties.doubtful_tax_id", "parties.likely_duplicate", "parties.tax_id_repeated"}


@pytest.fixture
def firm(db):
    return make_firm(tax_id=BIANCHI.vat_id)


def upload(name, data):
    return name, SimpleUploadedFile(name, data)


def zipped(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files:
            archive.writestr(name, data)
    return content.getvalue()


def hand_over(firm, *files, by="anna"):
    delivery = deliver(firm, [upload(name, data) for name, data in files], today=TODAY, by=by)
    read_delivery(delivery, today=TODAY)
    delivery.refresh_from_db()
    return delivery


def outcomes(delivery):
    return sorted(delivery.files.values_list("outcome", flat=True))


def xml(**facts):
    return write_invoice(invoice(**facts))


# --- what the file says ---


def test_everything_of_a_file_is_in_the_facts():
    fund = WelfareFund("TC22", Decimal(4), Decimal("4.00"), Decimal(22))
    held = Withholding("RT01", Decimal("20.00"), Decimal(20), "A")
    sold = replace(
        line(), codes=(ItemCode("SKU", "A-1"),), period_from=date(2026, 3, 1), period_to=date(2026, 3, 31)
    )
    given = replace(
        invoice(sold),
        summaries=(Summary(Decimal(22), Decimal("104.00"), Decimal("22.88"), exigibility="D"),),
        welfare_funds=(fund,),
        withholdings=(held,),
        stamp=Stamp(Decimal("2.00")),
        payments=(Payment("TP02", "MP05", Decimal("106.88"), date(2026, 4, 30)),),
        total=Decimal("126.88"),
    )

    facts = facts_of(given)

    assert [one.text for one in facts.lines][1].startswith("Contribut")
    assert [one.net for one in facts.lines] == [Decimal(100), Decimal("4.00")]
    assert (facts.lines[0].code, facts.lines[0].period_to) == ("A-1", date(2026, 3, 31))
    assert (facts.seller.identity, facts.seller.tax_id) == ("IT02182030391", ARIA.vat_id)
    assert (facts.total, facts.to_pay, facts.withheld, facts.stamp) == (
        Decimal("126.88"),
        Decimal("106.88"),
        Decimal(20),
        Decimal("2.00"),
    )
    assert (facts.vat[0].exigibility, facts.dues[0].means) == ("D", "MP05")
    assert not facts.own
    assert facts_of(replace(given, kind="TD17")).own
    assert facts_of(replace(given, kind="TD04")).sign == -1


def test_discounts_on_the_whole_document_are_stated():
    given = replace(invoice(), discounts=(Discount("SC", amount=Decimal(10)),), total=None)
    assert facts_of(given).allowance == Decimal(-10)


def test_other_files_are_of_no_known_format():
    assert not looks_like_fatturapa(b"%PDF-1.7", "invoice.pdf")
    assert looks_like_fatturapa(b"<p:FatturaElettronica", "download")
    with pytest.raises(UnknownFormat):
        read_file(b"hello", "notes.txt", country="IT")


# --- official samples ---


@needs_samples
def test_every_official_sample_is_taken_in_and_balances_when_registered(firm):
    """All at once in a zip; then those that are in euro and complete are registered."""
    delivery = hand_over(firm, ("samples.zip", zipped((one.name, one.read_bytes()) for one in XML)))

    rows = {row.name: row for row in delivery.files.all()}
    own = sum(facts.own for one in XML for facts in read_fatturapa(one.read_bytes(), one.name))
    odd = [(row.name, row.reason) for row in rows.values() if row.outcome == Outcome.UNREADABLE]
    assert not odd
    assert outcomes(delivery).count(Outcome.OWN) == own
    assert delivery.taken == SupplierInvoice.objects.count() > len(XML) // 2
    known = [row for row in delivery.files.all() if row.outcome == Outcome.KNOWN]
    assert all(row.invoice_id for row in known), "what is here already says which one it is"
    registered = register_all(firm)
    assert registered > 5
    assert JournalEntry.objects.count() == registered


def register_all(firm):
    """Register what can be, confirming every question; how many."""
    done = 0
    everything = frozenset(
        f"purchases.{code}" for code in ("total_differs", "dues_differ", "not_for_us", "number_used_twice")
    )
    for one in SupplierInvoice.objects.filter(currency="EUR", supplier=None).order_by("pk"):
        one.refresh_from_db()
        if one.supplier_id is None:
            create_supplier(one, by="anna", confirmed=frozenset(QUESTIONS))
    for one in SupplierInvoice.objects.filter(state=SupplierInvoice.State.RECEIVED, currency="EUR"):
        done += 1
        register(one, on=max(date(2030, 1, 1), one.date), by="anna", confirmed=everything)
        assert sum(line.amount for line in JournalEntry.objects.latest("pk").lines.all()) == 0
        owed = sum(row.amount for row in one.payables.all())
        assert owed == one.payable
    return done


@needs_signed
@pytest.mark.parametrize("path", SIGNED, ids=lambda one: one.name)
def test_signed_samples_are_taken_in(firm, path):
    delivery = hand_over(firm, (path.name, path.read_bytes()))
    taken = [row.outcome for row in delivery.files.all()]
    assert set(taken) <= {Outcome.TAKEN, Outcome.OWN}, list(delivery.files.values_list("reason", flat=True))


# --- envelopes, odd files, repetition ---


@needs_signed
def test_der_base64_and_base64_with_crlf_are_one_invoice(firm):
    der = next(one.read_bytes() for one in SIGNED if one.read_bytes()[:1] == b"\x30")
    plain = base64.b64encode(der)
    lines = base64.encodebytes(der).replace(b"\n", b"\r\n")
    delivery = hand_over(firm, ("a.xml.p7m", der), ("b.xml.p7m", plain), ("c.xml.p7m", lines))
    found = [row.outcome for row in delivery.files.order_by("name")]
    assert found == [Outcome.TAKEN, Outcome.KNOWN, Outcome.KNOWN]


def test_one_odd_file_never_stops_the_rest_and_is_kept_with_its_reason(firm):
    files = [
        ("a.xml", xml(number="A1")),
        ("broken.xml", b"<FatturaElettronica"),
        ("notes.txt", b"hello"),
        ("empty.xml", b""),
        ("signed.xml.p7m", b"\x30\x80nothing"),
        ("z.xml", xml(number="Z1")),
    ]
    delivery = hand_over(firm, *files)

    assert (delivery.state, delivery.taken, delivery.left_out) == (Delivery.State.DONE, 2, 4)
    for row in delivery.files.filter(outcome=Outcome.UNREADABLE):
        assert row.reason
        with row.file.open("rb") as kept:
            assert kept.read() == dict(files)[row.name]
    assert not delivery.file


def test_the_same_upload_again_adds_nothing_and_points_at_the_first(firm):
    files = [("a.xml", xml(number="A1")), ("b.xml", xml(number="B1"))]
    hand_over(firm, *files)
    again = hand_over(firm, ("again.zip", zipped(files)), by="carla")
    assert outcomes(again) == [Outcome.KNOWN, Outcome.KNOWN]
    assert set(again.files.values_list("invoice__number", flat=True)) == {"A1", "B1"}
    assert SupplierInvoice.objects.count() == 2


def test_any_order_of_files_gives_the_same_invoices(firm):
    files = [(f"{n}.xml", xml(number=f"N{n % 4}")) for n in range(8)]
    shuffled = random.Random(7)
    seen = set()
    for turn in range(4):
        shuffled.shuffle(files)
        company = make_firm(f"Firm {turn}", tax_id="")
        hand_over(company, *files)
        rows = SupplierInvoice.objects.filter(company=company)
        seen.add(tuple(sorted(rows.values_list("number", "gross_total"))))
    assert len(seen) == 1
    assert len(seen.pop()) == 4


def test_files_of_the_same_name_in_two_folders_are_both_read(firm):
    delivery = hand_over(firm, ("x.xml", xml(number="1")), ("x.xml", xml(number="2")))
    assert delivery.taken == 2


def test_many_files_are_read_by_a_job_that_goes_on_where_it_was(firm, monkeypatch):
    files = [(f"{n:03d}.xml", xml(number=f"N{n}")) for n in range(1, 24)]
    delivery = deliver(firm, [upload("many.zip", zipped(files))], today=TODAY, by="anna")
    assert delivery.job
    assert delivery.state == Delivery.State.WAITING
    monkeypatch.setattr("ronda.purchases.services.deliveries.FILES_AT_ONCE", 10)
    told = []

    def stop(done, total):
        told.append((done, total))
        if len(told) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_delivery(delivery, today=TODAY, progress=stop)
    assert told == [(10, 23), (20, 23)]
    read_delivery(
        Delivery.objects.get(), today=TODAY, progress=lambda done, total: told.append((done, total))
    )
    assert told[-1] == (23, 23)
    delivery.refresh_from_db()
    assert (delivery.taken, delivery.left_out) == (23, 0)
    assert outcomes(delivery) == [Outcome.TAKEN] * 23


def test_a_lot_gives_each_of_its_invoices_from_one_stored_file(firm):
    one, two = xml(number="1").decode(), xml(number="2").decode()
    body = two[two.index("<FatturaElettronicaBody>") : two.index("</FatturaElettronicaBody>") + 25]
    lot = one.replace("</FatturaElettronicaBody>", f"</FatturaElettronicaBody>{body}").encode()
    delivery = hand_over(firm, ("lot.xml", lot))
    assert delivery.taken == 2
    rows = list(SupplierInvoice.objects.order_by("position"))
    assert [row.number for row in rows] == ["1", "2"]
    assert rows[0].file.name == rows[1].file.name


def test_our_own_invoices_and_self_invoices_are_told_apart(firm):
    ours = replace(invoice(), seller=replace(BIANCHI, tax_regime="RF01"), buyer=ARIA, number="1")
    delivery = hand_over(firm, ("ours.xml", write_invoice(ours)))
    assert outcomes(delivery) == [Outcome.OWN]
    assert not SupplierInvoice.objects.exists()


def test_automatic_registration_takes_what_is_known_in_everything_and_nothing_else(firm):
    save_options(firm, PurchaseOptions, {"register_automatically": True}, by="anna")
    hand_over(firm, ("1.xml", xml(number="1")))
    first = SupplierInvoice.objects.get()
    assert first.state == SupplierInvoice.State.TO_COMPLETE, "an unknown seller is for a person"
    register(create_supplier(first, by="anna"), on=TODAY, by="anna")

    other = write_invoice(invoice(line(text="Something new"), number="3"))
    hand_over(firm, ("2.xml", xml(number="2")), ("3.xml", other))

    states = dict(SupplierInvoice.objects.values_list("number", "state"))
    assert states == {"1": "registered", "2": "registered", "3": "received"}


def test_lines_of_any_size_and_sign_come_through(firm):
    sold = [Line(n, f"Voce {n}", Decimal(price), Decimal(price), Decimal(22)) for n, price in
            enumerate(["0.00", "-12.30", "999999.99"], 1)]  # fmt: skip
    delivery = hand_over(firm, ("a.xml", write_invoice(invoice(*sold))))
    assert delivery.taken == 1
    assert [row.net for row in SupplierInvoice.objects.get().lines.order_by("position")] == [
        one.net for one in sold
    ]
