"""The way of a file through the pages: upload, columns, check, import, errors as a spreadsheet, undo."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from ronda.billing.tests.firm import log_in, make_firm
from ronda.company.imports.declare import importer_for
from ronda.company.jobs.worker import run_pending
from ronda.company.models import ImportBatch
from ronda.parties.models import Party

pytestmark = pytest.mark.django_db
TABLE = "Ragione sociale;Comune;Email fatture\nRossi;Roma;\n=cmd()|calc;Pavia;=1+1\n"


@pytest.fixture
def firm(db):
    return make_firm()


@pytest.fixture
def anna(client, firm):
    return log_in(client, firm, everything=True)


def send(client, content, kind="customers", name="table.csv"):
    file = SimpleUploadedFile(name, content.encode())
    return client.post(
        reverse("import-upload", args=[kind]), {"file": file}, headers={"accept": "application/json"}
    )


def do(client, batch, verb, **facts):
    return client.post(reverse("import-do", args=[batch.pk, verb]), facts)


def rows_of(response):
    return CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()


def test_a_file_goes_from_the_drop_zone_to_the_records_and_back(anna, firm):
    assert anna.get(reverse("import-new")).status_code == 200
    answer = send(anna, "Ragione sociale;Comune\nRossi;Roma\n")
    assert answer.status_code == 201
    batch = ImportBatch.objects.get()
    page = answer.json()["url"]
    assert page == reverse("importbatch-detail", args=[batch.pk])
    assert b'<option value="0" selected>Ragione sociale</option>' in anna.get(page).content

    do(anna, batch, "columns", **{"column-name": "0", "column-city": "1"})
    assert anna.get(reverse("import-progress", args=[batch.pk])).json()["state"] == "running"
    run_pending()
    batch.refresh_from_db()
    assert (batch.state, batch.created, Party.objects.count()) == ("checked", 1, 0)
    assert anna.get(page).status_code == 200

    do(anna, batch, "confirm")
    run_pending()
    assert Party.objects.get().city == "Roma"
    assert anna.get(page).status_code == 200
    assert anna.get(reverse("import-progress", args=[batch.pk])).json()["state"] == "done"

    do(anna, batch, "undo")
    run_pending()
    batch.refresh_from_db()
    assert (batch.state, Party.objects.count()) == ("undone", 0)
    assert anna.get(page).status_code == 200


def test_errors_come_as_a_spreadsheet_without_formulas(anna, firm):
    send(anna, TABLE)
    batch = ImportBatch.objects.get()
    do(anna, batch, "columns", **{"column-name": "0", "column-recipients": "2"})
    run_pending()

    rows = rows_of(anna.get(reverse("import-errors", args=[batch.pk])))

    assert rows[0][:3] == ["Row", "Column", "What was read"]
    assert rows[1][:3] == [3.0, "e-mail recipients", "'=1+1"]


def test_the_empty_table_has_the_headers_it_recognises(anna, firm):
    rows = rows_of(anna.get(reverse("import-template", args=["contracts"])))

    assert rows[0][:4] == ["contract number", "customer", "title", "service"]
    header = ";".join(rows[0])
    send(anna, f"{header}\n{';'.join(str(cell) for cell in rows[1])}\n", kind="contracts")
    assert ImportBatch.objects.get().mapping == {
        name: at for at, name in enumerate(_field_names("contracts"))
    }


def _field_names(kind):
    return [field.name for field in importer_for(kind).fields]


def test_what_is_no_table_is_refused_with_the_reason(anna, firm):
    answer = send(anna, "<html>", name="page.html")

    assert (answer.status_code, answer.json()["code"]) == (409, "company.table_kind_unknown")
    assert not ImportBatch.objects.exists()


def test_another_company_s_import_does_not_exist(client, anna, firm):
    other = make_firm("Altra Srl")
    batch = ImportBatch.objects.create(company=other, kind="customers", name="t.csv", by="x")

    for name in ("import-progress", "import-errors", "importbatch-detail"):
        assert anna.get(reverse(name, args=[batch.pk])).status_code == 404
    assert do(anna, batch, "discard").status_code == 404
    assert ImportBatch.objects.filter(pk=batch.pk).exists()


def test_people_without_the_right_import_nothing(client, firm):
    clerk = log_in(client, firm, "company.add_importbatch")

    assert send(clerk, TABLE).status_code == 403
    assert not ImportBatch.objects.exists()


def test_a_list_offers_its_import_and_the_table_for_it_to_who_may_add(anna, firm):
    brought_in = send(anna, "Nome\nFedeli\n", kind="family")
    assert brought_in.status_code == 201
    batch = ImportBatch.objects.get()
    do(anna, batch, "columns", **{"column-name": "0"})
    run_pending()
    do(anna, batch, "confirm")
    run_pending()
    page = anna.get(reverse("family-list")).content.decode()
    assert reverse("import-kind", args=["family"]) in page
    assert "form=import" in page

    table = b"".join(
        anna.get(reverse("family-export"), {"form": "import", "format": "csv"}).streaming_content
    )

    assert table.decode("utf-8-sig").splitlines() == ["Name", "Fedeli"]
    seen = b"".join(anna.get(reverse("family-export"), {"format": "csv"}).streaming_content)
    assert "Fedeli" in seen.decode("utf-8-sig")


def test_who_may_only_look_gets_neither_the_import_nor_its_table(client, firm):
    clerk = log_in(client, firm, "parties.view_family")

    assert reverse("import-kind", args=["family"]) not in clerk.get(reverse("family-list")).content.decode()
    assert clerk.get(reverse("family-export"), {"form": "import"}).status_code == 404
    assert clerk.get(reverse("import-kind", args=["family"])).status_code == 403


def test_who_may_add_but_not_change_only_adds(client, firm):
    clerk = log_in(client, firm, "company.add_importbatch", "company.view_importbatch", "parties.add_family")
    send(clerk, "Nome\nFedeli\n", kind="family")
    batch = ImportBatch.objects.get()

    do(clerk, batch, "columns", **{"column-name": "0", "mode": "upsert"})

    batch.refresh_from_db()
    assert batch.summary["mode"] == "create"


def test_the_example_file_explains_each_column(anna, firm):
    answer = anna.get(reverse("import-template", args=["contact"]))

    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    lines = book.get_sheet_by_index(1).to_python()
    assert lines[0][:3] == ["Column", "Needed", "Kind"]
    by_name = {line[0]: line for line in lines[1:]}
    assert by_name["Customer"][1] == "for new records"
    assert "management" in by_name["Role"][3]
    assert anna.get(reverse("import-kind", args=["contact"])).status_code == 200
    assert anna.get(reverse("import-kind", args=["nothing"])).status_code == 404
