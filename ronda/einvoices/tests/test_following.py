"""What happens by itself: the check at issue, sending in the background, the exchange with the channel."""

import pytest
from django.utils.module_loading import import_string

from ronda.api.models import Webhook, WebhookDelivery
from ronda.billing.models import Document
from ronda.billing.services import issue_document
from ronda.company.models import AuditEntry, Job
from ronda.einvoices import tasks
from ronda.einvoices.door import ChannelKind, register_channel
from ronda.einvoices.models import Transmission
from ronda.einvoices.services import WouldBeRejected, prepare, send
from ronda.einvoices.tests.paper import DAY, NOW, choose, draft, firm, issued, receipt
from tests.api_makers import make_webhook

pytestmark = pytest.mark.django_db


def run(job):
    """What a worker does with it."""
    return import_string(job.kind).call(*job.args["args"], **job.args["kwargs"])


def test_what_would_be_rejected_is_not_issued_and_takes_no_number(company):
    bad = draft(company, "Nameless")
    with pytest.raises(WouldBeRejected, match="P1"):
        issue_document(bad, on=DAY, by="anna")
    assert Document.objects.get(pk=bad.pk).is_draft
    assert issued(company).number == 1


def test_what_is_only_worth_a_look_is_issued(company):
    assert issued(company, "Odd").number == 1


def test_nothing_is_stopped_when_the_option_is_off_or_no_channel_chosen(company, wire):
    choose(company, stop_issuing=False)
    assert issued(company, "Nameless").number == 1
    assert issued(firm("Outra Lda", channel=""), "Nameless").number == 1


def test_documents_are_sent_by_themselves_when_the_option_says_so(company, wire):
    choose(company, sending="issue", stop_issuing=False)
    documents = [issued(company), issued(company, "Nameless"), issued(company, "Abroad")]
    jobs = list(Job.objects.filter(kind=tasks.send_documents.module_path).order_by("pk"))

    told = [run(job) for job in jobs]
    run(jobs[0])

    assert told == [{"sent": 1, "failed": 0}, {"sent": 0, "failed": 1}, {"sent": 0, "failed": 0}]
    assert [row.document for row in Transmission.objects.all()] == documents[:1]
    assert len(wire.sent) == 1
    told = AuditEntry.objects.get(action="einvoices.document.not_prepared")
    assert (told.subject_pk, "P1" in told.facts["why"]) == (documents[1].pk, True)


def test_by_hand_nothing_is_queued(company):
    issued(company)
    assert not Job.objects.filter(kind__startswith="ronda.einvoices").exists()


def test_every_company_with_a_channel_gets_one_job_at_a_time(company, wire):
    firm("Sem canal", channel="")
    tasks.exchange_with_all.call()
    tasks.exchange_with_all.call()
    (job,) = Job.objects.filter(kind=tasks.exchange_with_channel.module_path)
    assert job.company_id == company.pk


def test_the_exchange_fetches_receipts_and_tries_again_what_failed(company, wire):
    sent, failed = prepare([issued(company), issued(company)], by="anna", on=DAY, now=NOW).made
    wire.refuses[failed.file_name] = "Full."
    send([sent, failed], by="anna", now=NOW)
    wire.refuses.clear()
    wire.brings(receipt(sent, "delivered"), "nonsense")

    told = tasks.exchange_with_channel.call(company.pk)

    assert told == {"receipts": 1, "set_aside": 1, "sent": 1}
    assert sorted(Transmission.objects.values_list("state", flat=True)) == ["delivered", "sent"]


def test_a_channel_out_of_order_is_tried_again_later(company, wire):
    wire.brings("a")
    wire.breaks_after = 0
    with pytest.raises(tasks.ChannelOutOfOrder, match="cut"):
        tasks.exchange_with_channel.call(company.pk)


def test_other_programs_hear_of_new_states(company, wire):
    hook = make_webhook(company, 1)
    Webhook.objects.filter(pk=hook.pk).update(events=["einvoice.changed"])
    (row,) = prepare([issued(company)], by="anna", on=DAY, now=NOW).made
    send([row], by="anna", now=NOW)
    told = WebhookDelivery.objects.get(event="einvoice.changed").body
    assert f'"id":{row.pk}' in told.replace(" ", "")
    assert "sent" in told


@pytest.mark.parametrize("practice", [True, False])
def test_what_a_channel_for_practice_answers_is_fetched_at_once(company, wire, practice):
    register_channel(ChannelKind("wire", "Wire", lambda _company: wire, practice=practice))
    document = issued(company)
    tasks.send_documents.call([document.pk], "anna")
    fetching = Job.objects.filter(kind=tasks.exchange_with_channel.module_path)
    assert fetching.count() == int(practice)
