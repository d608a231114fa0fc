"""Documents reach the people who are to receive them, once (S26, S27)."""

from dataclasses import replace

import pytest

from ronda.billing.services import draft_document
from ronda.company.models import Attachment, AuditEntry, Job, OutgoingMail
from ronda.parties.models import DocumentRecipient, Party
from ronda.reports import services, tasks
from ronda.reports.models import SentAtIssue
from ronda.reports.tests import firm
from ronda.reports.tests.test_printing import choose

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(company):
    return firm.payer(company)


def recipient(group, email, site=None):
    return DocumentRecipient.objects.create(group=group, email=email, site=site)


def test_s26_a_document_goes_to_the_recipients_of_its_billing_group(company, account):
    group = firm.group_by_site(account)
    recipient(group, "one@example.org")
    recipient(group, "two@example.org")
    document = firm.issued(account, firm.lines(company), group=group)

    (mail,) = services.send_documents([document], by="anna")

    assert mail.to == ["one@example.org", "two@example.org"]
    assert mail.subject == "Fattura FT 1/2026"
    assert "fattura FT 1/2026 del 02/03/2026, da pagare" in mail.body
    assert mail.about == document
    (file,) = mail.files
    assert (file["name"], file["mime"]) == ("FT 1-2026.pdf", "application/pdf")


def test_s27_who_receives_one_site_only_gets_documents_of_that_site_only(company, account):
    group = firm.group_by_site(account)
    here, there = firm.site(account, "Here"), firm.site(account, "There")
    recipient(group, "all@example.org")
    recipient(group, "here@example.org", here)
    recipient(group, "there@example.org", there)
    line = firm.lines(company)[0]
    at_here = firm.issued(account, [replace(line, site=here)], group=group)
    nowhere = firm.issued(account, [line], group=group)

    reached = services.recipients([at_here, nowhere])

    assert reached[at_here.pk] == ("all@example.org", "here@example.org")
    assert reached[nowhere.pk] == ("all@example.org",)


def test_without_recipients_the_customer_himself_receives_it(company, account, invoice):
    group = firm.group_by_site(account)
    recipient(group, "there@example.org", firm.site(account, "There"))
    document = firm.issued(account, firm.lines(company), group=group)
    own = account.party.email
    assert services.recipients([document])[document.pk] == (own,)


def test_a_customer_without_an_address_is_named_and_nothing_is_sent(company, account, invoice):
    silent = firm.payer(company, name="Silent Srl", email="")
    document = firm.issued(silent, firm.lines(company))
    with pytest.raises(services.NoRecipient) as refusal:
        services.send_documents([invoice, document], by="anna")
    assert "Silent Srl" in str(refusal.value.message)
    assert not OutgoingMail.objects.exists()


def test_an_address_is_written_to_once_however_often_it_is_listed(company, account):
    group = firm.group_by_site(account)
    recipient(group, "One@example.org")
    recipient(group, "one@example.org", firm.site(account, "Here"))
    document = firm.issued(
        account, [replace(firm.lines(company)[0], site=group.account.party.sites.get())], group=group
    )
    assert len(services.recipients([document])[document.pk]) == 1


def test_the_words_are_the_companys_own_in_the_language_of_the_document(company, account):
    choose(
        company, "document_mail", subject_fr="{{ seller.name }} & {{ document.number }}", body_fr="Bonjour"
    )
    document = firm.issued(account, firm.lines(company), language="fr")
    (mail,) = services.send_documents([document], by="anna")
    assert (mail.subject, mail.body) == ("Aria Pulita Srl & FT 1/2026", "Bonjour")


def test_a_draft_is_not_sent(company, account):
    draft = draft_document(account, firm.lines(company), by="anna", on=firm.DAY)
    with pytest.raises(services.StillADraft):
        services.send_documents([draft], by="anna")


def test_nothing_is_sent_at_issue_unless_the_company_wants_it(company, account):
    firm.issued(account, firm.lines(company))
    assert not Job.objects.filter(kind=tasks.send_documents.module_path).exists()


def test_documents_sent_at_issue_are_sent_once_and_the_unreachable_stop_nobody(company, account):
    choose(company, "document_mail", at_issue=True)
    silent = firm.payer(company, name="Silent Srl", email="")
    reached = firm.issued(account, firm.lines(company))
    unreached = firm.issued(silent, firm.lines(company))

    for job in Job.objects.filter(kind=tasks.send_documents.module_path):
        tasks.send_documents.func(*job.args["args"])
        tasks.send_documents.func(*job.args["args"])

    assert [mail.about for mail in OutgoingMail.objects.all()] == [reached]
    assert SentAtIssue.objects.count() == 2
    entry = AuditEntry.objects.get(action="reports.document.not_sent")
    assert entry.subject_pk == unreached.pk


def test_many_documents_take_as_many_queries_for_recipients_as_one(
    company, account, django_assert_num_queries
):
    group = firm.group_by_site(account)
    documents = [firm.issued(account, firm.lines(company), group=group) for _ in range(4)]
    with django_assert_num_queries(3):
        services.recipients(documents)
    assert Party.objects.count() == 1


@pytest.fixture
def two_sites(company, account):
    """A letter by site with recipients: one for all, and of each of two sites one for its part only."""
    group = firm.group_by_site(account)
    here, there = firm.site(account, "Here"), firm.site(account, "There")
    recipient(group, "all@example.org")
    for site, email in ((here, "here@example.org"), (there, "there@example.org")):
        DocumentRecipient.objects.create(group=group, email=email, site=site, part_only=True)
    return group, here, there


def copies_of(document):
    return Attachment.objects.filter(object_id=document.pk, content_type__model="document")


def on_sites(company, *sites):
    return [
        replace(line, site=site) for line, site in zip(firm.lines(company, len(sites)), sites, strict=True)
    ]


def test_r14_s27_who_is_to_see_his_part_only_gets_a_copy_of_it_and_nothing_else(company, account, two_sites):
    group, here, there = two_sites
    document = firm.issued(account, on_sites(company, here, there, here), group=group)

    main, *parts = services.send_documents([document], by="anna")

    assert main.to == ["all@example.org"]
    assert [(mail.to, len(mail.files)) for mail in parts] == [
        (["here@example.org"], 1),
        (["there@example.org"], 1),
    ]
    assert parts[0].subject == "Fattura FT 1/2026 – Here"
    names = sorted(copies_of(document).values_list("name", flat=True))
    assert names == ["FT 1-2026 Here.pdf", "FT 1-2026 There.pdf"]


def test_s27_a_document_of_one_site_alone_is_that_sites_own_invoice(company, account, two_sites):
    group, here, _there = two_sites
    document = firm.issued(account, on_sites(company, here, here), group=group)
    reached = services.reach([document])[document.pk]
    assert (reached.to, reached.copies) == (("all@example.org", "here@example.org"), {})


def test_s27_who_gets_the_whole_document_gets_no_copy_of_a_part(company, account, two_sites):
    group, here, there = two_sites
    recipient(group, "HERE@example.org")
    document = firm.issued(account, on_sites(company, here, there), group=group)
    reached = services.reach([document])[document.pk]
    assert reached.to == ("all@example.org", "HERE@example.org")
    assert reached.copies == {there.pk: ("there@example.org",)}


def test_s27_the_same_copy_is_kept_once_however_often_it_is_sent(company, account, two_sites):
    group, here, there = two_sites
    document = firm.issued(account, on_sites(company, here, there), group=group)
    services.send_documents([document], by="anna")
    services.send_documents([document], by="anna")
    assert copies_of(document).count() == 2


def test_s27_copies_leave_by_themselves_with_the_document_and_once(company, account, two_sites):
    choose(company, "document_mail", at_issue=True)
    group, here, there = two_sites
    firm.issued(account, on_sites(company, here, there), group=group)
    for job in Job.objects.filter(kind=tasks.send_documents.module_path):
        tasks.send_documents.func(*job.args["args"])
        tasks.send_documents.func(*job.args["args"])
    assert sorted(mail.to[0] for mail in OutgoingMail.objects.all()) == [
        "all@example.org",
        "here@example.org",
        "there@example.org",
    ]
