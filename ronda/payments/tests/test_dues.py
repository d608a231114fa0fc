from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ronda.parties.models import PaymentMethod, PaymentTerms
from ronda.payments.models import Instalment
from ronda.payments.services import raise_dues, seed_methods, seed_terms
from ronda.payments.tests.makers import issue, issued, new_document, new_party

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

TODAY = date(2026, 1, 31)


def dues(document):
    return list(document.instalments.order_by("position").values_list("due_on", "amount"))


def test_r45_thirty_and_sixty_days_give_two_dues_that_add_up_to_what_is_payable(company, party):
    terms = PaymentTerms.objects.create(company=company, code="x", name="x", days=[30, 60])
    document = issued(party, TODAY, "100.01", rate="0", terms=terms)

    assert dues(document) == [
        (date(2026, 3, 2), Decimal("50.01")),
        (date(2026, 4, 1), Decimal("50.00")),
    ]


def test_r45_percentages_and_end_of_month_of_the_row_are_used(company, party):
    terms = PaymentTerms.objects.create(
        company=company,
        code="x",
        name="x",
        days=[0, 30],
        percents=["30", "70"],
        end_of_month=True,
        pay_day=10,
    )
    document = issued(party, date(2026, 7, 5), "1000", rate="0", terms=terms)

    assert dues(document) == [
        (date(2026, 8, 10), Decimal("300.00")),
        (date(2026, 9, 10), Decimal("700.00")),
    ]


def test_r37_split_payment_is_due_net_of_vat(party):
    document = issued(party, TODAY, "1000", exigibility="S")

    assert dues(document) == [(TODAY, Decimal("1000.00"))]


def test_r36_withholding_is_not_due(party):
    document = issued(party, TODAY, "1000", withholding="200")

    assert dues(document) == [(TODAY, Decimal("1020.00"))]


def test_a_credit_note_has_one_negative_due_on_its_own_date(company, party):
    terms = PaymentTerms.objects.create(company=company, code="x", name="x", days=[30, 60])
    document = issued(party, TODAY, "100", kind="credit_note", terms=terms)

    assert dues(document) == [(TODAY, Decimal("-122.00"))]


def test_a_document_with_nothing_to_pay_has_no_due(party):
    assert dues(issued(party, TODAY, "0")) == []


def test_telling_twice_of_the_same_documents_writes_no_due_twice(company, party):
    document = issued(party, TODAY, "100")

    assert raise_dues(company.pk, (document.pk,)) == 0
    assert Instalment.objects.count() == 1


def test_the_batch_takes_the_same_queries_for_one_and_for_ten(company, party):
    terms = PaymentTerms.objects.filter(company=company).order_by("pk")[0]
    counts = []
    for size in (1, 10):
        documents = [new_document(party, TODAY, "100", terms=terms) for _n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            issue(*documents)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_new_company_has_the_terms_and_methods_of_its_country_once(company):
    terms, methods = PaymentTerms.objects.count(), PaymentMethod.objects.count()

    assert min(terms, methods) > 0
    assert PaymentMethod.objects.filter(account_role="cash").exists()
    assert (seed_terms(company), seed_methods(company)) == (0, 0)


def test_all_seeded_terms_can_be_reckoned_with(company):
    documents = [
        new_document(new_party(company, f"P{n}"), TODAY, "999.99", terms=terms)
        for n, terms in enumerate(PaymentTerms.objects.filter(company=company))
    ]
    issue(*documents)

    assert [sum(amount for _on, amount in dues(document)) for document in documents] == [
        document.payable for document in documents
    ]
