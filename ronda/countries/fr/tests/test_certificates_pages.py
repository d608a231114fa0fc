"""The screens of tax certificates: a year is prepared, issued and mailed from one page (S29)."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ronda.company.domain.roles import ROLE_TEMPLATES
from ronda.company.jobs.worker import run_pending
from ronda.company.models import Job, Membership, OutgoingMail, Role, User
from ronda.countries.fr import certificate_pages
from ronda.countries.fr.certificate_models import CertificateCase, TaxCertificate
from ronda.countries.fr.certificate_tasks import start
from ronda.countries.fr.services.certificates import issue_certificates
from ronda.countries.fr.tests.certificate_firm import (
    ISSUED_ON,
    NOW,
    YEAR,
    billed,
    cleaning_firm,
    household,
    pays,
)
from ronda.reports.models import PrintLayout, layout_kinds
from ronda.reports.services import copy_default, kinds_for, preview
from ronda.reports.tests.firm import italian_firm
from ronda.workspace.context import entries

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def company(db):
    return cleaning_firm()


def browser(company, role="owner"):
    user = User.objects.create_user(f"{role}-{company.pk}", language="en")
    known = Role.objects.get(company=company, code=role)
    Membership.objects.create(user=user, company=company, role=known, is_default=True)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def page(company):
    return browser(company)


@pytest.fixture
def in_2027(monkeypatch):
    """The year is over."""
    monkeypatch.setattr(timezone, "localdate", lambda *_given: ISSUED_ON)


def certified(company, name="Claire Martin"):
    pays(billed(household(company, name), ("MENAGE", "100")), "120")
    return issue_certificates(company, YEAR, on=ISSUED_ON, now=NOW, by="anna").made[0]


def test_s29_a_year_is_prepared_issued_and_mailed_from_one_page(company, page, in_2027):
    pays(billed(household(company), ("MENAGE", "100")), "120")
    pays(billed(household(company, "Luc Espèces"), ("MENAGE", "100")), "120", by="ESP")
    desk = reverse("certificate-desk")
    assert "not prepared yet" in page.get(desk).content.decode()

    for what in ("prepare", "issue", "mail"):
        answer = page.post(reverse("certificate-start", args=[what]), {"year": YEAR})
        assert answer.status_code == 302
        assert answer["Location"] == f"{desk}?year={YEAR}"
        run_pending()

    assert TaxCertificate.objects.get(company=company).own == 120
    assert OutgoingMail.objects.filter(company=company).count() == 1
    shown = page.get(f"{desk}?year={YEAR}").content.decode()
    assert "paid in cash only" in shown.casefold()
    assert "€120.00" in shown or "120.00" in shown


def test_s29_one_job_of_a_kind_is_under_way_at_a_time(company):
    first, second = start("prepare", company, YEAR, by="anna"), start("prepare", company, YEAR, by="luc")

    assert first == second
    assert Job.objects.filter(company=company, kind__contains="prepare_certificates").count() == 1


def test_s29_the_page_of_a_certificate_shows_its_payments_and_gives_the_file(company, page):
    certificate = certified(company)
    shown = page.get(reverse("tax-certificate-detail", args=[certificate.pk])).content.decode()
    assert "Housework" in shown
    assert certificate.payments.get().document in shown

    answer = page.get(reverse("certificate-file", args=[certificate.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_s29_a_certificate_that_no_longer_agrees_says_so(company, page):
    certificate = certified(company)
    CertificateCase.objects.filter(company=company).update(state="changed")

    shown = page.get(reverse("tax-certificate-detail", args=[certificate.pk])).content.decode()

    assert "no longer agrees with the payments" in shown


def test_s29_the_list_is_exported(company, page):
    certified(company)
    answer = page.get(reverse("tax-certificate-export"), {"format": "csv"})
    assert answer.status_code == 200
    assert "Claire Martin" in b"".join(answer).decode("utf-8-sig")


def test_s29_another_companys_certificate_is_not_there(company):
    certificate = certified(company)
    stranger = browser(cleaning_firm("Autre Maison"))

    for name in ("tax-certificate-detail", "certificate-file"):
        assert stranger.get(reverse(name, args=[certificate.pk])).status_code == 404


def test_s29_firms_of_other_countries_are_not_shown_the_page(company):
    italian = italian_firm()
    user = User.objects.create_superuser("boss", password="x")
    labels = {entry["url"] for entry in entries(user, in_navigation=True, country="IT")}
    assert reverse("certificate-desk") not in labels
    assert reverse("certificate-desk") in {
        entry["url"] for entry in entries(user, in_navigation=True, country="FR")
    }
    page = browser(italian)
    assert "for French companies" in page.get(reverse("certificate-desk")).content.decode()
    page.post(reverse("certificate-start", args=["prepare"]), {"year": YEAR})
    assert not Job.objects.filter(company=italian, kind__contains="prepare_certificates").exists()


def test_who_may_not_issue_is_refused(company):
    reader = browser(company, "read_only")
    assert "read_only" in {role.code for role in ROLE_TEMPLATES}
    assert reader.get(reverse("certificate-desk")).status_code == 200
    assert reader.post(reverse("certificate-start", args=["issue"]), {"year": YEAR}).status_code == 403


@pytest.mark.parametrize("given", ["", "20x6", "1999", "3000"])
def test_the_year_is_the_last_one_that_is_over_unless_another_is_chosen(given):
    assert certificate_pages.chosen_year(given, date(2027, 3, 1)) == 2026
    assert certificate_pages.chosen_year("2025", date(2027, 3, 1)) == 2025


def test_a_certificate_may_have_a_layout_of_its_own_in_france_only(company):
    assert "certificate" in dict(layout_kinds())
    assert "certificate" in kinds_for(company)
    assert "certificate" not in kinds_for(italian_firm())

    layout = copy_default(company, kind="certificate", name="La nôtre", by="anna")
    certificate = certified(company)
    made = preview(company, "certificate", html=layout.html, css=layout.css, document=certificate, want="pdf")
    assert made.startswith(b"%PDF-")
    PrintLayout.objects.filter(pk=layout.pk).update(is_default=True, html="<p>{{ buyer.name }} à nous</p>")
    pays(billed(household(company, "Encore"), ("MENAGE", "100")), "120")
    assert issue_certificates(company, YEAR, on=ISSUED_ON, now=NOW, by="anna").made
