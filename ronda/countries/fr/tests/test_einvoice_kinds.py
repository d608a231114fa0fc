"""Every kind of invoice, as CII and as UBL, before the official schemas and rule sets; and any other."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest
from facturx import parse_ubl_cii_xml
from hypothesis import HealthCheck, Phase, given, settings
from lxml import etree

from ronda.countries.fr.domain.einvoice.brfr import preflight
from ronda.countries.fr.domain.einvoice.building import terms_of, write_cii, write_ubl
from ronda.countries.fr.domain.einvoice.facturx_port import NotWritable
from ronda.countries.fr.domain.einvoice.model import Kind
from ronda.countries.fr.domain.einvoice.totals import complete
from ronda.countries.fr.tests.einvoice_samples import ON, every_kind, full, invoice, line
from ronda.countries.fr.tests.einvoice_strategies import invoices
from tests.support.schematron import CII, STANDARDS, UBL, Judge, missing

KINDS = every_kind()
XSD = STANDARDS / "fr/xp-z12-012/factur-x-en16931/Factur-X_EN16931.xsd"
ANY = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
SAMPLE = settings(ANY, max_examples=30, phases=[Phase.generate])


@pytest.fixture(scope="module")
def judge():
    if why := missing(*CII, *UBL):
        pytest.skip(why)
    with Judge() as official:
        yield official


def writers(found):
    return ((write_cii(found), CII), (write_ubl(found), UBL))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_passes_preflight_and_both_schemas(kind):
    found = KINDS[kind]

    assert [(row.code, str(row.text)) for row in preflight(found, on=ON)] == []
    write_cii(found, check_xsd=True)
    write_ubl(found, check_xsd=True)


def test_every_kind_is_valid_by_the_official_schema_of_factur_x():
    if not XSD.exists():
        pytest.skip(f"{XSD.name} is not in ../shared/standards")
    schema = etree.XMLSchema(file=str(XSD))

    for kind, found in KINDS.items():
        assert schema.validate(etree.fromstring(write_cii(found))), (kind, schema.error_log)


@pytest.mark.slow
def test_every_kind_passes_the_official_rules(judge):
    for kind, found in KINDS.items():
        for xml, rules in writers(found):
            for rule_set in rules:
                assert (kind, judge.failures(rule_set, xml)) == (kind, [])


def test_the_fullest_invoice_passes_the_rules_of_factur_x(judge):
    if why := missing("facturx"):
        pytest.skip(why)
    assert judge.failures("facturx", write_cii(full())) == []


@ANY
@given(invoices())
def test_any_invoice_of_ours_passes_preflight_and_the_schemas(found):
    assert [(row.code, str(row.text)) for row in preflight(found, on=found.issued_on)] == []
    write_cii(found, check_xsd=True)
    write_ubl(found, check_xsd=True)


@pytest.mark.slow
def test_thirty_of_any_invoices_pass_the_official_rules(judge):
    @SAMPLE
    @given(invoices())
    def passes(found):
        for xml, rules in writers(found):
            for rule_set in rules:
                assert judge.failures(rule_set, xml) == []

    passes()


@pytest.mark.parametrize("kind", KINDS)
def test_another_parser_finds_our_amounts(kind):
    found = KINDS[kind]
    for write in (write_cii, write_ubl):
        read = parse_ubl_cii_xml(write(found), check_xsd=False)

        amounts = [Decimal(read[term]) for term in ("BT-106", "BT-109", "BT-110", "BT-112", "BT-115")]
        totals = found.totals
        assert amounts == [totals.lines, totals.net, totals.vat, totals.gross, totals.due]
        assert Decimal(read.get("BT-113", 0)) == totals.paid
        assert [Decimal(row["BT-131"]) for row in read["BG-25"]] == [row.net for row in found.lines]
        rows = [(Decimal(row["BT-116"]), Decimal(row["BT-117"]), row["BT-118"]) for row in read["BG-23"]]
        assert rows == [(row.base, row.tax, row.category) for row in found.vat_rows]


def test_the_same_invoice_gives_the_same_bytes_and_stays_as_it_was():
    found = full()

    assert write_cii(found) == write_cii(found)
    assert write_ubl(found) == write_ubl(found)
    assert found == full()
    assert terms_of(found) == terms_of(found)


def test_many_threads_write_the_same_bytes():
    kinds = list(KINDS.values())
    alone = [(write_cii(found), write_ubl(found)) for found in kinds]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda found: (write_cii(found), write_ubl(found)), kinds * 4))

    assert together == alone * 4


def test_what_a_reader_must_be_told_is_in_the_file():
    xml = write_cii(KINDS["final"]).decode()

    for said in (
        "<ram:ID>S4</ram:ID>",
        "<ram:SubjectCode>PMT</ram:SubjectCode>",
        "<ram:Content>B2B</ram:Content>",
        "<ram:DueDateTypeCode>72</ram:DueDateTypeCode>",
        "<ram:TotalPrepaidAmount>240.00</ram:TotalPrepaidAmount>",
        "<ram:DuePayableAmount>960.00</ram:DuePayableAmount>",
        "<ram:IssuerAssignedID>AC-2026-1</ram:IssuerAssignedID>",
        '<ram:URIID schemeID="0225">404833048_40483304800022</ram:URIID>',
    ):
        assert said in xml


def test_the_rounding_of_ubl_is_in_the_currency_of_the_invoice():
    francs = complete(KINDS["swiss francs"], rounding=Decimal("0.02"), accounting_vat=Decimal("21.40"))

    assert b'<cbc:PayableRoundingAmount currencyID="CHF">0.02<' in write_ubl(francs, check_xsd=True)
    assert b"<ram:RoundingAmount>0.02<" in write_cii(francs, check_xsd=True)


def test_a_credit_note_is_a_credit_note_in_ubl_and_its_notes_carry_their_subject():
    xml = write_ubl(KINDS["credit note"]).decode()

    assert "<CreditNote " in xml
    assert "<cbc:CreditNoteTypeCode>381<" in xml
    assert "<cbc:Note>#BAR#B2B</cbc:Note>" in xml


def test_control_characters_of_a_text_are_left_out_of_the_file():
    odd = invoice(line(name="Vis\x0bite\x00 é €"), buyer_reference="\ud800A")

    xml = write_cii(odd, check_xsd=True).decode()
    assert "<ram:Name>Visite é €</ram:Name>" in xml
    assert "<ram:BuyerReference>A<" in xml


def test_what_no_file_can_say_is_refused_when_written():
    with pytest.raises(NotWritable) as refused:
        write_cii(replace(KINDS["plain"], number=""))
    assert "BT-1" in refused.value.facts["reason"]
    with pytest.raises(NotWritable):
        write_cii(replace(KINDS["plain"], kind=Kind.INVOICE, number=" \t"))
    with pytest.raises(NotWritable):
        write_cii(replace(KINDS["plain"], vat_rows=()), check_xsd=True)
