"""CII, UBL and Factur-X of suppliers: what they say reaches purchases whole."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from ronda.accounting.models import JournalEntry
from ronda.billing.tests.firm import make_firm
from ronda.countries.fr.receiving import looks_like_en16931, read_en16931
from ronda.kernel.errors import Refusal
from ronda.purchases.door import read_file
from ronda.purchases.models import SupplierInvoice
from ronda.purchases.services import AlreadyReceived, MadeOutByUs, create_supplier, register, take_in

STANDARDS = Path(settings.BASE_DIR).parent / "shared" / "standards"
EXAMPLES = sorted((STANDARDS / "en16931").glob("*/examples/*.xml"))
needs_examples = pytest.mark.skipif(not EXAMPLES, reason=f"the examples of EN 16931 are not at {STANDARDS}")
YES = frozenset(
    f"purchases.{code}" for code in ("total_differs", "dues_differ", "not_for_us", "number_used_twice")
)
QUESTIONS = frozenset({"parties.doubtful_tax_id", "parties.likely_duplicate", "parties.tax_id_repeated"})


@pytest.fixture
def firm(db):
    return make_firm("Air SARL", country="FR")


def test_a_pdf_and_the_two_syntaxes_are_known_by_what_they_hold():
    assert looks_like_en16931(b"%PDF-1.7\n", "x")
    assert looks_like_en16931("<rsm:CrossIndustryInvoice".encode("utf-16"), "x")
    assert looks_like_en16931(
        b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">', "x"
    )
    assert not looks_like_en16931(b"<p:FatturaElettronica", "x.xml")


def test_a_broken_file_says_why(firm):
    for data in (b"<rsm:CrossIndustryInvoice", b"%PDF-1.7 nothing"):
        with pytest.raises(Refusal):
            read_file(data, "x.xml", country="FR")


@needs_examples
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda one: one.name)
def test_every_official_example_is_taken_in_once_and_registered_in_balance(firm, path):
    data = path.read_bytes()
    (facts,) = read_file(data, path.name, country="FR")
    try:
        one = take_in(firm, facts, data, by="anna")
    except MadeOutByUs:
        assert facts.own
        return
    with pytest.raises(AlreadyReceived):
        take_in(firm, read_en16931(data, "copy.xml")[0], data, by="anna")
    assert (one.gross_total, one.payable) == (facts.sign * facts.total, facts.sign * facts.to_pay)
    create_supplier(one, by="anna", confirmed=QUESTIONS)
    one.refresh_from_db()
    if one.state != SupplierInvoice.State.RECEIVED or one.currency != "EUR":
        return
    register(one, on=max(date(2030, 1, 1), one.date), by="anna", confirmed=YES)
    assert sum(row.amount for row in JournalEntry.objects.get().lines.all()) == 0
    assert sum((row.amount for row in one.payables.all()), Decimal(0)) == one.payable
