"""The pages of privacy, as people open them."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from ronda.company.bulk_actions import act_on_many
from ronda.company.jobs.worker import run_pending
from ronda.company.models import AuditEntry, Job, Membership, User
from ronda.company.services import create_company, save_options
from ronda.parties.models import Party
from ronda.privacy.models import Anonymisation, Consent, ConsentText, PersonalExport
from ronda.privacy.options import PrivacyOptions
from ronda.privacy.services import ForGood, anonymise, prepare, write_text
from ronda.workspace import background
from tests.makers import make_due

TODAY = date(2026, 3, 2)


def desk_of(company, role="owner"):
    user = User.objects.create_user(f"{role}-{company.pk}")
    Membership.objects.create(user=user, company=company, role=company.roles.get(code=role), is_default=True)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(company):
    return desk_of(company)


@pytest.fixture
def texts(company):
    facts = {"language": "it", "text": "Ai sensi…", "valid_from": date(2020, 1, 1), "by": "anna"}
    return [
        write_text(company, purpose="notice", title="Informativa", **facts),
        write_text(company, purpose="marketing", channel="mail", title="Offerte", **facts),
    ]


def test_o56_the_page_says_whose_responsibility_it_is_and_that_it_is_switched_off(company, party, desk):
    page = desk.get(reverse("privacy"))
    assert (page.context["on"], page.context["missing"], page.context["years"]) == (True, 1, 5)
    save_options(company, PrivacyOptions, {"enabled": False}, by="anna")
    for name in ("privacy", "consent-list", "anonymisation-candidate-list"):
        assert "alert-info" in desk.get(reverse(name)).content.decode()


def test_o62_the_answers_of_a_form_on_paper_are_recorded_at_once_for_one_customer_or_many(party, desk, texts):
    notice, offers = texts
    url = reverse("party-consents")
    assert f"text_{offers.pk}" in desk.get(f"{url}?id={party.pk}").content.decode()
    sent = {"id": party.pk, "answered_on": "1/3/2026", "source": "paper", f"text_{notice.pk}": "given"}

    response = desk.post(url, {**sent, f"text_{offers.pk}": "refused"})

    assert response.status_code == 302
    rows = Consent.objects.order_by("pk").values_list("party", "text", "answer", "source", "by")
    assert list(rows) == [
        (party.pk, notice.pk, "given", "paper", f"owner-{party.company_id}"),
        (party.pk, offers.pk, "refused", "paper", f"owner-{party.company_id}"),
    ]
    nothing = desk.post(url, {"id": party.pk, "answered_on": "1/3/2026", "source": "paper"})
    assert nothing.status_code == 422


def test_o62_no_privacy_signed_is_a_badge_on_the_customer(party, desk, texts):
    detail = reverse("party-detail", args=[party.pk])
    badges = [str(one) for one in desk.get(detail).context["badges"]]
    assert any("badge-amber" in one for one in badges)
    sent = {"id": party.pk, "answered_on": "1/3/2026", "source": "paper", f"text_{texts[0].pk}": "given"}
    desk.post(reverse("party-consents"), sent)
    badges = [str(one) for one in desk.get(detail).context["badges"]]
    assert not any("badge-amber" in one for one in badges)


def test_o62_an_answer_is_added_but_never_edited(party, desk, texts):
    sent = {
        "party": party.pk,
        "text": texts[1].pk,
        "answer": "given",
        "answered_on": "1/3/2026",
        "source": "web",
    }
    assert desk.post(reverse("consent-add"), sent).status_code == 302
    consent = Consent.objects.get()
    assert desk.get(reverse("consent-detail", args=[consent.pk])).context["edit_url"] == ""
    assert (
        desk.post(reverse("consent-edit", args=[consent.pk]), sent | {"answer": "refused"}).status_code != 302
    )
    assert Consent.objects.get().answer == "given"
    assert "Offerte" in desk.get(f"{reverse('party-detail', args=[party.pk])}?tab=privacy").content.decode()


def test_o62_a_text_of_advertising_says_its_channel_and_a_change_is_a_new_version(company, desk, texts):
    sent = {"purpose": "marketing", "channel": "", "language": "it", "title": "Offerte", "text": "Nuovo"}
    sent |= {"valid_from": "1/1/2026", "ask_again": "on"}
    assert desk.post(reverse("consenttext-add"), sent).status_code == 422
    assert desk.post(reverse("consenttext-add"), sent | {"channel": "mail"}).status_code == 302
    assert sorted(ConsentText.objects.filter(channel="mail").values_list("version", flat=True)) == [1, 2]


def test_o63_the_customers_page_lists_what_holds_back_before_anybody_tries(company, desk):
    party = make_due(company, 3).party
    page = desk.get(f"{reverse('party-detail', args=[party.pk])}?tab=privacy")
    assert [one.code for one in page.context["standing"].refusals][-1] == "open_dues"
    tried = desk.post(reverse("party-anonymise"), {"id": party.pk, "understood": "on"})
    assert (tried.status_code, Anonymisation.objects.count()) == (422, 0)


def test_o63_one_customer_is_anonymised_from_his_page_after_saying_so(party, desk):
    url = reverse("party-anonymise")
    assert desk.post(url, {"id": party.pk}).status_code == 422
    assert desk.post(url, {"id": party.pk, "understood": "on"}).status_code == 302
    party.refresh_from_db()
    assert (party.code, Anonymisation.objects.get().party) == (f"ANON-{party.pk}", party)
    page = desk.get(reverse("party-detail", args=[party.pk]))
    assert "party-anonymise" not in [action.code for action, _url in page.context["other_actions"]]
    assert "anonymise" not in [action.code for action, _url in page.context["other_actions"]]


def test_o63_many_are_worked_through_by_a_job_that_tells_the_outcome_of_each(
    company, party, desk, monkeypatch
):
    held = make_due(company, 3).party
    Party.objects.update(updated_at="2015-01-01T00:00:00Z")
    monkeypatch.setattr(background, "WAITED_FOR", 0)
    sent = {"id": [party.pk], "understood": "on"}

    response = desk.post(reverse("anonymisation-candidate-anonymise"), sent)

    job = Job.objects.get(kind=act_on_many.module_path)
    assert response["Location"] == reverse("job-outcome", args=[job.pk])
    Party.objects.filter(pk=party.pk).update(updated_at="2015-01-01T00:00:00Z")
    run_pending()
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("done", 1, 1)
    assert [one.party_id for one in Anonymisation.objects.all()] == [party.pk]
    assert not Anonymisation.objects.filter(party=held).exists()


def test_o63_only_who_may_anonymise_is_offered_it(company, party):
    clerk = desk_of(company, "billing_clerk")
    assert clerk.get(f"{reverse('party-anonymise')}?id={party.pk}").status_code == 403
    assert clerk.get(f"{reverse('party-consents')}?id={party.pk}").status_code == 200
    technician = desk_of(company, "technician")
    assert technician.get(reverse("privacy")).status_code == 403


def test_a_download_is_counted_and_written_down_and_another_company_finds_nothing(company, party, desk, now):
    assert desk.post(reverse("party-export-data"), {"id": party.pk, "reason": "per mail"}).status_code == 302
    export = PersonalExport.objects.get()
    url = reverse("personal-export-file", args=[export.pk])
    assert desk.get(url).status_code == 404
    prepare(export, now=now, today=TODAY)
    response = desk.get(url)
    assert b"".join(response.streaming_content)[:2] == b"PK"
    export.refresh_from_db()
    assert (export.downloads, AuditEntry.objects.filter(action="privacy.export.downloaded").count()) == (1, 1)
    stranger = desk_of(create_company(name="Altra Sarl", country="FR", by="zoe"))
    assert stranger.get(url).status_code == 404
    assert desk_of(company, "read_only").get(url).status_code == 403


def test_the_page_of_a_customer_who_is_gone_says_so(company, party, desk, now):
    anonymise(party, now=now, by="anna", confirmed=frozenset({ForGood.code}))
    page = desk.get(f"{reverse('party-detail', args=[party.pk])}?tab=privacy")
    assert page.context["gone"].by == "anna"
