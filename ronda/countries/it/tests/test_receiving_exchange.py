"""Suppliers' invoices that come by the channel of the firm's own invoices."""

from datetime import UTC, datetime

import pytest

from ronda.billing.tests.firm import make_firm
from ronda.company.models import OptionValue
from ronda.countries.it.domain.fatturapa import write_invoice
from ronda.countries.it.tests.fatture import BIANCHI, invoice
from ronda.einvoices import services
from ronda.einvoices.folder import folder_of
from ronda.einvoices.models import Quarantined
from ronda.purchases.models import IncomingFile, SupplierInvoice

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 31, 9, 0, tzinfo=UTC)


@pytest.fixture
def inbox(settings, tmp_path):
    settings.MEDIA_ROOT, settings.EINVOICES_ROOT = tmp_path / "files", tmp_path / "einvoices"
    firm = make_firm(tax_id=BIANCHI.vat_id)
    OptionValue.objects.create(company=firm, group="einvoices", name="channel", value="folder")
    folder = folder_of(firm)
    folder.inbox.mkdir(parents=True, exist_ok=True)
    return firm, folder.inbox


def test_p32_r42_an_invoice_of_a_supplier_reaches_the_purchases_once(inbox):
    firm, folder = inbox
    content = write_invoice(invoice())
    for name in ("IT01234567897_00001.xml", "IT01234567897_00002.xml"):
        (folder / name).write_bytes(content)
        assert services.take_in(firm, by="", now=NOW).passed_on == 1

    assert SupplierInvoice.objects.filter(company=firm).count() == 1
    outcomes = IncomingFile.objects.order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["taken", "known"]
    assert not Quarantined.objects.exists()


def test_a_broken_invoice_is_listed_with_its_reason_and_other_files_are_set_aside(inbox):
    firm, folder = inbox
    (folder / "IT01234567897_00003.xml").write_bytes(write_invoice(invoice())[:400])
    (folder / "notes.txt").write_bytes(b"hello")

    taken = services.take_in(firm, by="", now=NOW)

    assert (taken.passed_on, taken.set_aside) == (1, 1)
    assert not SupplierInvoice.objects.exists()
    assert IncomingFile.objects.get().reason
    assert Quarantined.objects.get().name == "notes.txt"
