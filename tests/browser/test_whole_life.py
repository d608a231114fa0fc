"""The whole life of a contract: offered, signed, billed, changed, renewed with its index, ended.

Everything happens in the two years after the one the site is in: no other journey issues documents there,
and the cockpit looks two years ahead. No amount depends on which years these are.
"""

import re
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.browser.desk import OWNERS, Desk, bare, new_name, plain
from tests.browser.test_journeys import confirm_button
from tests.browser.test_quotes import sign
from tests.support.browser import OpenBrowser
from tests.support.site import Site

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Firm:
    """What differs between the firms: words of the offer, and amounts with VAT of 22 % or of 20 %."""

    language: str
    city: str
    fee: str
    on_call: str
    first_bill: str
    vat: str
    adjustment: str
    rest_of_year: str
    renewed_bill: str
    credit_vat: str
    credit: str
    left: str
    owed: str


# 300.00; 45.48; 1800.00; 367.58; 260.86 without VAT. What each is made of stands beside its step.
ITALY = Firm(
    "it", "Brescia", "Canone di assistenza", "Reperibilità",
    first_bill="366,00", vat="10,01", adjustment="55,49", rest_of_year="2196,00", renewed_bill="448,45",
    credit_vat="57,39", credit="318,25", left="130,20", owed="2747,69",
)  # fmt: skip
FRANCE = Firm(
    "fr", "Lyon", "Redevance d’entretien", "Astreinte",
    first_bill="360,00", vat="9,10", adjustment="54,58", rest_of_year="2160,00", renewed_bill="441,10",
    credit_vat="52,17", credit="313,03", left="128,07", owed="2702,65",
)  # fmt: skip


def on(year: int, month: int, day: int) -> str:
    """A day as people of both countries write it."""
    return f"{date(year, month, day):%d/%m/%Y}"


def write_quote(desk: Desk, firm: Firm, name: str) -> int:
    """Two services of the catalogue, billed every month: one at 120.00, two at 15.00."""
    desk.open("quote-add")
    desk.choose("party", name)
    desk.fill(title=firm.fee)
    desk.page.locator("ui-formset [data-add]").click()
    for row, (text, quantity, price) in enumerate([(firm.fee, "1", "120"), (firm.on_call, "2", "15")]):
        item = desk.page.locator(f"#id_quoteline-{row}-item option").nth(1).text_content() or ""
        desk.choose(f"quoteline-{row}-item", item)
        given = {"text": text, "quantity": quantity, "unit_price": price}
        desk.fill(**{f"quoteline-{row}-{field}": value for field, value in given.items()})
        desk.page.locator(f"#id_quoteline-{row}-rhythm").select_option("month-1")
    return desk.save()


def send_quote(desk: Desk, quote: int) -> tuple[str, int]:
    """The link the customer gets, and the year the site is in."""
    desk.open("quote-send-page", quote)
    today = desk.page.locator("#id_on").input_value()
    desk.leave_for("main form .btn-primary")
    return desk.page.locator(".quote-link a").get_attribute("href") or "", int(today[-4:])


def accept_signed(desk: Desk, link: str, open_browser: OpenBrowser) -> None:
    """The customer, whom nobody knows, opens the link, draws his signature and accepts."""
    customer = open_browser(desk.language)
    answer = customer.goto(link)
    assert answer is not None
    assert answer.status == 200
    assert customer.locator(".sidebar").count() == 0
    # 120.00 + 2 × 15.00 every month
    assert "150,00" in plain(customer.locator("#totals").inner_text())
    customer.locator("#id_signer").fill("Carla Moreau")
    sign(customer)
    customer.locator(".offer-accept").click()
    expect(customer.locator(".offer-done")).to_contain_text(desk.say("Thank you: the offer is accepted"))
    expect(customer.locator(".offer-done")).to_contain_text("Carla Moreau")


def make_contract(desk: Desk, quote: int, year: int) -> int:
    """The quote as a contract in force from New Year's Day to New Year's Eve."""
    desk.open("quote-detail", quote)
    expect(desk.page.locator("main .timeline")).to_contain_text("Carla Moreau")
    desk.page.locator(".page-actions .btn-primary").click()
    desk.fill(starts_on=on(year, 1, 1))
    contract = desk.leave_for("main form .btn-primary")
    desk.open("contract-edit", contract)
    desk.fill(ends_on=on(year, 12, 31))
    desk.save()
    return contract


def bill(desk: Desk, name: str, day: str) -> int:
    """Run the month for one payer and issue what it shows; the one document it makes."""
    desk.open("month")
    desk.fill(as_of=day)
    desk.choose("party", name)
    run = desk.leave_for("main form.card .btn-primary")
    expect(desk.page.locator(confirm_button(run))).to_be_visible(timeout=30_000)
    desk.page.locator(confirm_button(run)).click()
    document = desk.page.locator("main td a[href*='/document/']")
    expect(document).to_be_visible(timeout=30_000)
    return desk.leave_for("main td a[href*='/document/']")


def gross(desk: Desk) -> str:
    """The total of the document on the page."""
    return desk.amounts(".document-sheet tfoot .strong")[0]


def nets(desk: Desk) -> list[str]:
    """What each line of the document on the page comes to."""
    return desk.amounts(".document-sheet > .table-wrap > table > tbody > tr > td:nth-child(6)")


def change_price(desk: Desk, firm: Firm, contract: int, year: int) -> None:
    """150.00 instead of 120.00 from 16 January, when January and February are billed.

    January: 120.00 × 15/31 = 58.06 and 150.00 × 16/31 = 77.42 are 135.48, 15.48 more. February: 30.00 more.
    """
    desk.open("contract-change", contract)
    desk.fill(effective_on=on(year, 1, 16), decided_on=on(year, 2, 28), reason=firm.fee)
    price = desk.page.locator("input[name$='-price']").first
    price.fill("150")
    desk.page.locator("button[value=preview]").click()
    expect(desk.page.locator("input[name=digest]")).to_be_attached()
    told = [bare(row) for row in desk.rows()]
    assert [row for row in told if "+15,48" in row and on(year, 1, 31) in row]
    assert firm.adjustment in desk.amounts()
    settled = ["45,48", firm.vat, firm.adjustment]
    assert desk.amounts("main tfoot td.num") == settled
    desk.leave_for("button[value=confirm]")
    assert re.search(r"/amendment/\d+/", desk.page.url)
    assert desk.amounts("main tfoot td.num") == settled
    desk.leave_for("main .stat-value a")
    assert sorted(nets(desk)) == ["15,48", "30,00"]
    assert gross(desk) == firm.adjustment


def agree_on_index(desk: Desk, contract: int, year: int) -> tuple[int, str]:
    """Renewed tacitly; prices follow three quarters of an index, that of November two months before."""
    desk.open("indexseries-add")
    code = new_name("IDX")
    desk.fill(code=code, name="Index", base=str(year), decimals="1")
    series = desk.save()
    add_value(desk, series, on(year - 1, 11, 1), "120")
    desk.open("contract-renewal-terms", query=f"id={contract}")
    desk.page.locator("#id_mode").select_option("tacit")
    send(desk)
    desk.open("contract-index-clause", query=f"id={contract}")
    desk.page.locator("#id_mode").select_option("index")
    desk.choose("series", code)
    desk.fill(share="75", lag_months="2")
    send(desk)
    return series, code


def renew_in_cockpit(desk: Desk, name: str, contract: int, year: int) -> int:
    """Renew the one contract of the customer while its index is not published: its prices stay for now."""
    desk.open("renewals", query=f"months=24&q={name}")
    (row,) = desk.rows()
    assert on(year, 12, 31) in row
    assert desk.say("pending") in row
    assert desk.amounts()[0] == "2160,00"
    desk.page.locator(f"main tbody input[value='{contract}']").check()
    desk.page.locator(".bulk-bar").get_by_role("button", name=desk.say("Renew"), exact=True).click()
    desk.leave_for("main form .form-actions button")
    desk.open("renewals", query=f"months=24&q={name}")
    expect(desk.page.locator("main .empty")).to_be_visible()
    desk.open("contract-detail", contract, query="tab=renewal")
    return desk.leave_for(f"main p a[href*='/contract/']:not([href*='/{contract}/'])")


def adjust_to_index(desk: Desk, series: int, code: str, renewed: int, year: int) -> None:
    """The index of November is published; the batch gives it to the renewed contract from its first day.

    123.4 / 120.0 is 2.8 % more, with one decimal; three quarters are 2.1 %. 150.00 × 1.021 = 153.15;
    15.00 × 1.021 = 15.315, thus 15.32. A year: 12 × (153.15 + 2 × 15.32) = 2205.48.
    """
    add_value(desk, series, on(year - 1, 11, 1), "123,4")
    desk.open("indexbatch-add")
    desk.fill(as_of=on(year, 1, 1))
    desk.choose("series", code)
    desk.save()
    assert desk.amounts() == ["1", "2160,00", "2205,48", "0"]
    batch = desk.record
    (row,) = desk.rows("main ui-rows tbody tr")
    assert "2,8 % × 75 %" in row
    desk.leave_for("main a.row-link")
    assert desk.amounts("main tbody td.num:nth-child(3)") == ["153,15", "15,32"]
    desk.open("indexbatch-detail", batch)
    desk.page.locator(".page-actions .btn-primary").click()
    send(desk)
    expect(desk.page.locator("main h1")).to_contain_text(desk.say("confirmed"))
    desk.open("contract-detail", renewed)
    assert desk.amounts()[0] == "2205,48"


def terminate(desk: Desk, firm: Firm, renewed: int, year: int) -> None:
    """End on 18 January, when January and February are billed; set what is too much off against the invoice.

    January: 153.15 × 18/31 = 88.93 and 30.64 × 18/31 = 17.79 are owed, 64.22 and 12.85 come back.
    February: 153.15 and 30.64. In all 260.86.
    """
    desk.open("contract-terminate", query=f"id={renewed}")
    desk.fill(ends_on=on(year, 1, 18), decided_on=on(year, 2, 28), reason=firm.fee)
    desk.page.locator("#id_settles_by").select_option("offset")
    desk.page.locator("main form .form-actions button").first.click()
    expect(desk.page.locator("main form .alert")).to_contain_text(firm.credit)
    settled = ["260,86", firm.credit_vat, firm.credit]
    assert desk.amounts("main tfoot td.num") == settled
    desk.leave_for("main form .form-actions button")
    assert desk.amounts("main tfoot td.num") == settled
    desk.leave_for("main .stat-value a")
    assert sorted(nets(desk)) == ["12,85", "153,15", "30,64", "64,22"]
    assert gross(desk) == firm.credit


def days_of_fees(desk: Desk, contract: int) -> list[list[tuple[str, int]]]:
    """For each fee on the contract's page: which states its days are in, and how many days."""
    desk.open("contract-detail", contract)
    found = []
    for fee in desk.page.locator("main article figure.coverage").all():
        states = [one.get_attribute("class") or "" for one in fee.locator(".legend .dot").all()]
        days = [int(re.sub(r"\D", "", text)) for text in fee.locator(".legend .muted").all_inner_texts()]
        found.append(list(zip((state.split()[-1] for state in states), days, strict=True)))
    return found


def look_back(desk: Desk, contract: int, renewed: int, year: int) -> None:
    """Every day of both contracts is billed once, and what they billed is what their documents say."""
    # 300.00 + 45.48 + 1800.00 in the first year.
    whole_year = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    assert days_of_fees(desk, contract) == [[("cov-billed", whole_year)]] * 2
    assert desk.amounts() == ["2160,00", "2145,48", "0,00"]
    # 88.93 + 17.79 are owed for 18 days of the second: with the 260.86 given back they are the 367.58 billed.
    assert days_of_fees(desk, renewed) == [[("cov-billed", 18)]] * 2
    assert desk.amounts() == ["2205,48", "106,72", "0,00", "260,86"]


def send(desk: Desk) -> None:
    """Press the button of the form and wait for the page that answers."""
    with desk.page.expect_navigation():
        desk.page.locator("main form .form-actions button").first.click()


def add_value(desk: Desk, series: int, month: str, value: str) -> None:
    desk.open("indexvalue-add", query=f"series={series}")
    desk.fill(month=month, value=value)
    desk.save()


@pytest.mark.parametrize("firm", [ITALY, FRANCE], ids=lambda one: one.language)
def test_from_the_quote_to_the_end_of_the_renewed_contract(firm: Firm, site: Site, open_browser: OpenBrowser):
    desk = Desk.of(open_browser(firm.language), site, firm.language, OWNERS[firm.language])
    name = new_name("Officine Moreau")
    desk.open("party-add")
    desk.fill(name=name, street="Via Po 1", city=firm.city)
    party = desk.save()

    quote = write_quote(desk, firm, name)
    link, this_year = send_quote(desk, quote)
    year = this_year + 1
    accept_signed(desk, link, open_browser)
    contract = make_contract(desk, quote, year)
    assert desk.amounts()[0] == "1800,00"

    bill(desk, name, on(year, 2, 28))
    assert sorted(nets(desk)) == ["120,00"] * 2 + ["30,00"] * 2
    assert gross(desk) == firm.first_bill
    change_price(desk, firm, contract, year)
    # March to December at the new price: ten times 150.00 and 30.00.
    bill(desk, name, on(year, 12, 31))
    assert sorted(nets(desk)) == ["150,00"] * 10 + ["30,00"] * 10
    assert gross(desk) == firm.rest_of_year

    series, code = agree_on_index(desk, contract, year)
    renewed = renew_in_cockpit(desk, name, contract, year)
    adjust_to_index(desk, series, code, renewed, year + 1)
    invoice = bill(desk, name, on(year + 1, 2, 28))
    # January and February: 153.15 and 2 × 15.32 each, 367.58.
    assert sorted(nets(desk)) == ["153,15"] * 2 + ["30,64"] * 2
    assert gross(desk) == firm.renewed_bill

    terminate(desk, firm, renewed, year + 1)
    # 448.45 − 318.25, or 441.10 − 313.03, is left to pay of the last invoice.
    desk.open("document-detail", invoice, query="tab=money")
    assert firm.left in desk.amounts("main td.num")
    look_back(desk, contract, renewed, year)
    desk.open("party-detail", party, query="tab=money")
    assert desk.amounts() == [firm.owed, "0,00", firm.owed]
