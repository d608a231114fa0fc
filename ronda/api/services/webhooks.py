"""Messages to other programs: written in the operation's transaction, sent afterwards by the worker."""

import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ronda.api.domain.kinds import event_names
from ronda.api.domain.signing import new_secret, signature
from ronda.api.events import DeliveriesQueued
from ronda.api.models import Webhook, WebhookAttempt, WebhookDelivery
from ronda.api.options import WebhookOptions
from ronda.api.services.posting import Answer, NotSent, post
from ronda.company import audit, options
from ronda.company.models import Company, User
from ronda.company.services.mail import queue_mail
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

TEST_EVENT = "webhook.test"
RECORDS_IN_A_MESSAGE = 100
GONE = 410  # the receiver asks never to be told again
Post = Callable[..., Answer]
State = WebhookDelivery.State


class WebhookOff(Refusal):
    code = "api.webhook_off"


def announce(event: str, *, company_id: int, records: Sequence[Mapping[str, Any]], by: str) -> None:
    """Tell the company's webhooks of an event about these records, a hundred in a message.

    Belongs in the transaction of what happened. `records` hold an `id` and plain values; KeyError for an
    event that nobody named.
    """
    if event not in event_names():
        raise KeyError(event)
    webhooks = [one for one in Webhook.objects.filter(company=company_id, active=True) if event in one.events]
    if webhooks and records:
        starts = range(0, len(records), RECORDS_IN_A_MESSAGE)
        bodies = [_body(event, company_id, records[at : at + RECORDS_IN_A_MESSAGE]) for at in starts]
        _queue(webhooks, event, bodies, company_id=company_id, by=by)


def _body(event: str, company_id: int, records: Sequence[Mapping[str, Any]]) -> str:
    said = {
        "type": event,
        "timestamp": timezone.now().isoformat(),
        "data": {"company": company_id, "records": list(records)},
    }
    return json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False)


def _queue(
    webhooks: Sequence[Webhook], event: str, bodies: Sequence[str], *, company_id: int, by: str
) -> list[WebhookDelivery]:
    now = timezone.now()
    made = [
        WebhookDelivery(
            webhook=webhook, message=f"msg_{secrets.token_hex(12)}", event=event, body=body, created_at=now
        )
        for webhook in webhooks
        for body in bodies
    ]
    WebhookDelivery.objects.bulk_create(made)
    publish(DeliveriesQueued(company_id, tuple(one.pk for one in made), by=by))
    return made


@transaction.atomic
def save_webhook(webhook: Webhook, *, by: str) -> Webhook:
    """Save a webhook with a secret of its own; switched on again it begins without failures."""
    if not webhook.secret:
        webhook.secret, webhook.created_by = new_secret(), by
    if webhook.active:
        webhook.failures, webhook.switched_off_at = 0, None
    webhook.version += 1 if webhook.pk else 0
    webhook.save()
    return webhook


@transaction.atomic
def send_test(webhook: Webhook, *, by: str) -> Webhook:
    """Send a message that says nothing, to see whether it arrives."""
    if not webhook.active:
        raise WebhookOff(_("This webhook is switched off. Switch it on first."))
    body = _body(TEST_EVENT, webhook.company_id, [])
    _queue([webhook], TEST_EVENT, [body], company_id=webhook.company_id, by=by)
    audit.record(by, "api.webhook.tried", webhook)
    return webhook


@transaction.atomic
def replay(delivery: WebhookDelivery, *, by: str) -> WebhookDelivery:
    """Send the same message once more, delivered or not; WebhookOff when nothing is sent there."""
    delivery = WebhookDelivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if not delivery.webhook.active:
        raise WebhookOff(_("This webhook is switched off. Switch it on first."))
    delivery.state = State.QUEUED
    delivery.save(update_fields=["state"])
    audit.record(by, "api.webhook.replayed", delivery, event=delivery.event)
    publish(DeliveriesQueued(delivery.webhook.company_id, (delivery.pk,), by=by))
    return delivery


@dataclass(frozen=True, slots=True)
class Tried:
    """How an attempt ended."""

    at: datetime
    milliseconds: int
    status: int | None = None
    error: str = ""
    answer: str = ""

    @property
    def arrived(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def deliver(
    delivery: WebhookDelivery, *, now: datetime, last_try: bool, post: Post = post
) -> WebhookDelivery:
    """One attempt. Nothing is sent twice by itself once it arrived; a webhook switched off sends nothing.

    The message is posted outside any transaction, its end is written in one.
    """
    webhook = delivery.webhook
    if delivery.state != State.QUEUED:
        return delivery
    if not webhook.active:
        return _close(delivery, Tried(now, 0, error=str(_("The webhook is switched off."))), last_try=True)
    allow_http = options.read(WebhookOptions, webhook.company_id).allow_http
    tried = _try(delivery, now, partial(post, allow_http=allow_http))
    return _close(delivery, tried, last_try=last_try or tried.status == GONE)


def _try(delivery: WebhookDelivery, now: datetime, send: Post) -> Tried:
    body, timestamp = delivery.body.encode(), int(now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Ronda-Webhooks/1",
        "webhook-id": delivery.message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(delivery.webhook.secret, delivery.message, timestamp, body),
    }
    started = time.monotonic()
    try:
        answer = send(delivery.webhook.url, body, headers)
    except NotSent as reason:
        return Tried(now, _since(started), error=str(reason))
    error = "" if 200 <= answer.status < 300 else str(_("The answer was not one of success."))
    return Tried(now, _since(started), answer.status, error, answer.text)


def _since(started: float) -> int:
    return int((time.monotonic() - started) * 1000)


@transaction.atomic
def _close(delivery: WebhookDelivery, tried: Tried, *, last_try: bool) -> WebhookDelivery:
    webhook = Webhook.objects.select_for_update(of=("self",)).get(pk=delivery.webhook_id)
    facts = {"status": tried.status, "milliseconds": tried.milliseconds, "error": tried.error[:300]}
    WebhookAttempt.objects.create(delivery=delivery, at=tried.at, answer=tried.answer, **facts)
    for name, value in facts.items():
        setattr(delivery, name, value)
    delivery.attempts, delivery.tried_at = delivery.attempts + 1, tried.at
    if tried.arrived:
        delivery.state = State.DELIVERED
        Webhook.objects.filter(pk=webhook.pk, failures__gt=0).update(failures=0)
    elif last_try:
        delivery.state = State.FAILED
        _count_failure(webhook, tried)
    delivery.save()
    return delivery


def _count_failure(webhook: Webhook, tried: Tried) -> None:
    if not webhook.active:
        return
    Webhook.objects.filter(pk=webhook.pk).update(failures=F("failures") + 1)
    most = options.read(WebhookOptions, webhook.company_id).failures_before_off
    if webhook.failures + 1 >= most or tried.status == GONE:
        _switch_off(webhook, tried)


def _switch_off(webhook: Webhook, tried: Tried) -> None:
    """Send nothing more, and tell by mail who made the webhook, or else the company."""
    Webhook.objects.filter(pk=webhook.pk).update(
        active=False, switched_off_at=tried.at, version=F("version") + 1
    )
    reason = tried.error or str(tried.status)
    audit.record(webhook.created_by, "api.webhook.switched_off", webhook, name=webhook.name, reason=reason)
    company: Company = webhook.company
    maker = User.objects.filter(username=webhook.created_by, is_active=True).first()
    address = (maker.email if maker else "") or company.email
    if not address:
        return
    text = _(
        "Nothing is sent to %(url)s any more, because messages did not arrive. The last attempt ended with: "
        "%(reason)s\n\nWhen the other program is well again, switch the webhook on in the settings and send "
        "again what was missed."
    )
    queue_mail(
        company,
        to=[address],
        subject=str(_("The webhook “%(name)s” was switched off")) % {"name": webhook.name},
        body=str(text) % {"url": webhook.url, "reason": reason},
        by=webhook.created_by,
        about=webhook,
    )


@transaction.atomic
def forget_deliveries(company: Company, *, now: datetime) -> int:
    """Remove deliveries older than the company keeps them, with their attempts; how many rows."""
    days = options.read(WebhookOptions, company.pk).days_kept
    old = WebhookDelivery.objects.filter(webhook__company=company, created_at__lt=now - timedelta(days=days))
    return old.exclude(state=State.QUEUED).delete()[0]
