"""Tables of customers, sites, services and contracts: checked, written, sent again, taken back."""

import io
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ronda.billing.tests.firm import make_firm
from ronda.catalogue.models import Item
from ronda.catalogue.services.seeds import seed_vat_codes
from ronda.company.imports import running
from ronda.company.imports.running import check_batch, run_batch
from ronda.company.imports.starting import (
    ColumnsMissing,
    HasErrors,
    choose_columns,
    confirm_import,
    start_import,
)
from ronda.company.imports.undoing import undo
from ronda.company.models import ImportBatch, ImportMapping
from ronda.contracts.models import ChargePeriod, Contract, ContractLine
from ronda.contracts.services import terminate
from ronda.parties.models import BankAccount, BillingAccount, DocumentRecipient, Party, Site

pytestmark = pytest.mark.django_db
State = ImportBatch.State

CUSTOMERS = """Ragione sociale;Partita IVA;Indirizzo;CAP;Comune;Prov;Email;IBAN;Email fatture;Gruppo
Bianchi Srl;00743110157;Via Roma 1;20121;Milano;MI;info@bianchi.it;IT60X0542811101000000123456;a@b.it;A
Verdi Spa;12345670017;Via Po 2;10123;Torino;TO;;;;
"""
SITES = """Cliente;Sede;CAP;Comune
00743110157;Stabilimento Nord;20100;Milano
Verdi Spa;Uffici;10100;Torino
"""
CONTRACTS = """N. contratto;Cliente;Servizio;Prezzo;Frequenza;Dal;Fatturato fino al;IVA
C1;Bianchi Srl;Canone assistenza;100,00;mensile;01/01/2025;31/03/2026;22
C1;Bianchi Srl;Backup;1.200,00;annuale;01/01/2025;31/12/2025;22
;Verdi Spa;Canone assistenza;300,50;Q;01/02/2026;;22
"""


@pytest.fixture
def firm(db):
    firm = make_firm()
    seed_vat_codes(firm)
    return firm


def upload(firm, kind, content, name="table.csv", by="anna"):
    data = content if isinstance(content, bytes) else content.encode()
    return start_import(firm, kind, SimpleUploadedFile(name, data), name=name, by=by)


def checked(firm, kind, content, **facts):
    batch = upload(firm, kind, content, **facts)
    batch = choose_columns(batch, batch.mapping, by="anna", in_background=False)
    return check_batch(batch)


def brought_in(firm, kind, content, **facts):
    batch = checked(firm, kind, content, **facts)
    assert batch.state == State.CHECKED, batch.errors
    return run_batch(confirm_import(batch, by="anna", in_background=False))


def counts(batch):
    return batch.created, batch.changed, batch.unchanged, batch.refused


def reasons(batch):
    return [(row, field, read) for row, field, read, _reason, _warning in batch.errors]


def test_customers_are_found_in_the_columns_by_their_headers_and_made(firm):
    batch = brought_in(firm, "customers", CUSTOMERS)

    assert (batch.state, counts(batch)) == (State.DONE, (2, 0, 0, 0))
    bianchi = Party.objects.get(company=firm, name="Bianchi Srl")
    assert (bianchi.tax_id, bianchi.street, bianchi.city, bianchi.province, bianchi.email) == (
        "00743110157",
        "Via Roma 1",
        "Milano",
        "MI",
        "info@bianchi.it",
    )
    account = BillingAccount.objects.get(party=bianchi)
    assert account.bank_account.iban == "IT60X0542811101000000123456"
    assert sorted(account.groups.values_list("code", flat=True)) == ["", "A"]
    assert list(DocumentRecipient.objects.values_list("email", flat=True)) == ["a@b.it"]


def test_the_check_counts_and_keeps_nothing(firm):
    batch = checked(firm, "customers", CUSTOMERS)

    assert (batch.state, counts(batch), batch.errors) == (State.CHECKED, (2, 0, 0, 0), [])
    assert not Party.objects.exists()


def test_the_same_file_twice_changes_nothing_and_says_so(firm):
    first = brought_in(firm, "customers", CUSTOMERS)

    again = upload(firm, "customers", CUSTOMERS)
    assert again.summary["same_as"] == first.pk
    assert counts(brought_in(firm, "customers", CUSTOMERS)) == (0, 0, 2, 0)
    assert Party.objects.count() == 2
    assert BankAccount.objects.count() == 1


def test_a_changed_cell_changes_the_record_and_a_blank_one_does_not(firm):
    brought_in(firm, "customers", CUSTOMERS)

    batch = brought_in(
        firm, "customers", CUSTOMERS.replace("Via Po 2", "Via Po 4").replace("info@bianchi.it", "")
    )

    assert counts(batch) == (0, 1, 1, 0)
    assert Party.objects.get(name="Verdi Spa").street == "Via Po 4"
    assert Party.objects.get(name="Bianchi Srl").email == "info@bianchi.it"


def test_what_is_wrong_is_told_by_row_and_column_and_stops_everything(firm):
    table = (
        CUSTOMERS
        + ";;Via senza nome;;;;;;;\nNeri Snc;;;;;;non-una-mail;;pippo;\nBianchi Srl;00743110157;;;;;;;;\n"
    )
    batch = checked(firm, "customers", table)

    assert counts(batch) == (2, 0, 0, 3)
    assert reasons(batch) == [(4, "name", ""), (5, "e-mail recipients", "pippo"), (6, "", "")]
    with pytest.raises(HasErrors):
        confirm_import(batch, by="anna", in_background=False)
    assert not Party.objects.exists()

    batch = run_batch(confirm_import(batch, by="anna", only_good=True, in_background=False))

    assert (batch.state, counts(batch), Party.objects.count()) == (State.DONE, (2, 0, 0, 3), 2)


def test_undoing_removes_the_untouched_restores_the_changed_and_lists_the_rest(firm):
    brought_in(firm, "customers", CUSTOMERS)
    table = CUSTOMERS.replace("Via Po 2", "Via Po 4") + "Neri;;;;Pavia;;;;;\nGialli;;;;Lodi;;;;;\n"
    batch = brought_in(firm, "customers", table)
    assert counts(batch) == (2, 1, 1, 0)
    Site.objects.create(party=Party.objects.get(name="Neri"), code="1", name="Sede")

    batch = undo(batch, by="anna")

    assert batch.state == State.UNDONE
    assert sorted(Party.objects.values_list("name", "street")) == [
        ("Bianchi Srl", "Via Roma 1"),
        ("Neri", ""),
        ("Verdi Spa", "Via Po 2"),
    ]
    assert [(kind, name) for kind, name, _why in batch.summary["kept"]] == [("Customer", "Neri")]


def test_a_mapping_confirmed_once_is_remembered_for_the_same_headers(firm):
    batch = upload(firm, "customers", "Chi;Dove\nRossi;Roma\n")
    with pytest.raises(ColumnsMissing):
        choose_columns(batch, batch.mapping, by="anna", in_background=False)
    choose_columns(batch, {"name": 0, "city": 1}, by="anna", in_background=False)

    assert upload(firm, "customers", "Chi;Dove\nNeri;Pavia\n").mapping == {"name": 0, "city": 1}
    assert ImportMapping.objects.count() == 1


def test_contracts_come_with_lines_and_the_month_does_not_bill_the_past_again(firm):
    brought_in(firm, "customers", CUSTOMERS)

    batch = brought_in(firm, "contracts", CONTRACTS)

    assert counts(batch) == (3, 0, 0, 0)
    first = Contract.objects.get(number="C1")
    assert [(str(line.item), line.price, line.frequency) for line in first.lines.order_by("position")] == [
        ("Canone assistenza", Decimal(100), 1),
        ("Backup", Decimal(1200), 12),
    ]
    assert (first.yearly_amount, first.rhythm, first.status) == (Decimal(2400), "M+Y", "active")
    monthly = ChargePeriod.objects.filter(line__contract=first, line__frequency=1)
    assert (monthly.count(), monthly.order_by("-starts_on")[0].ends_on) == (15, date(2026, 3, 31))
    assert Contract.objects.exclude(pk=first.pk).get().number == "2026/0001"
    assert Item.objects.count() == 2

    assert counts(brought_in(firm, "contracts", CONTRACTS)) == (0, 0, 3, 0)
    assert ContractLine.objects.count() == 3


def test_a_contract_with_one_wrong_row_is_refused_whole(firm):
    brought_in(firm, "customers", CUSTOMERS)
    batch = checked(firm, "contracts", CONTRACTS.replace("Backup;1.200,00", "Backup;1.20,00"))
    assert (counts(batch)[3], reasons(batch)[0]) == (1, (3, "price", "1.20,00"))

    wrong = checked(firm, "contracts", CONTRACTS.replace("C1;Bianchi Srl;Backup", "C1;Nessuno;Backup"))

    assert [(row, field) for row, field, _read in reasons(wrong)] == [(2, ""), (3, "customer")]


def test_undoing_contracts_keeps_one_that_was_ended_since(firm):
    brought_in(firm, "customers", CUSTOMERS)
    batch = brought_in(firm, "contracts", CONTRACTS)
    terminate(Contract.objects.get(number="C1"), ends_on=date(2026, 12, 31), by="anna", on=date(2026, 12, 31))

    batch = undo(batch, by="anna")

    assert list(Contract.objects.values_list("number", flat=True)) == ["C1"]
    assert {kind for kind, _name, _why in batch.summary["kept"]} == {
        "Charged period",
        "Contract",
        "Service or article",
    }
    assert ChargePeriod.objects.count() == 16


def test_sites_find_their_customer_by_number_or_name(firm):
    brought_in(firm, "customers", CUSTOMERS)

    batch = brought_in(firm, "sites", SITES)

    assert counts(batch) == (2, 0, 0, 0)
    assert sorted(Site.objects.values_list("party__name", "name", "code")) == [
        ("Bianchi Srl", "Stabilimento Nord", "1"),
        ("Verdi Spa", "Uffici", "1"),
    ]
    assert counts(brought_in(firm, "sites", SITES)) == (0, 0, 2, 0)


def test_services_are_read_from_a_spreadsheet_with_typed_numbers(firm):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Listino")
        for at, row in enumerate([("Codice", "Descrizione", "Prezzo", "IVA"), ("A1", "Visita", 80.5, 22)]):
            sheet.write_row(at, 0, row)

    batch = brought_in(firm, "services", file.getvalue(), name="listino.xlsx")

    assert (batch.sheet, counts(batch)) == ("Listino", (1, 0, 0, 0))
    item = Item.objects.get()
    assert (item.code, item.name, item.price, item.vat_code.code) == ("A1", "Visita", Decimal("80.5"), "22")


def test_an_import_takes_the_same_statements_for_a_row_and_for_a_hundred(firm):
    def statements(start, rows):
        lines = "".join(f"Ditta {start + n};Via {n};Milano\n" for n in range(rows))
        batch = confirm_import(
            checked(firm, "customers", f"Nome;Indirizzo;Comune\n{lines}"), by="anna", in_background=False
        )
        with CaptureQueriesContext(connection) as queries:
            run_batch(batch)
        return len(queries)

    assert statements(0, 1) == statements(1000, 100)


def test_an_interrupted_run_goes_on_where_it_was(firm, monkeypatch):
    monkeypatch.setattr(running, "ROWS_AT_ONCE", 2)
    lines = "".join(f"Ditta {n};Milano\n" for n in range(7))
    batch = confirm_import(
        checked(firm, "customers", f"Nome;Comune\n{lines}"), by="anna", in_background=False
    )
    stopped = []

    def stop(done, total):
        stopped.append(done)
        if len(stopped) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(batch, tell=stop)
    batch = ImportBatch.objects.get(pk=batch.pk)
    assert (batch.state, batch.position, Party.objects.count()) == (State.RUNNING, 4, 4)

    batch = run_batch(batch)

    assert (batch.state, counts(batch), Party.objects.count()) == (State.DONE, (7, 0, 0, 0), 7)
