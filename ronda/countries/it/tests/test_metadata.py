"""SdI's metadata of received invoices (files MT): kept once, joined with their invoice, never set aside."""

import hashlib
from datetime import UTC, date, datetime

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from ronda.billing.tests.firm import log_in, make_firm
from ronda.company.models import OptionValue
from ronda.countries.it.domain.fatturapa import write_invoice
from ronda.countries.it.domain.sdi import Family, Kind, Receipt, looks_like_metadata, write_receipt
from ronda.countries.it.models import SdiMetadata
from ronda.countries.it.queries import metadata_of
from ronda.countries.it.services.metadata import take_metadata
from ronda.countries.it.tests.fatture import BIANCHI, invoice
from ronda.einvoices import services
from ronda.einvoices.folder import folder_of
from ronda.einvoices.models import Quarantined
from ronda.purchases.models import Delivery, IncomingFile, SupplierInvoice
from ronda.purchases.services import deliver
from ronda.reports.tests.firm import french_firm

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 31, 9, 0, tzinfo=UTC)
INVOICE, MT = "IT01234567897_00001.xml", "IT01234567897_00001_MT_001.xml"


@pytest.fixture
def inbox(settings, tmp_path):
    settings.MEDIA_ROOT, settings.EINVOICES_ROOT = tmp_path / "files", tmp_path / "einvoices"
    firm = make_firm(tax_id=BIANCHI.vat_id)
    OptionValue.objects.create(company=firm, group="einvoices", name="channel", value="folder")
    folder = folder_of(firm)
    folder.inbox.mkdir(parents=True, exist_ok=True)
    return firm, folder.inbox


@pytest.fixture
def content():
    return write_invoice(invoice())


def metadata(content, name=INVOICE, sdi_id="987654321", family=Family.B2B, **facts):
    return write_receipt(
        Receipt(
            kind=Kind.METADATA, family=family, file_name=name, sdi_id=sdi_id, message_id="55",
            hash=hashlib.sha256(content).hexdigest(), format="FPR12", attempts="1",
            recipient="ABC1234" if family is Family.B2B else "UF1AB2", **facts,
        )
    )  # fmt: skip


@pytest.mark.parametrize("order", [(INVOICE, MT), (MT, INVOICE)])
def test_r42_invoice_and_metadata_find_each_other_whichever_comes_first(inbox, content, order):
    firm, folder = inbox
    files = {INVOICE: content, MT: metadata(content)}
    for name in order:
        (folder / name).write_bytes(files[name])
        assert services.take_in(firm, by="", now=NOW).passed_on == 1

    assert not Quarantined.objects.exists()
    (row,) = metadata_of(SupplierInvoice.objects.get())
    assert (row.sdi_id, row.recipient, row.file_name) == ("987654321", "ABC1234", INVOICE)
    assert row.arrived_at is not None
    client = log_in(Client(), firm, everything=True)
    page = client.get(
        reverse("supplierinvoice-detail", args=[SupplierInvoice.objects.get().pk]), {"tab": "sdi"}
    )
    assert "987654321" in page.content.decode()


def test_r42_the_same_metadata_again_are_harmless(inbox, content):
    firm, folder = inbox
    for name in (MT, "IT01234567897_00001_MT_002.xml"):
        (folder / name).write_bytes(metadata(content))
        services.take_in(firm, by="", now=NOW)
    assert SdiMetadata.objects.count() == 1
    assert not Quarantined.objects.exists()


@pytest.mark.parametrize("family", Family)
def test_metadata_of_both_families_are_known_whatever_the_file_is_called(inbox, content, family):
    firm, _folder = inbox
    assert take_metadata(firm, metadata(content, family=family), "metaDato.xml", by="anna", now=NOW)
    assert SdiMetadata.objects.get().stem == "IT01234567897_00001"


def test_metadata_among_uploaded_invoices_are_no_unreadable_files(inbox, content):
    firm, _folder = inbox
    files = [
        (INVOICE, ContentFile(content)),
        ("IT01234567897_00001_metaDato.xml", ContentFile(metadata(content))),
    ]
    deliver(firm, files, today=date(2026, 3, 31), by="anna")
    delivery = Delivery.objects.get()
    assert (delivery.taken, delivery.left_out) == (1, 0)
    assert [row.outcome for row in IncomingFile.objects.all()] == ["taken"]
    assert len(metadata_of(SupplierInvoice.objects.get())) == 1


def test_an_invoice_whose_signature_was_taken_off_is_found_by_name(inbox, content):
    firm, _folder = inbox
    take_metadata(firm, metadata(b"signed", name=f"{INVOICE}.p7m"), MT, by="anna", now=NOW)
    deliver(firm, [(INVOICE, ContentFile(content))], today=date(2026, 3, 31), by="anna")
    assert len(metadata_of(SupplierInvoice.objects.get())) == 1


def test_metadata_of_another_invoice_or_of_another_firm_are_not_taken_for_it(inbox, content):
    firm, _folder = inbox
    take_metadata(firm, metadata(b"other", name="IT01234567897_00002.xml"), MT, by="anna", now=NOW)
    other = make_firm("Altra", tax_id="00743110157")
    take_metadata(other, metadata(content), MT, by="anna", now=NOW)
    deliver(firm, [(INVOICE, ContentFile(content))], today=date(2026, 3, 31), by="anna")
    assert metadata_of(SupplierInvoice.objects.get()) == []


def test_the_list_says_which_invoices_have_not_arrived(inbox, content):
    firm, _folder = inbox
    take_metadata(firm, metadata(content), MT, by="anna", now=NOW)
    take_metadata(firm, metadata(b"x", name="IT01234567897_00002.xml", sdi_id="5"), MT, by="anna", now=NOW)
    deliver(firm, [(INVOICE, ContentFile(content))], today=date(2026, 3, 31), by="anna")
    client = log_in(Client(), firm, everything=True)
    ids = {}
    for answer in ("there", "missing"):
        rows = client.get(reverse("api-sdi-metadata-list"), {"invoice": answer}).json()["results"]
        ids[answer] = [row["sdi_id"] for row in rows]
    assert ids == {"there": ["987654321"], "missing": ["5"]}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<FileMetadati", MT),
        (b"", MT),
        (b"not xml", MT),
        (b"<FileMetadati><IdentificativoSdI/></FileMetadati>", "a.xml"),
        (b"<FatturaElettronica/>", MT),
    ],
)
def test_what_is_none_is_left_to_others(inbox, data, name):
    firm, _folder = inbox
    assert not take_metadata(firm, data, name, by="anna", now=NOW)
    assert not SdiMetadata.objects.exists()


def test_receipts_and_invoices_are_no_metadata_and_firms_elsewhere_have_none(content):
    rejected = Receipt(
        kind=Kind.DELIVERED, family=Family.B2B, file_name=INVOICE, sdi_id="1", message_id="2", hash="0" * 64,
        received_at=NOW, delivered_at=NOW, recipient="ABC1234",
    )  # fmt: skip
    assert not looks_like_metadata(write_receipt(rejected), "IT01234567897_00001_RC_001.xml")
    assert not looks_like_metadata(content, INVOICE)
    assert not take_metadata(french_firm(), metadata(content), MT, by="anna", now=NOW)
