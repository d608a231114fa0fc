"""P30: a company's own fields in forms, on pages and in the history, and what becomes of them later."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ronda.billing.models import Document
from ronda.billing.services import delete_draft
from ronda.catalogue.models import Item
from ronda.company.models import AuditEntry
from ronda.contracts.models import Contract
from ronda.contracts.services.transferring import transfer
from ronda.customfields.models import CustomChoice, CustomField, CustomValue
from ronda.customfields.services import ClosedRecord, save_values
from ronda.parties.models import Party
from ronda.workspace import extras
from tests.custom_fields.making import (
    ENTERED,
    MAKERS,
    TODAY,
    TYPED,
    VALUES,
    add_fields,
    address,
    every_kind,
    fill,
    make_draft,
    posted,
)
from tests.makers import make_company, make_contract, make_document, make_item, make_party
from tests.test_every_workspace import log_in

pytestmark = pytest.mark.django_db


@every_kind
def test_p30_a_form_asks_for_the_fields_and_the_history_says_what_changed(model, owner, company):
    record = MAKERS[model](company, 1)
    add_fields(company, model, required=True)
    fill(company, model, record)
    url = address(model, "edit", record.pk)
    page = owner.get(url)
    assert "Other details" in page.content.decode()
    response = owner.post(url, posted(page) | ENTERED)
    assert response.status_code == 302, response.context["form"].errors
    assert extras.values_of(model, company.pk, [record.pk]) == {record.pk: TYPED}
    label = model._meta.label_lower
    entry = AuditEntry.objects.filter(action=f"{label}.changed", subject_pk=record.pk).latest("pk")
    assert entry.facts["Own serial"] == ["AB-1", "XY-9"]
    assert entry.facts["Own fuel"] == ["Gas", "Oil"]
    shown = owner.get(address(model, "detail", record.pk)).content.decode()
    for text in ("Other details", "XY-9", "30.5", "99.90", "01/04/2026", "Oil"):
        assert text in shown, text


@every_kind
def test_p30_what_does_not_fit_is_told_beside_its_field_and_nothing_is_saved(model, owner, company):
    record = MAKERS[model](company, 1)
    add_fields(company, model, required=True)
    fill(company, model, record)
    url = address(model, "edit", record.pk)
    response = owner.post(
        url, posted(owner.get(url)) | ENTERED | {"custom_power": "abc", "custom_serial": ""}
    )
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"custom_power", "custom_serial"}
    assert extras.values_of(model, company.pk, [record.pk]) == {record.pk: VALUES}


def test_p30_a_new_record_gets_its_fields_at_once(owner, company):
    add_fields(company, Party, required=True)
    url = address(Party, "add")
    sent = posted(owner.get(url)) | {"name": "Rossi Spa", "kind": "firm"}
    assert "custom_serial" in owner.post(url, sent).context["form"].errors
    assert owner.post(url, sent | ENTERED).status_code == 302
    party = Party.objects.get(name="Rossi Spa")
    assert extras.values_of(Party, company.pk, [party.pk]) == {party.pk: TYPED}


def test_p30_a_record_keeps_a_choice_that_is_not_offered_any_more(owner, company):
    party = make_party(company, 1)
    add_fields(company, Party)
    fill(company, Party, party)
    CustomChoice.objects.filter(code="gas").update(active=False)
    url = address(Party, "edit", party.pk)
    assert owner.post(url, posted(owner.get(url)) | {"phone": "123"}).status_code == 302
    assert extras.values_of(Party, company.pk, [party.pk])[party.pk]["custom_fuel"] == "gas"
    assert owner.post(url, posted(owner.get(url)) | {"custom_fuel": "oil"}).status_code == 302
    assert owner.post(url, posted(owner.get(url)) | {"custom_fuel": "gas"}).status_code == 422


def test_p30_fields_of_another_company_are_not_asked_and_not_shown(owner, company):
    party = make_party(company, 1)
    other = make_company("Altra Srl")
    add_fields(other, Party)
    field = CustomField.objects.filter(company=other).first()
    assert "Own serial" not in owner.get(address(Party, "edit", party.pk)).content.decode()
    assert "Own serial" not in owner.get(address(Party, "list")).content.decode()
    for page in ("detail", "edit"):
        assert owner.get(address(CustomField, page, field.pk)).status_code == 404


def test_p30_whoever_may_not_see_a_record_finds_it_by_none_of_its_fields(client, company, django_user_model):
    nobody = log_in(client, company)
    party = make_party(company, 1)
    add_fields(company, Party)
    fill(company, Party, party, custom_serial="Zephyr")
    assert nobody.get(address(Party, "list"), {"q": "zephyr"}).status_code == 403
    assert "Zephyr" not in nobody.get(reverse("palette"), {"q": "zephyr"}).content.decode()


def test_p30_the_palette_finds_a_customer_by_its_fields(owner, company):
    party = make_party(company, 1)
    add_fields(company, Party)
    fill(company, Party, party, custom_serial="Zephyr")
    groups = owner.get(reverse("palette"), {"q": "zephyr"}).json()["groups"]
    assert [item["label"] for group in groups for item in group["items"]] == [str(party)]


def test_p30_an_issued_document_keeps_its_fields_but_for_internal_ones(owner, company):
    document = make_document(company, 1)
    add_fields(company, Document, in_print=False)
    CustomField.objects.filter(code="serial").update(internal=True)
    with pytest.raises(ClosedRecord, match="the document is issued"):
        save_values(Document, company.pk, {document.pk: {"custom_power": Decimal(1)}}, by="anna")
    assert not CustomValue.objects.exists()
    url = f"{address(Document, 'other-details')}?id={document.pk}"
    page = owner.get(url)
    assert list(page.context["form"].fields) == ["custom_serial"]
    sent = {"id": document.pk, "custom_serial": "filed", "custom_power": "5"}
    assert owner.post(address(Document, "other-details"), sent).status_code == 302
    assert extras.values_of(Document, company.pk, [document.pk]) == {document.pk: {"custom_serial": "filed"}}
    entry = AuditEntry.objects.filter(action="billing.document.changed", subject_pk=document.pk).latest("pk")
    assert entry.facts == {"Own serial": ["", "filed"]}
    assert owner.get(url).context["form"]["custom_serial"].value() == "filed"


def test_p30_the_button_for_internal_fields_is_there_when_there_are_any(owner, company):
    document = make_document(company, 1)
    add_fields(company, Document, in_print=False)
    where = f"{address(Document, 'other-details')}?id={document.pk}"
    assert where not in owner.get(address(Document, "detail", document.pk)).content.decode()
    CustomField.objects.filter(code="serial").update(internal=True)
    assert where in owner.get(address(Document, "detail", document.pk)).content.decode()


def test_p30_the_fields_of_a_draft_are_frozen_by_its_issue(owner, company):
    draft = make_draft(company, 1)
    add_fields(company, Document)
    fill(company, Document, draft)
    issued = owner.post(address(Document, "issue"), {"id": draft.pk, "on": "2/3/2026"})
    assert issued.status_code == 302
    with pytest.raises(ClosedRecord):
        fill(company, Document, draft, custom_serial="changed")
    fill(company, Document, draft)  # what is there already may be said again
    assert extras.values_of(Document, company.pk, [draft.pk]) == {draft.pk: VALUES}


def test_p30_values_go_with_their_record(company):
    kept, gone = make_draft(company, 1), make_draft(company, 2)
    party = make_party(company, 3)
    add_fields(company, Document)
    add_fields(company, Party)
    for model, record in ((Document, kept), (Document, gone), (Party, party)):
        fill(company, model, record)
    # The same key in another kind of record is another record.
    CustomValue.objects.filter(field__on="parties.party").update(object_id=gone.pk)
    delete_draft(gone, by="anna")
    assert extras.values_of(Document, company.pk, [kept.pk, gone.pk]) == {kept.pk: VALUES}
    assert CustomValue.objects.filter(field__on="parties.party").count() == len(VALUES)


def test_p30_many_records_lose_their_values_in_as_many_statements_as_two(company):
    add_fields(company, Item)
    counts = []
    for numbers in (range(2), range(2, 22)):
        items = [make_item(company, n) for n in numbers]
        for item in items:
            fill(company, Item, item)
        with CaptureQueriesContext(connection) as queries:
            Item.objects.filter(pk__in=[item.pk for item in items]).delete()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert not CustomValue.objects.exists()


def test_p30_a_contract_for_another_payer_keeps_the_fields(company):
    contract = make_contract(company, 1)
    payer = make_party(company, 2).accounts.get()
    add_fields(company, Contract)
    fill(company, Contract, contract)
    new = transfer(contract, account=payer, effective_on=date(2026, 7, 1), by="anna", on=TODAY)
    assert extras.values_of(Contract, company.pk, [new.pk]) == {new.pk: VALUES}
