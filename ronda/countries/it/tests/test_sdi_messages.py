import random
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from asn1crypto import cms, core
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ronda.countries.it.domain.sdi import (
    Family,
    Kind,
    NotAReceipt,
    NotWritableReceipt,
    Receipt,
    ReceiptError,
    ReceiptWithoutSubject,
    looks_like_receipt,
    read_receipt,
    write_receipt,
)
from ronda.countries.it.domain.sdi.messages import B2B_NAMESPACE
from ronda.kernel.errors import Refusal

STANDARDS = Path(__file__).resolve().parents[5] / "shared" / "standards" / "it" / "sdi-messages"
needs_standards = pytest.mark.skipif(
    not STANDARDS.exists(), reason=f"the schemas of SdI's messages are not at {STANDARDS}"
)
SCHEMAS = {
    (Family.PA, True): "MessaggiTypes_v1.1_PA.xsd",
    (Family.PA, False): "MessaggiTypes_v1.1_PA_signature-optional.xsd",
    (Family.B2B, True): "MessaggiFatturaTypes_v1.0_B2B.xsd",
    (Family.B2B, False): "MessaggiFatturaTypes_v1.0_B2B.xsd",
}
ROME = ZoneInfo("Europe/Rome")
SAMPLES = sorted((STANDARDS / "samples").glob("*.xml")) or [Path("none")]


@cache
def schema(name):
    return etree.XMLSchema(etree.parse(STANDARDS / name))


EVERYTHING = Receipt(
    kind=Kind.DELIVERED,
    family=Family.B2B,
    file_name="IT01234567890_00001.xml",
    sdi_id="1234567",
    message_id="99887766",
    received_at=datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC),
    delivered_at=datetime(2026, 3, 1, 8, 0, tzinfo=ROME),
    available_on=date(2028, 2, 29),
    errors=(
        ReceiptError("00200", "File non conforme <al> formato", "Correggere & inviare"),
        ReceiptError("00305", "IdCodice"),
    ),
    outcome="EC02",
    description="Importo non dovuto",
    hash="ab" * 32,
    note="",
    recipient="ABC1234",
    recipient_name="Bianchi S.r.l.",
    archive_name="IT01234567890_00002.zip",
    archive_sdi_id="1234566",
    pec_message_id="<x@pec.example>",
    invoice_number="FT 1/2026",
    invoice_year="2026",
    invoice_position="1",
    format="FPR12",
    attempts="2",
)
#: Kind → what its message says beside file, identifier and MessageId, in the two families.
SAYS = {
    Kind.DELIVERED: "received_at delivered_at recipient recipient_name archive_name archive_sdi_id note",
    Kind.REJECTED: "received_at errors archive_name archive_sdi_id note",
    Kind.NOT_DELIVERED: "received_at available_on description archive_name archive_sdi_id note",
    Kind.METADATA: "recipient format attempts note",
    Kind.OUTCOME: "outcome description invoice_number invoice_year invoice_position note",
    Kind.EXPIRED: "description invoice_number invoice_year invoice_position note",
    Kind.ATTESTED: "received_at recipient recipient_name archive_name archive_sdi_id hash note",
    Kind.CUSTOMER_OUTCOME: "outcome description invoice_number invoice_year invoice_position",
    Kind.OUTCOME_REJECTED: "outcome invoice_number invoice_year invoice_position note",
}
B2B_KINDS = (Kind.DELIVERED, Kind.REJECTED, Kind.NOT_DELIVERED, Kind.METADATA)
CASES = [(Family.PA, kind) for kind in SAYS] + [(Family.B2B, kind) for kind in B2B_KINDS]


def message(family, kind):
    names = {"file_name", "sdi_id", "message_id", *SAYS[kind].split()}
    if kind is Kind.CUSTOMER_OUTCOME:
        names -= {"file_name", "message_id"}
    if kind is Kind.OUTCOME_REJECTED:
        names -= {"file_name"}
    if family is Family.B2B:
        names |= {"hash"}
    facts = {name: getattr(EVERYTHING, name) for name in names}
    if family is Family.PA:
        facts.pop("available_on", None)
        if "recipient" in facts:
            facts["recipient"] = "ABC123"
        if "errors" in facts:
            facts["errors"] = tuple(replace(error, suggestion="") for error in facts["errors"])
    if kind is Kind.OUTCOME_REJECTED:
        facts["outcome"] = "EN01"
    return Receipt(kind=kind, family=family, **facts)


@needs_standards
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_official_sample_is_read_as_what_its_name_says(path):
    receipt = read_receipt(path.read_bytes(), path.name)
    assert receipt.kind.value == path.stem.split("_")[2]
    assert (receipt.family, receipt.sdi_id, receipt.warnings) == (Family.PA, "111", ())
    assert receipt.file_name in {"IT01234567890_11111.xml.p7m", "IT01234567890_11111"}


@needs_standards
def test_the_official_rejection_is_read_whole():
    path = STANDARDS / "samples" / "IT01234567890_11111_NS_001.xml"
    receipt = read_receipt(path.read_bytes(), path.name)
    assert replace(receipt, sha256="") == Receipt(
        kind=Kind.REJECTED,
        family=Family.PA,
        file_name="IT01234567890_11111.xml.p7m",
        sdi_id="111",
        message_id="123456",
        received_at=datetime(2013, 6, 6, 12, tzinfo=UTC),
        errors=(ReceiptError("00100", "Certificato di firma scaduto"),),
        note="Note",
        archive_name="IT01234567890_11111.zip",
        archive_sdi_id="100",
        source_name=path.name,
    )


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize(("family", "kind"), CASES)
def test_what_is_written_is_read_back_the_same(family, kind, signed):
    receipt = message(family, kind)
    assert replace(read_receipt(write_receipt(receipt, signed=signed)), sha256="") == receipt


@needs_standards
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize(("family", "kind"), CASES)
def test_what_is_written_is_valid_with_and_without_signature(family, kind, signed):
    written = etree.fromstring(write_receipt(message(family, kind), signed=signed))
    judge = schema(SCHEMAS[family, signed])
    assert judge.validate(written), judge.error_log


@needs_standards
@given(st.text(max_size=3000), st.text(max_size=3000), st.sampled_from(CASES))
@settings(max_examples=60, deadline=None)
def test_long_and_odd_texts_never_make_an_invalid_message(first, second, case):
    family, kind = case
    receipt = replace(
        message(family, kind),
        description=first,
        note=second,
        errors=(ReceiptError("00200", first, second),),
    )
    judge = schema(SCHEMAS[family, False])
    assert judge.validate(etree.fromstring(write_receipt(receipt))), judge.error_log


@pytest.mark.parametrize(
    ("family", "kind", "lacking"),
    [
        (Family.B2B, Kind.OUTCOME, {}),
        (Family.B2B, Kind.DELIVERED, {"hash": ""}),
        (Family.B2B, Kind.DELIVERED, {"delivered_at": None}),
        (Family.B2B, Kind.NOT_DELIVERED, {"available_on": None}),
        (Family.PA, Kind.REJECTED, {"errors": ()}),
        (Family.PA, Kind.REJECTED, {"sdi_id": "x"}),
        (Family.PA, Kind.DELIVERED, {"message_id": "1" * 15}),
    ],
)
def test_a_message_without_what_its_schema_demands_is_not_written(family, kind, lacking):
    receipt = replace(EVERYTHING, family=family, kind=kind, recipient="ABC123", **lacking)
    with pytest.raises(NotWritableReceipt):
        write_receipt(receipt)


# A message as they come in 2026: prefixed root, empty note, signature inside with carriage returns.
REAL = f"""<?xml version="1.0" encoding="UTF-8" standalone="no"?><?xml-stylesheet href="x.xsl"?>
<ns3:RicevutaImpossibilitaRecapito xmlns:ns3="{B2B_NAMESPACE}"
 xmlns:ns2="http://www.w3.org/2000/09/xmldsig#" versione="1.0">
<IdentificativoSdI>9876543210</IdentificativoSdI>
<NomeFile>IT01234567890_0000A.xml</NomeFile><Hash>{"AB" * 32}</Hash>
<DataOraRicezione>2026-07-01T10:11:12.000+02:00</DataOraRicezione>
<DataMessaADisposizione>2026-07-02+02:00</DataMessaADisposizione>
<Descrizione>La fattura
  è a disposizione</Descrizione><MessageId>55</MessageId><Note/>
<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo/><ds:SignatureValue>AA&#13;
BB&#13;</ds:SignatureValue><ds:Object><x:NomeFile xmlns:x="x">wrong</x:NomeFile></ds:Object></ds:Signature>
</ns3:RicevutaImpossibilitaRecapito>""".encode()


def test_a_message_of_today_is_read_with_its_signature_and_its_empty_note():
    assert replace(read_receipt(REAL), sha256="") == Receipt(
        kind=Kind.NOT_DELIVERED,
        family=Family.B2B,
        file_name="IT01234567890_0000A.xml",
        sdi_id="9876543210",
        message_id="55",
        received_at=datetime.fromisoformat("2026-07-01T10:11:12+02:00"),
        available_on=date(2026, 7, 2),
        description="La fattura è a disposizione",
        hash="ab" * 32,
    )


def enveloped(content):
    signed = cms.SignedData({
        "version": "v1",
        "digest_algorithms": [],
        "encap_content_info": {"content_type": "data", "content": core.OctetString(content)},
        "signer_infos": [],
    })  # fmt: skip
    return cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()


def test_a_message_inside_a_signed_envelope_is_read_as_the_bare_one():
    found = read_receipt(enveloped(REAL), "IT01234567890_0000A_MC_001.xml.p7m")
    assert replace(found, sha256="", source_name="") == replace(read_receipt(REAL), sha256="")


def test_a_time_without_zone_is_italian_time():
    naive = REAL.replace(b".000+02:00", b"")
    assert read_receipt(naive).received_at == datetime(2026, 7, 1, 10, 11, 12, tzinfo=ROME)


def test_an_unreadable_date_is_a_warning_and_no_obstacle():
    receipt = read_receipt(REAL.replace(b"2026-07-01T10:11:12.000+02:00", b"yesterday"))
    assert (receipt.received_at, receipt.warnings) == (None, ("DataOraRicezione",))


@pytest.mark.parametrize(
    "namespace", ["http://example.org/wrong", "http://www.fatturapa.gov.it/sdi/messaggi/v9"]
)
def test_a_damaged_namespace_still_gives_the_family(namespace):
    receipt = read_receipt(REAL.replace(B2B_NAMESPACE.encode(), namespace.encode()))
    assert (receipt.family, receipt.warnings) == (Family.B2B, ("namespace",))


def test_hostile_and_foreign_files_are_refused():
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]>' + REAL.split(b"?>", 2)[2]
    with pytest.raises(Refusal) as refused:
        read_receipt(bomb)
    assert refused.value.code == "company.unsafe_xml"
    with pytest.raises(NotAReceipt):
        read_receipt(b"<FatturaElettronica/>")
    with pytest.raises(ReceiptWithoutSubject):
        read_receipt(f'<RicevutaConsegna xmlns="{B2B_NAMESPACE}"/>'.encode())
    with pytest.raises(Refusal):
        read_receipt(REAL + b" " * 6 * 1024 * 1024)


def test_a_file_is_told_from_an_invoice_by_name_or_by_its_beginning():
    assert looks_like_receipt(b"", "IT01234567890_0000A_RC_001.xml")
    assert looks_like_receipt(REAL, "allegato.xml")
    assert not looks_like_receipt(b"<p:FatturaElettronica>", "IT01234567890_0000A.xml")


def damaged(data, chance):
    """One to six random damages: bytes changed, cut, doubled, or pieces of XML put in."""
    data = bytearray(data)
    pieces = [b"<", b">", b"&#13;", b"&x;", b"]]>", b"<a>", b"\x00", b"\xff", b"<!DOCTYPE", b'="', b"<Note/>"]
    for _turn in range(chance.randint(1, 6)):
        at = chance.randrange(len(data) + 1)
        what = chance.randrange(4)
        if what == 0 and at < len(data):
            data[at] = chance.randrange(256)
        elif what == 1:
            del data[at : at + chance.randrange(1, 200)]
        elif what == 2:
            data[at:at] = data[at : at + chance.randrange(1, 200)]
        else:
            data[at:at] = chance.choice(pieces)
        data = data or bytearray(b"<")
    return bytes(data)


def reworded(data, chance):
    """Up to four texts or names of elements say something else; the XML stays well-formed."""
    words = [
        b"",
        b"9" * 5000,
        b"2026-02-30",
        b"EC99",
        "è€\U0001f600".encode(),
        b"&#13;&#9;",
        b"-1",
        b"<Note/>",
    ]
    for _turn in range(chance.randint(1, 4)):
        found = chance.choice(list(re.finditer(rb"<(\w+)>([^<>]*)</\1>", data)) or [None])
        if found:
            name = chance.choice([found[1], b"Altro", b"Esito", b"NomeFile", b"DataOraRicezione"])
            data = data.replace(found[0], b"<%s>%s</%s>" % (name, chance.choice(words), name), 1)
    return data


@pytest.mark.slow
def test_five_thousand_damaged_messages_are_read_or_refused_and_nothing_else():
    chance = random.Random(20260302)
    sound = [write_receipt(message(family, kind), signed=True) for family, kind in CASES]
    sound += [REAL, enveloped(REAL)]
    outcomes = {"read": 0, "refused": 0}
    for turn in range(5000):
        damage = damaged if turn % 2 else reworded
        data = damage(sound[turn % len(sound)], chance)
        try:
            receipt = read_receipt(data, "IT01234567890_0000A_RC_001.xml")
        except Refusal:
            outcomes["refused"] += 1
        else:
            assert receipt.sdi_id or receipt.file_name
            outcomes["read"] += 1
    assert sum(outcomes.values()) == 5000
    assert min(outcomes.values()) > 500
