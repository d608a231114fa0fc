# ruff: noqa: E501 -- pieces of XML are easier to compare on one line
import base64
import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from asn1crypto import cms
from lxml import etree

from ronda.company.domain.safe_xml import NotXml, UnsafeXml, XmlTooLarge
from ronda.countries.it.domain.fatturapa import (
    BadEnvelope,
    NotAnInvoice,
    TamperedEnvelope,
    UnreadableInvoice,
    read_invoice,
)
from ronda.countries.it.domain.fatturapa.model import InvoiceKey, Reference
from ronda.countries.it.domain.fatturapa.notices import CODES
from ronda.countries.it.domain.fatturapa.reader import SdiMessage
from ronda.kernel.errors import Refusal

STANDARDS = Path(__file__).resolve().parents[5] / "shared" / "standards" / "it" / "fatturapa"
SAMPLES = sorted(
    [*STANDARDS.glob("samples/*.xml"), *STANDARDS.glob("gobl/*.xml"), *STANDARDS.glob("p7m/*.p7m")]
)
needs_samples = pytest.mark.skipif(not SAMPLES, reason=f"official FatturaPA samples are not at {STANDARDS}")

PLAIN = """<?xml version="1.0" encoding="UTF-8"?>
<p:FatturaElettronica xmlns:p="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2" versione="FPR12">
<FatturaElettronicaHeader>
<DatiTrasmissione><IdTrasmittente><IdPaese>IT</IdPaese><IdCodice>02182030391</IdCodice></IdTrasmittente>
<ProgressivoInvio>1</ProgressivoInvio><FormatoTrasmissione>FPR12</FormatoTrasmissione>
<CodiceDestinatario>0000000</CodiceDestinatario></DatiTrasmissione>
<CedentePrestatore><DatiAnagrafici><IdFiscaleIVA><IdPaese>IT</IdPaese><IdCodice>02182030391</IdCodice></IdFiscaleIVA>
<Anagrafica><Denominazione>Caffè Rossi Srl</Denominazione></Anagrafica><RegimeFiscale>RF01</RegimeFiscale>
</DatiAnagrafici><Sede><Indirizzo>via Po</Indirizzo><CAP>44121</CAP><Comune>Ferrara</Comune>
<Provincia>FE</Provincia><Nazione>IT</Nazione></Sede></CedentePrestatore>
<CessionarioCommittente><DatiAnagrafici><CodiceFiscale>RSSMRA80A01H501U</CodiceFiscale>
<Anagrafica><Nome>Mario</Nome><Cognome>Rossi</Cognome></Anagrafica></DatiAnagrafici>
<Sede><Indirizzo>via Roma</Indirizzo><CAP>00100</CAP><Comune>Roma</Comune><Nazione>IT</Nazione></Sede>
</CessionarioCommittente></FatturaElettronicaHeader>
<FatturaElettronicaBody><DatiGenerali><DatiGeneraliDocumento><TipoDocumento>TD01</TipoDocumento>
<Divisa>EUR</Divisa><Data>2026-03-04</Data><Numero>12/A</Numero>
<ImportoTotaleDocumento>122.00</ImportoTotaleDocumento></DatiGeneraliDocumento></DatiGenerali>
<DatiBeniServizi><DettaglioLinee><NumeroLinea>1</NumeroLinea><Descrizione>Caffè</Descrizione>
<Quantita>2.00</Quantita><PrezzoUnitario>50.00</PrezzoUnitario><PrezzoTotale>100.00</PrezzoTotale>
<AliquotaIVA>22.00</AliquotaIVA></DettaglioLinee>
<DatiRiepilogo><AliquotaIVA>22.00</AliquotaIVA><ImponibileImporto>100.00</ImponibileImporto>
<Imposta>22.00</Imposta></DatiRiepilogo></DatiBeniServizi></FatturaElettronicaBody></p:FatturaElettronica>"""


def read(text=PLAIN, *changes, encoding="utf-8"):
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (invoice,) = read_invoice(text.encode(encoding), "IT02182030391_1.xml")
    return invoice


def codes(invoice):
    return [notice.code for notice in invoice.warnings]


def same(invoice):
    """The invoice without what belongs to the file rather than to the document."""
    return replace(invoice, warnings=(), sha256="", source_name="", signed=False)


def test_a_plain_invoice_is_read_whole_and_without_remarks():
    invoice = read()

    assert codes(invoice) == []
    assert (invoice.kind, invoice.number, invoice.date, invoice.format) == (
        "TD01",
        "12/A",
        date(2026, 3, 4),
        "FPR12",
    )
    assert (invoice.seller.name, invoice.seller.city) == ("Caffè Rossi Srl", "Ferrara")
    assert (invoice.buyer.name, invoice.buyer.tax_identity) == ("Mario Rossi", "RSSMRA80A01H501U")
    assert (invoice.net_total, invoice.vat_total, invoice.document_total) == (100, 22, 122)
    assert invoice.key() == InvoiceKey("IT02182030391", "TD01", "12/A", 2026)


# --- official samples ---


@needs_samples
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_official_sample_is_read_and_every_remark_has_words(path):
    invoices = read_invoice(path.read_bytes(), path.name)

    assert all(invoice.lines and invoice.summaries and invoice.seller.name for invoice in invoices)
    assert all(notice.message for invoice in invoices for notice in invoice.warnings)


@needs_samples
def test_a_lot_gives_all_its_bodies():
    first, second = read_invoice((STANDARDS / "samples" / "IT01234567890_FPR03.xml").read_bytes())

    assert [(item.number, item.position, item.document_total) for item in (first, second)] == [
        ("123", 1, Decimal("32.95")),
        ("456", 2, Decimal("2440.00")),
    ]


@needs_samples
def test_references_of_the_official_sample_are_all_there():
    (invoice,) = read_invoice((STANDARDS / "samples" / "IT01234567890_FPA01.xml").read_bytes())

    assert Reference("order", "66685", item="1", cup="123abc", cig="456def", lines=(1,)) in [
        replace(item, day=None) for item in invoice.references
    ]


@needs_samples
def test_the_simplified_sample_becomes_net_and_vat():
    (invoice,) = read_invoice((STANDARDS / "samples" / "IT01234567890_FSM10.xml").read_bytes())

    assert (invoice.kind, invoice.format, invoice.document_total) == ("TD07", "FSM10", Decimal("25.00"))
    assert (invoice.net_total, invoice.vat_total) == (Decimal("20.49"), Decimal("4.51"))
    assert invoice.buyer.name == "BETA GAMMA"


# --- signed envelopes ---


def envelope():
    return (STANDARDS / "p7m" / "IT02182030391_31.xml.p7m").read_bytes()


@needs_samples
@pytest.mark.parametrize(
    "wrap",
    [
        bytes,
        base64.b64encode,
        base64.encodebytes,
        lambda data: base64.encodebytes(data).replace(b"\n", b"\r\n"),
        lambda data: b"-----BEGIN PKCS7-----\n" + base64.encodebytes(data) + b"-----END PKCS7-----\n",
    ],
    ids=["der", "base64", "lines", "crlf", "armour"],
)
def test_every_wrapping_of_an_envelope_gives_the_same_invoice(wrap):
    (invoice,) = read_invoice(wrap(envelope()), "a.xml.p7m")

    assert invoice.signed
    assert (invoice.number, invoice.document_total, codes(invoice)) == ("2", Decimal("122.00"), [])


@needs_samples
def test_a_changed_content_is_refused_as_tampered():
    with pytest.raises(TamperedEnvelope):
        read_invoice(envelope().replace(b"100.00", b"900.00"))


@needs_samples
def test_an_envelope_in_an_envelope_is_opened_but_not_for_ever():
    def wrapped(data):
        content = {"content_type": "data", "content": data}
        signed = {"version": "v1", "digest_algorithms": [], "encap_content_info": content, "signer_infos": []}
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)}).dump()

    (invoice,) = read_invoice(wrapped(envelope()))

    assert codes(invoice) == ["signature_absent"]
    with pytest.raises(BadEnvelope):
        read_invoice(wrapped(wrapped(wrapped(envelope()))))


@pytest.mark.parametrize(
    "data", [b"\x30\x80", b"\x30" * 5000, b"MIIB!!", b"MIAGCSqG", b"\x30\x82\xff\xff" + b"\0" * 99]
)
def test_a_broken_envelope_is_refused(data):
    with pytest.raises(BadEnvelope):
        read_invoice(data)


# --- odd but readable ---


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("<Data>2026-03-04<", "<Data> 2026-03-04 <"), "date_cleaned"),
        (("<Data>2026-03-04<", "<Data>2026-03- 04<"), "date_cleaned"),
        (("<Data>2026-03-04<", "<Data>04/03/2026<"), "date_cleaned"),
        (("<AliquotaIVA>22.00<", "<AliquotaIVA>22.0<"), "number_cleaned"),
        (("<AliquotaIVA>22.00<", "<AliquotaIVA>22<"), "number_cleaned"),
        ((">100.00<", ">100,00<"), "number_cleaned"),
        (("fatture/v1.2", "fatture/v1.2#"), "namespace_unknown"),
        (("http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2", "http://www.fatturapa.gov.it/v1.1"), "namespace_unknown"),
        (('versione="FPR12"', 'versione="SDI11"'), "version_unknown"),
        (("<Divisa>EUR</Divisa>", ""), None),
        (("<Numero>12/A</Numero>", "<Strano/><Numero>12/A</Numero>"), "element_unknown"),
    ],
)  # fmt: skip
def test_odd_spellings_are_read_the_same_and_remarked_on(change, code):
    invoice = read(PLAIN, change)

    assert same(invoice) == same(read())
    assert code is None or code in codes(invoice)


@pytest.mark.parametrize("written", ["1.122,50", "1,122.50", "1122,5", "1 122.5", "+1122.50", "1'122.50"])
def test_the_last_kind_of_mark_in_a_number_is_the_decimal_one(written):
    invoice = read(PLAIN, ("Documento>122.00<", f"Documento>{written}<"))

    assert (invoice.total, codes(invoice)) == (Decimal("1122.50"), ["number_cleaned", "total_differs"])


def test_names_may_have_a_prefix_everywhere_or_no_namespace_at_all():
    bare = PLAIN.replace("p:FatturaElettronica", "FatturaElettronica").replace("xmlns:p", "xmlns")
    none = bare.replace(' xmlns="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2"', "")

    assert (same(read(bare)), codes(read(bare))) == (same(read()), [])
    assert (same(read(none)), codes(read(none))) == (same(read()), ["namespace_unknown"])


def test_elements_out_of_order_are_read_and_remarked_on():
    moved = read(PLAIN, ("<TipoDocumento>TD01</TipoDocumento>", ""), ("12/A</Numero>", "12/A</Numero><TipoDocumento>TD01</TipoDocumento>"))  # fmt: skip

    assert (same(moved), codes(moved)) == (same(read()), ["order_unusual"])


@pytest.mark.parametrize("declared", ["UTF-8", "ISO-8859-1", "windows-1252"])
def test_windows_bytes_are_read_whatever_is_declared(declared):
    text = PLAIN.replace("UTF-8", declared).replace("Caffè</Desc", "Caffè “alto” – 5 €</Desc")
    invoice = read(text, encoding="cp1252")

    assert invoice.lines[0].description == "Caffè “alto” – 5 €"
    assert codes(invoice) == ([] if declared == "windows-1252" else ["encoding_repaired"])


def test_control_characters_and_rubbish_before_the_declaration_are_dropped():
    assert codes(read("\n\n" + PLAIN)) == ["characters_removed"]
    assert same(read(PLAIN.replace("Caffè</Desc", "Caffè\x0b</Desc"))) == same(read())


def test_remarks_of_one_kind_do_not_pile_up():
    start, end = PLAIN.index("<DettaglioLinee>"), PLAIN.index("<DatiRiepilogo>")
    many = PLAIN[:end] + PLAIN[start:end].replace("22.00", "22.0") * 500 + PLAIN[end:]

    invoice = read(many)

    assert len(invoice.lines) == 501
    assert codes(invoice).count("number_cleaned") == 20
    assert "more_alike" in codes(invoice)


# --- figures that do not agree ---


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("<PrezzoUnitario>50.00<", "<PrezzoUnitario>51.00<"), "line_amount"),
        (("<Imposta>22.00<", "<Imposta>23.00<"), "summary_vat"),
        (("<ImponibileImporto>100.00<", "<ImponibileImporto>110.00<"), "summary_net"),
        (("<ImportoTotaleDocumento>122.00<", "<ImportoTotaleDocumento>123.00<"), "total_differs"),
        (("<PrezzoTotale>100.00</PrezzoTotale>\n<AliquotaIVA>22.00<", "<PrezzoTotale>100.00</PrezzoTotale>\n<AliquotaIVA>10.00<"), "rates_differ"),
        (("</AliquotaIVA></DettaglioLinee>", "</AliquotaIVA><Natura>N1</Natura></DettaglioLinee>"), "nature_unexpected"),
        (("</AliquotaIVA></DettaglioLinee>", "</AliquotaIVA><Ritenuta>SI</Ritenuta></DettaglioLinee>"), "withholding_missing"),
        (("<IdCodice>02182030391</IdCodice></IdFiscaleIVA>", "<IdCodice>02182030392</IdCodice></IdFiscaleIVA>"), "vat_number_doubtful"),
        (("TD01", "TD99"), "kind_unknown"),
    ],
)  # fmt: skip
def test_figures_that_do_not_agree_are_remarked_on(change, code):
    assert code in codes(read(PLAIN, change))


def test_a_cent_of_rounding_is_not_remarked_on():
    assert codes(read(PLAIN, ("<Imposta>22.00<", "<Imposta>22.01<"), (">122.00<", ">122.01<"))) == []


def test_discounts_of_a_line_are_per_unit_and_in_cascade():
    discounts = (
        "</PrezzoUnitario><ScontoMaggiorazione><Tipo>SC</Tipo><Percentuale>10.00</Percentuale></ScontoMaggiorazione>"
        "<ScontoMaggiorazione><Tipo>MG</Tipo><Importo>5.00</Importo></ScontoMaggiorazione>"
    )

    assert codes(read(PLAIN, ("</PrezzoUnitario>", discounts))) == []


# --- refused ---


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (("<TipoDocumento>TD01</TipoDocumento>", ""), "DatiGeneraliDocumento/TipoDocumento"),
        (("<Numero>12/A</Numero>", "<Numero> </Numero>"), "DatiGeneraliDocumento/Numero"),
        (("<Data>2026-03-04<", "<Data>2026-02-30<"), "DatiGeneraliDocumento/Data"),
        (("<PrezzoTotale>100.00<", "<PrezzoTotale>cento<"), "DettaglioLinee[1]/PrezzoTotale"),
        (("<ImponibileImporto>100.00<", "<ImponibileImporto>1E9<"), "DatiRiepilogo[1]/ImponibileImporto"),
    ],
)
def test_what_makes_the_invoice_is_refused_by_name_when_unreadable(change, where):
    with pytest.raises(UnreadableInvoice) as refused:
        read(PLAIN, change)
    assert (refused.value.facts["where"], refused.value.facts["line"] > 1) == (where, True)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'/>", NotAnInvoice),
        (b"<FatturaElettronica xmlns='urn:something:else'/>", NotAnInvoice),
        (b"<html><body/></html>", NotAnInvoice),
        (b"<ns3:RicevutaConsegna xmlns:ns3='http://www.fatturapa.gov.it/sdi/messaggi/v1.0'/>", SdiMessage),
        (b"<FatturaElettronica/>", UnreadableInvoice),
        (b"", NotXml),
        (b"%PDF-1.7", NotXml),
        (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><FatturaElettronica>&x;</FatturaElettronica>", UnsafeXml),
    ],
)  # fmt: skip
def test_what_is_no_invoice_is_refused_for_what_it_is(data, refusal):
    with pytest.raises(refusal):
        read_invoice(data)


def test_a_file_beyond_the_limit_is_refused():
    with pytest.raises(XmlTooLarge):
        read_invoice(PLAIN.encode(), max_bytes=1000)


# --- hostile ---

ODD_TEXTS = ("", " ", "-", "NaN", "1E99", "9" * 12 + ".99", "-" + "9" * 12, "0", "0.00", "100.00", "٣", "2026-02-30",
             "0001-01-01", "9999-12-31", "x" * 5000, "\u00a0", "N9", "TD04", "MG", "1,2,3.4", "+1", "=A1")  # fmt: skip


def bytes_mutated(data, chance):
    changed = bytearray(data)
    for _ in range(chance.choice((1, 2, 5))):
        at = chance.randrange(len(changed) + 1)
        action = chance.randrange(4)
        if action == 0:
            changed[at : at + 1] = bytes([chance.randrange(256)])
        elif action == 1:
            del changed[at : at + chance.randrange(1, 60)]
        elif action == 2:
            changed[at:at] = chance.choice(
                (b"<!DOCTYPE a>", b"&x;", b"<a/>", b"<![CDATA[", b"\0", b"\xe9", b"</")
            )
        else:
            changed[at:at] = changed[at // 2 : at // 2 + 100]
    return bytes(changed)


def elements_mutated(data, chance):
    root = etree.fromstring(data)
    for _ in range(chance.choice((1, 3, 10))):
        element = chance.choice(list(root.iter("{*}*")))
        parent = element.getparent()
        action = chance.randrange(4)
        if action < 2 and len(element) == 0:
            element.text = chance.choice(ODD_TEXTS)
        elif parent is not None and action == 2:
            parent.remove(element)
        elif parent is not None:
            parent.insert(chance.randrange(len(parent) + 1), etree.fromstring(etree.tostring(element)))
    return etree.tostring(root)


def invoices_or_refusal(data):
    try:
        return read_invoice(data, "damaged.xml")
    except Refusal as refusal:
        return refusal


@needs_samples
def test_five_hundred_damaged_samples_end_in_invoices_or_in_refusals():
    chance = random.Random(20260304)
    read = []
    for turn in range(500):
        path = chance.choice(SAMPLES)
        mutate = bytes_mutated if path.suffix == ".p7m" or turn % 2 else elements_mutated
        outcome = invoices_or_refusal(mutate(path.read_bytes(), chance))
        if isinstance(outcome, list):
            read += outcome
        else:
            assert str(outcome.message)
    for invoice in read:
        assert {notice.code for notice in invoice.warnings} <= CODES
        assert invoice.amount_to_pay.is_finite()
        assert invoice.key().year == invoice.date.year
        assert all(notice.message for notice in invoice.warnings)
    assert 150 < len(read) < 450


def test_absurd_amounts_are_remarked_on_and_do_not_break_the_arithmetic():
    discount = "<ScontoMaggiorazione><Tipo>MG</Tipo><Percentuale>100.00</Percentuale></ScontoMaggiorazione>"
    invoice = read(
        PLAIN, ("</PrezzoUnitario>", "</PrezzoUnitario>" + discount * 300), (">2.00<", f">{'9' * 12}.00<")
    )

    assert codes(invoice) == ["line_amount"]
