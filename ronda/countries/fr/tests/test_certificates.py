"""The tax certificate of personal services, from documents and payments to the mail (S29, R44)."""

import io
from datetime import date
from decimal import Decimal
from html import unescape

import pikepdf
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ronda.billing.services import credit_document
from ronda.company.models import Attachment, AuditEntry, OptionValue, OutgoingMail
from ronda.countries.fr.certificate_models import (
    CertificateCase,
    ServiceMeans,
    TaxCertificate,
)
from ronda.countries.fr.services.certificate_facts import certificates_for
from ronda.countries.fr.services.certificate_files import FileDamaged, content, send_certificates
from ronda.countries.fr.services.certificate_prints import Printer, facts_of
from ronda.countries.fr.services.certificate_year import NotFrench, prepare_year
from ronda.countries.fr.services.certificates import (
    CertifiedMeanwhile,
    NotDeclared,
    YearNotOver,
    issue_certificates,
)
from ronda.countries.fr.tests.certificate_firm import (
    DAY,
    ISSUED_ON,
    NOW,
    YEAR,
    billed,
    cleaning_firm,
    household,
    method,
    pays,
)
from ronda.parties.models import Party
from ronda.payments.models import Instalment
from ronda.payments.services import allocate_credit, cancel_payment, refund
from ronda.reports.domain.rendering import to_html
from ronda.reports.tests.firm import italian_firm, payer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def company(db):
    return cleaning_firm()


def issue(company, **facts):
    given = {"on": ISSUED_ON, "now": NOW, "by": "anna", **facts}
    return issue_certificates(company, YEAR, **given)


def own(company, account, year=YEAR):
    found = certificates_for(company, [account.party_id], year).get(account.party_id)
    return found and {row.activity: row.own for row in found.amounts}


def test_r44_a_payment_counts_in_the_year_it_came_for_the_services_that_open_the_credit(company):
    account = household(company)
    document = billed(account, ("MENAGE", "100"), ("JARDIN", "50"), ("VITRES", "50"))
    pays(document, "120", on=date(2026, 12, 31))
    pays(document, "120", on=date(2027, 1, 2))

    assert own(company, account) == {"cleaning": Decimal("60.00"), "gardening": Decimal("30.00")}
    assert own(company, account, 2027) == {"cleaning": Decimal("60.00"), "gardening": Decimal("30.00")}
    assert own(company, account, 2025) is None


def test_r44_cash_is_left_out_and_a_method_counts_as_was_said(company):
    account = household(company)
    document = billed(account, ("MENAGE", "100"))
    pays(document, "50", by="ESP")
    pays(document, "40", by="CESU")
    found = certificates_for(company, [account.party_id], YEAR)[account.party_id].amounts[0]
    assert (found.own, found.others, found.not_counted) == (0, 40, 50)

    ServiceMeans.objects.create(company=company, method=method(company, "CESU"), means="cesu")
    found = certificates_for(company, [account.party_id], YEAR)[account.party_id].amounts[0]
    assert (found.own, found.others, found.not_counted) == (40, 0, 50)


def test_r44_a_cancelled_payment_is_as_if_it_had_never_been(company):
    account = household(company)
    payment = pays(billed(account, ("MENAGE", "100")), "120")
    cancel_payment(payment, on=date(2026, 4, 3), by="anna")

    assert own(company, account) is None


def credited_due(note):
    return Instalment.objects.get(document=note)


def test_r44_a_credit_note_on_its_own_unpaid_invoice_makes_that_invoice_smaller(company):
    account = household(company)
    document = billed(account, ("MENAGE", "100"), ("VITRES", "100"))
    line = document.lines.get(item__code="VITRES")
    note = credit_document(document, on=DAY, by="anna", amounts={line.pk: Decimal(100)})
    due = document.instalments.get()
    if due.residue and credited_due(note).residue:
        allocate_credit(credited_due(note), due, on=DAY, by="anna")
    pays(document, "120")

    assert own(company, account) == {"cleaning": Decimal("120.00")}


def test_r44_what_is_paid_back_is_taken_off_what_it_was_for(company):
    account = household(company)
    document = billed(account, ("MENAGE", "100"), ("VITRES", "100"))
    pays(document, "240")
    line = document.lines.get(item__code="VITRES")
    note = credit_document(document, on=DAY, by="anna", amounts={line.pk: Decimal(100)})
    refund(
        account.party,
        date=date(2026, 6, 1),
        amount=Decimal(120),
        method=method(company),
        by="anna",
        instalments=[(credited_due(note), Decimal(120))],
    )

    assert own(company, account) == {"cleaning": Decimal("120.00")}
    whole = certificates_for(company, [account.party_id], YEAR)[account.party_id]
    assert whole.not_eligible == 0


def test_r44_a_credit_note_used_on_another_invoice_moves_the_money_that_paid_the_first(company):
    account = household(company)
    first = billed(account, ("VITRES", "100"))
    pays(first, "120", by="CHQ")
    note = credit_document(first, on=DAY, by="anna")
    second = billed(account, ("MENAGE", "100"))
    if second.instalments.get().residue:
        allocate_credit(credited_due(note), second.instalments.get(), on=date(2026, 7, 1), by="anna")

    found = certificates_for(company, [account.party_id], YEAR)[account.party_id]

    assert [(line.means, line.own) for line in found.payments] == [("cheque", Decimal("120.00"))]
    assert found.own == 120


def test_r44_many_customers_are_read_with_the_queries_of_one(company):
    for at in range(4):
        pays(billed(household(company, f"Foyer {at}"), ("MENAGE", "100")), "120")
    parties = sorted(Party.objects.filter(company=company).values_list("pk", flat=True))
    counts = []
    for some in (parties[:1], parties):
        with CaptureQueriesContext(connection) as queries:
            assert len(certificates_for(company, some, YEAR)) == len(some)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_s29_the_prepared_year_says_who_gets_one_and_why_others_do_not(company):
    paid = {
        "ready": (household(company, "A Prêt"), (("MENAGE", "100"),), "VIR"),
        "cash": (household(company, "B Espèces"), (("MENAGE", "100"),), "ESP"),
        "others": (household(company, "C Aidé"), (("MENAGE", "100"),), "CESU"),
        "nothing_eligible": (household(company, "D Vitres"), (("VITRES", "100"),), "VIR"),
        "not_a_person": (payer(company, "E Bureau SARL"), (("MENAGE", "100"),), "VIR"),
    }
    for account, works, by in paid.values():
        pays(billed(account, *works), "120", by=by)
    household(company, "F Rien payé")

    assert prepare_year(company, YEAR, by="anna", now=NOW) == 5

    cases = CertificateCase.objects.filter(company=company, year=YEAR).order_by("party__name")
    assert [case.reason or case.state for case in cases] == list(paid)
    assert cases[0].own == 120
    assert cases[1].warnings[0]["code"] == "SAP-CASH"


def test_s29_certificates_are_issued_once_with_all_that_the_law_wants(company):
    account = household(company)
    pays(billed(account, ("MENAGE", "100"), ("VITRES", "50")), "180", by="CB")

    outcome = issue(company)

    [certificate] = outcome.made
    assert (certificate.own, certificate.version, certificate.is_current) == (Decimal("120.00"), 1, True)
    assert [(row.activity, row.own) for row in certificate.amounts.all()] == [("cleaning", 120)]
    [payment] = certificate.payments.all()
    assert (payment.paid_on, payment.means, payment.own) == (date(2026, 4, 1), "card", 120)
    text = words_of(certificate)
    for said in (
        "Air Pur SAS",
        "SAP732829320",
        "15/01/2020",
        "Claire Martin",
        "120,00",
        "Entretien de la maison",
        "carte bancaire",
        payment.document,
        "CESU préfinancé",
        "199 sexdecies",
    ):
        assert said in text, said
    again = issue(company)
    assert (again.made, again.failed) == ([], [])
    assert AuditEntry.objects.filter(action="country_fr.certificate.issued").count() == 1


def words_of(certificate):
    """What its pages say: figures of a PDF are glyphs of a font, so the page before the PDF is read."""
    printer = Printer(certificate.company)
    said = to_html(printer.layout, printer.context(facts_of(certificate)))
    return unescape(said).replace("\xa0", " ").replace("\u202f", " ")


def test_s29_the_pdf_is_among_the_files_of_the_customer_and_a_new_version_becomes_its_version(company):
    account = household(company)
    document = billed(account, ("MENAGE", "200"))
    pays(document, "120")
    issue(company)
    pays(document, "60", on=date(2026, 11, 3))
    issue(company)

    kind = ContentType.objects.get_for_model(Party)
    [file] = Attachment.objects.filter(content_type=kind, object_id=account.party_id)
    assert file.name == "Attestation fiscale 2026.pdf"
    assert file.versions.count() == 1
    newest = TaxCertificate.objects.get(company=company, is_current=True)
    assert file.came_as == newest.sha256


def test_s29_changed_payments_show_and_lead_to_a_new_version_that_replaces_the_old_one(company):
    account = household(company)
    document = billed(account, ("MENAGE", "200"))
    payment = pays(document, "120")
    [first] = issue(company).made
    before = content(first)
    cancel_payment(payment, on=date(2027, 2, 3), by="anna")
    pays(document, "60")
    prepare_year(company, YEAR, by="anna", now=NOW)
    assert CertificateCase.objects.get(company=company).state == CertificateCase.State.CHANGED

    [second] = issue(company).made

    first.refresh_from_db()
    assert (second.version, second.replaces, second.own) == (2, first, 60)
    assert (first.is_current, second.is_current, content(first)) == (False, True, before)
    assert "annule et remplace la version 1" in words_of(second)
    assert CertificateCase.objects.get(company=company).state == CertificateCase.State.ISSUED


def test_s29_when_all_was_taken_back_a_certificate_of_nothing_replaces_the_old_one(company):
    account = household(company)
    payment = pays(billed(account, ("MENAGE", "100")), "120")
    issue(company)
    cancel_payment(payment, on=date(2027, 2, 3), by="anna")

    [second] = issue(company).made

    assert (second.version, second.own, second.amounts.count()) == (2, 0, 0)
    assert issue(company).made == []


def test_s29_one_customer_who_cannot_be_certified_stops_nobody_else(company, monkeypatch):
    from ronda.countries.fr.services import certificates  # noqa: PLC0415

    accounts = [household(company, f"Foyer {at}") for at in range(3)]
    for account in accounts:
        pays(billed(account, ("MENAGE", "100")), "120")
    prepare_year(company, YEAR, by="anna", now=NOW)
    plain = certificates._store

    def refusing(run, certificate, rows, former):
        if certificate.party_id == accounts[1].party_id:
            raise CertifiedMeanwhile("somebody else was faster")
        plain(run, certificate, rows, former)

    monkeypatch.setattr(certificates, "_store", refusing)
    outcome = issue(company)
    assert (len(outcome.made), len(outcome.failed)) == (2, 1)
    case = CertificateCase.objects.get(company=company, party=accounts[1].party)
    assert (case.state, case.problem) == ("ready", "somebody else was faster")

    monkeypatch.setattr(certificates, "_store", plain)
    resumed = issue(company)
    assert [one.party_id for one in resumed.made] == [accounts[1].party_id]
    assert CertificateCase.objects.get(company=company, party=accounts[1].party).problem == ""


def test_s29_a_run_that_dies_goes_on_where_it_stopped(company):
    for at in range(3):
        pays(billed(household(company, f"Foyer {at}"), ("MENAGE", "100")), "120")
    calls = []

    def dies():
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("the machine went off")

    with pytest.raises(RuntimeError), transaction.atomic():
        issue(company, fence=dies)
    outcome = issue(company)

    assert len(outcome.made) + len(outcome.unchanged) >= 1
    assert TaxCertificate.objects.filter(company=company, is_current=True).count() == 3


def test_s29_nothing_is_issued_before_the_year_is_over_or_the_firm_is_declared(company):
    pays(billed(household(company), ("MENAGE", "100")), "120")
    with pytest.raises(YearNotOver):
        issue(company, on=date(2026, 12, 31))
    OptionValue.objects.filter(company=company, name="declaration").delete()
    with pytest.raises(NotDeclared):
        issue(company)


def test_s29_french_companies_only():
    company = italian_firm()
    with pytest.raises(NotFrench):
        prepare_year(company, YEAR, by="anna", now=NOW)
    with pytest.raises(NotFrench):
        issue(company)


def test_s29_every_certificate_in_force_is_mailed_once_and_who_has_no_address_is_named(company):
    for name, facts in (("Avec", {}), ("Sans", {"email": ""})):
        pays(billed(household(company, name, **facts), ("MENAGE", "100")), "120")
    made = issue(company).made

    sent, failed = send_certificates(made, by="anna")

    assert [row.party.name for row in sent] == ["Avec"]
    assert [row.party.name for row, _refusal in failed] == ["Sans"]
    [mail] = OutgoingMail.objects.filter(company=company)
    assert mail.subject == "Votre attestation fiscale 2026"
    assert "Air Pur SAS" in mail.body
    assert mail.files[0]["name"].startswith("Attestation fiscale 2026")
    assert send_certificates(made, by="anna")[0] == []
    assert len(send_certificates(made, by="anna", again=True)[0]) == 1


def test_a_certificate_whose_file_was_changed_is_not_handed_out(company):
    pays(billed(household(company), ("MENAGE", "100")), "120")
    [certificate] = issue(company).made
    with certificate.file.storage.open(certificate.file.name, "ab") as file:
        file.write(b"more")
    with pytest.raises(FileDamaged):
        content(certificate)


def test_the_pages_of_a_certificate_are_a_pdf_with_its_title(company):
    pays(billed(household(company), ("MENAGE", "100")), "120")
    [certificate] = issue(company).made
    with pikepdf.open(io.BytesIO(content(certificate))) as pdf:
        assert str(pdf.docinfo["/Title"]).startswith("Attestation fiscale 2026")
