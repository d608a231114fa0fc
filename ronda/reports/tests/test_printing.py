"""What is printed of real documents, and that it stays what it was."""

import io
import zipfile
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.files.storage import default_storage

from ronda.billing.services import draft_document
from ronda.catalogue.models import VatCode
from ronda.company.models import AuditEntry, Job
from ronda.company.options import OptionValue
from ronda.reports import services, tasks
from ronda.reports.domain.documents import print_context
from ronda.reports.domain.liquid import require_plain
from ronda.reports.domain.rendering import to_html
from ronda.reports.models import PrintedDocument
from ronda.reports.queries import default_layout, print_facts
from ronda.reports.services import printing
from ronda.reports.tests import firm
from ronda.reports.tests.test_domain_rendering import page as page_of

pytestmark = pytest.mark.django_db


def facts_of(document):
    (facts,) = print_facts([document], document.company)
    return facts


def text_of(document):
    return page_of(facts_of(document))


def choose(company, group, **answers):
    for name, value in answers.items():
        OptionValue.objects.update_or_create(
            company=company, group=group, name=name, defaults={"value": value}
        )


def test_an_italian_invoice_carries_what_the_law_asks_for(company):
    document = firm.issued(firm.payer(company), firm.lines(company))
    text, style = text_of(document), to_html(default_layout(), print_context(facts_of(document)))
    for wanted in (
        "Fattura FT 1/2026",
        "2 marzo 2026",
        "Condominio Le Betulle",
        "12345678903",
        "Via Monte Rosa 45",
    ):
        assert wanted in text
    assert "Copia di cortesia" in text
    assert facts_of(document).identity.startswith("Capitale sociale € 50.000,00 i.v. - R.E.A. MI-1234567")
    assert "01234567897" in style.partition("@bottom-left")[2][:800]


def test_a_french_invoice_carries_what_the_law_asks_for(french):
    """Art. L441-9 and L441-10: discount, late interest and the flat fee, between businesses."""
    document = firm.issued(firm.payer(french, "Syndic des Bouleaux"), firm.lines(french))
    text = text_of(document)
    for wanted in ("Pas d'escompte", "En cas de retard de paiement", "40 €", "Facture"):
        assert wanted in text
    assert "Copie de courtoisie" not in text
    assert "SAS au capital de" in facts_of(document).identity


def test_reverse_charge_says_in_words_why_there_is_no_vat(french):
    code = VatCode.objects.get(company=french, nature="VATEX-EU-AE")
    account = firm.payer(french, "Schmidt GmbH", country="DE", tax_id="DE123456789")
    text = text_of(firm.issued(account, [replace(firm.lines(french)[0], vat_code=code)]))
    assert "Autoliquidation" in text
    assert text.count("Autoliquidation") == 1
    assert "ALLEMAGNE" in text


def test_r35_r36_stamp_duty_and_withholding_are_told(company):
    account = firm.payer(company, withholding_code="PROF")
    rows = [replace(one, withholding=True) for one in firm.lines(company, 2, nature="N4")]
    text = text_of(firm.issued(account, rows))
    assert "Imposta di bollo" in text
    assert "assolta in modo virtuale" in text
    assert "Ritenuta d’acconto − " in text
    assert "esente ex art. 10" in text


def test_r35_an_exemption_from_stamp_duty_is_told_where_the_duty_would_be_due(company):
    account = firm.payer(company, stamp_duty_exemption="art. 82 D.Lgs. 117/2017")
    asked, not_asked = firm.lines(company, 2, nature="N4"), firm.lines(company)
    assert "Esente da imposta di bollo: art. 82" in text_of(firm.issued(account, asked))
    assert "imposta di bollo" not in text_of(firm.issued(account, not_asked))


def test_r37_split_payment_is_told_and_taken_off(company):
    account = firm.payer(company, "Comune di Milano", tax_regime="split", cig="Z1234567AB")
    document = firm.issued(account, firm.lines(company))
    text = text_of(document)
    assert "Scissione dei pagamenti" in text
    assert "CIG Z1234567AB" in text
    assert document.payable == document.net_total


def test_r14_a_group_by_site_prints_one_section_per_site(company):
    account = firm.payer(company)
    group = firm.group_by_site(account)
    sites = [firm.site(account, "Torino"), firm.site(account, "Rho")]
    rows = [replace(one, site=sites[n % 2]) for n, one in enumerate(firm.lines(company, 4))]
    text = text_of(firm.issued(account, rows, group=group))
    assert (
        text.index("Torino Via dei Mille 1") < text.index("Totale sede") < text.index("Rho Via dei Mille 2")
    )


def test_a_credit_note_names_the_invoice_it_corrects(invoice):
    text = text_of(firm.credited(invoice))
    assert "Nota di credito" in text
    assert "Rettifica FT 1/2026 del 02/03/2026" in text


def test_our_account_is_printed_for_those_who_pay_by_transfer_only(company):
    debit = type(firm.transfer(company)).objects.filter(company=company, legal_code="MP19").first()
    assert "IBAN" in text_of(firm.issued(firm.payer(company), firm.lines(company)))
    assert "IBAN" not in text_of(firm.issued(firm.payer(company, method=debit), firm.lines(company)))


def test_due_dates_are_those_of_the_document(invoice):
    due = invoice.instalments.get()
    assert facts_of(invoice).dues[0].amount == due.amount == invoice.payable
    assert due.due_on.strftime("%d/%m/%Y") in text_of(invoice)


def test_a_period_is_printed_once(company):
    """R8"""
    account = firm.payer(company)
    dated = {"starts_on": firm.DAY.replace(day=1), "ends_on": firm.DAY.replace(day=31)}
    said, unsaid = firm.lines(company, **dated)[0], firm.lines(company, text="Canone", **dated)[0]
    text = text_of(firm.issued(account, [said, unsaid]))
    assert text.count("dal 01/03/2026 al 31/03/2026") == 2


def test_what_a_customer_was_called_is_printed_for_ever(invoice):
    type(invoice.party).objects.filter(pk=invoice.party_id).update(name="Renamed")
    type(invoice.company).objects.filter(pk=invoice.company_id).update(street="Elsewhere 1")
    invoice.refresh_from_db()
    assert "Renamed" not in text_of(invoice)
    assert "Elsewhere" not in text_of(invoice)


def test_layouts_get_plain_values_only(invoice):
    context = print_context(facts_of(invoice))
    require_plain(context)
    with pytest.raises(TypeError, match="invoice is a Document"):
        require_plain({**context, "invoice": invoice})


def test_facts_of_many_documents_take_as_many_queries_as_of_one(company, django_assert_max_num_queries):
    account = firm.payer(company)
    documents = [firm.issued(account, firm.lines(company, 3)) for _ in range(6)]
    for some in (documents[:1], documents):
        with django_assert_max_num_queries(8):  # with the fields of one's own and the references
            assert len(print_facts(some, company)) == len(some)


def test_the_pdf_is_made_once_and_stays_the_same_bytes(invoice, company):
    first = services.content(services.printed(invoice, by="anna"))
    type(company).objects.filter(pk=company.pk).update(phone="new")
    company.refresh_from_db()
    invoice.refresh_from_db()
    services.set_in_use(services.copy_default(company, kind="invoice", name="Mine", by="anna"), by="anna")

    again = services.printed(invoice, by="bea")

    assert services.content(again) == first
    assert first.startswith(b"%PDF-")
    assert PrintedDocument.objects.count() == 1
    assert AuditEntry.objects.filter(action="reports.document.printed").count() == 1


def test_a_changed_file_is_never_given_out_as_the_document(invoice):
    kept = services.printed(invoice, by="anna")
    with default_storage.open(kept.file.name, "wb") as opened:
        opened.write(b"%PDF-other")
    with pytest.raises(services.FileDamaged):
        services.content(kept)
    default_storage.delete(kept.file.name)
    with pytest.raises(services.FileDamaged):
        services.content(kept)


def test_two_people_who_print_at_once_get_the_same_file(invoice, monkeypatch):
    """The other one finishes while our pages are being made."""
    ours = printing._store
    theirs = []

    def late(rows, **facts):
        monkeypatch.setattr(printing, "_store", ours)
        theirs.append(services.printed(invoice, by="bea"))
        ours(rows, **facts)

    monkeypatch.setattr(printing, "_store", late)
    kept = services.printed(invoice, by="anna")

    assert kept.pk == theirs[0].pk
    _folders, files = default_storage.listdir(kept.file.name.rpartition("/")[0])
    assert len(files) == 1


def test_a_draft_is_shown_and_never_kept(company):
    draft = draft_document(firm.payer(company), firm.lines(company), by="anna", on=firm.DAY)
    assert services.render_pdf(draft).startswith(b"%PDF-")
    assert "BOZZA" in text_of(draft)
    with pytest.raises(services.StillADraft):
        services.printed(draft, by="anna")
    assert not PrintedDocument.objects.exists()


def test_several_documents_come_in_one_archive(company):
    account = firm.payer(company)
    documents = [firm.issued(account, firm.lines(company)) for _ in range(3)]
    archive = zipfile.ZipFile(io.BytesIO(services.zip_of(documents, by="anna")))
    assert archive.namelist() == ["FT 1-2026.pdf", "FT 2-2026.pdf", "FT 3-2026.pdf"]
    assert archive.read("FT 2-2026.pdf") == services.content(services.printed(documents[1], by="anna"))


def test_printing_is_left_until_asked_for_unless_the_company_wants_it_at_issue(company):
    account = firm.payer(company)
    firm.issued(account, firm.lines(company))
    assert not Job.objects.filter(kind=tasks.print_documents.module_path).exists()

    choose(company, "prints", when="issue")
    document = firm.issued(account, firm.lines(company))

    job = Job.objects.get(kind=tasks.print_documents.module_path)
    tasks.print_documents.func(*job.args["args"])
    tasks.print_documents.func(*job.args["args"])
    assert list(PrintedDocument.objects.values_list("document", flat=True)) == [document.pk]


def test_options_of_the_print_are_obeyed(company, invoice):
    choose(company, "prints", window="left", courtesy_copy="no", derivation=True)
    line = invoice.lines.first()
    line.derivation = [["price.month", {}, "128.50"], ["total", {}, "128.50"]]
    line.save()
    text = text_of(invoice)
    assert "Copia di cortesia" not in text
    assert "Come nascono gli importi" in text
    assert facts_of(invoice).window == "left"


def test_french_terms_of_payment_come_from_the_options(french):
    choose(french, "prints", discount_terms="2 % à 8 jours", late_interest="12.5")
    text = text_of(firm.issued(firm.payer(french), firm.lines(french)))
    assert "2 % à 8 jours" in text
    assert "12,5" in text


def test_a_discount_on_the_whole_document_is_told(company):
    document = firm.issued(firm.payer(company), firm.lines(company), discount=Decimal(5))
    assert "Sconto sul documento 5 %" in text_of(document)
