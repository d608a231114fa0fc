"""The exchange played on this computer, as a channel; and whether the other channels say that they work."""

import json
import socket
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from ronda.countries.it.domain import sdi
from ronda.countries.it.exchange import kinds
from ronda.countries.it.exchange.channel import (
    ChannelRefused,
    ChannelSettingsError,
    ChannelUnreachable,
)
from ronda.countries.it.exchange.pec import Pec, PecSettings
from ronda.countries.it.exchange.practice import practice_of
from ronda.countries.it.exchange.rest import Rest, RestSettings
from ronda.countries.it.exchange.sdicoop import Sdicoop, SdicoopSettings
from ronda.countries.it.exchange.simulator import Server, Simulator
from ronda.countries.it.tests.sdi_invoices import invoice, name
from ronda.einvoices.domain.exchange import Outgoing
from ronda.einvoices.domain.settings import Kind
from ronda.einvoices.door import channel_kind

COMPANY = SimpleNamespace(pk=3, country="IT")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def folder(settings, tmp_path):
    settings.EINVOICES_ROOT = tmp_path
    (tmp_path / "3" / "practice").mkdir(parents=True)
    return tmp_path / "3" / "practice"


def kinds_of(channel):
    found = list(channel.fetch())
    for incoming in found:
        channel.acknowledge(incoming)
    return [sdi.read_receipt(one.content, one.name).kind.value for one in found]


def no_checks(monkeypatch):
    monkeypatch.setattr("ronda.countries.it.exchange.practice.objections", lambda content, *, on: [])


def test_an_invoice_is_answered_at_the_next_look_and_a_public_body_later(folder, monkeypatch):
    no_checks(monkeypatch)
    channel = practice_of(COMPANY, lambda: NOON)
    handed = channel.send(
        [
            Outgoing(name(1), invoice("1")),
            Outgoing(name(2), invoice("2", recipient="UFAB12", form="FPA12")),
        ]
    )
    assert all(one.taken and one.exchange_id for one in handed)
    assert kinds_of(channel) == ["RC", "RC"]
    assert kinds_of(practice_of(COMPANY, lambda: NOON)) == ["NE"]
    assert kinds_of(channel) == []


def test_who_looks_often_does_not_hurry_the_clock(folder):
    channel = practice_of(COMPANY, lambda: NOON)
    for _n in range(5):
        assert kinds_of(channel) == []
    with channel.playing() as exchange:
        assert exchange.step == 0


def test_the_checks_before_sending_are_those_of_the_exchange(folder):
    channel = practice_of(COMPANY, lambda: NOON)
    channel.send([Outgoing(name(1), invoice("1", day=str((NOON + timedelta(days=9)).date())))])
    (incoming,) = channel.fetch()
    receipt = sdi.read_receipt(incoming.content, incoming.name)
    assert receipt.kind is sdi.Kind.REJECTED
    assert "00403" in {error.code for error in receipt.errors}


def test_what_becomes_of_invoices_can_be_said_in_a_file(folder, monkeypatch):
    no_checks(monkeypatch)
    (folder / "recipients.json").write_text(json.dumps({"ABC1234": "unknown"}))
    channel = practice_of(COMPANY, lambda: NOON)
    channel.send([Outgoing(name(1), invoice("1"))])
    assert kinds_of(channel) == ["NS"]
    (folder / "recipients.json").write_text("[")
    with pytest.raises(Exception, match="recipients.json"):
        list(channel.fetch())


def test_two_jobs_that_fetch_get_the_same_and_drop_it_once(folder, monkeypatch):
    no_checks(monkeypatch)
    first, second = (practice_of(COMPANY, lambda: NOON) for _n in range(2))
    first.send([Outgoing(name(1), invoice("1"))])
    one, other = next(iter(first.fetch())), next(iter(second.fetch()))
    assert one.content == other.content
    first.acknowledge(one)
    second.acknowledge(other)
    assert kinds_of(first) == []


def test_the_exchange_for_practice_needs_no_settings_and_says_what_it_is():
    kind = channel_kind(COMPANY, "sdi_practice")
    assert kind.practice
    assert kind.settings is None


@pytest.mark.parametrize("code", ["sdi_pec", "sdi_rest", "sdi_coop"])
def test_p32_every_field_of_a_page_is_a_setting_of_the_channel(code):
    """So that no page asks for what nobody reads, and its defaults are those of the channel."""
    declared = channel_kind(COMPANY, code).settings()
    told = {
        one.name: {Kind.PORT: 1, Kind.SECONDS: 1.0, Kind.FLAG: False, Kind.LINES: [], Kind.PAIRS: {}}.get(
            one.kind, "https://x.example"
        )
        for one in declared.fields
    }
    found = declared.check(told)
    settings = getattr(found, "_settings", found)
    for one in declared.fields:
        if one.default is not None:
            field = type(settings).__dataclass_fields__[one.name]
            usual = field.default if field.default_factory.__class__.__name__ == "_MISSING_TYPE" else {}
            assert one.default == usual, one.name


@pytest.mark.parametrize(
    ("code", "told", "field"),
    [
        ("sdi_pec", {"address": "a"}, "imap_host"),
        ("sdi_rest", {"base_url": "http://intermediary.example"}, "base_url"),
        ("sdi_coop", {"url": "http://x", "certificate": "c", "key": "k", "authorities": "a"}, "url"),
    ],
)
def test_what_cannot_work_names_its_field(code, told, field):
    with pytest.raises(ChannelSettingsError) as refused:
        channel_kind(COMPANY, code).settings().check(told)
    assert refused.value.field == field


def test_the_folder_of_sdis_calls_needs_not_be_named(folder, settings):
    root = folder.parent
    (root / "sdi.toml").write_text(
        '[sdicoop]\nurl = "https://s.example"\ncertificate = "/c"\nkey = "/k"\nauthorities = "/a"\n'
    )
    assert kinds.open_sdicoop(COMPANY)._settings.spool == root / "sdi-calls"
    assert list(kinds.open_sdicoop(COMPANY).fetch()) == []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_web_service_is_tried_without_taking_anything(tmp_path):
    simulator = Simulator(tmp_path, opening=NOON)
    with Server(simulator, token="key") as server:
        good = RestSettings(server.url, {"Authorization": "Bearer key"}, plain_http=True)
        Rest(good).try_out()
        with pytest.raises(ChannelSettingsError):
            Rest(RestSettings(server.url, {}, plain_http=True)).try_out()
        with pytest.raises(ChannelRefused):
            Rest(RestSettings(server.url, good.headers, list_address="/nowhere", plain_http=True)).try_out()
    simulator.close()
    nobody = RestSettings(f"http://127.0.0.1:{free_port()}", plain_http=True)
    with pytest.raises(ChannelUnreachable):
        Rest(nobody).try_out()


def test_a_mailbox_that_is_not_there_says_so():
    port = free_port()
    told = PecSettings(
        "a@pec.example", "a", "geheim", "127.0.0.1", "127.0.0.1", smtp_port=port, smtp_security="plain"
    )
    with pytest.raises(ChannelUnreachable) as refused:
        Pec(told).try_out()
    assert "geheim" not in str(refused.value.message)


def test_certificates_that_are_none_are_told(tmp_path):
    for file in ("c", "k", "a"):
        (tmp_path / file).write_text("nothing")
    paths = [tmp_path / file for file in ("c", "k", "a")]
    told = SdicoopSettings(f"https://127.0.0.1:{free_port()}", *paths, tmp_path)
    with pytest.raises(ChannelSettingsError):
        Sdicoop(told).try_out()
