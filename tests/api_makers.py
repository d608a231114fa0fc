"""Records of programs that use the API."""

from ronda.api.models import Token, Webhook, WebhookDelivery
from ronda.api.services import make_token, save_webhook, send_test
from ronda.company.models import Company
from tests.company_makers import make_member


def make_api_token(company: Company, n: int) -> Token:
    user = make_member(company, n).user
    facts = {"name": f"Program number {n}", "scopes": ["*:read"], "expires_on": None}
    return make_token(company, user=user, by=user.username, **facts)[0]


def make_webhook(company: Company, n: int) -> Webhook:
    made = Webhook(
        company=company,
        name=f"Shop number {n}",
        url=f"https://shop{n}.example.org/",
        events=["document.issued"],
    )
    return save_webhook(made, by="test")


def make_webhook_delivery(company: Company, n: int) -> WebhookDelivery:
    send_test(make_webhook(company, n), by="test")
    return WebhookDelivery.objects.latest("pk")
