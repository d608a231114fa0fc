"""O62: what was agreed to, with text and source; never changed; the last answer counts."""

from datetime import date

import pytest

from ronda.company.services import save_options
from ronda.parties.models import Party
from ronda.parties.services import add_contact
from ronda.privacy.models import Consent
from ronda.privacy.options import PrivacyOptions
from ronda.privacy.queries import (
    consents_of,
    lacks_notice,
    latest,
    may_contact,
    texts_in_force,
    to_ask_again,
    without_notice,
)
from ronda.privacy.services import ForGood, SwitchedOff, anonymise, delete_text, record_consents, write_text
from ronda.privacy.services.consents import NeverGiven, NobodyThere, NotAsked, TextInUse

TODAY = date(2026, 3, 2)
GIVEN, REFUSED, WITHDRAWN = Consent.Answer.GIVEN, Consent.Answer.REFUSED, Consent.Answer.WITHDRAWN
SMS = {"purpose": "marketing", "channel": "sms"}


@pytest.fixture
def sms(company):
    return write_text(
        company, **SMS, language="it", title="SMS", text="Acconsento…", valid_from=date(2026, 1, 1), by="anna"
    )


@pytest.fixture
def notice(company):
    facts = {"purpose": "notice", "language": "it", "title": "Informativa", "text": "Ai sensi…"}
    return write_text(company, **facts, valid_from=date(2026, 1, 1), by="anna")


def answer(party, text, what, day=TODAY, **facts):
    facts = {"source": "paper", "on": TODAY, "by": "anna"} | facts
    [row] = record_consents(party, [(text, what)], answered_on=day, **facts)
    return row


def test_o62_without_an_answer_nobody_is_addressed_and_the_last_one_counts(party, sms):
    seen = [may_contact(party, **SMS, on=TODAY)]
    for day, what in ((5, GIVEN), (9, WITHDRAWN), (20, GIVEN)):
        answer(party, sms, what, date(2026, 1, day))
        seen.append(may_contact(party, **SMS, on=TODAY))

    assert seen == [False, True, False, True]
    assert [may_contact(party, **SMS, on=date(2026, 1, day)) for day in (4, 5, 10, 20)] == [
        False,
        True,
        False,
        True,
    ]
    assert not may_contact(party, purpose="marketing", channel="mail", on=TODAY)


def test_o62_an_answer_written_down_later_but_given_earlier_does_not_count(party, sms):
    answer(party, sms, GIVEN, date(2026, 1, 5))
    answer(party, sms, WITHDRAWN, date(2026, 2, 1))
    answer(party, sms, REFUSED, date(2026, 1, 2))
    assert [row.answer for row in latest(Consent.objects.all())] == [WITHDRAWN]


def test_o62_a_persons_own_answer_counts_before_that_of_the_customer(party, sms):
    anna, bruno = (add_contact(party, name=name, by="anna") for name in ("Anna Neri", "Bruno Neri"))
    answer(party, sms, GIVEN)
    answer(party, sms, REFUSED, contact=anna)
    assert [may_contact(one, **SMS, on=TODAY) for one in (party, anna, bruno)] == [True, False, True]


def test_o62_each_answer_says_text_version_source_and_who_wrote_it_down(party, sms, company):
    answer(party, sms, GIVEN, source="phone", note="chiamata delle 10")
    row = answer(party, sms, WITHDRAWN, source="mail")
    assert (row.text.version, row.source, row.by, row.purpose, row.channel) == (
        1,
        "mail",
        "anna",
        "marketing",
        "sms",
    )
    found = consents_of(party)
    assert [(one.answer, one.source, one.note) for one in found[False]] == [
        (GIVEN, "phone", "chiamata delle 10")
    ]


def test_o62_a_new_version_lists_who_agreed_to_the_old_one_until_he_answers(company, party, sms):
    answer(party, sms, GIVEN)
    assert list(to_ask_again(Consent.objects.all(), on=TODAY)) == []
    facts = {**SMS, "language": "it", "title": "SMS", "text": "Nuovo testo", "by": "anna"}
    newer = write_text(company, **facts, valid_from=date(2026, 3, 1))
    assert (newer.version, sms.version) == (2, 1)
    assert [row.party_id for row in to_ask_again(Consent.objects.all(), on=TODAY)] == [party.pk]
    assert list(to_ask_again(Consent.objects.all(), on=date(2026, 2, 28))) == []

    answer(party, newer, GIVEN)
    assert list(to_ask_again(Consent.objects.all(), on=TODAY)) == []


def test_o62_a_version_that_only_corrects_a_word_asks_nobody_again(company, party, sms):
    answer(party, sms, GIVEN)
    facts = {**SMS, "language": "it", "title": "SMS", "text": "Corretto", "by": "anna"}
    write_text(company, **facts, valid_from=date(2026, 3, 1), ask_again=False)
    assert list(to_ask_again(Consent.objects.all(), on=TODAY)) == []


def test_o62_a_text_somebody_answered_is_never_removed(party, sms, notice):
    answer(party, sms, GIVEN)
    with pytest.raises(TextInUse):
        delete_text(sms, by="anna")
    delete_text(notice, by="anna")


def test_o62_an_answer_cannot_be_from_before_the_text_nor_from_tomorrow(party, sms):
    for day in (date(2025, 12, 31), date(2026, 3, 3)):
        with pytest.raises(NotAsked) as refused:
            answer(party, sms, GIVEN, day)
        assert refused.value.field == "answered_on"


def test_o62_what_was_never_given_cannot_be_withdrawn(party, sms):
    with pytest.raises(NeverGiven):
        answer(party, sms, WITHDRAWN)


def test_o62_no_privacy_signed_is_said_of_persons_and_of_firms_where_the_firm_wants_it(
    company, party, notice
):
    everybody = Party.objects.filter(company=company)
    assert lacks_notice(party)
    answer(party, notice, GIVEN)
    assert not lacks_notice(party)
    answer(party, notice, WITHDRAWN)
    assert list(without_notice(everybody, firms_too=False)) == [party]
    Party.objects.filter(pk=party.pk).update(kind="firm")
    assert list(without_notice(everybody, firms_too=False)) == []
    save_options(company, PrivacyOptions, {"notice_for_firms": True}, by="anna")
    assert lacks_notice(party)


def test_o62_texts_in_force_are_the_newest_in_the_language_asked_for(company, sms, notice):
    facts = {**SMS, "title": "SMS", "text": "…", "by": "anna"}
    write_text(company, **facts, language="it", valid_from=date(2027, 1, 1))
    french = write_text(company, **facts, language="fr", valid_from=date(2026, 1, 1))
    assert texts_in_force(company, on=TODAY, language="it") == [notice, sms]
    assert texts_in_force(company, on=TODAY, language="fr") == [notice, french]


def test_o56_switched_off_nothing_is_recorded_and_only_a_no_is_known(company, party, sms):
    answer(party, sms, REFUSED)
    save_options(company, PrivacyOptions, {"enabled": False}, by="anna")
    with pytest.raises(SwitchedOff):
        answer(party, sms, GIVEN)
    assert not may_contact(party, **SMS, on=TODAY)
    assert may_contact(party, purpose="marketing", channel="mail", on=TODAY)
    assert not lacks_notice(party)


def test_o62_who_is_anonymised_is_neither_addressed_nor_asked(company, party, sms, now):
    answer(party, sms, GIVEN)
    anonymise(party, now=now, by="anna", confirmed=frozenset({ForGood.code}))
    assert not may_contact(party, **SMS, on=TODAY)
    with pytest.raises(NobodyThere):
        answer(party, sms, GIVEN)
