from decimal import Decimal

import pytest
from django.urls import reverse

from ronda.company.models import AuditEntry, Company
from ronda.parties.models import BillingAccount, Contact, Family, Party, PaymentTerms, Site
from ronda.parties.services import add_site, create_party

pytestmark = pytest.mark.django_db


@pytest.fixture
def rossi(company):
    return create_party(company, name="Mario Rossi", by="anna", city="Lecco", notes="Ring twice")


def form(**values):
    return {"name": "New one", "kind": "firm", "is_customer": "on", "active": "on", "country": "IT", **values}


def test_s02_a_customer_is_saved_with_a_name_alone(anna, client, company):
    answer = client.post(reverse("party-add"), form())

    party = Party.objects.get(company=company)
    assert answer.url == reverse("party-detail", args=[party.pk])
    assert (party.name, party.code) == ("New one", "C000001")


def test_a_likely_duplicate_is_asked_once_then_obeyed(anna, client, company, rossi):
    url = reverse("party-add")
    page = client.post(url, form(name="ROSSI MARIO"))
    assert page.status_code == 422
    assert page.context["question"].code == "parties.likely_duplicate"

    assert client.post(url, form(name="ROSSI MARIO", confirmed="parties.likely_duplicate")).status_code == 302
    assert Party.objects.filter(company=company).count() == 2


def test_a_refusal_stands_beside_its_field(anna, client, company):
    page = client.post(reverse("party-add"), form(iban="IT00"))

    assert page.context["form"].errors["iban"]
    assert not Party.objects.filter(company=company).exists()


def test_s05_conditions_are_completed_later(anna, client, company, rossi):
    terms = PaymentTerms.objects.filter(company=company)[1]
    url = reverse("party-edit", args=[rossi.pk])
    client.post(url, form(name=rossi.name, terms=terms.pk, iban="IT60 X054 2811 1010 0000 0123 456"))

    account = rossi.accounts.get()
    assert (account.terms, account.bank_account.bic) == (terms, "BLOPIT22")
    initial = client.get(url).context["form"].initial
    assert (initial["terms"], initial["iban"]) == (terms.pk, "IT60X0542811101000000123456")
    assert Party.objects.get(pk=rossi.pk).code == rossi.code


def test_r35_the_exemption_from_stamp_duty_is_kept_with_the_conditions(anna, client, company, rossi):
    url = reverse("party-edit", args=[rossi.pk])
    client.post(url, form(name=rossi.name, stamp_duty_exemption="art. 82 D.Lgs. 117/2017"))

    assert rossi.accounts.get().stamp_duty_exemption == "art. 82 D.Lgs. 117/2017"
    assert client.get(url).context["form"].initial["stamp_duty_exemption"] == "art. 82 D.Lgs. 117/2017"
    assert "art. 82 D.Lgs. 117/2017" in client.get(reverse("party-detail", args=[rossi.pk])).content.decode()


def test_nobody_is_asked_for_it_where_there_is_no_stamp_duty(anna, client, company, rossi):
    Company.objects.filter(pk=company.pk).update(country="FR")
    account = rossi.accounts.get()

    for url in (reverse("party-add"), reverse("billingaccount-edit", args=[account.pk])):
        assert "stamp_duty_exemption" not in client.get(url).context["form"].fields


def test_the_form_marks_what_the_company_wants(anna, client, choose):
    choose(mandatory=["phone"])

    page = client.get(reverse("party-add"))

    assert page.context["form"].fields["phone"].widget.is_required
    assert "phone" in client.post(reverse("party-add"), form()).context["form"].errors


def test_s01_the_customer_at_a_glance(anna, client, rossi):
    Contact.objects.create(party=rossi, name="Lino Sala", role="technical")
    page = client.get(reverse("party-detail", args=[rossi.pk])).content.decode()

    assert "Ring twice" in page
    assert "Lino Sala" in page


def test_s15_letters_sites_and_recipients_in_one_view(anna, client, company):
    party = create_party(
        company,
        name="Magnolie",
        by="anna",
        sites=[{"name": "Stairs A", "group": "A"}, {"name": "Garden"}],
        recipients=["bills@example.org"],
    )
    add_site(party, name="Loose", by="anna")
    page = client.get(reverse("party-detail", args=[party.pk]), {"tab": "billing"}).content.decode()

    for text in ("Stairs A", "Garden", "Loose", "bills@example.org"):
        assert text in page


def test_s08_customers_are_filtered_by_family_and_role(anna, client, company, rossi):
    family = Family.objects.create(company=company, name="Private")
    rossi.families.add(family)
    create_party(company, name="Bolts Ltd", by="anna", is_customer=False, is_supplier=True)

    def names(**asked):
        return [row[1] for row in client.get(reverse("party-list"), asked).context["rows"]]

    assert names(families=family.pk) == ["Mario Rossi"]
    assert names(role="supplier") == ["Bolts Ltd"]
    assert names(q="lecco") == ["Mario Rossi"]


def test_coordinates_written_by_hand_are_kept_as_such(anna, client, rossi):
    facts = {"party": rossi.pk, "name": "Roof", "country": "IT", "active": "on"}
    client.post(reverse("site-add"), {**facts, "latitude": "45.7", "longitude": "9.6"})

    site = Site.objects.get()
    assert (site.code, site.precision) == ("1", "pin")


def account_form(party, **values):
    rows = {f"billinggroup-{name}": value for name, value in (("TOTAL_FORMS", 0), ("INITIAL_FORMS", 0))}
    facts = {"party": party.pk, "currency": "EUR", "discount": "0", "tax_regime": "ordinary"}
    return {**facts, **rows, **values}


def test_a_new_account_has_its_main_letter_and_may_become_the_default(anna, client, rossi):
    client.post(reverse("billingaccount-add"), account_form(rossi, name="Works", is_default="on"))

    works = BillingAccount.objects.get(name="Works")
    assert [group.code for group in works.groups.all()] == [""]
    assert BillingAccount.objects.get(party=rossi, is_default=True) == works


def test_the_only_default_account_stays_the_default(anna, client, rossi):
    account = rossi.accounts.get()
    rows = {"billinggroup-TOTAL_FORMS": 0, "billinggroup-INITIAL_FORMS": 0}
    page = client.post(reverse("billingaccount-edit", args=[account.pk]), account_form(rossi, **rows))

    assert page.context["form"].errors["is_default"]


def test_payment_terms_are_written_as_lists(anna, client, company):
    url = reverse("paymentterms-add")
    facts = {"name": "Thirds", "code": "T3", "active": "on", "days": "30, 60 90", "shift_months": ["8", "12"]}
    assert client.post(url, facts).status_code == 302
    terms = PaymentTerms.objects.get(company=company, code="T3")
    assert (terms.days, terms.shift_months) == ([30, 60, 90], [8, 12])

    for days, percents in (("x", ""), ("30, 60", "50"), ("30, 60", "50, 40")):
        page = client.post(url, {**facts, "code": "T4", "days": days, "percents": percents})
        assert page.status_code == 422, (days, percents)


def test_payment_terms_that_nobody_touched_are_not_in_the_history(anna, client, company):
    terms = PaymentTerms.objects.create(company=company, code="T2", name="Halves", days=[30, 60])
    same = {"name": "Halves", "code": "T2", "active": "on", "days": "30,60", "percents": ""}
    url = reverse("paymentterms-edit", args=[terms.pk])

    client.post(url, same | {"then": "tab:history"})
    assert not AuditEntry.objects.filter(action="parties.paymentterms.changed").exists()
    client.post(url, same | {"days": "30, 90", "then": "tab:history"})
    assert list(AuditEntry.objects.get(action="parties.paymentterms.changed").facts) == ["days"]


def test_payment_terms_show_an_example(anna, client):
    page = client.get(reverse("terms-example"), {"days": "30, 60", "percents": "40, 60"})

    assert [due.amount for due in page.context["dues"]] == [Decimal(400), Decimal(600)]
    assert "dues" not in client.get(reverse("terms-example"), {"days": "30, 60", "percents": "40"}).context


def test_a_customer_is_created_through_the_api(anna, client, company):
    url = reverse("api-party-list")
    answer = client.post(url, {"name": "Verdi", "kind": "firm", "city": "Lecco"}, "application/json")

    assert answer.status_code == 201, answer.content
    again = client.post(url, {"name": "verdi", "kind": "firm", "city": "Lecco"}, "application/json")
    assert (again.status_code, again.json()["code"]) == (409, "parties.likely_duplicate")
