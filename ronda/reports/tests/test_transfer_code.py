"""The code on an invoice fills in the transfer (EPC069-12), and is printed only where one is to be made."""

import re
from dataclasses import replace
from decimal import Decimal
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.parties.models import PaymentMethod
from ronda.reports import services
from ronda.reports.domain.documents import print_context
from ronda.reports.domain.transfer_code import MOST_BYTES, picture, transfer_text
from ronda.reports.queries import print_facts
from ronda.reports.tests import firm
from ronda.reports.tests.qr_reader import read
from ronda.reports.tests.test_printing import choose

GIVEN = {
    "name": "Aria Pulita Srl",
    "iban": "IT60 X054 2811 1010 0000 0123 456",
    "amount": Decimal("1234.5"),
    "remittance": "FT 1/2026",
}


def modules(uri):
    """The dark modules of a printed code, (column, row), without the quiet zone of four."""
    path = re.search(r" d='([^']+)'", unquote(uri)).group(1)
    dark, x, y = set(), Decimal(0), Decimal(0)
    for command, numbers in re.findall(r"([Mmh])([^Mmh]+)", path):
        given = [Decimal(one) for one in re.findall(r"-?[\d.]+", numbers)]
        if command == "h":
            dark |= {(int(x) + step, int(y - Decimal("0.5"))) for step in range(int(given[0]))}
            x += given[0]
        else:
            x, y = (given[0], given[1]) if command == "M" else (x + given[0], y + given[1])
    return {(column - 4, row - 4) for column, row in dark}


@pytest.mark.parametrize("name", ["Aria Pulita Srl", "Société Générale d’Entretien – été"])
def test_the_printed_code_holds_the_fields_of_the_standard(name):
    text = transfer_text(**GIVEN | {"name": name, "bic": "BPMOIT22XXX"})
    expected = "\n".join(
        ["BCD", "002", "1", "SCT", "BPMOIT22XXX", name, "IT60X0542811101000000123456", "EUR1234.50"]
        + ["", "", "FT 1/2026"]
    )
    assert text == expected
    assert read(modules(picture(text))).decode() == expected


def test_names_have_seventy_characters_and_the_text_three_hundred_and_thirty_one_bytes():
    text = transfer_text(**GIVEN | {"name": "é" * 90, "remittance": "à" * 200, "bic": "AGRIFRPP"})
    lines = text.split("\n")
    assert lines[5] == "é" * 70
    assert 0 < len(lines[10]) < 140
    assert read(modules(picture(text))).decode() == text
    assert MOST_BYTES - 1 <= len(text.encode()) <= MOST_BYTES


@pytest.mark.parametrize("amount", ["0", "-5", "0.004", "1000000000"])
def test_amounts_outside_the_standard_have_no_code(amount):
    with pytest.raises(ValueError, match="no transfer"):
        transfer_text(**GIVEN | {"amount": Decimal(amount)})


@pytest.mark.parametrize("missing", ["name", "iban"])
def test_without_name_or_account_there_is_no_code(missing):
    with pytest.raises(ValueError, match="needs"):
        transfer_text(**GIVEN | {missing: " "})


@given(
    st.text(min_size=1).filter(lambda text: any(c.isprintable() and not c.isspace() for c in text)),
    st.text(),
    st.decimals("0.01", "999999999.99", places=2),
)
def test_whatever_the_texts_say_the_elements_stay_in_their_lines(name, remittance, amount):
    lines = transfer_text(name=name, iban=GIVEN["iban"], amount=amount, remittance=remittance).split("\n")
    assert len(lines) <= 11
    assert 1 <= len(lines[5]) <= 70
    assert lines[7] == f"EUR{amount:.2f}"


@pytest.fixture
def wanted(company):
    choose(company, "prints", transfer_code=True)
    return company


def code_of(document):
    (facts,) = print_facts([document], document.company)
    return facts.code


@pytest.mark.django_db
def test_an_invoice_paid_by_transfer_asks_for_what_is_due_first(wanted):
    document = firm.issued(firm.payer(wanted), firm.lines(wanted))
    (facts,) = print_facts([document], wanted)
    lines = facts.code.split("\n")
    assert lines[5:8] == ["Aria Pulita Srl", "IT60X0542811101000000123456", "EUR156.77"]
    assert lines[-1] == document.label
    assert facts.code_amount == Decimal("156.77")
    assert services.render_pdf(document).startswith(b"%PDF")


@pytest.mark.django_db
def test_no_code_unless_the_company_wants_it(company):
    assert code_of(firm.issued(firm.payer(company), firm.lines(company))) == ""


@pytest.mark.django_db
def test_no_code_on_credit_notes_drafts_other_currencies_and_other_ways_to_pay(wanted):
    account = firm.payer(wanted)
    invoice = firm.issued(account, firm.lines(wanted))
    assert code_of(firm.credited(invoice)) == ""
    cash = PaymentMethod.objects.filter(company=wanted, account_role="cash").first()
    assert code_of(firm.issued(firm.payer(wanted, method=cash), firm.lines(wanted))) == ""
    draft = firm.draft_document(account, firm.lines(wanted), by="test", on=firm.DAY)
    assert code_of(draft) == ""
    # Not stored: issued documents do not change.
    invoice.currency = "CHF"
    assert not services.is_paid_by_transfer(invoice)


@pytest.mark.django_db
def test_no_code_without_an_account_to_pay_to():
    company = firm.italian_firm(iban="")
    choose(company, "prints", transfer_code=True)
    document = firm.issued(firm.payer(company), firm.lines(company))
    assert code_of(document) == ""


@pytest.mark.django_db
def test_a_code_is_shown_by_the_default_layout_and_may_be_by_a_persons_own(wanted):
    document = firm.issued(firm.payer(wanted), firm.lines(wanted))
    (facts,) = print_facts([document], wanted)
    context = print_context(facts)
    assert context["payment"]["code"].startswith("data:image/svg+xml;")
    assert print_context(replace(facts, code=""))["payment"]["code"] == ""


@pytest.mark.django_db
def test_a_french_invoice_with_its_data_inside_carries_the_code_too(french):
    choose(french, "prints", transfer_code=True)
    transfer = PaymentMethod.objects.get(company=french, legal_code="58")
    document = firm.issued(firm.payer(french, "Syndic des Bouleaux", method=transfer), firm.lines(french))
    kept = services.printed(document, by="anna")
    assert services.content(kept).startswith(b"%PDF")
    assert code_of(document).split("\n")[6] == "FR7630006000011234567890189"
