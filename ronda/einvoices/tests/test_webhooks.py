"""Other programs are told what becomes of electronic invoices."""

import json

import pytest
from django.db import transaction

from ronda.api.models import Webhook, WebhookDelivery
from ronda.api.services import save_webhook
from ronda.einvoices.events import TransmissionsChanged
from ronda.kernel.bus import publish
from tests.makers import make_company, make_transmission

pytestmark = pytest.mark.django_db


def test_p32_an_electronic_invoice_whose_state_changes_is_told():
    company = make_company()
    given = {"name": "Shop", "url": "https://shop.example.org/in", "events": ["einvoice.changed"]}
    save_webhook(Webhook(company=company, **given), by="anna")
    row = make_transmission(company, 1)

    with transaction.atomic():
        publish(TransmissionsChanged(company.pk, ((row.pk, "delivered"),), "anna"))

    (body,) = [json.loads(one.body) for one in WebhookDelivery.objects.order_by("pk")]
    assert (body["type"], body["data"]["records"]) == (
        "einvoice.changed",
        [{"id": row.pk, "state": "delivered"}],
    )
