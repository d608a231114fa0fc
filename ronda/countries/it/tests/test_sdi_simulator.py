"""The local exchange end to end, through the channels that reach it."""

import socket
import threading

import pytest
import requests

from ronda.countries.it.domain.sdi import read_receipt, state_of
from ronda.countries.it.domain.sdi.exchange import Conduct, Faults
from ronda.countries.it.exchange.channel import ChannelSettingsError, ChannelUnreachable
from ronda.countries.it.exchange.drop import DropSettings, FileDrop
from ronda.countries.it.exchange.rest import Rest, RestSettings
from ronda.countries.it.exchange.simulator import Server, Simulator, serve
from ronda.countries.it.exchange.simulator.service import BadSimulatorSettings
from ronda.countries.it.tests.sdi_invoices import OPENING, invoice, name
from ronda.einvoices.domain.exchange import Found, Incoming, Outgoing
from ronda.einvoices.domain.states import State
from ronda.kernel.errors import Refusal


@pytest.fixture
def simulator(tmp_path):
    found = Simulator(tmp_path / "sdi", opening=OPENING)
    yield found
    found.close()


@pytest.fixture
def served(simulator):
    with Server(simulator) as server:
        yield server


def rest(server, **more):
    return Rest(RestSettings(server.url, plain_http=True, **more))


def taken_over(channel):
    """Fetch and acknowledge everything; the readable receipts."""
    receipts = []
    for incoming in channel.fetch():
        channel.acknowledge(incoming)
        if incoming.found is Found.FILE:
            try:
                receipts.append(read_receipt(incoming.content, incoming.name))
            except Refusal:
                continue
    return receipts


def kinds(receipts):
    return [receipt.kind.value for receipt in receipts]


def test_rejected_corrected_and_delivered_over_the_web_service(simulator, served):
    channel = rest(served)
    [first] = channel.send([Outgoing(name(1), invoice("7", recipient="ABC123"))])
    [rejection] = taken_over(channel)
    assert (rejection.sdi_id, [error.code for error in rejection.errors]) == (first.exchange_id, ["00427"])

    [second] = channel.send([Outgoing(name(2), invoice("7"))])
    assert taken_over(channel) == []
    simulator.advance()
    [receipt] = taken_over(channel)
    assert (receipt.kind.value, receipt.sdi_id, receipt.file_name) == ("RC", second.exchange_id, name(2))
    assert taken_over(channel) == []


def test_a_faulty_exchange_over_the_web_service_still_ends_as_delivered(simulator, served):
    channel = rest(served)
    simulator.order_faults(Faults(lost_before=1, lost_after=1, copies=2, newest_first=True, garbage=1))
    file = Outgoing(name(1), invoice())
    handed = [channel.send([file])[0] for _try in range(3)]
    assert [(one.taken, one.again, "once more" in str(one.problem)) for one in handed] == [
        (False, True, True),
        (False, True, True),
        (True, True, False),
    ]
    simulator.advance()
    receipts = taken_over(channel)
    assert sorted(kinds(receipts)) == ["NS", "NS", "RC", "RC"]
    assert state_of(receipts, sent=True, consumer=False, public_body=False) is State.DELIVERED


def test_what_was_not_acknowledged_comes_again(simulator, served):
    channel = rest(served)
    channel.send([Outgoing(name(1), invoice())])
    simulator.advance()
    [first], [again] = list(channel.fetch()), list(channel.fetch())
    assert first == again
    channel.acknowledge(first)
    channel.acknowledge(first)
    assert list(channel.fetch()) == []


def test_the_simulator_forgets_nothing_when_it_is_started_anew(tmp_path, simulator):
    simulator.submit(name(1), invoice())
    simulator.order_faults(Faults(copies=2))
    simulator.advance(3)
    simulator.close()
    again = Simulator(tmp_path / "sdi", opening=OPENING.replace(year=2030))
    assert (again.step, len(again.waiting()), again.faults) == (3, 1, Faults(copies=2))
    sdi_id = again.submit(name(1), invoice()).sdi_id
    assert (sdi_id, again.submit(name(1), invoice()).received_at.year) == ("10000002", 2026)
    again.close()


def test_a_file_travels_through_the_two_folders(tmp_path, simulator):
    folders = DropSettings(tmp_path / "sdi" / "outbox", tmp_path / "sdi" / "inbox", settle_seconds=0)
    channel = FileDrop(folders)
    assert [handed.taken for handed in channel.send([Outgoing(name(1), invoice())])] == [True]
    assert simulator.sweep() == 1
    assert taken_over(channel) == []
    simulator.advance()
    assert simulator.sweep() == 1
    assert kinds(taken_over(channel)) == ["RC"]
    assert taken_over(channel) == []
    assert (simulator.sweep(), sorted(path.name for path in (tmp_path / "sdi" / "taken").iterdir())) == (
        0,
        [name(1)],
    )


def test_a_file_lost_before_it_was_taken_is_taken_at_the_next_look(tmp_path, simulator):
    simulator.order_faults(Faults(lost_before=1, copies=2))
    folders = DropSettings(tmp_path / "sdi" / "outbox", tmp_path / "sdi" / "inbox", settle_seconds=0)
    channel = FileDrop(folders)
    channel.send([Outgoing(name(1), invoice())])
    assert simulator.sweep() == 0
    assert simulator.sweep() == 1
    simulator.advance()
    assert simulator.sweep() == 2
    assert kinds(taken_over(channel)) == ["RC", "RC"]


def test_a_demonstration_needs_nobody_to_move_the_clock(tmp_path):
    simulator = Simulator(tmp_path / "sdi", opening=OPENING, step_on_fetch=True)
    simulator.conduct("UF1234", Conduct.REFUSES)
    with Server(simulator) as server:
        channel = rest(server)
        channel.send([Outgoing(name(1), invoice(form="FPA12", recipient="UF1234"))])
        assert [kinds(taken_over(channel)) for _look in range(4)] == [["RC"], ["NE"], [], []]
        assert simulator.step == 2
    simulator.close()


def test_the_process_serves_until_it_is_stopped(tmp_path):
    addresses, ready, stop = [], threading.Event(), threading.Event()

    def told(url):
        addresses.append(url)
        ready.set()

    options = {"opening": OPENING, "told": told, "stop": stop, "sweep_seconds": 0.01}
    process = threading.Thread(target=serve, args=[tmp_path / "sdi", 0], kwargs=options)
    process.start()
    assert ready.wait(10)
    status = requests.get(addresses[0] + "/", timeout=10).json()
    stop.set()
    process.join(10)
    assert (status["step"], process.is_alive()) == (0, False)


def test_the_key_is_asked_for_and_wrong_requests_are_answered(simulator):
    with Server(simulator, token="geheim") as server:
        with pytest.raises(ChannelSettingsError):
            list(rest(server).fetch())
        channel = rest(server, headers={"Authorization": "Bearer geheim"})
        assert list(channel.fetch()) == []
        session = requests.Session()
        session.headers["Authorization"] = "Bearer geheim"
        post = [
            session.post(server.url + path, json=body, timeout=10).status_code
            for path, body in [
                ("/invoices", []), ("/invoices", {}), ("/invoices", {"name": "a", "content": "?"}),
                ("/step", {"steps": -1}), ("/step", {"steps": 2}), ("/faults", {"copies": "2"}),
                ("/faults", {"copies": 2}), ("/recipients", {"recipient": "A", "conduct": "x"}),
                ("/recipients", {"recipient": "ABC1234", "conduct": "late"}), ("/nowhere", {}),
                ("/suppliers", {"name": name(9), "content": "QQ==", "recipient": "ABC1234"}),
            ]
        ]  # fmt: skip
        assert post == [400, 400, 400, 400, 200, 422, 200, 400, 200, 404, 200]
        assert session.post(server.url + "/step", data="{}", timeout=10).status_code == 400
        assert session.delete(server.url + "/messages/x", timeout=10).status_code == 400
        assert session.get(server.url, headers={"Host": "evil.example"}, timeout=10).status_code == 401
        session.close()


def test_settings_that_cannot_be_understood_stop_the_start(tmp_path):
    folder = tmp_path / "sdi"
    folder.mkdir()
    (folder / "recipients.json").write_text('{"ABC1234": "sings"}')
    with pytest.raises(BadSimulatorSettings):
        Simulator(folder, opening=OPENING)
    (folder / "recipients.json").write_text('{"ABC1234": "available"}')
    (folder / "faults.json").write_text("{")
    with pytest.raises(BadSimulatorSettings):
        Simulator(folder, opening=OPENING)
    (folder / "faults.json").unlink()
    simulator = Simulator(folder, opening=OPENING)
    simulator.submit(name(1), invoice())
    simulator.advance()
    assert simulator.waiting()[0].name == "IT01234567890_00001_MC_001.xml"
    simulator.close()


def test_an_address_that_nobody_listens_at_is_tried_again(simulator):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    channel = Rest(RestSettings(f"http://127.0.0.1:{port}", plain_http=True))
    [handed] = channel.send([Outgoing(name(1), invoice())])
    assert (handed.taken, handed.again, "cannot be reached" in str(handed.problem)) == (False, True, True)
    with pytest.raises(ChannelUnreachable):
        list(channel.fetch())


def test_an_unencrypted_address_elsewhere_is_refused():
    for url in ("http://intermediario.example", "http://127.0.0.1:1"):
        with pytest.raises(ChannelSettingsError):
            Rest(RestSettings(url))
    with pytest.raises(ChannelSettingsError):
        Rest(RestSettings("http://intermediario.example", plain_http=True))


def test_a_service_with_other_names_is_spoken_to_in_its_own(simulator):
    with Server(simulator) as server:
        channel = rest(server, content_field="dati", extra={"azienda": "1"})
        [handed] = channel.send([Outgoing(name(1), invoice())])
        assert (handed.taken, handed.again, "400" in str(handed.problem)) == (False, False, True)
        wrong = rest(server, list_address="/", items_field="data.items")
        with pytest.raises(ChannelUnreachable):
            list(wrong.fetch())
        simulator.submit(name(2), invoice())
        simulator.advance()
        odd = rest(server, item_name_field="nome")
        assert [(incoming.found, incoming.token) for incoming in odd.fetch()] == [(Found.ODD, "1")]
        elsewhere = rest(server, content_address="/files/{id}")
        assert [(incoming.found, incoming.name) for incoming in elsewhere.fetch()] == [
            (Found.ODD, "IT01234567890_00002_RC_001.xml")
        ]
        odd.acknowledge(Incoming("1", "", b""))
        assert list(channel.fetch()) == []
