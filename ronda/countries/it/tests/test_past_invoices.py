"""Past invoices imported: customers, services, proposed contracts; twice is once; undone is gone."""

import dataclasses
import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from ronda.billing.tests.firm import make_firm
from ronda.catalogue.models import Item
from ronda.company.imports.undoing import undo
from ronda.company.models import Company, ImportBatch, ImportedSource
from ronda.contracts.models import Contract, ContractProposal
from ronda.contracts.services.proposals import accept_proposal
from ronda.countries.it.domain.fatturapa import (
    Line,
    Party,
    ReceivedInvoice,
    Summary,
    read_invoice,
    write_invoice,
)
from ronda.countries.it.services import SellerNotKnown, UploadTooLarge, import_invoices, past_invoices
from ronda.kernel.periods import add_months
from ronda.parties.models import BillingAccount
from ronda.parties.models import Party as Customer

pytestmark = pytest.mark.django_db

OWN_NUMBER = "01234567897"
OTHER_NUMBER = "00743110157"
STANDARDS = Path(settings.BASE_DIR).parent / "shared" / "standards" / "it" / "fatturapa"
SELLER = Party(
    name="Aria Srl",
    vat_country="IT",
    vat_id=OWN_NUMBER,
    tax_regime="RF01",
    street="Via Roma 1",
    postcode="20121",
    city="Milano",
    country="IT",
)
BUYER = Party(
    name="Bianchi Spa",
    vat_country="IT",
    vat_id=OTHER_NUMBER,
    street="Via Verdi",
    house_number="3",
    postcode="10121",
    city="Torino",
    province="TO",
    country="IT",
    recipient_code="ABC1234",
    pec="bianchi@pec.it",
)


@pytest.fixture
def firm(db):
    return make_firm(tax_id=OWN_NUMBER)


def invoice(number, on, text, net="100.00", buyer=BUYER, **facts):
    amount = Decimal(net)
    line = Line(1, text, amount, amount, Decimal(22), quantity=Decimal(1), **facts.pop("line", {}))
    return ReceivedInvoice(
        kind="TD01",
        number=str(number),
        date=on,
        seller=facts.pop("seller", SELLER),
        buyer=buyer,
        lines=(line,),
        summaries=(Summary(Decimal(22), amount, amount * 22 / 100, exigibility="I"),),
        total=amount * 122 / 100,
        progressive=str(number),
        **facts,
    )


def year_of(text, months, net="100.00", buyer=BUYER, first=date(2025, 1, 1), count=12, start=1):
    """Invoices of a fee every so many months, with its period."""
    made = []
    for at in range(count // months):
        day = add_months(first, at * months)
        until = add_months(day, months) - (date(2, 1, 2) - date(2, 1, 1))
        period = {"period_from": day, "period_to": until}
        made.append(invoice(f"{start + at}", day, text, net, buyer, line=period))
    return made


def save(folder, invoices, prefix="f"):
    folder.mkdir(parents=True, exist_ok=True)
    for at, one in enumerate(invoices):
        (folder / f"{prefix}{at:05d}.xml").write_bytes(write_invoice(one, strict=False))
    return folder


def facts_of(outcome):
    return (
        outcome.read,
        outcome.customers,
        outcome.services,
        outcome.proposals,
        len(outcome.refused),
    )


def test_a_year_of_invoices_becomes_customer_service_and_proposal(firm, tmp_path):
    outcome = import_invoices(firm, save(tmp_path / "in", year_of("Canone assistenza", 1)), by="anna")

    assert facts_of(outcome) == (12, 1, 1, 1, 0)
    customer = Customer.objects.get(company=firm)
    assert (customer.name, customer.tax_id, customer.street, customer.postcode) == (
        "Bianchi Spa",
        OTHER_NUMBER,
        "Via Verdi 3",
        "10121",
    )
    assert (customer.city, customer.province, customer.recipient_code, customer.pec) == (
        "Torino",
        "TO",
        "ABC1234",
        "bianchi@pec.it",
    )
    item = Item.objects.get(company=firm)
    assert (item.name, item.price, item.vat_code.nature) == ("Canone assistenza", Decimal(100), "")
    proposal = ContractProposal.objects.get(company=firm)
    assert (proposal.party, proposal.item, proposal.frequency, proposal.price, proposal.next_on) == (
        customer,
        item,
        1,
        Decimal(100),
        date(2026, 1, 1),
    )
    assert proposal.evidence == [str(number) for number in range(1, 13)]


def test_the_same_files_twice_and_in_another_zip_add_nothing(firm, tmp_path):
    folder = save(tmp_path / "in", year_of("Canone", 1))
    import_invoices(firm, folder, by="anna")
    packed = tmp_path / "again.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"copy/{file.name}")

    again = import_invoices(firm, folder, by="anna")
    zipped = import_invoices(firm, packed, by="anna")

    assert facts_of(again) == facts_of(zipped) == (12, 0, 0, 0, 0)
    assert again.known == zipped.known == 12
    counts = [model.objects.count() for model in (Customer, Item, ContractProposal, ImportedSource)]
    assert counts == [1, 1, 1, 12]


def test_later_months_complete_the_rhythm_begun_by_earlier_files(firm, tmp_path):
    year = year_of("Manutenzione", 3)
    import_invoices(firm, save(tmp_path / "one", year[:1]), by="anna")
    assert not ContractProposal.objects.exists()

    outcome = import_invoices(firm, save(tmp_path / "two", year[1:]), by="anna")

    assert (outcome.customers, outcome.services, outcome.proposals) == (0, 0, 1)
    assert ContractProposal.objects.get().evidence == ["1", "2", "3", "4"]


def test_invoices_of_others_and_broken_files_are_refused_alone(firm, tmp_path):
    foreign = invoice(1, date(2025, 1, 1), "Luce", seller=dataclasses.replace(SELLER, vat_id=OTHER_NUMBER))
    folder = save(tmp_path / "in", [*year_of("Canone", 1), foreign])
    (folder / "broken.xml").write_text("<p:FatturaElettronica")
    (folder / "entities.xml").write_text('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>')
    (folder / "wrong.xml").write_text('<FatturaElettronica xmlns="urn:other"/>')

    outcome = import_invoices(firm, folder, by="anna")

    assert facts_of(outcome) == (12, 1, 1, 1, 4)
    assert sorted(name for name, _reason in outcome.refused) == [
        "broken.xml",
        "entities.xml",
        "f00012.xml",
        "wrong.xml",
    ]
    assert all(reason for _name, reason in outcome.refused)


def test_a_zip_bomb_is_refused_and_nothing_is_kept(firm, tmp_path):
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", b" " * 60_000_000)

    outcome = import_invoices(firm, bomb, by="anna")

    assert (outcome.read, len(outcome.refused), Customer.objects.count()) == (0, 1, 0)


def test_a_customer_is_recognised_by_number_then_by_name_and_postcode(firm, tmp_path):
    shop = Party(
        name="Mario Rossi", fiscal_code="RSSMRA80A01H501U", postcode="00184", city="Roma", country="IT"
    )
    same_name = dataclasses.replace(BUYER, vat_id="12345670017", name="Bianchi S.p.a.")
    moved = dataclasses.replace(BUYER, street="Via Nuova", name="Bianchi e figli Spa")
    invoices = [
        invoice(1, date(2025, 1, 1), "A", buyer=BUYER),
        invoice(2, date(2025, 1, 2), "A", buyer=moved),
        invoice(3, date(2025, 1, 3), "A", buyer=same_name),
        invoice(4, date(2025, 1, 4), "A", buyer=shop),
        invoice(5, date(2025, 1, 5), "A", buyer=shop),
    ]

    import_invoices(firm, save(tmp_path / "in", invoices), by="anna")

    names = Customer.objects.order_by("pk").values_list("name", "tax_id", "registration_id")
    assert list(names) == [
        ("Bianchi Spa", OTHER_NUMBER, ""),
        ("Bianchi S.p.a.", "12345670017", ""),
        ("Mario Rossi", "", "RSSMRA80A01H501U"),
    ]


def test_a_company_without_number_is_asked_whether_it_is_the_usual_seller(db, tmp_path):
    firm = make_firm()
    folder = save(tmp_path / "in", year_of("Canone", 1))

    with pytest.raises(SellerNotKnown) as asked:
        import_invoices(firm, folder, by="anna")
    assert (asked.value.facts["seller"], asked.value.facts["count"]) == (OWN_NUMBER, 12)
    assert not ImportBatch.objects.exists()

    outcome = import_invoices(firm, folder, by="anna", confirmed=frozenset({SellerNotKnown.code}))

    assert facts_of(outcome) == (12, 1, 1, 1, 0)
    assert Company.objects.get(pk=firm.pk).tax_id == OWN_NUMBER


def test_undoing_removes_everything_and_the_files_can_be_read_again(firm, tmp_path):
    folder = save(tmp_path / "in", year_of("Canone", 1))
    batch = import_invoices(firm, folder, by="anna").batch

    batch = undo(batch, by="anna")

    assert (batch.state, batch.summary["kept"]) == (ImportBatch.State.UNDONE, [])
    counts = [model.objects.count() for model in (Customer, BillingAccount, Item, ContractProposal)]
    assert counts == [0, 0, 0, 0]
    assert facts_of(import_invoices(firm, folder, by="anna")) == (12, 1, 1, 1, 0)


def test_undoing_keeps_what_an_accepted_proposal_needs_and_says_why(firm, tmp_path):
    other = dataclasses.replace(BUYER, name="Verdi Srl", vat_id="12345670017")
    invoices = [*year_of("Canone", 1), *year_of("Pulizia", 1, buyer=other, start=100)]
    batch = import_invoices(firm, save(tmp_path / "in", invoices), by="anna").batch
    contract = accept_proposal(ContractProposal.objects.get(text="Canone"), by="anna")

    batch = undo(batch, by="anna")

    assert list(Customer.objects.values_list("name", flat=True)) == ["Bianchi Spa"]
    assert list(Item.objects.values_list("name", flat=True)) == ["Canone"]
    assert Contract.objects.get() == contract
    assert sorted((kind, name) for kind, name, _why in batch.summary["kept"]) == [
        ("Customer", "Bianchi Spa"),
        ("Proposed contract", "Bianchi Spa: Canone"),
        ("Service or article", "Canone"),
    ]


def test_a_stream_is_written_to_disk_chunk_by_chunk(firm, tmp_path):
    folder = save(tmp_path / "in", year_of("Canone", 1))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    packed.seek(0)

    assert facts_of(import_invoices(firm, packed, by="anna")) == (12, 1, 1, 1, 0)


class Endless(io.RawIOBase):
    """A stream of blanks that counts what is asked of it."""

    def __init__(self, size):
        self.left, self.largest = size, 0

    def read(self, size=-1):
        self.largest = max(self.largest, size if size >= 0 else 2**40)
        count = min(size, self.left)
        self.left -= count
        return b" " * count


def test_a_stream_beyond_the_limit_is_refused_without_being_held_in_memory(firm, monkeypatch):
    monkeypatch.setattr(past_invoices, "LARGEST_UPLOAD", 8 * 1024 * 1024)
    stream = Endless(1024**3)

    with pytest.raises(UploadTooLarge):
        import_invoices(firm, stream, by="anna")
    assert stream.largest <= past_invoices.CHUNK
    assert stream.left > 1024**3 - 16 * 1024 * 1024


SAMPLES = [
    path
    for folder in ("samples", "gobl", "p7m")
    for path in sorted((STANDARDS / folder).glob("*"))
    if path.suffix in {".xml", ".p7m"}
]


@pytest.mark.skipif(not SAMPLES, reason="../shared/standards/it/fatturapa is not there")
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_official_sample_is_imported_by_its_seller(path, db):
    bodies = read_invoice(path.read_bytes(), path.name)
    firm = make_firm()

    outcome = import_invoices(firm, path, by="anna", confirmed=frozenset({SellerNotKnown.code}))

    assert (outcome.read, outcome.refused) == (len(bodies), [])
    assert outcome.customers == 1
