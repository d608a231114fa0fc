"""Consents: the texts people are asked, and what they answered (O62)."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Max

from ronda.company import audit
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import Contact, Party
from ronda.privacy.models import Consent, ConsentText
from ronda.privacy.queries import anonymised
from ronda.privacy.queries_contacts import gone
from ronda.privacy.services.switch import refuse_switched_off


class TextInUse(Refusal):
    code = "privacy.text_in_use"


class NotAsked(Refusal):
    code = "privacy.not_asked"


class NobodyThere(Refusal):
    code = "privacy.nobody_there"


class NeverGiven(Refusal):
    code = "privacy.never_given"


@transaction.atomic
def write_text(
    company: Company,
    *,
    purpose: str,
    channel: str = "",
    language: str,
    title: str,
    text: str,
    valid_from: date,
    ask_again: bool = True,
    by: str,
) -> ConsentText:
    """The next version of what people are asked; older versions stay as they were put to them."""
    Company.objects.select_for_update().get(pk=company.pk)
    same = ConsentText.objects.filter(company=company, purpose=purpose, channel=channel, language=language)
    version = (same.aggregate(last=Max("version"))["last"] or 0) + 1
    written = ConsentText.objects.create(
        company=company,
        purpose=purpose,
        channel=channel,
        language=language,
        version=version,
        title=title,
        text=text,
        valid_from=valid_from,
        ask_again=ask_again,
        created_by=by,
    )
    audit.record(by, "privacy.text.written", written, version=version, title=title)
    return written


@transaction.atomic
def delete_text(text: ConsentText, *, by: str) -> None:
    """Remove a text nobody has answered. Refuses TextInUse."""
    text = ConsentText.objects.select_for_update().get(pk=text.pk)
    if text.consents.exists():
        raise TextInUse(_("People have answered this text, so it stays. Write a new version instead."))
    audit.record(by, "privacy.text.deleted", text, version=text.version, title=text.title)
    text.delete()


@transaction.atomic
def record_consents(
    party: Party,
    answers: Iterable[tuple[ConsentText, str]],
    *,
    answered_on: date,
    source: str,
    on: date,
    by: str,
    contact: Contact | None = None,
    note: str = "",
) -> list[Consent]:
    """Write down what a customer, or a person at the customer's, answered to texts. Nothing is ever changed.

    `on` is today. Refuses SwitchedOff (O56), NobodyThere (anonymised), NotAsked (a day before the text was in
    force, or still to come) and NeverGiven (a withdrawal of what was not given).
    """
    refuse_switched_off(party.company_id)
    party = Party.objects.select_for_update(of=("self",)).get(pk=party.pk)
    if anonymised(party):
        raise NobodyThere(_("“%(name)s” has been anonymised: there is nobody to ask.") % {"name": party})
    if contact is not None and gone(contact):
        raise NobodyThere(_("“%(name)s” has been anonymised: there is nobody to ask.") % {"name": contact})
    rows = []
    for text, answer in answers:
        _refuse(party, contact, text, answer, answered_on=answered_on, on=on)
        row = Consent(party=party, contact=contact, text=text, answer=answer, answered_on=answered_on)
        row.company_id, row.purpose, row.channel = party.company_id, text.purpose, text.channel
        row.source, row.note, row.by = source, note, by
        row.save(force_insert=True)
        rows.append(row)
    facts = [
        (row, {"party": party.pk, "answer": row.answer, "text": row.text_id, "source": source})
        for row in rows
    ]
    audit.record_many(by, "privacy.consent.recorded", facts)
    return rows


def _refuse(
    party: Party, contact: Contact | None, text: ConsentText, answer: str, *, answered_on: date, on: date
) -> None:
    if not text.valid_from <= answered_on <= on:
        words = _(
            "“%(text)s” is in force from %(day)s: the answer cannot be from before, nor from a day to come."
        )
        raise NotAsked(words % {"text": text, "day": f"{text.valid_from:%d/%m/%Y}"}, field="answered_on")
    if answer != Consent.Answer.WITHDRAWN:
        return
    given = Consent.objects.filter(
        party=party, contact=contact, purpose=text.purpose, channel=text.channel, answer=Consent.Answer.GIVEN
    )
    if not given.exists():
        words = _("“%(text)s” was never agreed to, so it cannot be withdrawn: record a refusal.")
        raise NeverGiven(words % {"text": text}, field="answer")
