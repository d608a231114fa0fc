"""Webhooks of the local platform: subscriptions, and signed calls about flows that changed."""

import base64
import hashlib
import json
from collections.abc import Iterable
from typing import Any

import requests  # type: ignore[import-untyped]

from ronda.countries.fr.platform.fake.store import START, Record, Store
from ronda.countries.fr.platform.webhooks import SIGNATURE, TIMESTAMP, signature

_SECONDS = 5


class Callbacks:
    """Subscriptions in the folder. Keys come from a counter: they protect nothing but the demonstration."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def subscribe(self, asked: Any) -> Record:
        """WebhookIdParam of a new subscription."""
        identifier = self._store.new_identifier("webhook")
        key = base64.b64encode(hashlib.sha256(identifier.encode()).digest()).decode()
        webhook = {"webhookId": identifier, "signingKey": key, "createdAt": self._store.stamp()}
        names = ("callbackUrl", "flowTypes", "flowDirection", "ackStatus")
        self._store.state.webhooks[identifier] = {
            **webhook,
            **{name: asked[name] for name in names if name in asked},
        }
        self._store.save()
        return webhook

    def all(self) -> Record:
        """The list of subscriptions; the schema asks for webhookIds too, and so does nobody else."""
        found = list(self._store.state.webhooks.values())
        return {"count": len(found), "webhooks": found, "webhookIds": [one["webhookId"] for one in found]}

    def end(self, identifier: str) -> bool:
        """Whether there was such a subscription."""
        gone = self._store.state.webhooks.pop(identifier, None)
        self._store.save()
        return gone is not None

    def tell(self, flows: Iterable[Record]) -> int:
        """Call every subscriber about each flow that concerns it; the number of calls that were answered."""
        answered = 0
        for flow in flows:
            for webhook in list(self._store.state.webhooks.values()):
                if _concerns(webhook, flow):
                    answered += self._call(webhook, flow)
        return answered

    def _call(self, webhook: Record, flow: Record) -> int:
        body = json.dumps(flow).encode()
        now = int(START.timestamp()) + self._store.state.ticks
        headers = {
            "Content-Type": "application/json",
            SIGNATURE: signature(body, now, webhook["signingKey"]),
            TIMESTAMP: str(now),
        }
        try:
            answer = requests.post(
                webhook["callbackUrl"], data=body, headers=headers, timeout=_SECONDS, allow_redirects=False
            )
        except requests.RequestException:
            return 0
        return int(answer.status_code == 200)


def _concerns(webhook: Record, flow: Record) -> bool:
    types, direction = webhook.get("flowTypes"), webhook.get("flowDirection")
    ack = webhook.get("ackStatus")
    return (
        (not types or flow["flowType"] in types)
        and (not direction or flow["flowDirection"] == direction)
        and (not ack or flow["acknowledgement"]["status"] == ack)
    )
