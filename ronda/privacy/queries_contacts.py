"""Reads on one person at a customer's: the words he is known by, what stands against anonymising him."""

from collections.abc import Collection, Iterator

from django.db.models import Q

from ronda.company.personal_data import Obstacle
from ronda.kernel.i18n import _
from ronda.parties.domain.names import name_key
from ronda.parties.models import Contact, DocumentRecipient, Party
from ronda.privacy.domain.words import tells_apart, worth_looking_for
from ronda.privacy.models import AnonymisedContact
from ronda.privacy.queries import Standing, standings
from ronda.quotes.models import Quote

STATE = Quote.State
_OF_PARTIES = ("name", "tax_id", "registration_id", "pec", "email", "phone", "mobile", "website")
_OF_PEOPLE = ("name", "email", "phone", "mobile")


def gone(contact: Contact) -> bool:
    """Whether the person was anonymised, apart from the customer."""
    return AnonymisedContact.objects.filter(contact=contact).exists()


def words_of_contact(contact: Contact) -> tuple[str, ...]:
    """Name, addresses and numbers by which only this person is known.

    What the customer, or anybody else of the company, shares is left out: it is theirs as well.
    """
    wanted = {contact.name.strip()} if tells_apart(contact.name) else set()
    wanted |= {one.strip() for one in (contact.email, contact.phone, contact.mobile)}
    wanted = {word for word in wanted if worth_looking_for(word)}
    return tuple(sorted(wanted - _of_others(contact, wanted)))


def _of_others(contact: Contact, words: Collection[str]) -> set[str]:
    company = contact.party.company_id
    parties = Party.objects.filter(company=company)
    people = Contact.objects.filter(party__company=company).exclude(pk=contact.pk)
    found: set[str] = set()
    for name in _OF_PARTIES:
        found.update(parties.filter(**{f"{name}__in": words}).values_list(name, flat=True))
    for name in _OF_PEOPLE:
        found.update(people.filter(**{f"{name}__in": words}).values_list(name, flat=True))
    return found


def is_the_customer(contact: Contact) -> bool:
    """Whether this person is the customer himself, entered once more as somebody to ask for."""
    party = contact.party
    same = name_key(contact.name) == name_key(party.name)
    return party.kind == Party.Kind.PERSON and same


def standing_of(contact: Contact) -> Standing:
    """Why this person cannot be anonymised, and what to think of when he can (R51, O63)."""
    found = Standing()
    if is_the_customer(contact):
        found = standings(contact.party.company_id, [contact.party_id])[contact.party_id]
    found.refusals += _offers(contact)
    found.warnings += _still_written_to(contact)
    return found


def _offers(contact: Contact) -> Iterator[Obstacle]:
    """Offers in the person's name: under way they need him, accepted they prove what was agreed."""
    named = Q(contact=contact) | Q(party=contact.party_id, signer__iexact=contact.name)
    counts = dict.fromkeys((STATE.DRAFT, STATE.SENT, STATE.ACCEPTED), 0)
    for state in Quote.objects.filter(named, state__in=list(counts)).values_list("state", flat=True):
        counts[STATE(state)] += 1
    under_way = counts[STATE.DRAFT] + counts[STATE.SENT]
    if under_way:
        yield Obstacle(contact.party_id, "quotes", _("quotes under way: %(count)d") % {"count": under_way})
    if accepted := counts[STATE.ACCEPTED]:
        text = _("quotes that were accepted: %(count)d") % {"count": accepted}
        yield Obstacle(contact.party_id, "quotes_accepted", text)


def _still_written_to(contact: Contact) -> Iterator[Obstacle]:
    words = words_of_contact(contact)
    rows = DocumentRecipient.objects.filter(group__account__party=contact.party_id, email__in=words)
    if count := rows.count():
        text = _("documents are sent to this person's address, which is removed: %(count)d")
        yield Obstacle(contact.party_id, "recipient", text % {"count": count}, stops=False)
