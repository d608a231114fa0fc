"""Webhooks: what is told, how it is signed, what happens when it does not arrive, where nothing is sent."""

import base64
import hashlib
import hmac
import json
import socket
import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address

import pytest
from django.db import transaction

from ronda.api import tasks
from ronda.api.domain.addresses import is_public
from ronda.api.domain.kinds import event_names
from ronda.api.domain.signing import signature
from ronda.api.models import Webhook, WebhookAttempt, WebhookDelivery
from ronda.api.services import announce, deliver, forget_deliveries, replay, save_webhook, send_test
from ronda.api.services.posting import Answer, NotSent, post, resolve
from ronda.api.services.webhooks import RECORDS_IN_A_MESSAGE, WebhookOff
from ronda.api.tests.programs import JSON, make_owner
from ronda.company.models import AuditEntry, Job, OutgoingMail
from ronda.contracts.services import LineChange, amend
from ronda.quotes.services import record_acceptance, refuse_quote
from tests.makers import (
    make_amendment,
    make_contract,
    make_document,
    make_loss_reason,
    make_payment,
    make_quote,
    make_webhook,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALL = (
    "document.issued", "payment.recorded", "contract.amended", "contract.terminated",
    "quote.accepted", "quote.refused", "customer.added", "customer.anonymised", "customer.changed",
    "einvoice.changed",
)  # fmt: skip


@pytest.fixture
def firm(db):
    return make_owner()


@pytest.fixture
def webhook(firm):
    return subscribe(firm[0], ALL)


def subscribe(company, events, **facts):
    given = {"name": "Shop", "url": "https://shop.example.org/in", "events": list(events), **facts}
    return save_webhook(Webhook(company=company, **given), by="anna")


def said():
    """Events and records of every message, oldest first."""
    bodies = [json.loads(one.body) for one in WebhookDelivery.objects.order_by("pk")]
    return [(body["type"], body["data"]["records"]) for body in bodies]


def answers(status):
    return lambda url, body, headers, **_options: Answer(status, "told")


def refuses(url, body, headers, **_options):
    raise NotSent("ConnectionRefusedError")


def fresh(delivery):
    return WebhookDelivery.objects.select_related("webhook__company").get(pk=delivery.pk)


# --- what is told ----------------------------------------------------------------------------------------


def test_documents_and_payments_are_told_with_their_keys(firm, webhook):
    payment = make_payment(firm[0], 1)
    document = payment.allocations.get().instalment.document
    assert said() == [("document.issued", [{"id": document.pk}]), ("payment.recorded", [{"id": payment.pk}])]
    job = Job.objects.filter(kind=tasks.send_webhook.module_path).earliest("pk")
    assert (job.args["args"], job.company) == ([WebhookDelivery.objects.earliest("pk").pk], firm[0])


def test_a_contract_that_ends_is_told(firm, webhook):
    amendment = make_amendment(firm[0], 1)
    found = dict(said())
    assert found["contract.terminated"] == [
        {"id": amendment.contract_id, "amendment": amendment.pk, "ends_on": "2026-12-31"}
    ]


def test_a_contract_that_changes_is_told_with_what_changes_and_from_when(firm, webhook):
    contract = make_contract(firm[0], 1)
    fee = LineChange(contract.lines.get().pk, price=Decimal("12.50"))
    days = {"effective_on": date(2026, 4, 1), "on": NOON.date()}
    amendment = amend(contract, changes=[fee], reason="agreed", by="anna", **days)
    facts = {"id": contract.pk, "amendment": amendment.pk, "kind": "change", "effective_on": "2026-04-01"}
    assert dict(said())["contract.amended"] == [facts]


def test_a_quote_accepted_and_one_refused_are_told(firm, webhook):
    taken, lost = make_quote(firm[0], 1), make_quote(firm[0], 2)
    record_acceptance(taken, wanted=(), on=NOON.date(), now=NOON, by="anna")
    refuse_quote(lost, reason=make_loss_reason(firm[0], 1), now=NOON, by="anna")
    assert said() == [
        ("quote.accepted", [{"id": taken.pk, "by_customer": False}]),
        ("quote.refused", [{"id": lost.pk, "by_customer": False}]),
    ]


def test_every_event_that_can_be_asked_for_is_known_here():
    assert sorted(event_names()) == sorted(ALL)


def test_customers_saved_on_the_screen_or_by_a_program_are_told(firm, webhook, client):
    client.force_login(firm[1])
    pk = client.post("/api/party/", {"name": "Bianchi"}, content_type=JSON).json()["id"]
    client.patch(f"/api/party/{pk}/", {"city": "Lecco"}, content_type=JSON)
    (added, new), (changed, facts) = said()
    assert (added, new[0]["id"]) == ("customer.added", pk)
    assert (changed, facts) == ("customer.changed", [{"id": pk, "fields": ["city"]}])


def test_only_the_webhooks_of_the_company_that_ask_for_an_event_are_told(firm):
    other, _boss = make_owner("Altra Srl", "berta")
    subscribe(firm[0], ["payment.recorded"])
    subscribe(firm[0], ALL, active=False)
    subscribe(other, ALL)
    make_document(firm[0], 1)
    assert said() == []


def test_a_run_is_told_in_messages_of_a_hundred(firm, webhook, django_assert_num_queries):
    records = [{"id": n} for n in range(2 * RECORDS_IN_A_MESSAGE + 1)]
    with django_assert_num_queries(3):
        announce("document.issued", company_id=firm[0].pk, records=records, by="anna")
    assert [len(some) for _event, some in said()] == [100, 100, 1]
    with pytest.raises(KeyError):
        announce("moon.full", company_id=firm[0].pk, records=records, by="anna")


def test_what_is_undone_is_not_told(firm, webhook):
    with transaction.atomic():
        make_document(firm[0], 1)
        transaction.set_rollback(True)
    assert said() == []
    assert not Job.objects.filter(kind=tasks.send_webhook.module_path).exists()


# --- how it is sent --------------------------------------------------------------------------------------


def test_the_signature_is_that_of_standard_webhooks():
    # The example of the specification's own libraries.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == expected


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(b"thanks")

    def log_message(self, *args):
        pass


@pytest.fixture
def receiver():
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.status = [], 200
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def to_anybody(url, body, headers, **_options):
    return post(url, body, headers, allow_http=True, guard=lambda address: True)


def test_a_message_arrives_signed_and_as_it_was_written(firm, receiver):
    webhook = subscribe(firm[0], ALL, url=f"http://localhost:{receiver.server_port}/in?shop=1")
    send_test(webhook, by="anna")
    delivery = deliver(fresh(WebhookDelivery.objects.get()), now=NOON, last_try=False, post=to_anybody)
    path, headers, body = receiver.got[0]
    assert (path, headers["Host"]) == ("/in?shop=1", f"localhost:{receiver.server_port}")
    said_signed = f"{delivery.message}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(webhook.secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.digest(key, said_signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == (delivery.message, "1772452800")
    assert body.decode() == delivery.body
    assert (delivery.state, delivery.status, delivery.attempts) == ("delivered", 200, 1)
    assert WebhookAttempt.objects.get().answer == "thanks"


def test_redirects_are_not_followed(receiver):
    receiver.status = 302
    answer = to_anybody(f"http://127.0.0.1:{receiver.server_port}/in", b"{}", {})
    assert (answer.status, [path for path, _headers, _body in receiver.got]) == (302, ["/in"])


def test_a_server_that_is_away_is_no_answer():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NotSent, match="Refused"):
        to_anybody(f"http://127.0.0.1:{port}/", b"{}", {})


# --- where nothing is sent -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True), ("127.0.0.1", False), ("127.9.9.9", False),
        ("10.0.0.1", False), ("172.16.0.1", False), ("192.168.1.1", False), ("169.254.169.254", False),
        ("100.64.0.1", False), ("0.0.0.0", False), ("255.255.255.255", False), ("224.0.0.1", False),
        ("::1", False), ("::", False), ("fe80::1", False), ("fc00::1", False), ("ff02::1", False),
        ("::ffff:127.0.0.1", False), ("::ffff:10.0.0.1", False), ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False), ("2002:c0a8:101::", False), ("::ffff:93.184.216.34", True),
    ],
)  # fmt: skip
def test_only_addresses_of_the_public_network_are_allowed(address, allowed):
    assert is_public(ip_address(address)) is allowed


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://[::1]/", "https://localhost/", "https://2130706433/", "https://0x7f.1/",
        "https://169.254.169.254/latest/", "https://[::ffff:10.0.0.1]/", "https://0/",
        "http://93.184.216.34/", "ftp://93.184.216.34/", "file:///etc/passwd", "https:///", "https://a b/",
        "https://user:word@93.184.216.34/", "https://93.184.216.34:99999/", "https://[::1", "x",
    ],
)  # fmt: skip
def test_addresses_of_our_own_network_and_other_protocols_are_refused(url):
    with pytest.raises(NotSent):
        resolve(url, allow_http=False, guard=is_public)


def answering(*addresses):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    asked = []
    return asked, lambda host, port, **_kind: asked.append(host) or found


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch):
    asked, resolver = answering("93.184.216.34")
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    target = resolve("https://shop.example.org/in", allow_http=False, guard=is_public)
    assert (target.address, target.host, target.name) == (
        "93.184.216.34",
        "shop.example.org",
        "shop.example.org",
    )
    assert asked == ["shop.example.org"]


def test_a_name_with_one_private_address_among_others_is_refused(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", answering("93.184.216.34", "10.0.0.1")[1])
    with pytest.raises(NotSent, match="private"):
        resolve("https://shop.example.org/", allow_http=False, guard=is_public)


# --- what does not arrive --------------------------------------------------------------------------------


@pytest.fixture
def delivery(firm):
    send_test(make_webhook(firm[0], 1), by="test")
    return fresh(WebhookDelivery.objects.get())


@pytest.mark.parametrize(("send", "status"), [(answers(500), 500), (answers(302), 302), (refuses, None)])
def test_what_did_not_arrive_waits_and_is_given_up_at_the_last_try(delivery, send, status):
    first = deliver(delivery, now=NOON, last_try=False, post=send)
    assert (first.state, first.status, first.attempts) == ("queued", status, 1)
    last = deliver(fresh(delivery), now=NOON + timedelta(hours=1), last_try=True, post=send)
    assert (last.state, last.attempts, last.tries.count()) == ("failed", 2, 2)
    assert bool(last.error)
    assert Webhook.objects.get().failures == 1


def test_the_job_asks_to_be_repeated_until_its_message_has_arrived(delivery, monkeypatch):
    for send, state in ((answers(503), "queued"), (answers(204), "delivered")):
        later = partial(deliver, post=send)
        monkeypatch.setattr(
            tasks, "deliver", lambda one, now, last_try, later=later: later(one, now=now, last_try=False)
        )
        if state == "queued":
            with pytest.raises(tasks.NotArrived):
                tasks.send_webhook.call(delivery.pk)
        else:
            tasks.send_webhook.call(delivery.pk)
        assert fresh(delivery).state == state
    tasks.send_webhook.call(delivery.pk)
    assert fresh(delivery).attempts == 2


def give_up(company, times, send=refuses):
    webhook = Webhook.objects.filter(company=company).first() or make_webhook(company, 1)
    for _n in range(times):
        Webhook.objects.update(active=True)
        send_test(Webhook.objects.get(pk=webhook.pk), by="test")
        deliver(fresh(WebhookDelivery.objects.latest("pk")), now=NOON, last_try=True, post=send)
    return Webhook.objects.get(pk=webhook.pk)


def test_after_five_messages_given_up_in_a_row_it_is_switched_off_with_a_mail(firm):
    company, owner = firm
    type(company).objects.update(email="firm@example.org")
    assert give_up(company, 4).active
    assert not OutgoingMail.objects.exists()
    webhook = give_up(company, 1)
    assert (webhook.active, webhook.failures, webhook.switched_off_at) == (False, 5, NOON)
    mail = OutgoingMail.objects.get()
    assert mail.to == ["firm@example.org"]
    assert webhook.url in mail.body
    assert AuditEntry.objects.filter(action="api.webhook.switched_off").count() == 1


def test_one_that_arrives_begins_the_count_anew(firm):
    give_up(firm[0], 4)
    assert give_up(firm[0], 1, answers(200)).failures == 0


def test_a_receiver_that_is_gone_for_good_is_told_no_more(firm):
    assert not give_up(firm[0], 1, answers(410)).active


def test_a_webhook_that_is_off_sends_nothing_and_can_be_tried_again_when_on(delivery):
    Webhook.objects.update(active=False)
    assert deliver(fresh(delivery), now=NOON, last_try=False, post=answers(200)).state == "failed"
    with pytest.raises(WebhookOff):
        replay(delivery, by="anna")
    with pytest.raises(WebhookOff):
        send_test(Webhook.objects.get(), by="anna")
    save_webhook(Webhook.objects.get(), by="anna")
    Webhook.objects.update(active=True)
    replay(delivery, by="anna")
    again = deliver(fresh(delivery), now=NOON, last_try=False, post=answers(200))
    assert (again.state, again.message) == ("delivered", delivery.message)


def test_old_deliveries_go_after_ninety_days(firm, delivery):
    deliver(delivery, now=NOON, last_try=False, post=answers(200))
    WebhookDelivery.objects.update(created_at=NOON)
    assert forget_deliveries(firm[0], now=NOON + timedelta(days=90)) == 0
    assert forget_deliveries(firm[0], now=NOON + timedelta(days=90, seconds=1)) == 2


def test_the_screens_show_answers_and_send_again(firm, delivery, client):
    client.force_login(firm[1])
    deliver(delivery, now=NOON, last_try=True, post=answers(500))
    assert "500" in client.get("/webhook-delivery/").content.decode()
    tries = client.get(f"/webhook-delivery/{delivery.pk}/?tab=tries").content.decode()
    assert "told" in tries
    assert client.post("/webhook-delivery/do/replay/", {"id": delivery.pk}).status_code == 302
    assert fresh(delivery).state == "queued"
    facts = {
        "name": "Till",
        "url": "https://till.example.org/",
        "active": "on",
        "events": ["document.issued"],
    }
    assert client.post("/webhook/new/", facts).status_code == 302
    made = Webhook.objects.get(name="Till")
    assert made.secret.startswith("whsec_")
    assert made.secret in client.get(f"/webhook/{made.pk}/?tab=secret").content.decode()
    assert made.secret not in client.get("/webhook/").content.decode()
