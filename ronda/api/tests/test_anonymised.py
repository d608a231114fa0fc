"""O63: other programs that copied a customer are told that he was anonymised."""

import json
from datetime import UTC, datetime

import pytest

from ronda.api.models import Webhook, WebhookDelivery
from ronda.privacy.services import ForGood, anonymise
from tests.makers import make_company, make_party

pytestmark = pytest.mark.django_db


def test_o63_a_webhook_is_told_which_customer_and_nothing_of_him():
    company = make_company()
    party = make_party(company, 3)
    facts = {"name": "CRM", "url": "https://crm.example.org/in", "secret": "whsec_eA=="}
    hook = Webhook.objects.create(company=company, events=["customer.anonymised"], **facts)

    anonymise(party, now=datetime(2026, 3, 2, tzinfo=UTC), by="anna", confirmed=frozenset({ForGood.code}))

    delivery = WebhookDelivery.objects.get(webhook=hook)
    assert delivery.event == "customer.anonymised"
    assert json.loads(delivery.body)["data"]["records"] == [{"id": party.pk}]
    assert "Customer number 3" not in delivery.body
