"""O63, R51: who cannot be anonymised and why, what is asked, and what a restore does not bring back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ronda.billing.services import DraftLine, draft_document, issue_document
from ronda.catalogue.models import VatCode
from ronda.company.models import AuditEntry, ImportBatch, ImportedRecord, OutgoingMail
from ronda.company.restored import restored
from ronda.company.services import create_company, queue_mail, save_options
from ronda.contracts.models import Contract
from ronda.packages.services import set_aside
from ronda.parties.models import Party, TakenParty
from ronda.parties.services import add_site, create_party
from ronda.privacy.models import Anonymisation
from ronda.privacy.options import PrivacyOptions
from ronda.privacy.queries import candidates, standings, words_of
from ronda.privacy.services import (
    AlreadyAnonymised,
    ForGood,
    HeldBack,
    SomethingLeft,
    SwitchedOff,
    anonymise,
    apply_list_again,
)
from ronda.privacy.services.list_kept import listed, place
from ronda.quotes.models import Quote
from tests.makers import make_contract, make_due, make_payment, make_quote

TODAY = date(2026, 3, 2)
YES = frozenset({ForGood.code})
BOTH = YES | {SomethingLeft.code}


def draft(party):
    vat = VatCode.objects.get(company=party.company, code="22")
    return draft_document(
        party.accounts.get(),
        [DraftLine("Canone", unit_price=Decimal(100), vat_code=vat)],
        kind="invoice",
        by="anna",
        on=TODAY,
    )


def codes(refused):
    return sorted(refused.value.facts["obstacles"])


def test_r51_a_customer_with_an_issued_invoice_and_open_dues_is_refused_with_every_reason(
    company, party, now
):
    issue_document(draft(party), on=TODAY, by="anna")

    with pytest.raises(HeldBack) as refused:
        anonymise(party, now=now, by="anna", confirmed=BOTH)

    assert codes(refused) == ["accounting.journalline", "billing.document", "open_dues"]
    assert refused.value.code == "privacy.held_back"
    assert "Mario Bianchi Esposito" in str(refused.value.message)
    party.refresh_from_db()
    assert (party.name, Anonymisation.objects.count()) == ("Mario Bianchi Esposito", 0)


def test_r51_a_draft_alone_holds_back_too(company, party, now):
    draft(party)
    with pytest.raises(HeldBack) as refused:
        anonymise(party, now=now, by="anna", confirmed=BOTH)
    assert codes(refused) == ["billing.document"]


def test_r51_a_payment_holds_back(company, now):
    payment = make_payment(company, 7)
    with pytest.raises(HeldBack) as refused:
        anonymise(payment.party, now=now, by="anna", confirmed=BOTH)
    assert "payments.payment" in codes(refused)


def test_o63_an_active_contract_holds_back_and_so_does_one_at_his_site(company, party, now):
    contract = make_contract(company, 7)
    contract.status = Contract.Status.ACTIVE
    contract.save()
    site = add_site(party, name="Casa al mare", by="anna")
    contract.lines.update(site=site)

    found = standings(company.pk, [party.pk, contract.party_id])

    assert [one.code for one in found[contract.party_id].refusals] == ["contracts"]
    assert [one.code for one in found[party.pk].refusals] == ["contracts"]


def test_o63_another_customers_quote_for_his_site_is_not_blanked_with_him(company, party, now):
    quote = make_quote(company, 7)
    site = add_site(party, name="Casa al mare", by="anna")
    Quote.objects.filter(pk=quote.pk).update(site=site)

    with pytest.raises(HeldBack) as refused:
        anonymise(party, now=now, by="anna", confirmed=BOTH)
    assert set(codes(refused)) == {"others"}


def test_o63_it_is_asked_twice_when_money_is_in_the_wallet(company, party, now):
    set_aside(party, Decimal(40), currency="EUR", reason="Fine contratto", by="anna", on=TODAY)
    refusals = standings(company.pk, [party.pk])[party.pk].refusals
    assert refusals == []

    with pytest.raises(ForGood):
        anonymise(party, now=now, by="anna")
    with pytest.raises(SomethingLeft) as asked:
        anonymise(party, now=now, by="anna", confirmed=YES)
    assert "40" in str(asked.value.message)
    assert anonymise(party, now=now, by="anna", confirmed=BOTH).party_id == party.pk


def test_o64_copies_in_other_companies_of_the_group_are_asked_about_and_left_alone(company, party, now):
    other = create_company(name="Aria Due Srl", country="IT", by="anna")
    copy = create_party(other, name=party.name, by="anna", street="Via Garibaldi 7", city="Bergamo")
    taken = TakenParty.objects.create(party=copy, source=party, in_step=True, by="anna")

    with pytest.raises(SomethingLeft):
        anonymise(party, now=now, by="anna", confirmed=YES)
    anonymise(party, now=now, by="anna", confirmed=BOTH)

    taken.refresh_from_db()
    copy.refresh_from_db()
    assert (taken.source, taken.in_step, copy.name) == (None, False, "Mario Bianchi Esposito")


def test_o64_a_copy_that_is_anonymised_follows_its_source_no_more(company, party, now):
    other = create_company(name="Aria Due Srl", country="IT", by="anna")
    copy = create_party(other, name="Mario Bianchi Esposito", by="anna", street="Via Po 1", city="Torino")
    TakenParty.objects.create(party=copy, source=party, in_step=True, by="anna")
    anonymise(copy, now=now, by="anna", confirmed=YES)
    assert not TakenParty.objects.exists()


def test_o63_what_was_done_is_written_down_and_cannot_be_done_twice(company, party, now):
    done = anonymise(party, now=now, by="anna", confirmed=YES)

    entry = AuditEntry.objects.get(action="privacy.customer.anonymised")
    assert (entry.actor, entry.subject_pk) == ("anna", party.pk)
    assert entry.facts == {"fields": done.fields, "records": done.records, "files": 0, "again": False}
    with pytest.raises(AlreadyAnonymised):
        anonymise(party, now=now, by="anna", confirmed=YES)


def test_o56_switched_off_nobody_is_anonymised(company, party, now):
    save_options(company, PrivacyOptions, {"enabled": False}, by="anna")
    with pytest.raises(SwitchedOff):
        anonymise(party, now=now, by="anna", confirmed=YES)


def test_o63_a_name_two_customers_share_is_not_masked_in_the_records_of_the_other(company, party, now):
    create_party(
        company, name=party.name, by="anna", street="Via Verdi 1", city="Como",
        confirmed=frozenset({"parties.possible_duplicate"}),
    )  # fmt: skip
    AuditEntry.objects.create(
        company=company,
        actor="anna",
        action="x.y",
        subject_label="x.y",
        subject_pk=1,
        facts={"a": party.name},
    )
    assert party.name not in words_of(party)
    anonymise(party, now=now, by="anna", confirmed=YES)
    assert AuditEntry.objects.get(action="x.y").facts == {"a": "Mario Bianchi Esposito"}


def test_o63_a_mail_that_waits_is_not_sent_to_somebody_who_is_gone(company, party, now):
    mail = queue_mail(company, to=[party.email], subject="Promemoria", body="Gentile Mario", by="anna")
    anonymise(party, now=now, by="anna", confirmed=YES)
    mail.refresh_from_db()
    assert (mail.state, mail.to, mail.subject, mail.body) == (OutgoingMail.State.FAILED, [], "•••", "")


def test_o63_taking_an_import_back_does_not_bring_the_person_back(company, party, now):
    batch = ImportBatch.objects.create(
        company=company, kind="customers", name="a.csv", state="done", by="anna"
    )
    ImportedRecord.objects.create(
        batch=batch, row=1, label="parties.party", object_pk=party.pk, made=False, before={"name": "Mario"}
    )
    anonymise(party, now=now, by="anna", confirmed=YES)
    assert not ImportedRecord.objects.filter(batch=batch).exists()


def test_r51_reasons_of_many_customers_take_as_many_queries_as_of_one(company, party):
    due = make_due(company, 3)
    others = [make_contract(company, n).party_id for n in range(40, 44)]
    counts = []
    for ids in ([party.pk], [party.pk, due.party_id, *others]):
        with CaptureQueriesContext(connection) as queries:
            standings(company.pk, ids)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_o63_candidates_are_old_and_have_nothing_that_holds_them_back(company, party):
    due, quote = make_due(company, 3), make_quote(company, 4)
    Party.objects.update(updated_at="2019-05-01T10:00:00Z")
    recent = create_party(company, name="Nuovo Cliente", by="anna", street="Via Po 3", city="Torino")
    found = candidates(Party.objects.filter(company=company), before=date(2021, 3, 2))
    assert [one.pk for one in found] == [party.pk]
    assert {due.party_id, quote.party_id, recent.pk} & {one.pk for one in found} == set()


# --- after a restore -------------------------------------------------------------------------------------


@pytest.fixture
def gone(party, now, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        anonymise(party, now=now, by="anna", confirmed=YES)
    return party


def bring_back(party):
    """The database as an older backup holds it."""
    Anonymisation.objects.all().delete()
    Party.objects.filter(pk=party.pk).update(name="Mario Bianchi Esposito", email="mario@esposito.example")


def test_o63_the_list_beside_the_database_says_nothing_of_the_person(gone):
    assert [(one.company_id, one.party_id, one.made) for one in listed()] == [
        (gone.company_id, gone.pk, gone.created_at)
    ]
    text = place().read_text()
    assert "Mario" not in text
    assert "esposito" not in text


def test_o63_who_was_anonymised_is_so_again_after_an_older_backup_is_restored(gone, now):
    bring_back(gone)

    assert restored(now=now + timedelta(days=1)) == {}

    gone.refresh_from_db()
    assert (gone.email, gone.code) == ("", f"ANON-{gone.pk}")
    assert Anonymisation.objects.get().again is True
    assert apply_list_again(now=now).done == 0


def test_o63_another_customer_with_the_same_key_is_left_alone(gone, now):
    bring_back(gone)
    Party.objects.filter(pk=gone.pk).update(created_at=gone.created_at + timedelta(seconds=1))
    assert apply_list_again(now=now).done == 0


def test_o63_whom_something_holds_back_after_a_restore_is_told_and_tried_again(gone, now):
    bring_back(gone)
    contract = make_contract(gone.company, 7)
    Contract.objects.filter(pk=contract.pk).update(status="active", party=gone)
    outcome = apply_list_again(now=now)
    assert (outcome.done, outcome.left) == (0, (gone.pk,))
    assert AuditEntry.objects.get(action="privacy.customer.not_again").facts == {
        "reason": "privacy.held_back"
    }
    Contract.objects.filter(pk=contract.pk).update(status="ended")
    assert apply_list_again(now=now).done == 1


def test_o63_a_line_cut_off_by_a_crash_and_one_never_written_are_made_good(gone, now):
    place().write_text('{"company": 1, "par')
    apply_list_again(now=now)
    assert [one.party_id for one in listed()] == [gone.pk]
