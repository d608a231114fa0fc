from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations

import pytest

from ronda.countries.fr.domain.lifecycle import NotAStatus
from ronda.countries.fr.domain.lifecycle.receipts import (
    acknowledgement,
    invoice_key,
    judge,
    label_of,
    read_receipt,
)
from ronda.countries.fr.platform import afnor
from ronda.countries.fr.platform.channel import PlatformChannel
from ronda.countries.fr.platform.fake import Fault
from ronda.countries.fr.platform.fake.control import step
from ronda.countries.fr.platform.interface import BadSettings, NotSignedIn, PlatformUnreachable
from ronda.countries.fr.platform.kinds import read_settings
from ronda.countries.fr.tests.platforms import BUYER, SELLER, cii, connect, platform
from ronda.einvoices.domain.exchange import Outgoing
from ronda.einvoices.domain.states import State
from ronda.kernel.errors import Refusal

KEY = invoice_key(SELLER, "FA-1", date(2026, 9, 30))
AT = datetime(2026, 10, 1, 8, tzinfo=UTC)


class Kept:
    """Where a company keeps its place."""

    def __init__(self):
        self.text = ""

    def keep(self, text):
        self.text = text

    def channel(self, connector):
        return PlatformChannel(connector, load=lambda: self.text, keep=self.keep)


@pytest.fixture
def there(tmp_path):
    with platform(tmp_path / "platform") as (server, connector):
        yield server, connector


def taken_in(channel):
    """Everything that waits, stored and acknowledged, as receipts and other files."""
    receipts, others = [], []
    for incoming in channel.fetch():
        try:
            receipts.append(read_receipt(incoming.content))
        except NotAStatus:
            others.append(incoming)
        channel.acknowledge(incoming)
    return receipts, others


def test_an_invoice_goes_out_and_comes_back_collected(there):
    server, connector = there
    channel = Kept().channel(connector)
    [handed] = channel.send([Outgoing("FA-1_1.xml", cii())])
    server.platform.plan("FA-1", "205", {"status": "212", "collected": [["20", "12.00"]]})
    step(server, 7)

    receipts, others = taken_in(channel)

    assert (handed.taken, handed.exchange_id) == (True, KEY)
    assert [one.kind for one in receipts] == ["ack_ok", "200", "201", "202", "203", "205", "212"]
    assert {one.file_name or one.exchange_id for one in receipts} == {"FA-1_1.xml", KEY}
    assert judge(receipts, sent=True, key=KEY).state is State.COLLECTED
    assert others == []


def test_r42_any_order_of_receipts_gives_one_verdict(there):
    server, connector = there
    channel = Kept().channel(connector)
    channel.send([Outgoing("FA-1_1.xml", cii())])
    server.platform.plan(
        "FA-1",
        {"status": "208", "reasons": [["JUSTIF_ABS", ""]]},
        {"status": "207", "reasons": [["QTE_ERR", "CNP"]]},
    )
    step(server, 7)
    receipts, _others = taken_in(channel)

    verdicts = {judge([*order, order[0]], sent=True, key=KEY) for order in permutations(receipts[-5:])}

    assert len(verdicts) == 1
    [verdict] = {judge(order, sent=True, key=KEY) for order in (receipts, receipts[::-1])}
    assert verdict.state is State.DISPUTED
    assert [(one.code, one.text) for one in verdict.reasons] == [
        ("QTE_ERR", "Quantité facturée incorrecte - Créer un avoir partiel"),
        ("JUSTIF_ABS", "Justificatif absent ou insuffisant"),
    ]


def test_r33_a_rejected_file_gives_its_key_to_the_corrected_one(there):
    server, connector = there
    server.directory.add(BUYER, "Martin", BUYER)
    channel = Kept().channel(connector)
    channel.send([Outgoing("FA-1_1.xml", cii(buyer="111111118"))])
    step(server, 2)
    rejected = judge(taken_in(channel)[0], sent=True, key=KEY)
    [again] = channel.send([Outgoing("FA-1_2.xml", cii())])
    step(server, 5)
    delivered = judge(taken_in(channel)[0], sent=True, key=KEY)

    assert (rejected.state, rejected.exchange_id) == (State.REJECTED, f"{KEY}#213")
    assert (again.exchange_id, delivered.state, delivered.exchange_id) == (KEY, State.DELIVERED, KEY)


def test_what_was_not_acknowledged_comes_again(there):
    server, connector = there
    kept = Kept()
    for number in range(3):
        server.platform.deliver(cii(f"F-{number}", seller=BUYER), name=f"{number}.xml")
    channel = kept.channel(connector)
    first = [one.name for one in channel.fetch()]
    half = kept.channel(connector)
    for incoming in half.fetch():
        if incoming.name != "1.xml":
            half.acknowledge(incoming)

    whole = kept.channel(connector)
    again = taken_in(whole)[1]
    nothing = taken_in(kept.channel(connector))

    assert first == [one.name for one in again] == ["0.xml", "1.xml", "2.xml"]
    assert nothing == ([], [])


def test_pages_are_kept_in_order(there, monkeypatch):
    monkeypatch.setattr(afnor, "PAGE", 10)
    server, connector = there
    kept = Kept()
    for number in range(25):
        server.platform.deliver(cii(f"F-{number}", seller=BUYER), name=f"{number}.xml")
    channel = kept.channel(connector)
    found = list(channel.fetch())
    for incoming in found[10:]:
        channel.acknowledge(incoming)
    before = kept.text
    for incoming in found[:10]:
        channel.acknowledge(incoming)

    assert (len(found), before) == (25, "")
    assert taken_in(kept.channel(connector)) == ([], [])


def test_what_goes_wrong_with_one_file_stops_no_other(there):
    server, connector = there
    channel = Kept().channel(connector)
    connector.is_up()
    server.platform.fault(Fault("/flow-service/v1/flows", status=422))

    handed = channel.send(
        [
            Outgoing("a.xml", cii("FA-1")),
            Outgoing("b.txt", b"nothing"),
            Outgoing("c" * 65, cii("FA-2")),
            Outgoing("d.xml", cii("FA-3")),
        ]
    )

    assert [(one.taken, one.again) for one in handed[:3]] == [(False, False)] * 3
    assert handed[3].taken


def test_trouble_that_passes_says_to_try_again(there):
    server, connector = there
    channel = Kept().channel(connector)
    server.platform.fault(Fault("/flow-service/v1/flows", "drop"))

    [lost] = channel.send([Outgoing("a.xml", cii())])
    [found] = channel.send([Outgoing("a.xml", cii())])

    assert (lost.taken, lost.again, found.taken) == (False, True, True)
    assert len(server.platform.store.state.flows) == 1


def test_a_platform_that_does_not_know_us_is_told_once(there):
    server, _connector = there
    stranger = Kept().channel(connect(server, client_secret=""))

    with pytest.raises(NotSignedIn):
        stranger.send([Outgoing("a.xml", cii())])
    with pytest.raises(PlatformUnreachable):
        list(Kept().channel(connect(server, flow_url="http://127.0.0.1:1/x")).fetch())


def test_a_file_that_was_not_taken_is_rejected_with_what_to_do(there):
    server, connector = there
    channel = Kept().channel(connector)
    channel.send([Outgoing("FA-1_1.xml", cii())])
    flow = next(iter(server.platform.store.state.flows.values()))
    flow["private"]["announced"] = "0" * 64
    step(server)

    [receipt] = taken_in(channel)[0]
    verdict = judge([receipt], sent=True, key=KEY)

    assert (receipt.kind, receipt.file_name, verdict.state) == ("ack_error", "FA-1_1.xml", State.REJECTED)
    assert [one.code for one in verdict.reasons] == ["ChecksumMismatch"]


def test_a_file_the_platform_has_already_is_taken():
    known = acknowledgement("a.xml", ok=False, at=AT, details=[("AlreadyExistingFlow", "sent before")])

    assert judge([read_receipt(known)], sent=True, key=KEY).state is State.TAKEN
    assert judge([], sent=True).state is State.SENT
    assert judge([], sent=False).state is State.READY


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"{",
        b'{"acknowledgement":"x","file":"a","at":"2026-10-01T00:00:00+00:00","details":[]}',
        b'{"acknowledgement":"ack_ok","file":"a","at":"2026-10-01T00:00:00","details":[]}',
        b'{"acknowledgement":"ack_ok","file":"a","at":"soon","details":[]}',
        b'{"acknowledgement":"ack_ok","file":"a","at":"2026-10-01T00:00:00+00:00","details":[1]}',
        b"[" * 100_000,
        b"{" + b'"a":[' * 50_000,
        cii(),
    ],
)
def test_what_is_no_receipt_is_refused(content):
    with pytest.raises(Refusal):
        read_receipt(content)


def test_receipts_have_names():
    assert label_of("212") == "Encaissée"
    assert label_of("205", "it") == "Approvata"
    assert str(label_of("ack_ok"))
    assert label_of("777") == "777"


# Settings


def write(tmp_path, text):
    path = tmp_path / "platform.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_settings_are_read_from_the_file_of_the_company(tmp_path):
    found = read_settings(
        write(
            tmp_path,
            '[platform]\nflow_url = "https://p.example/flow"\ndirectory_url = "https://p.example/dir"\n'
            'client_id = "dupre"\nread_seconds = 12\n',
        )
    )

    assert (found.flow_url, found.client_id, Decimal(found.read_seconds)) == (
        "https://p.example/flow",
        "dupre",
        12,
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "[platform]"),
        ("[platform", "platform.toml"),
        ('[platform]\nflow_url = "https://p.example"\n', "directory_url"),
        ('[platform]\nflow_url = 3\ndirectory_url = "https://p.example"\n', "flow_url"),
        ('[platform]\nflow_url = "a"\ndirectory_url = "b"\nread_seconds = true\n', "read_seconds"),
        ('[platform]\nflow_url = "a"\ndirectory_url = "b"\ncolour = "blue"\n', "colour"),
    ],
)
def test_wrong_settings_are_named(tmp_path, text, named):
    with pytest.raises(BadSettings) as refused:
        read_settings(write(tmp_path, text))
    assert named in str(refused.value.message)


def test_no_settings_at_all_are_told(tmp_path):
    with pytest.raises(BadSettings):
        read_settings(tmp_path / "platform.toml")
