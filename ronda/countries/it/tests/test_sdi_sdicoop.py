from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
import requests
from lxml import etree

from ronda.countries.it.exchange.channel import ChannelSettingsError
from ronda.countries.it.exchange.sdicoop import Sdicoop, SdicoopSettings, handed, take_call
from ronda.countries.it.exchange.soap import (
    CALLS,
    SEND_ACTION,
    SENDING,
    SOAP,
    Answer,
    BadEnvelopeOfCall,
    Call,
    answer_envelope,
    read_answer,
    read_call,
    received_envelope,
    send_envelope,
)
from ronda.countries.it.tests.sdi_invoices import invoice, name
from ronda.einvoices.domain.exchange import Outgoing
from ronda.kernel.errors import Refusal

STANDARDS = Path(__file__).resolve().parents[5] / "shared" / "standards" / "it" / "sdicoop"
needs_standards = pytest.mark.skipif(
    not STANDARDS.exists(), reason=f"the service descriptions of SDICoop are not at {STANDARDS}"
)
MOMENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
RECEIPT = "IT01234567890_00001_RC_001.xml"


@cache
def schema(file):
    return etree.XMLSchema(etree.parse(STANDARDS / file))


def inner(envelope):
    return etree.fromstring(envelope).find(f"{{{SOAP}}}Body")[0]


def call(operation="ricevutaConsegna", file="PGEvPg==", namespace=SENDING, metadata=""):
    return (
        f'<S:Envelope xmlns:S="{SOAP}"><S:Header/><S:Body><ns3:{operation} xmlns:ns3="{namespace}">'
        f"<IdentificativoSdI>111</IdentificativoSdI><NomeFile>{RECEIPT}</NomeFile><File>{file}</File>"
        f"{metadata}</ns3:{operation}></S:Body></S:Envelope>"
    ).encode()


@needs_standards
def test_requests_and_answers_are_those_of_the_service_descriptions():
    sending, receiving = schema("TrasmissioneTypes_v1.1.xsd"), schema("RicezioneTypes_v1.0.xsd")
    answers = [Answer("111", MOMENT), Answer("111", MOMENT, "EI03")]
    for envelope in [send_envelope(name(1), invoice()), *map(answer_envelope, answers)]:
        assert sending.validate(inner(envelope)), sending.error_log
    assert receiving.validate(inner(received_envelope())), receiving.error_log
    assert [read_answer(answer_envelope(answer)) for answer in answers] == answers


@needs_standards
def test_actions_and_calls_are_those_of_the_service_descriptions():
    wsdl = {path.name: path.read_text() for path in STANDARDS.glob("*.wsdl")}
    assert f'soapAction="{SEND_ACTION}"' in wsdl["SdIRiceviFile_v1.0.wsdl"]
    for operation in CALLS:
        assert (
            f'element="types:{operation}"'
            in wsdl["TrasmissioneFatture_v1.1.wsdl"] + wsdl["RicezioneFatture_v1.0.wsdl"]
        )


def test_a_call_is_read_with_the_file_inside_or_beside_the_envelope():
    expected = Call("ricevutaConsegna", "111", ((RECEIPT, b"<a/>"),))
    assert read_call(call()) == expected
    include = '<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:1@sdi"/>'
    beside = (
        b'--B\r\nContent-Type: application/xop+xml\r\nContent-ID: <0@sdi>\r\n\r\n' + call(file=include)
        + b"\r\n--B\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n"
        b"Content-ID: <1@sdi>\r\n\r\n<a/>\r\n--B--\r\n"
    )  # fmt: skip
    assert read_call(beside, 'multipart/related; type="application/xop+xml"; boundary="B"') == expected


def test_an_invoice_comes_with_its_metadata_and_is_kept_before_it_is_confirmed(tmp_path):
    metadata = (
        "<NomeFileMetadati>IT01234567890_00001_MT_001.xml</NomeFileMetadati><Metadati>PGIvPg==</Metadati>"
    )
    envelope = call("fileSdIConMetadati", metadata=metadata)
    assert b"ER01" in take_call(envelope, "text/xml", tmp_path)
    assert take_call(call(), "text/xml", tmp_path) == b""
    channel = Sdicoop(SdicoopSettings("https://x", tmp_path, tmp_path, tmp_path, tmp_path))
    incoming = {one.name: one for one in channel.fetch()}
    assert {file: one.content for file, one in incoming.items()} == {
        RECEIPT: b"<a/>", "2~" + RECEIPT: b"<a/>", "IT01234567890_00001_MT_001.xml": b"<b/>",
    }  # fmt: skip
    channel.acknowledge(incoming[RECEIPT])
    assert RECEIPT not in [one.name for one in channel.fetch()]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"<a/>", call("rispostaSdIRiceviFile"), call(file="!"), call(file="<Include href='cid:x'/>"),
        call().replace(b"IT01", b"../IT01"), b'<!DOCTYPE a [<!ENTITY b "c">]>' + call(),
    ],
)  # fmt: skip
def test_what_is_no_call_is_refused_and_nothing_is_kept(data, tmp_path):
    with pytest.raises(Refusal):
        take_call(data, "text/xml", tmp_path)
    with pytest.raises(BadEnvelopeOfCall):
        read_call(data, "multipart/related; boundary=none")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("status", "content", "exchange_id", "taken", "again"),
    [
        (200, answer_envelope(Answer("111", MOMENT)), "111", True, True),
        (200, answer_envelope(Answer("111", MOMENT, "EI01")), "", False, False),
        (200, answer_envelope(Answer("111", MOMENT, "EI02")), "", False, True),
        (503, b"<html/>", "", False, True),
        (200, b"?", "", False, True),
    ],
)
def test_an_answer_says_what_became_of_the_file(status, content, exchange_id, taken, again):
    found = handed(name(1), status, content, "text/xml")
    assert (found.exchange_id, found.taken, found.again) == (exchange_id, taken, again)


def test_nothing_is_sent_without_certificates_or_encryption(tmp_path):
    there = tmp_path / "x.pem"
    there.write_text("x")
    for url, key in [("https://sdi.example", tmp_path / "none.pem"), ("http://sdi.example", there)]:
        channel = Sdicoop(SdicoopSettings(url, there, key, there, tmp_path))
        with pytest.raises(ChannelSettingsError):
            channel.send([Outgoing(name(1), invoice())])


def test_a_request_carries_action_and_certificates(tmp_path, monkeypatch):
    seen = []

    def answered(session, url, **more):
        seen.append(
            (url, session.cert, session.verify, more["headers"]["SOAPAction"], more["allow_redirects"])
        )
        answer = requests.Response()
        answer.status_code, answer._content = 200, answer_envelope(Answer("111", MOMENT))
        return answer

    paths = [tmp_path / file for file in ("cert.pem", "key.pem", "ca.pem")]
    for path in paths:
        path.write_text("x")
    channel = Sdicoop(SdicoopSettings("https://sdi.example/ricevi_file", *paths, tmp_path))
    monkeypatch.setattr(requests.Session, "post", answered)
    assert [one.exchange_id for one in channel.send([Outgoing(name(1), invoice())])] == ["111"]
    expected = (str(paths[0]), str(paths[1]))
    assert seen == [("https://sdi.example/ricevi_file", expected, str(paths[2]), f'"{SEND_ACTION}"', False)]
