"""The small demonstration: complete, right, and the same every time."""

from collections import defaultdict
from datetime import UTC, datetime
from random import Random

import pytest
from django.contrib.auth import authenticate
from django.db import transaction

from ronda.billing.models import BillingRun, Document, RunEntry
from ronda.billing.services import prepare_run
from ronda.company.country import pack_for
from ronda.company.models import Attachment, Company, Membership
from ronda.contracts.models import Contract, ContractLine
from ronda.einvoices.models import Quarantined, Transmission
from ronda.einvoices.services import send, take_in
from ronda.operations.services.auditing import findings
from ronda.parties.domain.names import normalised
from ronda.parties.models import BankAccount, DocumentRecipient, Party, Place, Site
from ronda.parties.services.banking import checked_iban
from ronda.payments.models import Payment
from ronda.purchases.models import SupplierInvoice
from ronda.site.demo import DEMO_LOGINS, build_demo, french, italian, italian_work
from ronda.site.demo.agreements import cases, make_up
from ronda.site.demo.building import NotEmpty
from ronda.site.demo.exchanged import PENDING
from ronda.site.demo.sizes import FULL, SMALL

# Without a mark on some test, pytest-django makes no tables when this file is run alone.
pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 3, 5, 0, tzinfo=UTC)
FIRMS = {"IT": italian.PROVINCES, "FR": french.PROVINCES}


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup, django_db_blocker):
    """Built once, read by every test below, rolled back with the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        for country, provinces in FIRMS.items():
            load_some_places(country, set(provinces))
        steps: list[tuple[int, int]] = []
        build_demo(lambda done, total: steps.append((done, total)), size=SMALL)
        yield steps
        transaction.set_rollback(True)


def load_some_places(country: str, provinces: set[str]) -> None:
    """The municipalities the firms work in: all of a country take seconds."""
    Place.objects.bulk_create(
        Place(
            country=country,
            code=each.code,
            name=each.name,
            key=normalised(each.name),
            province=each.province,
            postcodes=" ".join(each.postcodes),
            latitude=each.latitude,
            longitude=each.longitude,
            population=each.population or 0,
        )
        for each in pack_for(country).places()
        if each.province in provinces
    )


@pytest.fixture(params=["IT", "FR"])
def company(request):
    return Company.objects.get(country=request.param)


def test_the_firm_has_customers_sites_contracts_and_three_billed_months(company):
    customers, sites, contracts = SMALL.italian if company.country == "IT" else SMALL.french

    assert Party.objects.filter(company=company).count() == customers
    assert Site.objects.filter(party__company=company).count() == sites
    assert Contract.objects.filter(company=company).count() == contracts
    runs = BillingRun.objects.filter(company=company).order_by("as_of")
    assert [run.as_of for run in runs] == SMALL.month_ends
    assert {run.state for run in runs} == {BillingRun.State.DONE}
    assert not RunEntry.objects.filter(run__company=company, state=RunEntry.State.FAILED).exists()


def test_nothing_is_wrong_with_documents_payments_books_and_periods(company):
    assert list(findings(company, now=NOW)) == []


def test_the_numbers_of_each_series_run_from_one_without_a_gap(company):
    numbers = defaultdict(list)
    issued = Document.objects.filter(company=company, number__isnull=False)
    for series, year, number in issued.values_list("series", "year", "number"):
        numbers[series, year].append(number)

    assert len(numbers) == 2  # invoices and credit notes
    for found in numbers.values():
        assert sorted(found) == list(range(1, len(found) + 1))


def test_the_next_month_is_waiting_for_the_person_who_looks(company):
    with transaction.atomic():
        run = prepare_run(company, as_of=FULL.month_ends[-1].replace(month=11, day=30), by="anna")
        transaction.set_rollback(True)

    assert run.proposed > 0


def test_there_are_payments_credit_notes_drafts_recipients_and_files(company):
    assert Payment.objects.filter(company=company).exists()
    assert Document.objects.filter(company=company, kind="credit_note").count() == SMALL.credit_notes
    assert Document.objects.filter(company=company, status="draft").count() == SMALL.drafts
    assert DocumentRecipient.objects.filter(group__account__party__company=company).exists()
    assert Attachment.objects.filter(company=company).exists()


def test_the_italian_firm_shows_every_way_of_billing():
    company = Company.objects.get(country="IT")
    lines = ContractLine.objects.filter(contract__company=company)

    for field in ("frequency_unit", "timing", "alignment"):
        choices = ContractLine._meta.get_field(field).flatchoices
        assert set(lines.values_list(field, flat=True)) == {value for value, _label in choices}, field
    assert set(lines.values_list("first_partial", flat=True)) == {
        value for value, _ in ContractLine.Partial.choices
    }
    statuses = set(Contract.objects.filter(company=company).values_list("status", flat=True))
    assert statuses >= {"draft", "active", "void"}
    assert Contract.objects.filter(company=company, billing_hold=True).exists()
    assert Contract.objects.filter(company=company, group__code="B").exists() or len(lines) > 44


def test_public_bodies_split_the_vat_and_condominiums_withhold():
    issued = Document.objects.filter(company__country="IT", status="issued")

    assert issued.filter(tax_regime="split").exclude(cig="").exists()
    assert issued.filter(withholding_total__gt=0).exists()
    assert issued.filter(stamp_duty__gt=0).exists()


def test_tax_numbers_and_accounts_pass_the_checks_of_their_country(company):
    pack = pack_for(company.country)
    for party in Party.objects.filter(company=company):
        if party.tax_id:
            assert pack.check_tax_id(party.tax_id, country=party.country) == party.tax_id
        if party.registration_id:
            assert pack.check_registration_id(party.registration_id, country=party.country)
        assert party.latitude is not None, party
        assert party.province, party
    for account in BankAccount.objects.filter(party__company=company):
        assert str(checked_iban(account.iban)) == account.iban


def test_everybody_of_the_list_can_log_in_and_works_in_the_firm():
    for login in DEMO_LOGINS:
        user = authenticate(username=login.username, password=login.password)
        assert user is not None, login.username
        member = Membership.objects.get(user=user, company__name=login.company)
        assert member.role.code == login.role


def test_one_person_works_in_both_firms():
    assert Membership.objects.filter(user__username=DEMO_LOGINS[0].username).count() == 2


def test_p32_the_last_months_documents_went_through_the_exchange_and_some_wait(company):
    rows = Transmission.objects.filter(company=company)
    usual = {"delivered", "available"} if company.country == "IT" else {"accepted", "disputed"}
    assert {row.state for row in rows} >= usual | {"rejected", "refused", "ready"}
    assert rows.filter(state="ready").count() == PENDING
    assert {row.document.date for row in rows.select_related("document")} == {SMALL.month_ends[-1]}
    assert SupplierInvoice.objects.filter(company=company).exists()
    assert not Quarantined.objects.filter(company=company).exists()
    read = {row.read.seller.identity for row in SupplierInvoice.objects.filter(company=company)}
    assert len(read) > 1


def test_p32_what_is_sent_later_is_answered_as_well(company):
    row = Transmission.objects.filter(company=company, state="ready").select_related("company")[0]
    with transaction.atomic():
        send([row], by="anna", now=NOW)
        answered = take_in(company, by="anna", now=NOW)
        row.refresh_from_db()
        transaction.set_rollback(True)
    assert answered.receipts
    assert row.state in {"delivered", "available", "taken", "rejected"}


def test_an_installation_with_companies_is_left_alone():
    with pytest.raises(NotEmpty):
        build_demo(size=SMALL)


def test_the_progress_ends_at_its_total(demo):
    assert demo[-1][0] == demo[-1][1]
    assert demo == sorted(demo)


def test_the_contracts_are_made_up_the_same_every_time():
    company = Company.objects.get(country="IT")

    def once():
        rng = Random(7)
        made = make_up(cases(company, rng, italian_work.vat_of), 200, italian_work.RECIPES, rng)
        return [(agreement.title, agreement.starts_on, agreement.fees) for _case, agreement in made]

    assert once() == once()
