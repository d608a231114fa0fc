"""What every import must do, checked for all workspaces at once: out as a table, away, and in again."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ronda.company.imports.declare import importers
from ronda.company.imports.derived import is_importable
from ronda.company.imports.exporting import table_rows, write_csv, write_xlsx
from ronda.company.imports.running import check_batch, run_batch
from ronda.company.imports.starting import choose_columns, confirm_import, start_import
from ronda.company.imports.undoing import undo
from ronda.customfields.models import CustomField
from ronda.site import urls
from ronda.workspace import extras, testing
from tests.makers import MAKERS, make_company

pytestmark = pytest.mark.django_db
WORKSPACES = list(getattr(urls, "WORKSPACES", ()))
IMPORTABLE = [one for one in WORKSPACES if is_importable(one)]
# What a save does beside its record, so that the record is in use at once and the undo says so.
IN_USE_AT_ONCE = {"BankAccounts": "the first one becomes that of the customer's billing account"}
every_import = pytest.mark.parametrize("workspace", IMPORTABLE, ids=lambda one: one.__name__)


@pytest.fixture
def company():
    return make_company()


def importer_of(workspace, company):
    return next(one for one in importers(company) if one.model is workspace.model)


def table_of(workspace, company, write=write_csv):
    """The list of a workspace as the import reads it."""
    importer = importer_of(workspace, company)
    records = workspace.model._default_manager.filter(**{workspace.company_path: company}).order_by("pk")
    file = io.BytesIO()
    rows = list(table_rows(importer, company, records))
    if write is write_csv:
        write_csv(file, rows, language=company.language)
    else:
        write_xlsx(file, rows, name="table")
    return file.getvalue(), rows


def checked(workspace, company, content, name="table.csv"):
    kind = importer_of(workspace, company).kind
    batch = start_import(company, kind, SimpleUploadedFile(name, content), name=name, by="anna")
    batch = choose_columns(batch, batch.mapping, by="anna", in_background=False)
    return check_batch(batch)


def counts(batch):
    assert batch.state in ("checked", "done"), batch.errors
    return {
        "created": batch.created,
        "changed": batch.changed,
        "refused": batch.refused,
        "errors": batch.errors,
    }


@pytest.mark.parametrize("workspace", WORKSPACES, ids=lambda one: one.__name__)
def test_every_workspace_is_imported_or_says_why_not(workspace):
    if is_importable(workspace):
        assert not workspace.no_import
        return
    assert workspace.no_import, f"{workspace.__name__} has no import and does not say why (no_import)"


@every_import
def test_out_as_a_table_and_in_again(workspace, company):
    """Unchanged it changes nothing; what was deleted comes back as it was; the undo leaves nothing of it."""
    maker = testing.maker_of(workspace, MAKERS)
    record = maker(company, 1)
    content, before = table_of(workspace, company)
    assert len(before) > 1

    for name, same in (("t.csv", content), ("t.xlsx", table_of(workspace, company, write_xlsx)[0])):
        batch = checked(workspace, company, same, name=name)
        assert counts(batch) == {"created": 0, "changed": 0, "refused": 0, "errors": []}
        assert len(batch.mapping) == len(before[0]), batch.mapping

    record.delete()
    without = table_of(workspace, company)[1]
    batch = checked(workspace, company, content)
    assert not batch.errors, batch.errors
    batch = run_batch(confirm_import(batch, by="anna", in_background=False))
    assert batch.created >= 1, batch.errors
    assert sorted(map(str, table_of(workspace, company)[1])) == sorted(map(str, before))

    undo(batch, by="anna")
    batch.refresh_from_db()
    if workspace.__name__ in IN_USE_AT_ONCE:
        assert batch.summary["kept"]
        return
    assert not batch.summary["kept"], batch.summary["kept"]
    assert sorted(map(str, table_of(workspace, company)[1])) == sorted(map(str, without))


def test_p30_fields_of_the_company_s_own_go_out_and_come_in(company):
    """Of customers, whose importer is written by hand: written, unchanged the second time, taken back."""
    CustomField.objects.create(company=company, on="parties.party", label="Plant", code="plant", kind="text")
    workspace = next(one for one in IMPORTABLE if one.__name__ == "Customers")
    party = MAKERS["Customers"](company, 1)
    table = f"Codice;Nome;Plant\n{party.code};{party.name};North\n".encode()

    batch = checked(workspace, company, table)
    assert (batch.changed, batch.refused) == (1, 0), batch.errors
    batch = run_batch(confirm_import(batch, by="anna", in_background=False))

    assert extras.values_of(type(party), company.pk, [party.pk]) == {party.pk: {"custom_plant": "North"}}
    assert counts(checked(workspace, company, table_of(workspace, company)[0]))["changed"] == 0
    undo(batch, by="anna")
    assert not extras.values_of(type(party), company.pk, [party.pk]).get(party.pk, {}).get("custom_plant")
