"""Reading what suppliers send: what we write comes back, odd files are read, hostile ones are refused."""

import base64
import io
import random
import resource
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from pikepdf import Dictionary, Name, Pdf, Stream

from ronda.company.domain.safe_xml import NotXml, UnsafeXml, XmlTooLarge
from ronda.countries.fr.domain.einvoice.building import text, write_cii, write_ubl
from ronda.countries.fr.domain.einvoice.model import Totals
from ronda.countries.fr.domain.einvoice.reading import (
    MAX_PDF_BYTES,
    NotAnInvoice,
    NotReadable,
    UnsafePdf,
    extract_xml,
    read_invoice,
)
from ronda.countries.fr.tests.einvoice_samples import every_kind, full, invoice, line
from ronda.countries.fr.tests.einvoice_strategies import invoices
from ronda.kernel.errors import Refusal
from ronda.reports.domain.hybrid import Embedded, archived, hybrid
from ronda.reports.domain.pdf import to_pdf
from tests.support.schematron import STANDARDS

KINDS = every_kind()
EXAMPLES = sorted((STANDARDS / "en16931").glob("*/examples/*.xml"))
WRITERS = (write_cii, write_ubl)
ANY = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
PAGE = to_pdf("<p>Facture</p>", title="Facture", author="Lumière")
SAID = {"title": "Facture", "author": "Lumière", "created": datetime(2026, 10, 5, tzinfo=UTC)}
FUZZED = 3000


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_we_write_is_read_as_it_was(kind, write):
    received = read_invoice(write(KINDS[kind]))

    assert received.invoice == KINDS[kind]
    assert received.notices == ()
    assert received.profile == "urn:cen.eu:en16931:2017"


@ANY
@given(invoices())
def test_any_invoice_of_ours_is_read_with_its_amounts(found):
    for write in WRITERS:
        received = read_invoice(write(found))

        assert received.notices == ()
        assert received.invoice.totals == found.totals
        assert received.invoice.vat_rows == found.vat_rows
        assert [row.name for row in received.invoice.lines] == [text(row.name) for row in found.lines]
        assert received.invoice.references == found.references


def test_a_factur_x_is_read_from_the_pdf():
    xml = write_cii(full())
    received = read_invoice(hybrid(PAGE, xml, **SAID))

    assert (received.in_pdf, received.xml, received.invoice) == (True, xml, full())


def test_the_invoice_is_found_among_other_files_of_the_pdf():
    xml = write_cii(KINDS["plain"])
    others = (Embedded("aaa.xml", b"<a/>", "text/xml"), Embedded("bon.pdf", b"%PDF-", "application/pdf"))
    pdf = archived(PAGE, files=(*others, Embedded("ZUGFeRD-invoice.xml", xml, "text/xml")), **SAID)

    assert extract_xml(pdf) == ("ZUGFeRD-invoice.xml", xml)


def test_an_invoice_under_another_name_is_found_by_what_it_says():
    xml = write_ubl(KINDS["plain"])

    assert extract_xml(archived(PAGE, files=(Embedded("f.xml", xml, "text/xml"),), **SAID)) == ("f.xml", xml)


def test_the_official_examples_are_read():
    if not EXAMPLES:
        pytest.skip("the examples of EN 16931 are not in ../shared/standards")
    for path in EXAMPLES:
        found = read_invoice(path.read_bytes()).invoice

        assert found.number, path.name
        assert found.lines, path.name
        assert found.seller.name, path.name
        assert found.totals.gross > 0, path.name


def changed(*pairs, of="plain", write=write_cii):
    xml = write(KINDS[of])
    for before, after in pairs:
        assert before in xml
        xml = xml.replace(before, after)
    return xml


def codes_of(xml):
    return [row.code for row in read_invoice(xml).notices]


def test_odd_figures_and_dates_are_read_with_a_notice():
    xml = changed((b">20261104<", b">demain<"), (b">103.06<", b">103,06<"), (b">1.02<", b">un<"))
    received = read_invoice(xml)

    assert received.invoice.due_on is None
    assert received.invoice.totals.net == Decimal("103.06")
    assert {row.code for row in received.notices} == {
        "date_unreadable", "number_cleaned", "number_unreadable", "LOCAL-LINE",
    }  # fmt: skip
    assert not any(row.blocks for row in received.notices)


def test_sums_that_do_not_add_up_are_told():
    assert codes_of(changed((b"<ram:GrandTotalAmount>113.67<", b"<ram:GrandTotalAmount>113.00<"))) == [
        "BR-CO-15", "BR-CO-16",
    ]  # fmt: skip


def test_figures_too_large_to_be_added_up_are_read_all_the_same():
    huge = b"99999999999"
    xml = changed((b">1.02<", b">" + huge + b"<"), (b">3.00<", b">0.000000000000000000000000000001<"))
    wild = changed((b">1.02<", b">" + huge * 3 + b"<"))

    assert read_invoice(xml).invoice.lines[0].price == Decimal(huge.decode())
    assert "number_unreadable" in codes_of(wild)


def test_a_wrong_siret_and_iban_are_told():
    xml = changed((b">73282932000074<", b">73282932000075<"), (b">FR7630006000011234567890189<", b">FR76<"))

    assert sorted(codes_of(xml)) == ["LOCAL-IBAN", "LOCAL-SIRET"]


def test_a_file_without_lines_gives_its_totals():
    start = write_cii(KINDS["plain"])
    first, last = start.index(b"<ram:IncludedSupplyChain"), start.rindex(b"</ram:IncludedSupplyChain")
    xml = start[:first] + start[start.index(b">", last) + 1 :]
    received = read_invoice(xml)

    assert received.invoice.lines == ()
    assert received.invoice.totals.gross == KINDS["plain"].totals.gross
    assert received.notices[0].code == "lines_missing"


def test_a_file_without_totals_is_added_up():
    start = write_ubl(KINDS["plain"])
    first, last = start.index(b"<cac:LegalMonetaryTotal"), start.index(b"</cac:LegalMonetaryTotal>")
    received = read_invoice(start[:first] + start[last + len(b"</cac:LegalMonetaryTotal>") :])

    assert received.invoice.totals == replace(KINDS["plain"].totals)
    assert {row.code for row in received.notices} == {"total_missing"}


def test_namespaces_with_other_prefixes_and_spaces_do_not_matter():
    xml = changed((b"ram:", b"a:"), (b":ram=", b":a="), (b">FA-2026/0001<", b">\n FA-2026/0001 <"))

    assert read_invoice(xml).invoice == KINDS["plain"]


def test_a_broken_attachment_is_left_out():
    xml = write_cii(full()).replace(base64.b64encode(b"%PDF-1.7"), b"%%%")
    received = read_invoice(xml)

    assert [row.code for row in received.notices] == ["attachment_broken"]
    assert received.invoice.attachments[0].content == b""


def test_an_invoice_without_a_date_is_not_readable():
    with pytest.raises(NotReadable):
        read_invoice(changed((b">20261005<", b">?<")))


def test_another_kind_of_xml_is_named():
    with pytest.raises(NotAnInvoice) as refused:
        read_invoice(b"<FatturaElettronica/>")
    assert refused.value.facts["root"] == "FatturaElettronica"
    with pytest.raises(NotAnInvoice):
        read_invoice(b"<Invoice/>")


@pytest.mark.parametrize(
    ("hostile", "refusal"),
    [
        (b'<!DOCTYPE a [<!ENTITY x "y">]><Invoice>&x;</Invoice>', UnsafeXml),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', UnsafeXml),
        (b"<a>" * 100 + b"</a>" * 100, XmlTooLarge),
        (b"<a>" + b"<b/>" * 1_000_001 + b"</a>", XmlTooLarge),
        (b"<a>" + b" " * (21 * 1024 * 1024) + b"</a>", XmlTooLarge),
        (b"", NotXml),
        (b"hello", NotXml),
        (b"\x00\x01", NotXml),
        (b"%PDF-1.7 nothing", UnsafePdf),
        (b"%PDF-1.7" + b" " * MAX_PDF_BYTES, UnsafePdf),
    ],
)
def test_hostile_files_are_refused(hostile, refusal):
    with pytest.raises(refusal):
        read_invoice(hostile)


def encrypted(**passwords):
    out = io.BytesIO()
    with Pdf.open(io.BytesIO(hybrid(PAGE, write_cii(full()), **SAID))) as document:
        document.save(out, encryption=pikepdf.Encryption(**passwords))
    return out.getvalue()


@pytest.mark.parametrize("user", ["", "secret"])
def test_an_encrypted_pdf_is_refused(user):
    with pytest.raises(UnsafePdf) as refused:
        read_invoice(encrypted(owner="x", user=user))
    assert "encrypted" in str(refused.value)


def bomb(megabytes):
    """A Factur-X whose XML grows when it is unpacked."""
    packed = zlib.compress(b" " * (megabytes * 1024 * 1024), 9)
    out = io.BytesIO()
    with Pdf.open(io.BytesIO(PAGE)) as document:
        stream = Stream(document, packed)
        stream.Filter = Name.FlateDecode
        spec = Dictionary(Type=Name.Filespec, UF="factur-x.xml", F="factur-x.xml", EF=Dictionary(F=stream))
        document.Root.Names = Dictionary(
            EmbeddedFiles=Dictionary(Names=pikepdf.Array(["factur-x.xml", document.make_indirect(spec)]))
        )
        document.save(out, compress_streams=False)
    return out.getvalue()


@pytest.mark.slow
def test_a_file_that_grows_when_unpacked_is_refused_and_memory_stays():
    data = bomb(120)
    with pytest.raises(Refusal):
        read_invoice(bomb(1))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(Refusal):
        read_invoice(data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_a_pdf_without_an_invoice_and_one_with_a_tree_that_bites_its_tail_are_refused():
    with pytest.raises(NotAnInvoice):
        read_invoice(PAGE)
    out = io.BytesIO()
    with Pdf.open(io.BytesIO(PAGE)) as document:
        tree = document.make_indirect(Dictionary())
        tree.Kids = pikepdf.Array([tree, tree])
        document.Root.Names = Dictionary(EmbeddedFiles=tree)
        document.save(out)
    with pytest.raises(Refusal):
        read_invoice(out.getvalue())


def mutations(seed):
    """Files broken in every way: bytes changed, parts cut, doubled and swapped, numbers blown up."""
    chance = random.Random(seed)
    originals = [
        write(found) for found in (full(), KINDS["plain"], KINDS["credit note"]) for write in WRITERS
    ]
    originals += [hybrid(PAGE, originals[0], **SAID)]
    inserted = (
        b"<",
        b">",
        b"&",
        b"\xff",
        b"</",
        b"<!--",
        b"-",
        b"9" * 60,
        b"1e9999999",
        b"NaN",
        b"<x/>",
        b"#",
    )
    for _number in range(FUZZED):
        data = bytearray(chance.choice(originals))
        for _change in range(chance.randint(1, 6)):
            at, to = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
            how = chance.randrange(5)
            if how == 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            elif how == 1:
                data[at : min(to, at + 200)] = b""
            elif how == 2:
                data[at:at] = data[at : min(to, at + 400)]
            elif how == 3:
                data[at : at + chance.randint(0, 4)] = chance.choice(inserted)
            else:
                _number_instead(data, chance)
        yield bytes(data)


def _number_instead(data, chance):
    """The text of some element becomes an odd one."""
    start = data.find(b">", chance.randrange(len(data)))
    end = data.find(b"<", start)
    if 0 <= start < end:
        odd = (
            b"",
            b"-",
            b"1,5",
            b"1e999999999",
            b"0x10",
            b"NaN",
            b"99999999",
            b"00000000",
            b"\xc2\xa012",
            b"-0",
        )
        data[start + 1 : end] = chance.choice(odd)


@pytest.mark.slow
def test_three_thousand_broken_files_are_read_or_refused_and_nothing_else():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcomes = {"read": 0, "refused": 0}
    for data in mutations(seed=5):
        try:
            received = read_invoice(data)
        except Refusal:
            outcomes["refused"] += 1
        else:
            assert isinstance(received.invoice.totals, Totals)
            assert all(str(row.text) for row in received.notices)
            outcomes["read"] += 1

    assert min(outcomes.values()) > FUZZED // 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


def test_days_are_read_in_both_ways_of_writing_and_with_a_time_zone():
    xml = write_ubl(invoice(line())).replace(b">2026-10-05<", b">2026-10-05+01:00<").replace(
        b">2026-11-04<", b">20261104<"
    )  # fmt: skip
    found = read_invoice(xml).invoice

    assert (found.issued_on, found.due_on) == (date(2026, 10, 5), date(2026, 11, 4))
