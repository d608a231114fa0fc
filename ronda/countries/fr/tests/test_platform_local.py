import base64
import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import jsonschema
import pikepdf
import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ronda.countries.fr.domain.lifecycle import (
    Collected,
    InvoiceReference,
    Party,
    answers_after,
    event_of,
    read_status,
    state_of,
    status_message,
    write_status,
)
from ronda.countries.fr.platform.fake import FakePlatform, running
from ronda.countries.fr.platform.fake.checks import schema_check
from ronda.countries.fr.platform.fake.control import step
from ronda.countries.fr.platform.fake.platform import Refused
from ronda.countries.fr.platform.interface import (
    FlowRefused,
    OutgoingFile,
)
from ronda.countries.fr.tests.platforms import (
    BUYER,
    MISSING,
    SELLER,
    api,
    cii,
    connect,
    everything,
    invoice,
    life_of,
    operation,
    platform,
)
from ronda.einvoices.domain.states import State
from tests.support.schematron import STANDARDS

needs_api = pytest.mark.skipif(bool(MISSING), reason=MISSING or "there")
AT = datetime(2026, 10, 15, 9, tzinfo=UTC)


@pytest.fixture
def there(tmp_path):
    with platform(tmp_path / "platform") as (server, connector):
        yield server, connector


# The contract


@needs_api
def test_every_call_of_a_working_day_is_as_the_api_says(there):
    server, connector = there
    server.directory.add(BUYER, "Martin SAS", BUYER)
    connector.send_invoice(invoice())
    connector.send_invoice(OutgoingFile(b"<Order/>", "bad.xml", "t-9", "CII"))
    server.platform.deliver(cii("F-1"), name="f1.xml")
    step(server, 4)
    everything(connector.fetch_events)
    everything(connector.fetch_incoming)
    connector.lookup_address(BUYER)
    connector.is_up()
    connector.unsubscribe(connector.subscribe("http://127.0.0.1:9/hook").identifier)
    connector.subscriptions()

    assert {(method, path.split("/")[2], status) for method, path, status in connector.session.checked} == {
        ("POST", "flows", 200),
        ("POST", "flows", 202),
        ("GET", "flows", 200),
        ("POST", "directory-line", 200),
        ("GET", "healthcheck", 200),
        ("POST", "webhooks", 201),
        ("DELETE", "webhooks", 204),
        ("GET", "webhooks", 200),
    }


@needs_api
def test_all_operations_of_both_services_exist_in_the_local_platform(there):
    server, connector = there
    server.directory.add(BUYER, "Martin SAS", f"{BUYER}_55210055400013_ACHATS")
    connector.is_up()
    gate = connector._gate
    searches = {"siren": BUYER, "siret": "55210055400013"}
    for resource in ("siren", "siret", "routing-code", "directory-line"):
        filters = {
            name: {"op": "strict", "value": value}
            for name, value in searches.items()
            if name == resource or resource == "directory-line"
        }
        gate.directory("POST", f"/v1/{resource}/search", json={"filters": filters, "limit": 10})
    for path in (
        f"/v1/siren/code-insee:{BUYER}",
        "/v1/siret/code-insee:55210055400013",
        "/v1/routing-code/siret:55210055400013/code:ACHATS",
        f"/v1/directory-line/code:{BUYER}_55210055400013_ACHATS",
        "/v1/healthcheck",
    ):
        gate.directory("GET", path)
    flow = connector.send_invoice(invoice()).flow_id
    gate.flows("GET", f"/v1/flows/{flow}")
    connector.subscribe("http://127.0.0.1:9/hook")
    connector.subscriptions()
    connector.unsubscribe("nobody")
    everything(connector.fetch_events)

    called = {("/directory-service", m, p) for m, p, _s in connector.session.checked if "flows" not in p}
    called |= {("/flow-service", m, p) for m, p, _s in connector.session.checked}
    for service in ("/flow-service", "/directory-service"):
        wanted = {id(found) for methods in api(service)["paths"].values() for found in methods.values()}
        done = set()
        for name, method, path in called:
            try:
                done.add(id(operation(name, method, path)))
            except AssertionError:
                continue
        assert wanted <= done, service


@needs_api
def test_the_contract_check_itself_sees_a_wrong_answer(there):
    server, connector = there
    connector.send_invoice(invoice())
    flow = next(iter(server.platform.store.state.flows.values()))
    flow["flowDirection"] = "Sideways"

    with pytest.raises(jsonschema.ValidationError):
        connector._gate.flows("GET", f"/v1/flows/{flow['flowId']}")


@needs_api
@pytest.mark.parametrize(
    "call",
    [
        ("POST", "/v1/flows/search", {"json": {"where": {}}}),
        (
            "POST",
            "/v1/flows/search",
            {"json": {"where": {"updatedAfter": "2026-01-01T00:00:00Z"}, "cursor": "?"}},
        ),
        ("GET", "/v1/flows/none", {}),
    ],
)
def test_wrong_calls_get_the_errors_of_the_api(there, call):
    _server, connector = there
    method, path, given = call

    with pytest.raises(FlowRefused) as refused:
        connector._gate.flows(method, path, **given)
    assert refused.value.facts["error"]


# The folder


def test_the_platform_goes_on_after_a_restart(tmp_path):
    with running(tmp_path) as server:
        connect(server).send_invoice(invoice())
        step(server, 2)
    with running(tmp_path) as server:
        step(server, 3)
        told = life_of(everything(connect(server).fetch_events)[0])

    assert [one.status for one in told] == ["200", "201", "202", "203"]


def test_a_person_plays_platform_over_http(there):
    server, connector = there
    connector.send_invoice(invoice())

    def do(action, **asked):
        return requests.post(f"{server.url}/control/{action}", json=asked, timeout=5)

    assert do("step", count=5).json()["changed"] == 5
    assert do("plan", number="FA-1", statuses=["205"]).status_code == 200
    assert do("deliver", name="f.xml", content=base64.b64encode(cii("F-1")).decode()).json()["flowId"]
    assert do("directory", siren=BUYER, name="Martin", addresses=[BUYER]).json() == {"lines": 1}
    assert do("fault", path="/flow-service/", status=500, times=1).status_code == 200
    assert do("deliver", name="f.xml", content="%%%").status_code == 400
    assert do("dance").status_code == 404
    assert len(requests.get(f"{server.url}/control/flows", timeout=5).json()) == 6


def test_what_the_platform_says_is_valid_and_understood(tmp_path):
    there = FakePlatform(tmp_path)
    there.submit(
        {"name": "x", "flowSyntax": "CII", "trackingId": "t", "sha256": hashlib.sha256(cii()).hexdigest()},
        cii(),
    )
    there.plan(
        "FA-1",
        {"status": "207", "reasons": [["QTE_ERR", "CNP"]]},
        {"status": "210", "reasons": [["DOUBLON", ""]]},
    )
    there.step(7)

    messages = [
        message
        for flow in there.store.state.flows.values()
        if flow["flowDirection"] == "In"
        for message in read_status(there.store.content(flow["flowId"]))
    ]
    assert [one.status for one in messages] == ["200", "201", "202", "203", "207", "210"]
    assert [reason.code for reason in messages[4].reasons] == ["QTE_ERR"]
    assert state_of([event_of(one) for one in messages]) is State.REFUSED
    assert answers_after([event_of(one) for one in messages]) == ()
    assert all(one.notices == () for one in messages)
    assert etree.fromstring(there.store.content(next(iter(there.store.state.flows)))) is not None


def test_the_same_tracking_identifier_is_one_flow_or_a_refusal(tmp_path):
    there = FakePlatform(tmp_path)
    info = {"name": "x", "flowSyntax": "CII", "trackingId": "t"}

    assert there.submit(info, cii()) == there.submit(info, cii())
    with pytest.raises(Refused) as refused:
        there.submit(info, cii("FA-2"))
    assert (refused.value.status, len(there.store.state.flows)) == (422, 1)


def test_a_file_that_is_not_the_announced_one_is_an_error(tmp_path):
    there = FakePlatform(tmp_path)
    there.submit({"name": "x", "flowSyntax": "CII", "sha256": "0" * 64}, cii())
    there.step()

    [flow] = there.search({"where": {"ackStatus": "Error"}})["results"]
    assert flow["acknowledgement"]["details"][0]["reasonCode"] == "ChecksumMismatch"


def test_a_collection_is_told_with_its_rates(tmp_path):
    there = FakePlatform(tmp_path, life=("203",))
    there.submit({"name": "x", "flowSyntax": "CII"}, cii())
    there.plan("FA-1", {"status": "212", "collected": [["20", "60.00"], ["5.5", "-1.05"]]})
    there.step(3)

    last = list(there.store.state.flows)[-1]
    [message] = read_status(there.store.content(last))
    assert message.collected == (
        Collected(Decimal(20), Decimal("60.00")),
        Collected(Decimal("5.5"), Decimal("-1.05")),
    )


def test_eight_at_once_send_one_invoice(there):
    server, _connector = there
    connectors = [connect(server) for _one in range(8)]
    with ThreadPoolExecutor(8) as pool:
        deposits = list(pool.map(lambda one: one.send_invoice(invoice()), connectors))

    assert len({one.flow_id for one in deposits}) == 1
    assert len(server.platform.store.state.flows) == 1


def test_a_hybrid_invoice_is_read_by_its_attachment(there):
    server, connector = there
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.attachments["factur-x.xml"] = pikepdf.AttachedFileSpec(pdf, cii("FA-77"), filename="factur-x.xml")
    written = io.BytesIO()
    pdf.save(written)
    connector.send_invoice(OutgoingFile(written.getvalue(), "FA-77.pdf", "t", "Factur-X"))
    step(server, 2)

    [message] = [
        message
        for one in everything(connector.fetch_events)[0]
        if one.is_status
        for message in read_status(one.content)
    ]
    assert (message.status, message.invoice.number, message.invoice.seller) == ("200", "FA-77", SELLER)


CDAR_SCHEMA = STANDARDS / "fr/xp-z12-012/cdar-xsd/CrossDomainAcknowledgementAndResponse_100pD22B.xsd"


@pytest.mark.skipif(not CDAR_SCHEMA.exists(), reason="the CDAR schema is not in ../shared/standards")
def test_schemas_can_be_injected_as_checks(tmp_path):
    there = FakePlatform(tmp_path, checks=[schema_check({"CDAR": CDAR_SCHEMA})])
    sound = write_status(
        status_message(
            "205",
            InvoiceReference("F-9", date(2026, 9, 1), "380", BUYER),
            issuer=Party("BY", SELLER, "Dupré", SELLER),
            recipient=Party("SE", BUYER, "Martin", BUYER),
            at=AT,
        )
    )
    broken = sound.replace(b"<ram:RoleCode>WK</ram:RoleCode>", b"<ram:Extra/><ram:RoleCode>WK</ram:RoleCode>")
    for content in (sound, broken):
        there.submit({"name": "x", "flowSyntax": "CDAR"}, content)
    there.step()

    said = [flow["acknowledgement"] for flow in there.store.state.flows.values()]
    assert [one["status"] for one in said] == ["Ok", "Error"]
    assert said[1]["details"][0]["reasonCode"] == "InvalidSchema"


WORDS = """where limit cursor updatedAfter flowType flowDirection trackingId ackStatus filters siren siret op
value include ignore callbackUrl name flowSyntax path kind status times count number statuses content
addresses"""
KEYS = st.sampled_from(WORDS.split())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 200) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)
PATHS = st.sampled_from(
    [
        "/flow-service/v1/flows/search",
        "/flow-service/v1/flows",
        "/flow-service/v1/webhooks",
        "/directory-service/v1/siren/search",
        "/directory-service/v1/directory-line/search",
        "/directory-service/v1/nothing/search",
        "/control/step",
        "/control/plan",
        "/control/deliver",
        "/control/fault",
        "/control/directory",
    ]
)


def test_whatever_is_asked_the_local_platform_answers(tmp_path):
    with running(tmp_path) as server:
        session = requests.Session()
        form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
        token = session.post(f"{server.url}/token", data=form, timeout=5).json()["access_token"]
        server.directory.add(BUYER, "Martin", BUYER)

        @settings(max_examples=120, deadline=None)
        @given(PATHS, st.dictionaries(KEYS, JSON, max_size=4) | JSON)
        def ask(path, asked):
            server.platform.store.state.faults.clear()
            answer = session.post(
                server.url + path, json=asked, headers={"Authorization": f"Bearer {token}"}, timeout=5
            )
            assert answer.status_code in {200, 201, 202, 400, 404, 422}

        ask()
        session.close()
