"""Data from the terminal: the last line is for scripts, the exit status says whether all is well."""

import pytest
from typer.testing import CliRunner

from ronda.billing.models import Document
from ronda.billing.services import confirm_run, issue_entries, prepare_run
from ronda.billing.tests.firm import TODAY, make_account, make_firm, make_item
from ronda.company.models import NumberSeries
from ronda.contracts.models import ContractProposal
from ronda.contracts.services import NewLine, create_contract
from ronda.countries.it.tests.test_past_invoices import OWN_NUMBER, save, year_of
from ronda.parties.models import BillingGroup, Party
from ronda.site.cli.commands import app

pytestmark = pytest.mark.django_db
NUMBER = "00743110157"


def ronda(*args):
    answer = CliRunner().invoke(app, [str(arg) for arg in args])
    return answer.exit_code, answer.stdout.strip().splitlines()[-1:]


def billed(firm):
    account = make_account(firm)
    BillingGroup.objects.get_or_create(account=account, code="")
    Party.objects.filter(pk=account.party_id).update(tax_id=NUMBER, country="IT")
    create_contract(
        account, title="Canone", starts_on=TODAY, lines=[NewLine(make_item(firm), 100)], by="anna"
    )
    run = prepare_run(firm, as_of=TODAY, document_date=TODAY, by="anna")
    issue_entries(confirm_run(run, by="anna", in_background=False), by="anna")
    return Document.objects.get(company=firm)


def test_invoices_are_imported_and_counted_on_the_last_line(tmp_path):
    make_firm("Aria Srl")
    folder = save(tmp_path / "in", year_of("Canone", 1))
    (folder / "broken.xml").write_text("<")

    first = ronda("import", "invoices", folder, "--company", "Aria Srl")
    again = ronda("import", "invoices", folder, "--company", "Aria Srl")

    assert first == (0, ["read 12, customers 1, services 1, proposals 1, refused 1"])
    assert again == (0, ["read 12, customers 0, services 0, proposals 0, refused 1"])
    assert ContractProposal.objects.count() == 1


def test_a_table_is_tried_then_imported(tmp_path):
    make_firm()
    file = tmp_path / "customers.csv"
    file.write_text("Ragione sociale;Comune\nRossi;Roma\n")

    assert ronda("import", "table", "customers", file, "--dry-run") == (
        0,
        ["rows 1, new 1, changed 0, unchanged 0, refused 0, not imported"],
    )
    assert not Party.objects.exists()
    assert ronda("import", "table", "customers", file)[1] == [
        "rows 1, new 1, changed 0, unchanged 0, refused 0, imported"
    ]
    assert Party.objects.get().name == "Rossi"


def test_a_table_with_errors_is_not_imported(tmp_path):
    make_firm()
    file = tmp_path / "customers.csv"
    file.write_text("Ragione sociale;Comune\n;Roma\nRossi;Roma\n")

    assert ronda("import", "table", "customers", file)[0] == 1
    assert not Party.objects.exists()
    assert ronda("import", "table", "customers", file, "--only-good")[0] == 0
    assert Party.objects.get().name == "Rossi"


def test_issued_documents_are_written_and_can_be_read_back(tmp_path):
    firm = make_firm(tax_id=OWN_NUMBER, street="Via Roma 1", postcode="20121", city="Milano", province="MI")
    billed(firm)

    assert ronda("export", "invoices", tmp_path / "out", "--company", "Aria Srl") == (
        0,
        ["written 1, refused 0"],
    )
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_sound_data_pass_the_check_and_a_changed_total_does_not():
    firm = make_firm()
    document = billed(firm)
    assert ronda("check-data") == (0, ["companies 1, problems 0"])

    Document.objects.filter(pk=document.pk).update(vat_total=0, gross_total=document.net_total)

    code, last = ronda("check-data")
    assert (code, last[0].startswith("companies 1, problems ")) == (1, True)


def test_a_number_without_a_document_is_found():
    firm = make_firm()
    billed(firm)
    NumberSeries.objects.filter(company=firm, last_number__gt=0).update(last_number=3)

    assert ronda("check-data", "--company", "Aria Srl") == (1, ["companies 1, problems 1"])
