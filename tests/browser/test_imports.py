"""What people bring with them: a spreadsheet with mistakes in it, and a year of past invoices."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter
from playwright.sync_api import FilePayload, expect

from ronda.countries.it.domain.fatturapa import Line, Party, ReceivedInvoice, Summary, write_invoice
from ronda.kernel.periods import add_months
from ronda.site.demo.italian import OWN_FACTS
from tests.browser.desk import OWNERS, Desk, new_name
from tests.support.browser import OpenBrowser
from tests.support.site import Site

pytestmark = pytest.mark.browser
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKING_MS = 30_000
HEADS = ["Ragione sociale", "Indirizzo", "CAP", "Comune", "Provincia"]


def spreadsheet(*rows: list[str]) -> FilePayload:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate([HEADS, *rows]):
            sheet.write_row(line, 0, row)
    return {"name": "clienti.xlsx", "mimeType": XLSX, "buffer": file.getvalue()}


def upload_table(desk: Desk, file: FilePayload) -> None:
    """Drop the file on the page of customers; its columns are asked next."""
    desk.open("import-kind", "customers")
    upload = f"ui-dropzone[data-url='{desk.path('import-upload', 'customers')}'] input[type=file]"
    desk.page.locator(upload).set_input_files(file)
    desk.page.wait_for_url("**/importbatch/*/")


def check_rows(desk: Desk) -> list[str]:
    """Accept the columns proposed; rows, new, changed, unchanged and refused ones."""
    desk.do("columns")
    return figures(desk)


def figures(desk: Desk) -> list[str]:
    expect(desk.page.locator("main .stat-value").first).to_be_visible(timeout=WORKING_MS)
    return desk.stats()


def test_a_table_with_mistakes_is_corrected_imported_and_taken_back(site: Site, open_browser: OpenBrowser):
    desk = Desk.of(open_browser("it"), site, "it", OWNERS["it"])
    good, late = new_name("Officina Import"), new_name("Officina Tarda")
    address = ["25063", "Gardone Val Trompia", "BS"]
    kept = [good, "Via Roma 1", *address]

    upload_table(desk, spreadsheet(kept, ["", "Via Roma 2", *address]))
    assert desk.page.locator("#column-name option:checked").inner_text() == HEADS[0]
    assert check_rows(desk) == ["2", "1", "0", "0", "1"]
    errors = desk.page.locator("main section.card", has=desk.page.locator("a[href$='/errors/']"))
    assert [row.split()[0] for row in errors.locator("tbody tr").all_inner_texts()] == ["3"]

    upload_table(desk, spreadsheet(kept, [late, "Via Roma 2", *address]))
    assert check_rows(desk) == ["2", "2", "0", "0", "0"]
    batch = desk.record
    desk.do("confirm")
    expect(desk.page.locator("form[action$='/do/undo/']")).to_be_visible(timeout=WORKING_MS)
    desk.open("party-list", query=f"q={good}")
    assert len(desk.rows()) == 1

    desk.open("importbatch-detail", batch)
    desk.do("undo")
    expect(desk.page.locator("main .alert-good")).to_be_visible(timeout=WORKING_MS)
    desk.open("party-list", query=f"q={good}")
    expect(desk.page.locator("main .empty")).to_be_visible()


def year_of_invoices(customer: str) -> FilePayload:
    """Twelve monthly invoices of the demonstration's firm to one customer, in a zip."""
    seller = Party(
        name=OWN_FACTS["legal_name"], vat_country="IT", vat_id=OWN_FACTS["tax_id"], tax_regime="RF01",
        street=OWN_FACTS["street"], postcode="25131", city="Brescia", country="IT",
    )  # fmt: skip
    buyer = Party(
        name=customer, vat_country="IT", vat_id="00743110157", street="Via Verdi", house_number="3",
        postcode="10121", city="Torino", province="TO", country="IT", recipient_code="ABC1234",
    )  # fmt: skip
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for at in range(12):
            archive.writestr(f"fattura{at:02d}.xml", write_invoice(monthly_invoice(seller, buyer, at)))
    return {"name": "2025.zip", "mimeType": "application/zip", "buffer": file.getvalue()}


def monthly_invoice(seller: Party, buyer: Party, month: int) -> ReceivedInvoice:
    on = add_months(date(2025, 1, 1), month)
    last = add_months(on, 1) - (date(2, 1, 2) - date(2, 1, 1))
    net, rate = Decimal(100), Decimal(22)
    line = Line(1, "Canone assistenza", net, net, rate, quantity=Decimal(1), period_from=on, period_to=last)
    return ReceivedInvoice(
        kind="TD01",
        number=f"{buyer.name[-6:]}-{month + 1}",
        date=on,
        seller=seller,
        buyer=buyer,
        lines=(line,),
        summaries=(Summary(rate, net, Decimal(22), exigibility="I"),),
        total=Decimal(122),
        progressive=str(month + 1),
    )


def test_a_year_of_past_invoices_becomes_a_contract(site: Site, open_browser: OpenBrowser):
    desk = Desk.of(open_browser("it"), site, "it", OWNERS["it"])
    desk.open("it-import-invoices")
    desk.page.locator("#files").set_input_files(year_of_invoices(new_name("Torneria Passata")))
    desk.page.locator("main form .btn-primary").click()
    desk.page.wait_for_url("**/importbatch/*/")
    assert figures(desk)[0] == "12"

    proposal = desk.page.locator("main ui-rows tbody tr", has_text="Canone assistenza")
    expect(proposal).to_have_count(1)
    proposal.locator("input[name=id]").check()
    desk.page.locator("form[action$='/accept/'] .btn-primary").click()
    expect(desk.toast()).to_be_visible()

    desk.open("contract-list", query="q=Canone assistenza")
    assert any("1.200,00" in row for row in desk.rows())
