import base64
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import requests

from ronda.countries.fr.data.platform import REMEDIES, remedy_of
from ronda.countries.fr.domain.ereporting import (
    Declarant,
    Receipt,
    ReceiptPart,
    SendingPlatform,
    payments_of,
    report,
)
from ronda.countries.fr.domain.lifecycle import (
    InvoiceReference,
    Party,
    state_of,
    status_message,
    write_status,
)
from ronda.countries.fr.platform import afnor
from ronda.countries.fr.platform.afnor import AfnorPlatform
from ronda.countries.fr.platform.cursors import Cursor
from ronda.countries.fr.platform.fake import Fault
from ronda.countries.fr.platform.fake.control import step
from ronda.countries.fr.platform.gate import Gate, PlatformSettings
from ronda.countries.fr.platform.interface import (
    BadSettings,
    FlowRefused,
    NotSignedIn,
    OddAnswer,
    OutgoingFile,
    PlatformRefusal,
    PlatformUnreachable,
    TrackingTaken,
)
from ronda.countries.fr.platform.webhooks import SIGNATURE, TIMESTAMP, is_genuine, signature
from ronda.countries.fr.tests.platforms import (
    BUYER,
    MISSING,
    SELLER,
    check,
    cii,
    connect,
    everything,
    invoice,
    life_of,
    platform,
)
from ronda.einvoices.domain.states import State
from ronda.kernel.periods import Period

needs_api = pytest.mark.skipif(bool(MISSING), reason=MISSING or "there")
AT = datetime(2026, 10, 15, 9, tzinfo=UTC)


@pytest.fixture
def there(tmp_path):
    with platform(tmp_path / "platform") as (server, connector):
        yield server, connector


# Out and back


def test_an_invoice_is_taken_and_its_life_told_to_the_end(there):
    server, connector = there
    deposit = connector.send_invoice(invoice())
    server.platform.plan("FA-1", "204", "205", {"status": "212", "collected": [["20", "120.00"]]})

    step(server, 8)
    events, _cursor = everything(connector.fetch_events)

    assert [(one.ack, one.tracking_id) for one in events if not one.is_status] == [("Ok", "ronda-1")]
    told = life_of(events)
    assert [one.status for one in told] == ["200", "201", "202", "203", "204", "205", "212"]
    assert state_of(told) is State.COLLECTED
    assert all(state_of(told[:end]) for end in range(len(told)))
    assert (deposit.tracking_id, deposit.repeated) == ("ronda-1", False)


def test_r42_a_life_told_twice_and_backwards_is_the_same_life(there):
    server, connector = there
    connector.send_invoice(invoice())
    server.platform.fault(Fault(kind="twice", times=3))
    step(server, 5)

    told = life_of(everything(connector.fetch_events)[0])

    assert len(told) == 7
    assert state_of(told) is state_of(told[::-1]) is State.DELIVERED


def test_sending_again_sends_nothing_twice(there):
    server, connector = there
    first = connector.send_invoice(invoice())
    again = connector.send_invoice(invoice())

    assert (again.flow_id, again.repeated) == (first.flow_id, True)
    assert len(server.platform.store.state.flows) == 1


def test_an_answer_lost_on_its_way_is_no_second_invoice(there):
    server, connector = there
    server.platform.fault(Fault("/flow-service/v1/flows", "drop"))

    with pytest.raises(PlatformUnreachable) as lost:
        connector.send_invoice(invoice())
    again = connector.send_invoice(invoice())

    assert lost.value.facts["again"] is True
    assert again.repeated
    assert len(server.platform.store.state.flows) == 1


def test_another_file_under_the_same_tracking_identifier_is_refused(there):
    _server, connector = there
    connector.send_invoice(invoice())

    with pytest.raises(TrackingTaken):
        connector.send_invoice(invoice(note="changed"))


def test_a_status_and_a_report_are_handed_over(there):
    server, connector = there
    answer = status_message(
        "205",
        InvoiceReference("F-9", date(2026, 9, 1), "380", BUYER),
        issuer=Party("BY", SELLER, "Dupré", SELLER),
        recipient=Party("SE", BUYER, "Martin", BUYER),
        at=AT,
    )
    receipts = [Receipt(date(2026, 9, 3), (ReceiptPart(Decimal(20), Decimal("12.00")),))]
    paid = report(
        payments_of(Period(date(2026, 9, 1), date(2026, 10, 1)), receipts=receipts),
        declarant=Declarant(SELLER, "Dupré"),
        platform=SendingPlatform("0111", "Essai"),
        at=AT,
    )

    connector.send_status(write_status(answer), tracking_id="s-1", name="205.xml")
    connector.send_ereport(paid.xml, tracking_id=paid.identifier, name="p.xml")
    step(server)

    acks = {one.tracking_id: (one.ack, one.kind) for one in everything(connector.fetch_events)[0]}
    assert acks == {
        "s-1": ("Ok", "SupplierInvoiceLC"),
        paid.identifier: ("Ok", "AggregatedCustomerPaymentReport"),
    }


def test_r33_a_rejected_invoice_is_corrected_and_sent_again_under_its_number(there):
    server, connector = there
    server.directory.add(BUYER, "Martin SAS", BUYER)
    connector.send_invoice(invoice(buyer="111111118"))
    step(server, 3)
    events, cursor = everything(connector.fetch_events)
    [rejected] = life_of(events)
    connector.send_invoice(invoice(tracking="ronda-1b"))
    step(server, 6)

    told = life_of(everything(connector.fetch_events, cursor)[0])

    assert (rejected.status, state_of([rejected])) == ("213", State.REJECTED)
    assert state_of(told) is State.DELIVERED


def test_a_number_used_twice_is_rejected(there):
    server, connector = there
    connector.send_invoice(invoice())
    step(server)
    connector.send_invoice(invoice(tracking="ronda-2", note="other"))
    step(server)

    told = life_of(everything(connector.fetch_events)[0])

    assert "213" in [one.status for one in told]


@pytest.mark.parametrize(
    ("content", "syntax", "code"),
    [
        (b"<not xml", "CII", "InvalidSchema"),
        (b"<Order/>", "CII", "FlowTypeError"),
        (cii(), "UBL", "FlowTypeError"),
        (cii(), "Factur-X", "FlowTypeError"),
        (b"%PDF-1.7 without anything", "Factur-X", "InvalidSchema"),
        (b"<CrossDomainAcknowledgementAndResponse/>", "CDAR", "InvalidSchema"),
    ],
)
def test_a_bad_file_is_acknowledged_with_its_error(there, content, syntax, code):
    server, connector = there
    connector.send_invoice(OutgoingFile(content, "x", "t-1", syntax))
    step(server)

    [event] = everything(connector.fetch_events)[0]

    assert (event.ack, [one.code for one in event.details], event.is_status) == ("Error", [code], False)
    assert str(remedy_of(code)) == str(REMEDIES[code])


def test_injected_checks_speak_too(tmp_path):
    def no_notes(syntax, content):
        return [("BT-22", "InvalidSchema", "no notes here")] if b"noted" in content else []

    with platform(tmp_path, checks=[no_notes]) as (server, connector):
        connector.send_invoice(invoice(note="noted"))
        connector.send_invoice(invoice("FA-2", "ronda-2"))
        step(server)
        events, _cursor = everything(connector.fetch_events)

    assert {one.tracking_id: one.ack for one in events if not one.is_status} == {
        "ronda-1": "Error",
        "ronda-2": "Ok",
    }


# In


def test_received_invoices_come_once_in_pages(there, monkeypatch):
    monkeypatch.setattr(afnor, "PAGE", 10)
    server, connector = there
    for number in range(25):
        server.platform.deliver(cii(f"F-{number}", seller=BUYER, buyer=SELLER), name=f"{number}.xml")

    files, cursor = everything(connector.fetch_incoming)
    nothing, cursor = everything(connector.fetch_incoming, cursor)
    server.platform.deliver(cii("F-new", seller=BUYER), name="new.xml")
    new, _cursor = everything(connector.fetch_incoming, cursor)

    assert [one.name for one in files] == [f"{number}.xml" for number in range(25)]
    assert files[3].content == cii("F-3", seller=BUYER, buyer=SELLER)
    assert nothing == []
    assert [one.name for one in new] == ["new.xml"]


def test_news_that_come_between_two_pages_are_not_lost(there, monkeypatch):
    monkeypatch.setattr(afnor, "PAGE", 10)
    server, connector = there
    for number in range(15):
        server.platform.deliver(cii(f"F-{number}"), name=f"{number}.xml")
    first = connector.fetch_incoming(Cursor())
    server.platform.deliver(cii("F-late"), name="late.xml")

    rest, _cursor = everything(connector.fetch_incoming, first.cursor)

    assert [one.name for one in [*first.items, *rest]] == [f"{number}.xml" for number in range(15)] + [
        "late.xml"
    ]


def test_a_page_the_platform_forgot_is_read_from_our_own_mark(there, monkeypatch):
    monkeypatch.setattr(afnor, "PAGE", 10)
    server, connector = there
    for number in range(15):
        server.platform.deliver(cii(f"F-{number}"), name=f"{number}.xml")
    first = connector.fetch_incoming(Cursor())
    lane = first.cursor.lane("invoices")
    forgotten = first.cursor.with_lane("invoices", replace(lane, page="gone"))

    files, _cursor = everything(connector.fetch_incoming, forgotten)

    assert {one.name for one in [*first.items, *files]} == {f"{number}.xml" for number in range(15)}


@pytest.mark.parametrize(
    "text", ["", "nonsense", "[]", '{"a":1}', '{"a":["x","","",""]}', '{"a":[]}', "null"]
)
def test_an_unreadable_cursor_is_the_beginning(text):
    assert Cursor.parse(text) == Cursor()


# Directory


def test_an_address_is_looked_up_in_the_directory(there):
    server, connector = there
    server.directory.add(BUYER, "Martin SAS", BUYER, f"{BUYER}_55210055400013", f"{BUYER}_COMPTA")
    server.directory.add("111111118", "Autre", status="Disabled")

    found = connector.lookup_address(BUYER)

    assert [(one.address, one.siret, one.suffix, one.name, one.can_receive) for one in found] == [
        (BUYER, "", "", "Martin SAS", True),
        (f"{BUYER}_55210055400013", "55210055400013", "", "Martin SAS", True),
        (f"{BUYER}_COMPTA", "", "COMPTA", "Martin SAS", True),
    ]
    assert [one.address for one in connector.lookup_address(BUYER, siret="55210055400013")] == [
        f"{BUYER}_55210055400013"
    ]
    assert [one.can_receive for one in connector.lookup_address("111111118")] == [False]
    assert connector.lookup_address("999999999") == ()


# When it goes wrong


@pytest.mark.parametrize(
    ("status", "refusal", "again"),
    [
        (400, FlowRefused, False),
        (403, NotSignedIn, False),
        (413, FlowRefused, False),
        (422, FlowRefused, False),
        (429, PlatformUnreachable, True),
        (500, PlatformUnreachable, True),
        (503, PlatformUnreachable, True),
    ],
)
def test_every_failure_is_a_refusal_that_says_whether_to_try_again(there, status, refusal, again):
    server, connector = there
    server.platform.fault(Fault("/flow-service/v1/flows", status=status))

    with pytest.raises(refusal) as refused:
        connector.send_invoice(invoice())

    assert refused.value.facts["again"] is again
    assert str(refused.value.message).rstrip().endswith(".")


def test_a_token_that_ended_is_asked_for_again(there):
    server, connector = there
    assert connector.is_up()
    server.platform.store.state.tokens.clear()

    assert connector.send_invoice(invoice()).flow_id


def test_a_wrong_secret_is_told(there):
    server, _connector = there

    with pytest.raises(NotSignedIn):
        connect(server, client_secret="").is_up()
    with pytest.raises(NotSignedIn):
        connect(server, token_url="").is_up()


def test_no_answer_at_all_is_told(there):
    server, _connector = there
    nobody = connect(server, flow_url="http://127.0.0.1:1/flow-service")

    with pytest.raises(PlatformUnreachable):
        nobody.fetch_incoming(Cursor())


@pytest.mark.parametrize("url", ["http://platform.example", "ftp://127.0.0.1", "//x", "file:///platform"])
def test_only_secure_addresses_are_taken(url):
    with pytest.raises(BadSettings):
        Gate(PlatformSettings(url, "https://platform.example"))


def test_the_secret_is_not_in_what_is_printed():
    assert "secret" not in repr(PlatformSettings("https://p.example", "", client_secret="secret"))


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"results":3}', b'{"results":[{}]}', b'{"results":[{"flowId":"x","updatedAt":"soon"}]}'],
)
def test_an_answer_of_something_else_is_told(body):
    class Odd(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Odd)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        with pytest.raises(OddAnswer):
            AfnorPlatform(Gate(PlatformSettings(url, url, token="t"))).fetch_incoming(Cursor())
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_file_above_the_limit_is_refused(tmp_path):
    with platform(tmp_path, max_bytes=5000) as (_server, connector), pytest.raises(PlatformRefusal):
        connector.send_invoice(invoice(note="x" * 6000))


# Webhooks


@contextmanager
def ear(calls):
    """A server of ours that hears the platform's calls; its address."""

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            calls.append((body, self.headers[SIGNATURE], self.headers[TIMESTAMP]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Ear)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_webhook_call_is_signed_and_checked(there):
    server, connector = there
    calls = []
    with ear(calls) as address:
        hook = connector.subscribe(address, flow_types=["CustomerInvoiceLC"])
        connector.send_invoice(invoice())
        step(server, 3)

    assert len(calls) == 2
    for body, signed, timestamp in calls:
        given = {"signed": signed, "timestamp": timestamp, "key": hook.key, "now": int(timestamp) + 60}
        assert is_genuine(body, **given)
        assert not is_genuine(body + b" ", **given)
        assert not is_genuine(body, **{**given, "now": int(timestamp) + 301})
        assert not is_genuine(body, **{**given, "key": "AAAA"})
        if not MISSING:
            check("/flow-service", {"$ref": "#/components/schemas/Flow"}, requests.compat.json.loads(body))
    assert connector.subscriptions() == (hook.identifier,)
    connector.unsubscribe(hook.identifier)
    connector.unsubscribe(hook.identifier)
    assert connector.subscriptions() == ()


def test_the_signature_is_that_of_the_description():
    key = base64.b64encode(b"k" * 32).decode()
    signed = signature(b'{"a":1}', 1_790_000_000, key)
    assert len(base64.b64decode(signed)) == 32
    assert is_genuine(b'{"a":1}', signed=signed, timestamp="1790000000", key=key, now=1_790_000_000)
    for odd in ("", "x", "-1", "1e9", "٣"):
        assert not is_genuine(b"", signed=signed, timestamp=odd, key=key, now=0)
    assert not is_genuine(b"", signed="", timestamp="0", key="", now=0)
