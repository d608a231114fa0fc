"""The buttons that anonymise: a customer, or one person at a customer's."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.parties.models import Contact, Party
from ronda.privacy import services
from ronda.privacy.forms import AnonymiseForm, AnonymisePersonForm
from ronda.privacy.models import Anonymisation, AnonymisedContact
from ronda.privacy.queries_contacts import gone
from ronda.workspace.declare import Action


def anonymise(
    party: Party,
    *,
    by: str,
    understood: bool = False,
    even_with_rest: bool = False,
    confirmed: frozenset[str] = frozenset(),
) -> str:
    """For good; the form has asked, an open package or wallet is asked about unless the form allows it."""
    said = _said(confirmed, understood=understood, even_with_rest=even_with_rest)
    return _told(services.anonymise(party, now=timezone.now(), by=by, confirmed=said))


def anonymise_person(
    contact: Contact,
    *,
    by: str,
    understood: bool = False,
    even_with_rest: bool = False,
    confirmed: frozenset[str] = frozenset(),
) -> str:
    """For good, one person only; the form has asked."""
    said = _said(confirmed, understood=understood, even_with_rest=even_with_rest)
    return _told(services.anonymise_contact(contact, now=timezone.now(), by=by, confirmed=said))


def _said(confirmed: frozenset[str], *, understood: bool, even_with_rest: bool) -> frozenset[str]:
    """The questions that the form has answered with yes, beside those answered already."""
    answers = {services.ForGood.code: understood, services.SomethingLeft.code: even_with_rest}
    return confirmed | {code for code, yes in answers.items() if yes}


def _told(done: Anonymisation | AnonymisedContact) -> str:
    facts = {"fields": done.fields, "records": done.records, "files": done.files}
    return str(
        _("Anonymised: %(fields)d values in %(records)d records masked, %(files)d files removed.") % facts
    )


def is_a_person(party: Party) -> bool:
    return not Anonymisation.objects.filter(party=party).exists()


def is_known(contact: Contact) -> bool:
    return not gone(contact) and is_a_person(contact.party)


ANONYMISE = Action(
    "anonymise",
    _("Anonymise"),
    anonymise,
    form=AnonymiseForm,
    permission="privacy.anonymise_party",
    danger=True,
    enabled=is_a_person,
    help_text=_(
        "Name, addresses, numbers, bank accounts, mails, files and what the log says of them are masked or "
        "removed. "
        "Municipality, kind and figures stay for statistics. Whoever has documents, payments, entries, "
        "open dues or "
        "a running contract is refused."
    ),
)
ANONYMISE_PERSON = Action(
    "anonymise",
    _("Anonymise"),
    anonymise_person,
    form=AnonymisePersonForm,
    permission="privacy.anonymise_party",
    danger=True,
    enabled=is_known,
    help_text=_(
        "This person alone: name, addresses, numbers, files and what is written about the person elsewhere "
        "are masked or removed. The customer stays as it is. Whoever is named in quotes under way or "
        "accepted is refused."
    ),
)
