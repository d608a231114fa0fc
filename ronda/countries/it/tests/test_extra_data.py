"""Further data on the lines of the files: rows of a company, for all customers or for one."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ronda.billing.services import confirm_run, issue_entries, prepare_run
from ronda.billing.tests.firm import log_in, make_item
from ronda.contracts.services import NewLine, create_contract
from ronda.countries.it.domain.extra_data import BadTemplate
from ronda.countries.it.domain.fatturapa import read_invoice
from ronda.countries.it.models import ExtraData
from ronda.countries.it.services.extra_data import NothingToWrite, ReservedKind, save_extra_data
from ronda.countries.it.services.intents import NotInItaly
from ronda.countries.it.services.invoicing import invoices_of
from ronda.einvoices import services
from ronda.reports.tests.firm import DAY, french_firm, issued, italian_firm, lines, payer, vat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT, settings.EINVOICES_ROOT = tmp_path / "files", tmp_path / "einvoices"


@pytest.fixture
def company(db):
    return italian_firm()


@pytest.fixture
def account(company):
    return payer(company, "Officine Rossi Srl", recipient_code="ABCDEF1")


def row(company, kind="CODCLI", **facts):
    return ExtraData.objects.create(company=company, kind=kind, **facts)


def data_of(document):
    invoice = invoices_of([document], on=DAY)[document.pk]
    return [[(one.kind, one.text, one.number, one.day) for one in line.other_data] for line in invoice.lines]


def test_rows_of_all_and_of_the_customer_stand_on_the_lines_in_their_order(company, account):
    row(company, "ALL", text="{{ customer.name }}", position=2)
    row(company, "OWN", number="{{ line.quantity }}", party=account.party)
    row(company, "OTHER", text="x", party=payer(company, "Altra Srl").party)
    row(company, "OFF", text="x", active=False)
    row(company, "ONCE", text="{{ document.number }}", first_line_only=True, position=3)
    document = issued(account, lines(company, 2))
    first, second = data_of(document)
    assert first == [
        ("OWN", "", Decimal(1), None),
        ("ALL", "Officine Rossi Srl", None, None),
        ("ONCE", document.label, None, None),
    ]
    assert second == [("OWN", "", Decimal(2), None), ("ALL", "Officine Rossi Srl", None, None)]


def test_they_are_written_into_the_file_and_read_back(company, account):
    row(company, text="Città {{ customer.city }}", day="{{ document.date }}")
    document = issued(account, lines(company))
    prepared = services.prepare([document], by="anna", on=DAY)
    assert not prepared.failed
    (invoice,) = read_invoice(services.content(prepared.made[0].kept), prepared.made[0].file_name)
    (data,) = invoice.lines[0].other_data
    assert (data.kind, data.text, data.day) == ("CODCLI", "Città Milano", DAY)


def test_a_line_names_the_contract_it_bills(company, account):
    item = make_item(company, vat_code=vat(company))
    contract = create_contract(
        account, title="Manutenzione", starts_on=date(2026, 1, 1), by="anna",
        lines=[NewLine(item, Decimal(1), text="Canone")],
    )  # fmt: skip
    run = prepare_run(company, as_of=date(2026, 3, 31), document_date=date(2026, 3, 31), by="anna")
    issue_entries(confirm_run(run, by="anna"), by="anna")
    row(company, "CONTRATTO", text="{{ contract.number }} {{ contract.title }}", day="{{ line.starts_on }}")
    (document,) = account.party.documents.all()
    for one in data_of(document):
        assert one[0][1] == f"{contract.number} Manutenzione"


def save(company, **facts):
    made = ExtraData(company=company, **{"kind": "CODCLI", **facts})
    return save_extra_data(SimpleNamespace(instance=made, save=made.save), by="anna", company=company)


@pytest.mark.parametrize(
    ("facts", "refusal", "field"),
    [
        ({}, NothingToWrite, "text"),
        ({"kind": "intento", "text": "x"}, ReservedKind, "kind"),
        ({"kind": "日本", "text": "x"}, ReservedKind, "kind"),
        ({"text": "{{ line.colour }}"}, BadTemplate, "text"),
        ({"number": "{{ line.text }}"}, BadTemplate, "number"),
        ({"day": "{{ line.text }}"}, BadTemplate, "day"),
    ],
)
def test_a_row_that_cannot_work_is_refused_beside_its_field(company, facts, refusal, field):
    with pytest.raises(refusal) as refused:
        save(company, **facts)
    assert refused.value.field == field
    assert not ExtraData.objects.exists()


def test_a_good_row_is_kept_and_its_example_is_shown(company):
    made = save(company, text="Ordine {{ document.order }}")
    client = log_in(Client(), company, everything=True)
    page = client.get(reverse("einvoice-data-detail", args=[made.pk]), {"tab": "preview"})
    assert "Ordine PO-7" in page.content.decode()


def test_firms_elsewhere_have_none():
    firm = french_firm()
    with pytest.raises(NotInItaly):
        save(firm, text="x")


def test_a_template_that_fails_on_a_document_adds_nothing_and_says_so_on_its_page(company, account):
    row(company, text="{{ line.net | divided_by: 0 }}")  # written past the form
    document = issued(account, lines(company))
    assert data_of(document) == [[]]
    client = log_in(Client(), company, everything=True)
    page = client.get(reverse("document-detail", args=[document.pk]), {"tab": "file-data"})
    assert "CODCLI" in page.content.decode()


def test_the_same_queries_for_one_document_and_for_many(company, account):
    row(company, text="{{ contract.number }}{{ line.number }}")
    made = [issued(account, lines(company, 3)) for _n in range(6)]

    def asked(documents):
        with CaptureQueriesContext(connection) as queries:
            invoices_of(documents, on=DAY)
        return len(queries)

    fresh = list(type(made[0]).objects.order_by("pk").select_related("company"))
    assert asked(fresh[:1]) == asked(fresh[1:])
