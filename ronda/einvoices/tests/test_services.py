"""Files of documents: made once, sent once, answered in any order, made anew after a rejection."""

import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ronda.billing.models import Document
from ronda.company.models import AuditEntry
from ronda.einvoices.domain.exchange import Found, Incoming
from ronda.einvoices.door import NoChannel, register_taker
from ronda.einvoices.models import FileCounter, KeptFile, Quarantined, Receipt, Transmission
from ronda.einvoices.queries import last_of
from ronda.einvoices.services import (
    AlreadyDealtWith,
    CannotBeWritten,
    FileDamaged,
    NothingSentYet,
    NotRejected,
    NotToBeSent,
    StillADraft,
    WouldBeRejected,
    content,
    place,
    prepare,
    preparing,
    put_away,
    refresh_states,
    resend,
    send,
    sent_by_hand,
    take_again,
    take_in,
)
from ronda.einvoices.tests.paper import (
    DAY,
    LATER,
    NOW,
    NotPaper,
    bytes_of,
    choose,
    draft,
    firm,
    issued,
    receipt,
)
from ronda.kernel.errors import Refusal

pytestmark = pytest.mark.django_db


def made(company, payer="Bianchi"):
    return prepare([issued(company, payer)], by="anna", on=DAY, now=NOW).made[0]


def sent(company, payer="Bianchi"):
    row = made(company, payer)
    send([row], by="anna", now=NOW)
    row.refresh_from_db()
    return row


def fetched(company, now=LATER):
    return take_in(company, by="", now=now)


def state(row):
    row.refresh_from_db()
    return row.state


# --- preparing ---------------------------------------------------------------------------------------------


def test_a_file_is_written_kept_with_its_hash_and_made_only_once(company):
    document = issued(company)

    first = prepare([document], by="anna", on=DAY, now=NOW)
    again = prepare([document], by="bea", on=DAY, now=LATER)

    (row,) = first.made
    assert (row.file_name, row.state, row.attempt) == (f"PT{company.pk}_00001.txt", "ready", 1)
    assert bytes_of(row).startswith(f"paper {document.label} 122.00".encode())
    assert again.made == []
    assert again.present == [row]
    assert AuditEntry.objects.get(action="einvoices.transmission.prepared").facts["sha256"] == row.kept.sha256


def test_what_is_wrong_with_some_documents_stops_no_other_one(company):
    choose(company, stop_issuing=False)
    names = ("Nameless", "Bianchi", "Unwritable", "Explodes", "Odd")
    documents = [*(issued(company, name) for name in names), draft(company)]

    done = prepare(documents, by="anna", on=DAY, now=NOW)

    assert [row.document.party.name for row in done.made] == ["Bianchi", "Odd"]
    assert {str(document.party): type(why) for document, why in done.failed if not document.is_draft} == {
        "Nameless": WouldBeRejected,
        "Unwritable": NotPaper,
        "Explodes": CannotBeWritten,
    }
    assert [type(why) for document, why in done.failed if document.is_draft] == [StillADraft]


def test_preparing_many_takes_as_many_statements_as_preparing_few(company):
    few = [issued(company) for _n in range(2)]
    many = [issued(company) for _n in range(12)]
    prepare([issued(company)], by="anna", on=DAY, now=NOW)
    counts = []
    for documents in (few, many):
        fresh = list(Document.objects.select_related("company").filter(pk__in=[one.pk for one in documents]))
        with CaptureQueriesContext(connection) as queries:
            prepare(fresh, by="anna", on=DAY, now=NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_file_names_are_used_once_for_ever(company):
    names = [made(company).file_name for _n in range(3)]
    Transmission.objects.all().delete()
    names.append(made(company).file_name)

    assert len(set(names)) == 4
    assert FileCounter.objects.get().last_number == 4


def test_two_clerks_who_prepare_the_same_document_make_one_file(company, monkeypatch):
    """The second one comes while the first is writing: under the document's lock he finds the file."""
    document = issued(company)
    keep = preparing._keep

    def overtaken(written, turn, done):
        monkeypatch.setattr(preparing, "_keep", keep)
        prepare([document], by="bea", on=DAY, now=NOW)
        keep(written, turn, done)

    monkeypatch.setattr(preparing, "_keep", overtaken)
    done = prepare([document], by="anna", on=DAY, now=NOW)

    assert done.made == []
    assert done.present[0].prepared_by == "bea"
    assert Transmission.objects.count() == KeptFile.objects.count() == 1


# --- sending -----------------------------------------------------------------------------------------------


def test_files_are_handed_over_and_what_the_channel_refuses_is_told(company, wire):
    first, second = made(company), made(company)
    wire.refuses[first.file_name] = "Full."

    done = send([first, second], by="anna", now=NOW)

    assert [file.name for file in wire.sent] == [second.file_name]
    assert [row.pk for row in done.sent] == [second.pk]
    assert (state(first), first.problem, first.sent_at) == ("failed", "Full.", None)
    assert (state(second), second.sent_at, second.reference) == ("sent", NOW, f"mark {second.file_name}")


def test_a_channel_that_is_down_fails_all_and_they_may_be_sent_later(company, wire):
    rows = [made(company), made(company)]
    wire.down = NotPaper("Down.")
    assert len(send(rows, by="anna", now=NOW).failed) == 2

    wire.down = None
    assert len(send(rows, by="anna", now=LATER).sent) == 2


def test_two_clerks_who_send_at_once_send_one_file(company, wire):
    """While the first one's channel is busy, the second one finds nothing to send."""
    row = made(company)
    second = []
    wire.before_sending = lambda: second.append(_second(row, wire))

    first = send([row], by="anna", now=NOW)

    assert len(first.sent) == 1
    assert second[0].sent == second[0].failed == []
    assert len(wire.sent) == 1
    assert AuditEntry.objects.filter(action="einvoices.transmission.sent").count() == 1


def _second(row, wire):
    wire.before_sending = lambda: None
    return send([row], by="bea", now=NOW)


def test_the_claim_of_a_process_that_died_ends(company, wire):
    row = made(company)
    Transmission.objects.update(state="queued", queued_at=NOW - (LATER - NOW))
    assert len(send([row], by="anna", now=NOW).sent) == 1


def test_an_answer_that_comes_after_the_claim_was_lost_counts_for_nothing(company, wire):
    """The first sender slept for twenty minutes; the second one has sent the file meanwhile."""
    row = made(company)

    def overtaken():
        wire.before_sending = lambda: None
        send([row], by="bea", now=LATER)

    wire.before_sending = overtaken
    done = send([row], by="anna", now=NOW)

    assert done.sent == done.failed == []
    assert (state(row), row.sent_at) == ("sent", LATER)


def test_a_changed_file_is_not_sent(company, wire):
    row = made(company)
    with open(row.kept.file.path, "ab") as opened:
        opened.write(b"!")
    (failed,) = send([row], by="anna", now=NOW).failed
    assert wire.sent == []
    assert not failed.may_retry
    with pytest.raises(FileDamaged):
        content(row.kept)


def test_without_a_channel_nothing_is_sent_but_a_person_may_say_it_was(company):
    row = made(company)
    choose(company, channel="")
    with pytest.raises(NoChannel):
        send([row], by="anna", now=NOW)
    sent_by_hand(row, by="anna", now=NOW)
    assert (state(row), row.sent_at) == ("sent", NOW)
    with pytest.raises(NotToBeSent):
        sent_by_hand(row, by="anna", now=NOW)


# --- receipts ----------------------------------------------------------------------------------------------

KINDS = ("taken", "delivered", "accepted")


@pytest.mark.parametrize("order", list(itertools.permutations(KINDS)), ids="-".join)
def test_r42_receipts_in_any_order_and_twice_give_one_state(company, wire, order):
    row = sent(company)
    for kind in (*order, *order[:2]):
        wire.inbox.clear()
        wire.brings(receipt(row, kind))
        fetched(company)
    assert (state(row), row.exchange_id) == ("accepted", "7")
    assert Receipt.objects.count() == 3


def test_r42_duplicates_in_one_batch_and_again_later_are_harmless(company, wire):
    row = sent(company)
    wire.brings(receipt(row, "delivered"), receipt(row, "delivered"))
    first = fetched(company)
    second = fetched(company)
    assert (first.receipts, first.repeated, second.receipts, second.repeated) == (1, 1, 0, 2)
    assert wire.acknowledged == ["t0", "t1"] * 2
    assert AuditEntry.objects.filter(action="einvoices.receipt.taken").count() == 1


def test_a_receipt_that_overtakes_the_end_of_sending_counts(company, wire):
    row = made(company)
    wire.before_sending = lambda: (wire.brings(receipt(row, "delivered")), fetched(company))
    send([row], by="anna", now=NOW)
    assert (state(row), row.sent_at) == ("delivered", NOW)


def test_a_receipt_is_found_by_the_identifier_when_it_names_no_file(company, wire):
    row = sent(company)
    wire.brings(receipt(row, "taken", "99"))
    fetched(company)
    wire.brings("receipt kind=delivered id=99")
    assert fetched(company).receipts == 1
    assert state(row) == "delivered"


def test_r42_one_odd_file_never_stops_the_rest(company, wire):
    row = sent(company)
    wire.brings(b"\xff\xfe garbage", "", "receipt about=OTHER kind=taken id=5", receipt(row, "explodes"))
    wire.brings("A note.", found=Found.ODD, why="No attachment.")
    wire.brings(receipt(row, "delivered"))

    done = fetched(company)

    assert (done.receipts, done.set_aside) == (1, 5)
    assert state(row) == "delivered"
    codes = Quarantined.objects.order_by("pk").values_list("code", flat=True)
    assert list(codes) == [
        "einvoices.odd_file",
        "tests.not_paper",
        "einvoices.not_ours",
        "einvoices.odd_file",
        "einvoices.odd_file",
    ]
    assert fetched(company).set_aside == 5
    assert Quarantined.objects.count() == 5


def test_a_channel_that_breaks_keeps_what_came_before(company, wire):
    row = sent(company)
    wire.brings(receipt(row, "taken"), receipt(row, "delivered"))
    wire.breaks_after = 1
    with pytest.raises(NotPaper, match="cut"):
        fetched(company)
    assert state(row) == "taken"
    assert wire.acknowledged == ["t0"]


def test_what_is_no_receipt_goes_to_whoever_takes_it(company, wire):
    register_taker("tests", lambda company, incoming, by: incoming.content == b"invoice")
    wire.brings("invoice", "nonsense")
    done = fetched(company)
    assert (done.passed_on, done.set_aside) == (1, 1)


def test_a_sending_that_did_not_arrive_may_be_sent_again(company, wire):
    row = sent(company)
    wire.brings("", found=Found.UNDELIVERED, reference=row.reference, why="No such address.")
    assert fetched(company).undelivered == 1
    assert (state(row), row.problem, row.sent_at) == ("failed", "No such address.", None)


def test_many_receipts_take_as_many_statements_as_few(company, wire):
    counts = []
    for size in (2, 12):
        rows = [sent(company) for _n in range(size)]
        wire.inbox.clear()
        wire.brings(*(receipt(row, "delivered", str(row.pk)) for row in rows))
        with CaptureQueriesContext(connection) as queries:
            fetched(company)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_file_set_aside_finds_its_place_later_or_is_put_away(company, wire):
    row = sent(company)
    Transmission.objects.filter(pk=row.pk).update(file_name="unknown yet.txt")
    wire.brings(receipt(row, "delivered"), "nonsense")
    fetched(company)
    lost, nonsense = Quarantined.objects.order_by("pk")
    with pytest.raises(Refusal, match="not sent from here"):
        take_again(lost, by="anna", now=LATER)

    Transmission.objects.filter(pk=row.pk).update(file_name=row.file_name)
    take_again(lost, by="anna", now=LATER)
    put_away(nonsense, by="anna", reason="Advertising.", now=LATER)

    assert state(row) == "delivered"
    assert not Quarantined.objects.filter(settled_at=None).exists()
    with pytest.raises(AlreadyDealtWith):
        put_away(nonsense, by="anna", reason="Again.", now=LATER)


def test_receipts_of_another_company_are_not_ours(company, wire):
    row = sent(company)
    other = firm("Outra Lda")
    wire.brings(receipt(row, "rejected"))
    assert fetched(other).set_aside == 1
    assert state(row) == "sent"


def test_files_may_come_by_hand(company):
    row = sent(company)
    done = place(company, [Incoming("", "r.txt", receipt(row, "delivered").encode())], by="anna", now=LATER)
    assert (done.receipts, state(row)) == (1, "delivered")


# --- after a rejection -----------------------------------------------------------------------------------


def test_r33_a_rejected_document_keeps_its_number_and_history_and_gets_a_new_file_name(company, wire):
    row = sent(company)
    document = row.document
    wire.brings(receipt(row, "rejected"))
    fetched(company)
    document.party.name = "Bianchi corrected"
    document.party.save()

    again = resend(document, by="bea", on=DAY, now=LATER)
    send([again], by="bea", now=LATER)

    kept = Document.objects.get(pk=document.pk)
    assert (kept.label, kept.number, kept.date) == (document.label, document.number, DAY)
    assert (again.attempt, again.replaces_id) == (2, row.pk)
    assert again.file_name != row.file_name
    assert b"corrected" in bytes_of(again)
    assert [file.name for file in wire.sent] == [row.file_name, again.file_name]
    assert list(document.transmissions.order_by("attempt").values_list("state", flat=True)) == [
        "rejected",
        "sent",
    ]
    assert Receipt.objects.get().transmission_id == row.pk


def test_only_what_was_rejected_is_sent_again_and_by_one_clerk(company, wire):
    document = issued(company)
    with pytest.raises(NothingSentYet):
        resend(document, by="anna", on=DAY, now=NOW)
    row = prepare([document], by="anna", on=DAY, now=NOW).made[0]
    with pytest.raises(NotRejected, match="ready to send"):
        resend(document, by="anna", on=DAY, now=NOW)
    send([row], by="anna", now=NOW)
    wire.brings(receipt(row, "rejected"))
    fetched(company)
    resend(document, by="anna", on=DAY, now=LATER)
    with pytest.raises(NotRejected):
        resend(document, by="bea", on=DAY, now=LATER)
    assert len(last_of([document.pk])) == 1
    assert document.transmissions.count() == 2


def test_a_receipt_of_the_first_file_does_not_touch_the_second(company, wire):
    row = sent(company)
    wire.brings(receipt(row, "rejected"))
    fetched(company)
    again = resend(row.document, by="anna", on=DAY, now=LATER)
    wire.brings(receipt(row, "taken"))
    fetched(company)
    assert state(again) == "ready"


def test_the_next_deadline_follows_the_state(company, wire):
    row = made(company)
    assert row.due_on.day == 14
    send([row], by="anna", now=NOW)
    assert (state(row), row.due_on) == ("sent", None)
    wire.brings(receipt(row, "rejected"))
    fetched(company)
    row.refresh_from_db()
    assert row.due_on.day == 7


def test_a_state_written_by_hand_is_put_right_from_the_receipts(company, wire):
    row = sent(company)
    wire.brings(receipt(row, "rejected"))
    fetched(company)
    Transmission.objects.update(state="delivered")
    assert refresh_states([row], by="anna") == 1
    assert state(row) == "rejected"
    assert refresh_states([row], by="anna") == 0
