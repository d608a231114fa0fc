"""Anonymising one person at a customer's (O63, R51); the customer and the others there stay as they are."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import CharField, JSONField, TextField

from ronda.company import audit
from ronda.company.personal_data import Personal, Subject
from ronda.kernel.i18n import _
from ronda.parties.models import Contact, DocumentRecipient, Party
from ronda.privacy.domain.words import Masking
from ronda.privacy.models import AnonymisedContact
from ronda.privacy.queries import anonymised, linked, rows_on
from ronda.privacy.queries_contacts import gone, standing_of, words_of_contact
from ronda.privacy.services.anonymising import (
    AlreadyAnonymised,
    ForGood,
    HeldBack,
    SomethingLeft,
    freed_space_overwritten,
    in_words,
)
from ronda.privacy.services.erasing import Erased, erase, find_mentions, mask_rows
from ronda.privacy.services.list_kept import marks_of, note_down_contacts
from ronda.privacy.services.switch import refuse_switched_off

#: Names and addresses that are the customer's own: his firm may be called after one of its people.
OF_THE_CUSTOMER = frozenset({"parties.Party", "parties.BillingAccount", "parties.Site"})


def anonymise_contact(
    contact: Contact,
    *,
    now: datetime,
    by: str,
    confirmed: frozenset[str] = frozenset(),
    again: bool = False,
) -> AnonymisedContact:
    """Take one person at a customer's out of everything the company keeps, for good.

    Refuses AlreadyAnonymised and HeldBack: offers under way or accepted in the person's name, and, for
    whoever is the customer, all that holds the customer back (R51). Asks ForGood, and SomethingLeft where
    documents still go to the person's address. `again` repeats it after an older backup was restored.
    """
    if not again:
        refuse_switched_off(contact.party.company_id)
    words = words_of_contact(contact)
    # Free texts of the whole company are read before anybody has to wait for the write lock.
    mentions = find_mentions(contact.party.company_id, words)
    return _anonymise(contact.pk, words, mentions, now=now, by=by, confirmed=confirmed, again=again)


@transaction.atomic
def _anonymise(
    contact_id: int,
    words: Sequence[str],
    mentions: Mapping[str, Sequence[int]],
    *,
    now: datetime,
    by: str,
    confirmed: frozenset[str],
    again: bool,
) -> AnonymisedContact:
    contact = Contact.objects.select_related("party").get(pk=contact_id)
    Party.objects.select_for_update(of=("self",)).get(pk=contact.party_id)
    if gone(contact) or anonymised(contact.party):
        raise AlreadyAnonymised(_("“%(name)s” has been anonymised already.") % {"name": contact})
    _refuse(contact, confirmed)
    # How the person was known, before it goes: an older backup is recognised by it.
    marks = marks_of(contact)
    with freed_space_overwritten():
        done = erase(_subject(contact, words), mentions)
        _mask_near(contact, Masking(words), done)
    row = AnonymisedContact.objects.create(
        company_id=contact.party.company_id, contact=contact, at=now, by=by, again=again, **_counts(done)
    )
    audit.record(by, "privacy.contact.anonymised", contact, **_counts(done), again=again)
    transaction.on_commit(lambda: note_down_contacts([(row, marks)]))
    return row


def _counts(done: Erased) -> dict[str, int]:
    return {"fields": done.fields, "records": sum(done.records.values()), "files": done.files}


def _refuse(contact: Contact, confirmed: frozenset[str]) -> None:
    standing = standing_of(contact)
    if standing.refusals:
        text = _("“%(name)s” cannot be anonymised. What holds the person back: %(reasons)s.")
        facts = {"name": contact, "reasons": in_words(standing.refusals)}
        raise HeldBack(text % facts, obstacles=[one.code for one in standing.refusals])
    if ForGood.code not in confirmed:
        text = _("“%(name)s” is anonymised for good: nobody can undo it. Go ahead?")
        raise ForGood(text % {"name": contact})
    if standing.warnings and SomethingLeft.code not in confirmed:
        text = _("“%(name)s” still has something with you, which is lost sight of: %(what)s. Go ahead?")
        raise SomethingLeft(text % {"name": contact, "what": in_words(standing.warnings)})


def _subject(contact: Contact, words: Sequence[str]) -> Subject:
    """The person's own records; no customer is meant, so his imports and copies are left alone."""
    recipients = DocumentRecipient.objects.filter(group__account__party=contact.party_id, email__in=words)
    records = {
        "parties.contact": (contact.pk,),
        "parties.documentrecipient": tuple(recipients.values_list("pk", flat=True)),
        "privacy.consent": tuple(contact.consents.values_list("pk", flat=True)),
    }
    records = {label: keys for label, keys in records.items() if keys}
    return Subject(contact.party.company_id, 0, records, tuple(words))


def _mask_near(contact: Contact, masking: Masking, done: Erased) -> None:
    """The person's words in what else is written about the customer; what the law has kept never changes."""
    for personal in linked():
        if personal.held or personal.within or personal.remove or not masking.forms:
            continue
        names = _free_texts(personal)
        if names:
            rows = rows_on(personal, [contact.party_id]).exclude(pk__in=_himself(personal, contact))
            fields, keys = mask_rows(rows, names, masking)
            done.add(personal.model.lower(), len(keys), fields)


def _himself(personal: Personal, contact: Contact) -> list[int]:
    return [contact.pk] if personal.model == "parties.Contact" else []


def _free_texts(personal: Personal) -> list[str]:
    """What people wrote in words. Short texts of the customer himself are his name and address."""
    fields = personal.rows()._meta
    kinds = (TextField, JSONField) if personal.model in OF_THE_CUSTOMER else (CharField, TextField, JSONField)
    found = [name for name in personal.blank if isinstance(fields.get_field(name), kinds)]
    return [name for name in found if not getattr(fields.get_field(name), "choices", None)]
