"""Five fields of a company's own on each of the records that may have them; what a form page sends back."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ronda.billing.models import Document
from ronda.billing.services import DraftLine, draft_document
from ronda.catalogue.models import Item
from ronda.contracts.models import Contract
from ronda.customfields.models import CustomChoice, CustomField
from ronda.customfields.services import save_values
from ronda.parties.models import Party, Site
from ronda.workspace.registry import registry
from tests.makers import make_contract, make_item, make_party, make_site

TODAY = date(2026, 3, 2)


def make_draft(company, n):
    account = make_party(company, n).accounts.get()
    return draft_document(account, [DraftLine(f"Work {n}", Decimal(1), Decimal(n + 1))], by="test", on=TODAY)


MAKERS = {
    Party: make_party,
    Site: make_site,
    Item: make_item,
    Contract: make_contract,
    Document: make_draft,
}
VALUES = {
    "custom_serial": "AB-1",
    "custom_power": Decimal("24.5"),
    "custom_value": Decimal("1250.00"),
    "custom_tested": date(2026, 3, 2),
    "custom_fuel": "gas",
}
every_kind = pytest.mark.parametrize("model", list(MAKERS), ids=lambda model: model.__name__)


def add_fields(company, model, **facts):
    """Five fields, shown in the list."""
    on = model._meta.label_lower
    kinds = {
        "serial": "text",
        "power": "number",
        "value": "amount",
        "tested": "date",
        "fuel": "choice",
    }
    for n, (code, kind) in enumerate(kinds.items()):
        given = {"position": n, "label": f"Own {code}", "in_list": True, "in_print": True, **facts}
        field = CustomField.objects.create(company=company, on=on, code=code, kind=kind, **given)
        if kind == "choice":
            for place, label in enumerate(("Gas", "Oil")):
                CustomChoice.objects.create(field=field, code=label.lower(), label=label, position=place)


def fill(company, model, record, **changed):
    save_values(model, company.pk, {record.pk: VALUES | changed}, by="test")


def address(model, page, *args):
    return reverse(registry.of(model).name(page), args=args)


def queries_of(client, url):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def posted(response):
    """What a form page would send back unchanged."""
    form = response.context["form"]
    rows = [row for one in form.inlines.values() for row in (one.management_form, *one.forms)]
    sent = {}
    for bound in (bound for one in (form, *rows) for bound in one):
        value = bound.value()
        if isinstance(value, (list, tuple)):
            value = [getattr(one, "pk", one) for one in value]
        if value is True:
            sent[bound.html_name] = "on"
        elif value is not None and value is not False:
            shown = value if isinstance(value, list) else bound.field.widget.format_value(value)
            sent[bound.html_name] = shown[0] if isinstance(shown, list) and len(shown) == 1 else shown or ""
    return sent


ENTERED = {
    "custom_serial": "XY-9",
    "custom_power": "30.5",
    "custom_value": "99.90",
    "custom_tested": "1/4/2026",
    "custom_fuel": "oil",
}
TYPED = {
    "custom_serial": "XY-9",
    "custom_power": Decimal("30.5"),
    "custom_value": Decimal("99.90"),
    "custom_tested": date(2026, 4, 1),
    "custom_fuel": "oil",
}
