"""Every check of the data finds what it promises to find: the data are broken by SQL, one thing at a time."""

# ruff: noqa: S608 -- statements are put together from the tests' own words

import hashlib
import os
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import translation

from ronda.billing.domain.chain import LINE_WORDS, WORDS
from ronda.billing.models import ChainLink, Document, DocumentLine, VatSummary
from ronda.billing.services import draft_document, issue_document
from ronda.billing.services.chaining import chain_old_documents
from ronda.billing.tests.firm import TODAY, line, make_account, make_firm
from ronda.company.checking import checks
from ronda.company.models import Attachment, AuditEntry, Job, NumberSeries, OptionValue
from ronda.company.services.files import attach_file
from ronda.contracts.tests.agreements import agree, month
from ronda.countries.it.models import IntentUse
from ronda.einvoices.models import KeptFile, Transmission
from ronda.einvoices.services import archiving
from ronda.operations.models import DataCheck
from ronda.operations.services.auditing import check_data, is_unchanged, look
from ronda.operations.services.certifying import certificate_pdf
from ronda.parties.models import PaymentMethod
from ronda.payments.services import record_payment
from ronda.reports.models import PrintedDocument
from tests.certificate_makers import make_certificate
from tests.italian_makers import make_letter_of_intent
from tests.purchase_makers import make_registration, pay_what_is_due
from tests.reporting_makers import make_ereport, make_ereport_entry

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOW = datetime(2026, 3, 20, 3, 10, tzinfo=UTC)


@pytest.fixture
def at_work(tmp_path, settings):
    """A firm with a contract billed for two months, three invoices by hand, a payment, a print and a file,
    a file sent to the exchange, a supplier's invoice."""
    settings.MEDIA_ROOT = str(tmp_path)
    firm = make_firm()
    account = make_account(firm)
    contract = agree(account, {"price": "100.00"}, starts_on=date(2026, 1, 1))
    month(firm, date(2026, 1, 31))
    month(firm, date(2026, 2, 28))
    by_hand = [
        issue_document(draft_document(account, [line(firm)], by="anna", on=TODAY), on=TODAY, by="anna")
        for _n in range(3)
    ]
    method = PaymentMethod.objects.filter(company=firm).first()
    payment = record_payment(
        account.party, date=TODAY, amount=by_hand[0].payable, method=method, by="anna",
        instalments=[(by_hand[0].instalments.get(), by_hand[0].payable)],
    )  # fmt: skip
    attach_file(by_hand[0], ContentFile(b"%PDF-1.4 signed"), name="signed.pdf", by="anna")
    printed = PrintedDocument(document=by_hand[0], sha256="0" * 64)
    printed.file.save("", ContentFile(b"%PDF-1.4"), save=False)
    printed.save()
    sent_to_the_exchange(firm, by_hand[2])
    OptionValue.objects.create(company=firm, group="purchases", name="deduction", value="all")
    pay_what_is_due(make_registration(firm, 2))
    IntentUse.objects.create(letter=make_letter_of_intent(firm, 3), document=by_hand[1], amount=0)
    series = NumberSeries.objects.get(company=firm, kind="billing.document", code=by_hand[0].series)
    return SimpleNamespace(
        firm=firm, doc=by_hand[1].pk, label=by_hand[1].label, paid=by_hand[0].pk, last=by_hand[2].pk,
        contract=contract.pk, payment=payment.pk, series=series.pk,
    )  # fmt: skip


def sent_to_the_exchange(firm, document):
    kept = archiving.store(firm.pk, [archiving.ToKeep("IT1_00001.xml", b"<file/>")], now=NOW)
    with transaction.atomic():
        archiving.chain(firm.pk, kept)
    Transmission.objects.create(
        company=firm, document=document, format="fatturapa", kept=kept[0], file_name="IT1_00001.xml",
        state="sent", prepared_at=NOW, prepared_by="anna", sent_at=NOW,
    )  # fmt: skip


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def on_document(statement):
    """Run for the document in the middle."""
    return lambda s: sql(statement, s.doc)


def never_twice(s):
    sql("DROP INDEX document_number_once_a_year")
    sql("UPDATE billing_document SET number = number + 1 WHERE id = %s", s.doc)


def stored_option(group, name, value):
    return lambda s: OptionValue.objects.create(company=s.firm, group=group, name=name, value=value)


def waiting_job(due, *, of_firm=True):
    def make(s):
        job = Job.objects.create(kind="tests.job", company=s.firm if of_firm else None, by="anna")
        Job.objects.filter(pk=job.pk).update(due=due)

    return make


CHARGE = "contracts_chargeperiod"
SECOND = "(SELECT max(id) FROM contracts_chargeperiod)"
ENTRY = "(SELECT id FROM accounting_journalentry WHERE source = 'billing.document:' || %s)"
CUSTOMERS = "(SELECT id FROM accounting_account WHERE role = 'customers')"
#: What has no record of its own, or none any more.
NO_RECORD = {"gone", "unknown", "unreadable", "bytes_without_row", "cut"}
SHIFT = "UPDATE accounting_journalline SET amount = amount + 1 WHERE entry_id = " + ENTRY
LATE = NOW - timedelta(hours=2)


def remove_entry(s):
    sql(f"DELETE FROM accounting_journalline WHERE entry_id = {ENTRY}", str(s.doc))
    sql("DELETE FROM accounting_journalentry WHERE source = %s", f"billing.document:{s.doc}")


def shift_entry(s):
    sql(SHIFT, str(s.doc))


def shift_line_of_entry(s):
    sql(f"{SHIFT} AND account_id = {CUSTOMERS}", str(s.doc))


def kept_file():
    return Path(default_storage.path(str(Attachment.objects.get().file.name)))


def forgotten_bytes(s):
    lost = kept_file().with_name("0" * 32)
    lost.write_bytes(b"cut off")
    os.utime(lost, (0, 0))


def sent_file():
    return Path(default_storage.path(str(KeptFile.objects.get().file.name)))


def withdrawn(s):
    sql("UPDATE purchases_registration SET withdrawn_on = '2026-03-31'")


def without_entries(s):
    sql("DELETE FROM accounting_journalline")
    sql("DELETE FROM accounting_journalentry")


# How each problem comes about, by the code of its check.
def certified(kept=b"", **facts):
    """A tax certificate of no figures, with these facts changed and with or without a file."""

    def break_it(state):
        certificate = make_certificate(state.firm, 7)
        for name, value in facts.items():
            setattr(certificate, name, value)
        if kept:
            certificate.file.save("", ContentFile(kept), save=False)
        certificate.save()

    return break_it


def of_a_french_firm(state):
    """A report that was sent and a certificate that was issued, both sound."""
    make_ereport(state.firm, 1)
    certified(b"%PDF", sha256=hashlib.sha256(b"%PDF").hexdigest())(state)


BREAKS = {
    ("billing.totals", "no_lines"): on_document("DELETE FROM billing_documentline WHERE document_id = %s"),
    ("billing.totals", "lines"): on_document(
        "UPDATE billing_documentline SET net = net + 1 WHERE document_id = %s"
    ),
    ("billing.totals", "vat"): on_document(
        "UPDATE billing_vatsummary SET vat = vat + 1 WHERE document_id = %s"
    ),
    ("billing.totals", "totals"): on_document(
        "UPDATE billing_document SET net_total = net_total + 1, gross_total = gross_total + 1 WHERE id = %s"
    ),
    ("billing.chain", "changed"): on_document(
        "UPDATE billing_documentline SET text = 'Altro' WHERE document_id = %s"
    ),
    ("billing.chain", "renumbered"): on_document("UPDATE billing_document SET number = 77 WHERE id = %s"),
    ("billing.chain", "broken"): on_document(
        f"UPDATE billing_chainlink SET previous = '{'0' * 64}' WHERE document_id = %s"
    ),
    ("billing.chain", "gone"): on_document("DELETE FROM billing_document WHERE id = %s"),
    ("billing.chain", "missing"): on_document("DELETE FROM billing_chainlink WHERE document_id = %s"),
    ("it.intents", "amount"): lambda s: sql("UPDATE country_it_intentuse SET amount = 7"),
    ("company.numbers", "missing"): lambda s: sql(
        "UPDATE company_numberseries SET last_number = 9 WHERE id = %s", s.series
    ),
    ("company.numbers", "twice"): never_twice,
    ("company.numbers", "backwards"): on_document(
        "UPDATE billing_document SET date = '2026-01-02' WHERE id = %s"
    ),
    ("company.numbers", "behind"): lambda s: sql(
        "UPDATE company_numberseries SET last_number = 2 WHERE id = %s", s.series
    ),
    ("company.options", "unknown"): stored_option("safety", "no_such_option", 1),
    ("company.options", "unreadable"): stored_option("safety", "large_import_rows", -5),
    ("company.jobs", "late"): waiting_job(LATE),
    ("company.jobs", "never"): waiting_job(None),
    ("installation.jobs", "late"): waiting_job(LATE, of_firm=False),
    ("installation.jobs", "never"): waiting_job(None, of_firm=False),
    ("company.files", "missing_bytes"): lambda s: kept_file().unlink(),
    ("company.files", "changed_bytes"): lambda s: kept_file().write_bytes(b"something else"),
    ("company.files", "bytes_without_row"): forgotten_bytes,
    ("company.orphans", "nowhere"): lambda s: sql("UPDATE company_attachment SET object_id = 987654"),
    ("installation.references", "lost"): on_document(
        "UPDATE billing_documentline SET item_id = 987654 WHERE document_id = %s"
    ),
    ("payments.dues", "sum"): on_document(
        "UPDATE payments_instalment SET amount = amount + 1 WHERE document_id = %s"
    ),
    ("payments.allocations", "settled"): lambda s: sql(
        "UPDATE payments_instalment SET settled = 0 WHERE document_id = %s", s.paid
    ),
    ("payments.allocations", "oversettled"): lambda s: sql(
        "UPDATE payments_allocation SET amount = amount * 3"
    ),
    ("payments.allocations", "used"): lambda s: sql(
        "UPDATE payments_payment SET allocated = 0 WHERE id = %s", s.payment
    ),
    ("payments.allocations", "overused"): lambda s: sql("UPDATE payments_allocation SET amount = amount * 3"),
    ("accounting.balance", "off"): shift_line_of_entry,
    ("accounting.documents", "unposted"): remove_entry,
    ("accounting.documents", "differs"): shift_entry,
    ("accounting.documents", "nothing"): lambda s: sql(
        "UPDATE accounting_journalentry SET source = 'billing.document:987654' WHERE source = %s",
        f"billing.document:{s.doc}",
    ),
    ("contracts.coverage", "twice"): lambda s: sql(
        f"UPDATE {CHARGE} SET starts_on = '2026-01-20' WHERE id = {SECOND}"
    ),
    ("contracts.coverage", "outside"): lambda s: sql(
        "UPDATE contracts_contractline SET ends_on = '2026-02-10' WHERE contract_id = %s", s.contract
    ),
    ("contracts.coverage", "again"): lambda s: sql(
        f"UPDATE {CHARGE} SET starts_on = '2026-02-03' WHERE id = {SECOND}"
    ),
    ("country_fr.reports", "differs"): lambda s: make_ereport_entry(make_ereport(s.firm, 1), s.doc),
    ("country_fr.reports", "unkept"): lambda s: make_ereport(s.firm, 1, file_name="other.xml"),
    ("country_fr.certificates", "amounts"): certified(own=10),
    ("country_fr.certificates", "payments"): certified(others=10),
    ("country_fr.certificates", "in_force"): certified(is_current=False),
    ("country_fr.certificates", "missing"): certified(),
    ("country_fr.certificates", "changed"): certified(kept=b"something else"),
    ("einvoices.archive", "missing"): lambda s: sent_file().unlink(),
    ("einvoices.archive", "changed"): lambda s: sent_file().write_bytes(b"something else"),
    ("einvoices.archive", "broken"): lambda s: sql(f"UPDATE einvoices_keptfile SET sha256 = '{'0' * 64}'"),
    ("einvoices.archive", "cut"): lambda s: sql("DELETE FROM einvoices_keptfile"),
    ("einvoices.states", "state"): lambda s: sql("UPDATE einvoices_transmission SET state = 'accepted'"),
    ("purchases.entries", "unposted"): without_entries,
    ("purchases.entries", "differs"): lambda s: sql("DELETE FROM accounting_journalline"),
    ("purchases.entries", "not_opposite"): withdrawn,
    ("purchases.payables", "sum"): lambda s: sql("UPDATE purchases_payable SET amount = amount + 1"),
    ("purchases.payments", "sum"): lambda s: sql("UPDATE purchases_settledpayable SET amount = amount - 1"),
    ("purchases.payments", "entry"): lambda s: sql(
        "DELETE FROM accounting_journalline WHERE entry_id IN"
        " (SELECT id FROM accounting_journalentry WHERE substr(source, 1, 18) = 'purchases.payment:')"
    ),
    ("purchases.settled", "settled"): lambda s: sql("UPDATE purchases_payable SET settled = 0"),
    ("purchases.waiting_vat", "waiting"): lambda s: sql(
        "DELETE FROM accounting_journalline WHERE entry_id IN"
        " (SELECT id FROM accounting_journalentry WHERE substr(source, 1, 14) = 'purchases.vat:')"
    ),
    ("purchases.register", "register"): withdrawn,
    ("reports.prints", "missing"): lambda s: sql(
        "UPDATE reports_printeddocument SET file = 'prints/nowhere'"
    ),
    ("reports.prints", "unhashed"): lambda s: sql("UPDATE reports_printeddocument SET sha256 = ''"),
}


def found_by(check, firm):
    return look(check, None if check.whole_installation else firm.pk, now=NOW, thorough=True)


@contextmanager
def undone():
    """What is broken inside is put back: the database's own checks at the end of a test find nothing."""
    files = {path: path.read_bytes() for path in Path(default_storage.location).rglob("*") if path.is_file()}
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    for path in Path(default_storage.location).rglob("*"):
        if path.is_file() and path not in files:
            path.unlink()
    for path, content in files.items():
        path.write_bytes(content)


def called(code):
    return next(check for check in checks() if check.code == code)


def test_every_problem_of_every_check_has_a_way_to_come_about():
    declared = {(check.code, problem) for check in checks() for problem in check.problems}

    assert set(BREAKS) == declared


@pytest.mark.parametrize("code", sorted({code for code, _problem in BREAKS}))
def test_what_is_broken_by_hand_is_found_with_its_record_and_a_remedy(code, at_work):
    check = called(code)
    assert found_by(check, at_work.firm).kept == []
    for problem in (problem for of, problem in BREAKS if of == code):
        with undone():
            BREAKS[code, problem](at_work)
            found = [one for one in found_by(check, at_work.firm).kept if one.problem == problem]

        assert found, problem
        for language in ("en", "it", "fr"):
            with translation.override(language):
                text, remedy = check.words(problem, found[0].facts)
                assert text
                assert "%(" not in text
                assert remedy
        if problem not in NO_RECORD:
            assert (bool(found[0].model), found[0].pk is not None) == (True, True), problem


def test_sound_data_pass_every_check_and_every_check_reads_something(at_work):
    Job.objects.create(kind="tests.job", company=at_work.firm, by="anna", due=NOW)
    Job.objects.create(kind="tests.job", by="anna", due=NOW)
    stored_option("safety", "large_import_rows", 7)(at_work)
    of_a_french_firm(at_work)

    results = [found_by(check, at_work.firm) for check in checks()]

    assert [(one.check.code, one.found) for one in results if one.found] == []
    assert [one.check.code for one in results if not one.rows] == []


# --- the chain -------------------------------------------------------------------------------------------

#: Columns of a document that are no part of what it says: where it is filed, and how amounts were explained.
NOT_SAID = {
    "billing_document": {
        "id",
        "company_id",
        "account_id",
        "group_id",
        "run_key",
        "run_id",
        "run_position",
        "created_at",
        "stamp_duty_derivation",
    },
    "billing_documentline": {"id", "document_id", "derivation"},
    "billing_vatsummary": {"id", "document_id"},
}
OTHER_VALUES = {
    "date": "2026-03-04",
    "starts_on": "2026-03-04",
    "ends_on": "2026-03-04",
    "operation_on": "2026-03-04",
    "issued_at": "2026-03-04 10:00:00",
    "status": "draft",
    "buyer": '{"name": "Altri"}',
    "withholding": True,
    "exigibility": "D",
}


def said_columns():
    for model in (Document, DocumentLine, VatSummary):
        for field in model._meta.concrete_fields:
            if field.column not in NOT_SAID[model._meta.db_table]:
                yield model, field


def test_r34_any_issued_word_or_amount_changed_by_hand_is_found_and_named(at_work):
    unseen = []
    for model, field in said_columns():
        if connection.vendor == "postgresql" and model is Document and field.column in CHECKED_BY_POSTGRES:
            continue
        with undone():
            change_by_hand(model, field, at_work.doc)
            found = found_by(called("billing.chain"), at_work.firm).kept
        if at_work.doc not in {one.pk for one in found if one.problem in ("changed", "renumbered")}:
            unseen.append(f"{model.__name__}.{field.name}")

    assert unseen == []


def change_by_hand(model, field, document):
    """Another value in a column, whatever the database thinks of it."""
    other = KINDS.get(model) if field.column == "kind" else OTHER_VALUES.get(field.column)
    other = other if other is not None else (7 if _is_number(field) else "altro"[: field.max_length])
    key = "id" if model is Document else "document_id"
    change = f"UPDATE {model._meta.db_table} SET {field.column} = %s WHERE {key} = %s"
    if connection.vendor == "postgresql":
        sql(change, other, document)
        return
    sql("PRAGMA ignore_check_constraints = 1")
    try:
        sql(change, other, document)
    finally:
        sql("PRAGMA ignore_check_constraints = 0")


KINDS = {Document: "advance", DocumentLine: "stamp"}
# PostgreSQL refuses these before a check could find them.
CHECKED_BY_POSTGRES = {"status", "net_total", "vat_total", "gross_total"}


def _is_number(field):
    return field.get_internal_type() in {
        "DecimalField", "PositiveIntegerField", "PositiveSmallIntegerField", "ForeignKey",
    }  # fmt: skip


def test_the_chain_says_every_word_it_declares():
    assert set(WORDS) <= {field.attname for field in Document._meta.concrete_fields}
    assert set(LINE_WORDS) <= {field.attname for field in DocumentLine._meta.concrete_fields}


def test_r34_each_link_is_the_hash_of_its_content_and_the_link_before(at_work):
    links = list(ChainLink.objects.order_by("pk"))

    assert [one.number for one in links] == [1, 2, 3, 4, 5]
    before = hashlib.sha256(f"ronda/{at_work.firm.pk}/{links[0].series}/2026".encode()).hexdigest()
    for one in links:
        assert one.previous == before
        before = hashlib.sha256(f"{before}{one.content}".encode()).hexdigest()
        assert one.digest == before


def test_documents_issued_before_there_was_a_chain_are_chained_in_order_and_it_is_noted(at_work):
    by_issue = list(ChainLink.objects.order_by("pk").values_list("number", "digest"))
    ChainLink.objects.all().delete()

    assert chain_old_documents(by="anna") == 5

    assert list(ChainLink.objects.order_by("pk").values_list("number", "digest")) == by_issue
    assert AuditEntry.objects.get(action="billing.documents.chained").facts == {"documents": 5}
    assert chain_old_documents(by="anna") == 0


def test_a_document_chained_late_goes_behind_the_last_link_and_the_next_one_follows_it(at_work):
    ChainLink.objects.filter(document=at_work.doc).delete()
    last = ChainLink.objects.order_by("-pk")[0]

    chain_old_documents(by="anna")

    assert ChainLink.objects.get(document=at_work.doc).previous == last.digest


# --- results and certificates ----------------------------------------------------------------------------


def test_a_check_is_kept_with_counts_sums_series_and_its_fingerprint(at_work):
    run = check_data(at_work.firm, by="anna", now=NOW)

    assert (run.found, run.company, run.by) == (0, at_work.firm, "anna")
    sums = {result["code"]: result["sums"] for result in run.results}
    assert sums["billing.totals"] == {"net": "500.00", "vat": "110.00", "gross": "610.00"}
    assert sums["accounting.balance"]["debit"] == sums["accounting.balance"]["credit"]
    (series,) = run.series
    assert (series["count"], series["first"], series["last"], series["gross"]) == (5, 1, 5, "610.00")
    assert series["digest"] == ChainLink.objects.order_by("-pk")[0].digest
    assert is_unchanged(DataCheck.objects.get(pk=run.pk))
    DataCheck.objects.update(found=0, rows=1)
    assert not is_unchanged(DataCheck.objects.get(pk=run.pk))


def test_the_certificate_is_a_pdf_that_is_always_the_same(at_work):
    run = check_data(at_work.firm, by="anna", now=NOW)

    for language in ("en", "it", "fr"):
        with translation.override(language):
            first, second = certificate_pdf(run), certificate_pdf(DataCheck.objects.get(pk=run.pk))
        assert first.startswith(b"%PDF")
        assert first == second


def test_more_findings_than_are_kept_are_all_counted(at_work, monkeypatch):
    monkeypatch.setattr("ronda.operations.services.auditing.KEPT", 2)
    ChainLink.objects.all().delete()

    run = check_data(at_work.firm, by="anna", now=NOW)

    assert (run.found, run.findings.count()) == (5, 2)
