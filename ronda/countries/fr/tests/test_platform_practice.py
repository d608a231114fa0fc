"""The platform played on this computer, as a channel: the real connector above it, no network below."""

import json
import tomllib
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from ronda.countries.fr.domain.einvoice.building import write_cii
from ronda.countries.fr.domain.lifecycle.receipts import TAKEN, read_receipt
from ronda.countries.fr.platform import kinds
from ronda.countries.fr.platform.afnor import AfnorPlatform
from ronda.countries.fr.platform.fake import FakePlatform, running
from ronda.countries.fr.platform.interface import BadSettings, FlowRefused, PlatformUnreachable
from ronda.countries.fr.platform.practice import PracticeGate, practice_of
from ronda.countries.fr.tests.einvoice_samples import BUYER, CONSUMER, invoice
from ronda.einvoices.domain.exchange import Outgoing
from ronda.einvoices.domain.settings import toml
from ronda.einvoices.door import channel_kind

COMPANY = SimpleNamespace(pk=3, country="FR")
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
REJECTED = {"status": "213", "reasons": [["ADR_ERR", "NIN"]]}


@pytest.fixture
def folder(settings, tmp_path):
    settings.EINVOICES_ROOT = tmp_path
    (tmp_path / "3" / "practice").mkdir(parents=True)
    return tmp_path / "3" / "practice"


def file(number, **facts):
    return Outgoing(f"732829320_{number}.xml", write_cii(invoice(number=number, **facts)))


def look(channel):
    found = list(channel.fetch())
    for incoming in found:
        channel.acknowledge(incoming)
    return [read_receipt(one.content) for one in found]


def test_an_invoice_is_deposited_at_the_first_look_and_approved_at_the_next(folder):
    channel = practice_of(COMPANY, lambda: NOON)
    (handed,) = channel.send([file("F-1")])
    assert handed.taken
    assert [one.kind for one in look(channel)] == [TAKEN, "200", "201"]
    # Another process goes on where the first one stopped.
    told = look(practice_of(COMPANY, lambda: NOON))
    assert [one.kind for one in told] == ["202", "205"]
    assert all(one.said_at >= NOON for one in told)
    assert look(channel) == []


def test_what_becomes_of_invoices_can_be_said_by_the_buyers_address(folder):
    (folder / "lives.json").write_text(json.dumps({BUYER.endpoint: [REJECTED]}))
    channel = practice_of(COMPANY, lambda: NOON)
    channel.send([file("F-1")])
    assert [one.kind for one in look(channel)] == [TAKEN, "213"]


def test_nobody_says_more_of_a_consumers_invoice_than_that_it_was_taken(folder):
    channel = practice_of(COMPANY, lambda: NOON)
    channel.send([file("F-1", buyer=CONSUMER, addressee="B2C")])
    assert [one.kind for one in look(channel)] == [TAKEN]
    assert look(channel) == []


def test_the_same_file_twice_is_one_and_two_processes_share_one_memory(folder):
    first, second = practice_of(COMPANY, lambda: NOON), practice_of(COMPANY, lambda: NOON)
    (one,), (other,) = first.send([file("F-1")]), second.send([file("F-1")])
    assert one.reference == other.reference
    (refused,) = second.send([Outgoing("732829320_F-1.xml", file("F-2").content)])
    assert not refused.taken
    with first.gate.playing() as platform:
        assert len(platform.store.state.flows) == 1


def test_the_played_platform_answers_what_the_connector_asks(folder):
    gate = PracticeGate(folder, lambda: NOON)
    platform = AfnorPlatform(gate)
    assert platform.is_up()
    assert platform.lookup_address("732829320") == ()
    assert gate.flows("GET", "/v1/flows/none", none_when_missing=True).status == 404
    with pytest.raises(FlowRefused):
        gate.flows("POST", "/v1/webhooks")


def test_p32_every_field_of_the_page_is_a_setting_of_the_platform(folder):
    declared = channel_kind(COMPANY, "fr_platform").settings()
    told = {
        one.name: one.default if one.default is not None else "https://x.example" for one in declared.fields
    }
    found = declared.check({**told, "token": "t"})
    assert {one.name: getattr(found, one.name) for one in declared.fields} == {**told, "token": "t"}


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"flow_url": "https://a.example"}, "directory_url"),
        ({"flow_url": "http://a.example", "directory_url": "https://a.example"}, "flow_url"),
        ({"flow_url": "https://a.example", "directory_url": "https://a.example"}, "token_url"),
    ],
)
def test_what_cannot_work_names_its_field(told, field):
    with pytest.raises(BadSettings) as refused:
        channel_kind(COMPANY, "fr_platform").settings().check(told)
    assert refused.value.field == field


def test_a_platform_is_tried_by_signing_in(folder, tmp_path):
    path = folder.parent / "platform.toml"
    with running(tmp_path / "platform") as server:
        told = {
            "flow_url": f"{server.url}/flow-service",
            "directory_url": f"{server.url}/directory-service",
            "token_url": f"{server.url}/token",
            "client_id": "a",
            "client_secret": "b",
        }
        path.write_text(toml({"platform": told}))
        assert tomllib.loads(path.read_text()) == {"platform": told}
        assert kinds.try_out(COMPANY)
    with pytest.raises(PlatformUnreachable):
        kinds.try_out(COMPANY)


def test_the_local_platform_is_never_behind_the_clock_it_is_given(tmp_path):
    platform = FakePlatform(tmp_path, clock=lambda: NOON)
    assert platform.store.tick() >= NOON
    assert platform.store.tick() > NOON
