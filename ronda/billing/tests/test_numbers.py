"""Series of departments and tills (O4, O8), and the report of the numbers on real documents (O5 to O7)."""

from datetime import timedelta

import pytest

from ronda.billing.models import Document, DocumentKind
from ronda.billing.options import BillingOptions
from ronda.billing.services import draft_document, issue_document
from ronda.billing.tests.firm import TODAY, line, make_account, make_firm
from ronda.company.context import acting_for
from ronda.company.models import Branch, NumberSeries, Workstation
from ronda.company.number_report import numbering_findings, series_states
from ronda.company.services import save_options

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def firm():
    return make_firm()


@pytest.fixture
def account(firm):
    return make_account(firm)


@pytest.fixture
def till(firm):
    branch = Branch.objects.create(company=firm, code="BS", name="Brescia")
    return Workstation.objects.create(company=firm, branch=branch, name="Till 1", kind="till")


def issued(account, on=TODAY, **facts):
    draft = draft_document(account, [line(account.party.company)], by="anna", on=TODAY, **facts)
    return issue_document(draft, on=on, by="anna")


def test_o8_a_till_numbers_what_is_issued_there_in_a_series_of_its_own(firm, account, till):
    save_options(firm, BillingOptions, {"invoice_series": "T1"}, by="anna", workstation=till)
    save_options(firm, BillingOptions, {"credit_note_series": "NB"}, by="anna", branch=till.branch)
    with acting_for(firm.pk, "anna", till.pk):
        first = issued(account)
        note = issued(account, kind=DocumentKind.CREDIT_NOTE)

    assert (first.label, note.series, issued(account).label) == ("T1 1/2026", "NB", "FT 1/2026")


def test_o8_the_till_wins_over_the_branch_of_the_document(firm, account, till):
    other = Branch.objects.create(company=firm, code="MI", name="Milano")
    save_options(firm, BillingOptions, {"invoice_series": "MI"}, by="anna", branch=other)
    with acting_for(firm.pk, "anna", till.pk):
        assert issued(account, branch=other).series == "MI"
        save_options(firm, BillingOptions, {"invoice_series": "T1"}, by="anna", workstation=till)
        assert issued(account, branch=other).series == "T1"


def test_o6_documents_issued_one_after_the_other_leave_nothing_to_report(firm, account):
    for n in range(3):
        issued(account, on=TODAY + timedelta(days=n))

    assert numbering_findings(firm.pk) == []
    [state] = series_states(firm.pk)
    assert (state.document, state.used, state.next_number) == ("FT 3/2026", 3, 4)


def test_o6_the_report_finds_a_gap_and_a_date_that_goes_back(firm, account):
    documents = [issued(account, on=TODAY + timedelta(days=n)) for n in range(4)]
    # Nobody can do this on a screen; somebody with the database in hand can.
    Document.objects.filter(pk=documents[1].pk).update(series="XX", number=9)
    Document.objects.filter(pk=documents[3].pk).update(date=TODAY)

    found = [(one.series, one.what, one.first, one.last) for one in numbering_findings(firm.pk, 2026)]
    assert found == [
        ("FT", "missing", 2, 2),
        ("FT", "backwards", 4, 4),
        ("XX", "missing", 1, 8),
        ("XX", "behind", 1, 9),
    ]
    [back] = [one for one in numbering_findings(firm.pk) if one.what == "backwards"]
    assert (back.document, back.pk) == ("FT 4/2026", documents[3].pk)
    assert (back.on, back.previous) == (TODAY, TODAY + timedelta(days=2))
    assert numbering_findings(firm.pk, 2025) == []


def test_o6_another_companys_numbers_are_not_in_the_report(firm, account):
    other = make_account(make_firm(name="Altra Srl"))
    issued(other)
    NumberSeries.objects.filter(company=other.party.company).update(last_number=7)

    assert numbering_findings(firm.pk) == []
    assert len(numbering_findings(other.party.company_id)) == 1
