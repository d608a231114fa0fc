"""P30: a company's own fields in spreadsheets, on paper and for programs."""

import io
import json
import zipfile
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ronda.billing.models import Document
from ronda.catalogue.models import Item
from ronda.company.context import acting_for
from ronda.company.imports.running import run_batch
from ronda.company.imports.starting import confirm_import
from ronda.company.imports.undoing import undo
from ronda.contracts.models import Contract
from ronda.customfields.models import CustomField
from ronda.customfields.services import switch
from ronda.parties.models import Party, Site
from ronda.reports.queries import print_facts
from ronda.reports.services.agreements import contract_context
from ronda.reports.services.kinds import context_of, print_kind
from ronda.workspace import extras
from ronda.workspace.registry import registry
from tests.custom_fields.making import MAKERS, VALUES, add_fields, address, every_kind, fill, make_draft
from tests.makers import make_contract, make_document, make_party
from tests.test_every_import import checked, table_of

pytestmark = pytest.mark.django_db


def test_p30_an_export_holds_the_fields_with_their_types(owner, company):
    party = make_party(company, 1)
    add_fields(company, Party)
    fill(company, Party, party)
    columns = "name,custom_serial,custom_power,custom_tested,custom_fuel"
    response = owner.get(address(Party, "export"), {"cols": columns})
    book = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    words = book.read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in book.namelist() else sheet
    for text in ("Own serial", "AB-1", "Gas"):
        assert text in words or text in sheet, text
    assert "<v>24.5</v>" in sheet
    assert "<v>46083</v>" in sheet  # 2 March 2026 as a spreadsheet counts days


def test_p30_a_text_file_holds_the_fields_too(owner, company):
    party = make_party(company, 1)
    add_fields(company, Party)
    fill(company, Party, party)
    response = owner.get(
        address(Party, "export"), {"cols": "name,custom_serial,custom_fuel", "format": "csv"}
    )
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert text.splitlines()[1].split(";")[1:] == ["AB-1", "Gas"]


@pytest.mark.parametrize("model", [Party, Site, Item, Contract], ids=lambda model: model.__name__)
def test_p30_fields_go_out_as_a_table_and_come_in_again_changed_and_can_be_taken_back(model, company):
    workspace, record = registry.of(model), MAKERS[model](company, 1)
    add_fields(company, model)
    fill(company, model, record)
    content, _rows = table_of(workspace, company)
    changed = (
        content.replace(b"AB-1", b"NEW-7")
        .replace(b"24.5", b"99.5")
        .replace(b"gas", b"Oil")
        .replace(b"Gas", b"Oil")
    )
    with acting_for(company.pk, "anna"):
        batch = checked(workspace, company, changed)
        assert (batch.changed, batch.refused) == (1, 0), batch.errors
        done = run_batch(confirm_import(batch, by="anna", in_background=False))
        wanted = {"custom_serial": "NEW-7", "custom_power": Decimal("99.5"), "custom_fuel": "oil"}
        assert extras.values_of(model, company.pk, [record.pk])[record.pk] == VALUES | wanted
        undo(done, by="anna")
    assert extras.values_of(model, company.pk, [record.pk]) == {record.pk: VALUES}


def test_p30_a_table_says_which_value_does_not_fit(company):
    add_fields(company, Party)
    fill(company, Party, make_party(company, 1))
    content, _rows = table_of(registry.of(Party), company)
    batch = checked(registry.of(Party), company, content.replace(b"gas", b"Coal"))
    assert batch.refused == 1
    assert "Own fuel" in str(batch.errors)


def test_p30_prints_read_the_fields_by_code_and_show_those_that_are_printed(company):
    draft = make_draft(company, 1)
    add_fields(company, Document)
    add_fields(company, Party)
    fill(company, Document, draft)
    fill(company, Party, draft.party, custom_serial="Best customer")
    Party.objects.update(language="it")
    Document.objects.update(language="it")
    context = context_of(Document.objects.get())
    assert context["document"]["custom"]["value"] == "1.250,00"
    assert context["document"]["custom"]["tested"] == "02/03/2026"
    assert context["customer"]["custom"]["serial"] == "Best customer"
    assert {"label": "Own fuel", "value": "Gas", "date": None} in context["references"]
    CustomField.objects.filter(code="fuel").update(in_print=False)
    switch(CustomField.objects.get(on="billing.document", code="serial"), on=False, by="anna")
    context = context_of(Document.objects.get())
    assert "Own fuel" not in [one["label"] for one in context["references"]]
    assert context["document"]["custom"]["serial"] == ""  # layouts that name it go on printing


def test_p30_a_contract_prints_its_fields_among_the_terms(company):
    contract = make_contract(company, 1)
    add_fields(company, Contract)
    fill(company, Contract, contract)
    context = contract_context(contract)
    assert context["contract"]["custom"]["serial"] == "AB-1"
    assert {"label": "Own serial", "text": "AB-1"} in context["clauses"]


def test_p30_the_layout_editor_offers_the_fields_with_examples(company):
    add_fields(company, Document)
    add_fields(company, Party)
    sample = print_kind("invoice").sample(company, 3)
    assert sample["document"]["custom"]["fuel"] == "Gas"
    assert set(sample["customer"]["custom"]) == {"serial", "power", "value", "tested", "fuel"}


def test_p30_a_hundred_prints_read_the_fields_in_two_statements(company):
    drafts = [make_draft(company, n) for n in (1, 2, 3)]
    print_facts(drafts, company)
    with CaptureQueriesContext(connection) as bare:
        print_facts(drafts, company)
    add_fields(company, Document)
    add_fields(company, Party)
    for draft in drafts:
        fill(company, Document, draft)
    with CaptureQueriesContext(connection) as queries:
        print_facts(drafts, company)
    assert len(queries) == len(bare) + 2


def call(client, method, url, **body):
    return getattr(client, method)(url, json.dumps(body), content_type="application/json")


JSON = {
    "serial": "AB-1",
    "power": "24.5",
    "value": "1250.00",
    "tested": "2026-03-02",
    "fuel": "gas",
}


@every_kind
def test_p30_programs_read_and_change_the_fields_by_code(model, owner, company):
    record = MAKERS[model](company, 1)
    add_fields(company, model, required=True)
    url = reverse(f"api-{registry.of(model).base()}-detail", args=[record.pk])
    assert owner.get(url).json()["custom"] == dict.fromkeys(JSON)
    changed = call(owner, "patch", url, custom=JSON)
    assert changed.status_code == 200, changed.content
    assert changed.json()["custom"] == JSON
    again = call(owner, "patch", url, custom={"power": 12, "serial": "B"})
    assert again.json()["custom"] == JSON | {"power": "12", "serial": "B"}


def test_p30_a_program_that_does_not_know_the_fields_changes_none(owner, company):
    party = make_party(company, 1)
    add_fields(company, Party, required=True)
    url = reverse("api-party-detail", args=[party.pk])
    assert call(owner, "patch", url, phone="123").status_code == 200
    fill(company, Party, party)
    assert call(owner, "patch", url, phone="1234").json()["custom"] == JSON
    whole = {"name": "Bianchi", "kind": "firm"}
    assert call(owner, "put", url, **whole).json()["custom"] == JSON


def test_p30_put_with_fields_replaces_all_of_them(owner, company):
    party = make_party(company, 1)
    add_fields(company, Party)
    fill(company, Party, party)
    url = reverse("api-party-detail", args=[party.pk])
    changed = call(owner, "put", url, name="Bianchi", kind="firm", custom={"serial": "only"})
    assert changed.json()["custom"] == dict.fromkeys(JSON) | {"serial": "only"}


def test_p30_a_program_empties_a_field_with_null(owner, company):
    party = make_party(company, 1)
    add_fields(company, Party)
    fill(company, Party, party)
    url = reverse("api-party-detail", args=[party.pk])
    assert call(owner, "patch", url, custom={"fuel": None}).json()["custom"] == JSON | {"fuel": None}


@pytest.mark.parametrize(
    ("custom", "wrong"),
    [
        ({"nowhere": 1}, {"nowhere": ["This field is not known."]}),
        ({"power": [1]}, {"power": ["Send one value."]}),
        ({"serial": {"a": 1}}, {"serial": ["Send one value."]}),
        ("text", ["Send one object."]),
    ],
)
def test_p30_what_a_program_sends_wrong_is_told_by_code(owner, company, custom, wrong):
    party = make_party(company, 1)
    add_fields(company, Party)
    url = reverse("api-party-detail", args=[party.pk])
    response = call(owner, "patch", url, custom=custom)
    assert (response.status_code, response.json()) == (400, {"custom": wrong})


def test_p30_a_new_record_of_a_program_needs_what_is_required(owner, company):
    add_fields(company, Party, required=True)
    url = reverse("api-party-list")
    refused = call(owner, "post", url, name="Verdi", kind="firm")
    assert refused.status_code == 400
    assert set(refused.json()["custom"]) == set(JSON)
    made = call(owner, "post", url, name="Verdi", kind="firm", custom=JSON)
    assert (made.status_code, made.json()["custom"]) == (201, JSON)


def test_p30_a_program_filters_by_the_fields(owner, company):
    first, second = make_party(company, 1), make_party(company, 2)
    add_fields(company, Party)
    fill(company, Party, first)
    fill(company, Party, second, custom_power=Decimal(100))
    answer = owner.get(reverse("api-party-list"), {"custom_power_from": "90"}).json()
    assert [one["id"] for one in answer["results"]] == [second.pk]


def test_p30_a_program_writes_internal_fields_of_an_issued_document(owner, company):
    document = make_document(company, 1)
    add_fields(company, Document, in_print=False)
    CustomField.objects.filter(code__in=["serial", "fuel"]).update(internal=True)
    url = reverse("api-document-other-details", args=[document.pk])
    assert call(owner, "post", url, custom={"serial": "A"}).json()["custom"]["serial"] == "A"
    answer = call(owner, "post", url, custom={"fuel": "oil"})
    assert (answer.json()["custom"]["serial"], answer.json()["custom"]["fuel"]) == ("A", "oil")
    assert call(owner, "post", url, custom={"power": 1}).status_code == 400
