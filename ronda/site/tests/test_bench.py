"""The benches measure what they say; how fast is never asserted."""

import json

import pytest
import typer
from typer.testing import CliRunner

from ronda.billing.models import Document, DocumentLine
from ronda.einvoices.models import Transmission, TransmissionState
from ronda.site.benches import billing, legal, lists, pdf
from ronda.site.cli import benching
from ronda.site.cli.commands import app

RESULT = {"n": 5, "issued": 5, "cpu_ms_each": 1.0, "seconds": 0.1, "peak_mb": 90, "database": "sqlite"}


@pytest.mark.django_db
def test_the_billing_bench_issues_an_invoice_for_every_contract():
    billing.prepare(20, history=False)
    result = billing.measure(20)

    assert result["n"] == result["issued"] == Document.objects.count() == 20
    assert set(result) == {"n", "issued", "cpu_ms_each", "seconds", "peak_mb", "database"}


@pytest.mark.django_db
def test_with_history_only_the_month_is_billed():
    billing.prepare(20, history=True)
    billing.measure(20)

    assert set(DocumentLine.objects.values_list("starts_on", flat=True)) == {billing.books.FIRST_DAY}


@pytest.mark.django_db
def test_list_pages_take_the_same_queries_wherever_they_are_opened():
    lists.prepare(120)
    result = lists.measure(120, rounds=1)

    queries = {page["page"]: page["queries"] for page in result["pages"]}
    assert len(queries) == len(lists.CONTRACTS) + len(lists.DOCUMENTS)
    for name in ("contracts", "documents"):
        same = {queries[f"{name}: {what}"] for what in ("deep page", "last pages", "sort")}
        assert len(same) == 1
        assert min(same) > 0


@pytest.mark.django_db
def test_the_pdf_bench_prints_real_documents():
    pdf.prepare(3)
    result = pdf.measure(3)

    assert result["n"] == 3
    assert result["kilobytes_each"] > 1


def test_json_is_one_line_and_nothing_else(monkeypatch):
    monkeypatch.setattr(benching, "_measured", lambda *_args, **_facts: RESULT)

    told = CliRunner().invoke(app, ["bench", "billing", "--contracts", "5", "--json"])

    assert told.exit_code == 0
    assert told.stdout.count("\n") == 1
    assert json.loads(told.stdout) == RESULT


def test_the_table_shows_measure_budget_and_ratio(monkeypatch):
    monkeypatch.setattr(benching, "_measured", lambda *_args, **_facts: RESULT)

    told = CliRunner().invoke(app, ["bench", "billing", "--contracts", "5"])

    assert "0.50" in told.stdout  # 1 ms of 2


def test_a_step_runs_only_in_an_environment_made_for_it(monkeypatch):
    monkeypatch.delenv(benching.INSIDE, raising=False)

    with pytest.raises(typer.BadParameter):
        benching.step("prepare", "billing", 1, history=False)


@pytest.mark.django_db(transaction=True)
def test_the_legal_bench_sends_real_files_and_understands_the_answers(settings, tmp_path):
    settings.VAR = tmp_path
    settings.MEDIA_ROOT, settings.EINVOICES_ROOT = tmp_path / "files", tmp_path / "einvoices"
    legal.prepare(3)
    result = legal.measure(3)

    assert (result["sent"]["it"]["receipts"], result["sent"]["it"]["delivered"]) == (3, 3)
    assert Transmission.objects.filter(company__country="FR", state=TransmissionState.SENT).count() == 3
    assert len(list(tmp_path.glob("einvoices/*/outbox/*.xml"))) == 3  # the Italian ones were taken
    assert result["it"]["findings"] == 0
    told = benching.legal_figures(result)
    assert {figure.budget for figure in told if "made and sent" in figure.what} == {120 * 3 / 10_000}
