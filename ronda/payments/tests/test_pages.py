from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from ronda.company.services import create_company
from ronda.payments.models import Allocation, Instalment, Payment
from ronda.payments.services import record_payment
from ronda.payments.tests.makers import issued, new_document, new_party

pytestmark = pytest.mark.django_db

JANUARY, MARCH = date(2026, 1, 31), date(2026, 3, 2)


def make_due(company, n):
    party = new_party(company, f"Customer {company.pk}-{n}", code=f"C{n}")
    return issued(party, JANUARY, "100", rate="0").instalments.get()


def make_payment(company, n):
    due = make_due(company, n)
    method = company_method(company)
    return record_payment(due.party, date=MARCH, amount=Decimal(50 + n), method=method, by="anna")


def company_method(company):
    return company_methods(company)[0]


def company_methods(company):
    model = Payment._meta.get_field("method").related_model
    return model.objects.filter(company=company).order_by("pk")


@pytest.fixture
def page(client, anna):
    client.force_login(anna)
    return client


def test_ticked_dues_of_two_customers_are_paid_with_two_payments(page, company):
    dues = [make_due(company, n) for n in range(2)]
    given = {"id": [due.pk for due in dues], "date": "02/03/2026", "method": company_method(company).pk}

    response = page.post(reverse("instalment-pay"), given)

    assert (response.status_code, response.url) == (302, reverse("instalment-list"))
    assert list(Payment.objects.values_list("amount", "date")) == [(Decimal(100), MARCH)] * 2


def test_the_payment_form_shows_the_customers_dues_and_what_the_amount_would_settle(page, company):
    due = make_due(company, 1)

    response = page.get(reverse("payment-proposal"), {"party": due.party_id, "amount": "30"})

    assert [(row.pk, share) for row, share in response.context["proposal"].rows] == [(due.pk, Decimal(30))]
    assert f'name="due-{due.pk}"' in response.content.decode()


def test_the_proposal_shows_no_customer_of_another_company(page):
    other = create_company(name="Altra", country="FR", by="zoe")
    due = make_due(other, 1)

    assert page.get(reverse("payment-proposal"), {"party": due.party_id}).status_code == 404


@pytest.fixture
def pays_by(company, party):
    """`pays_by(method)`: the customer's own billing account pays so."""

    def choose(method):
        party.accounts.filter(is_default=True).update(method=method)
        return method

    return choose


def test_the_payment_form_opened_for_a_customer_proposes_how_he_pays(page, company, party, pays_by):
    method = pays_by(company_method(company))

    response = page.get(reverse("payment-add"), {"party": party.pk})
    assert response.context["form"]["method"].value() == method.pk
    assert f'name="proposed" value="{method.pk}"' in response.content.decode()


def test_a_method_that_is_out_of_use_is_not_proposed(page, company, party, pays_by):
    method = pays_by(company_method(company))
    type(method).objects.update(active=False)

    assert page.get(reverse("payment-add"), {"party": party.pk}).context["form"]["method"].value() is None


def test_choosing_the_customer_brings_his_method_unless_another_was_chosen(page, company, party, pays_by):
    usual = pays_by(company_method(company))
    other = type(usual).objects.filter(company=company).exclude(pk=usual.pk)[0]

    def answer(**given):
        return page.get(reverse("payment-proposal"), {"party": party.pk, **given}).content.decode()

    for given in ({"method": ""}, {"method": other.pk, "proposed": other.pk}):
        assert f'<ui-propose data-field="method" data-value="{usual.pk}">' in answer(**given)
    assert "ui-propose" not in answer(method=other.pk, proposed="")
    assert "ui-propose" not in answer(method=usual.pk, proposed=usual.pk)


def test_a_customer_without_a_method_takes_the_proposal_of_the_last_one_back(page, company, party, pays_by):
    pays_by(None)
    given = {"party": party.pk, "method": "7", "proposed": "7"}

    html = page.get(reverse("payment-proposal"), given).content.decode()
    assert '<ui-propose data-field="method" data-value="">' in html


def payment_facts(party, company, **facts):
    method = company_method(company).pk
    return {"party": party.pk, "amount": "130", "date": "02/03/2026", "method": method, "once": "k1"} | facts


def test_a_payment_settles_the_dues_named_on_its_form(page, company, party):
    older, younger = (issued(party, day, "100", rate="0").instalments.get() for day in (JANUARY, MARCH))

    page.post(
        reverse("payment-add"),
        payment_facts(party, company, **{f"due-{older.pk}": "", f"due-{younger.pk}": "80,50"}),
    )

    assert list(Allocation.objects.values_list("instalment", "amount")) == [(younger.pk, Decimal("80.50"))]


def test_the_same_payment_form_sent_twice_records_one_payment(page, company, party):
    for _press in range(2):
        response = page.post(reverse("payment-add"), payment_facts(party, company))
        assert response.status_code == 302

    assert Payment.objects.count() == 1


def test_a_refused_payment_form_keeps_what_was_typed(page, company, party):
    due = issued(party, JANUARY, "100", rate="0").instalments.get()

    response = page.post(reverse("payment-add"), payment_facts(party, company, **{f"due-{due.pk}": "100.01"}))

    assert response.status_code == 422
    assert response.context["proposal"].rows[0][1] == "100.01"
    assert not Payment.objects.exists()


def test_s17_the_customers_page_shows_the_history_and_the_balance(page, party, time_machine):
    time_machine.move_to(date(2026, 4, 1))
    issued(party, MARCH, "1234", rate="0")

    response = page.get(reverse("party-detail", args=[party.pk]), {"tab": "money"})

    assert response.context["balance"].owed == Decimal(1234)
    assert [row.balance for row in response.context["statement"].rows] == [Decimal(1234)]
    assert "1,234.00" in response.content.decode()


def test_the_documents_page_shows_its_dues_and_what_settled_them(page, company, party):
    document = issued(party, JANUARY, "100", rate="0")
    record_payment(party, date=MARCH, amount=Decimal(40), method=company_method(company), by="anna")

    response = page.get(reverse("document-detail", args=[document.pk]), {"tab": "money"})

    assert [due.residue for due, _state, _colour in response.context["dues"]] == [Decimal(60)]
    assert [link.amount for link in response.context["links"]] == [Decimal(40)]


def test_a_document_without_dues_says_so(page, party):
    document = new_document(party, JANUARY, "0")

    assert page.get(reverse("document-detail", args=[document.pk]), {"tab": "money"}).status_code == 200


def test_the_statement_page_gives_the_balance_on_its_last_day(page, party):
    issued(party, JANUARY, "100", rate="0")
    issued(party, MARCH, "50", rate="0")

    response = page.get(reverse("customer-statement"), {"party": party.pk, "end": "28/02/2026"})

    assert response.context["statement"].closing == Decimal(100)
    assert page.get(reverse("customer-statement")).status_code == 200


def test_o32_the_page_of_late_customers_adds_up(page, company):
    for n in range(2):
        make_due(company, n)

    response = page.get(reverse("overdue-customers"), {"on": "02/03/2026"})

    assert response.context["totals"]["late"] == [Decimal(200), 0, 0, 0]


def test_who_may_only_look_can_neither_record_nor_cancel(client, viewer, company):
    client.force_login(viewer)
    payment = make_payment(company, 1)

    pages = [
        reverse("payment-add"),
        reverse("payment-proposal"),
        f"{reverse('payment-cancel')}?id={payment.pk}",
    ]
    assert [client.get(url).status_code for url in pages] == [403, 403, 403]
    assert client.get(reverse("payment-detail", args=[payment.pk])).status_code == 200


def test_states_are_shown_in_words(page, company):
    make_due(company, 1)

    html = page.get(reverse("instalment-list")).content.decode()

    assert '<span class="badge badge-red">overdue</span>' in html
    assert Instalment.objects.get().state(JANUARY).label == "open"


def test_the_api_records_a_payment_once_and_says_why_it_refuses(page, company, party):
    issued(party, JANUARY, "100", rate="0")
    facts = {
        "party": party.pk,
        "amount": "60.00",
        "date": "2026-03-02",
        "method": company_method(company).pk,
        "once": "receipt-1",
    }

    answers = [
        page.post(reverse("api-payment-list"), facts | more, content_type="application/json")
        for more in ({}, {}, {"amount": "61.00"})
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert answers[2].json()["code"] == "payments.key_used_for_another"
    assert list(Payment.objects.values_list("amount", "allocated")) == [(Decimal(60), Decimal(60))]
