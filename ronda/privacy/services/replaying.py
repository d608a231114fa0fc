"""After an older backup was restored: whoever had been anonymised since is anonymised again."""

from dataclasses import dataclass
from datetime import datetime

from django.db import DEFAULT_DB_ALIAS

from ronda.company import audit
from ronda.company.restored import after_restore
from ronda.kernel.errors import Refusal
from ronda.parties.models import Contact, Party
from ronda.privacy.models import Anonymisation, AnonymisedContact
from ronda.privacy.services.anonymising import all_confirmed, anonymise_again
from ronda.privacy.services.contacts import anonymise_contact
from ronda.privacy.services.list_kept import listed, listed_contacts, marks_of, note_down
from ronda.workspace.text_index import compact


@dataclass(slots=True)
class Replay:
    """How many were anonymised again, and whom something holds back now."""

    done: int = 0
    left: tuple[int, ...] = ()


@after_restore
def apply_list_again(*, now: datetime, by: str = "ronda") -> Replay:
    """Compare the list beside the database with the database; each customer in a transaction of his own."""
    outcome = Replay()
    lines = {(line.company_id, line.party_id): line for line in listed()}
    _keep_whole({(company, party) for company, party in lines})
    known = set(Anonymisation.objects.values_list("company_id", "party_id"))
    for key in sorted(set(lines) - known):
        company_id, party_id = key
        party = Party.objects.filter(pk=party_id, company=company_id, created_at=lines[key].made).first()
        if party is None:
            continue
        try:
            anonymise_again(party, now=now, by=by)
        except Refusal as refusal:
            outcome.left += (party_id,)
            audit.record(by, "privacy.customer.not_again", party, reason=refusal.code)
        else:
            outcome.done += 1
    _contacts_again(outcome, now=now, by=by)
    return outcome


def _contacts_again(outcome: Replay, *, now: datetime, by: str) -> None:
    """People at customers' as well; whoever has the key of one and is not recognised is left and told."""
    lines = {line.contact_id: line for line in listed_contacts()}
    known = set(AnonymisedContact.objects.values_list("contact_id", flat=True))
    found = Contact.objects.filter(pk__in=set(lines) - known, party__anonymisation=None)
    for contact in found.select_related("party").order_by("pk"):
        line = lines[contact.pk]
        if contact.party.company_id != line.company_id or not line.marks.intersection(marks_of(contact)):
            continue
        try:
            anonymise_contact(contact, now=now, by=by, confirmed=all_confirmed(), again=True)
        except Refusal as refusal:
            audit.record(by, "privacy.contact.not_again", contact, reason=refusal.code)
        else:
            outcome.done += 1


def compact_indexes(*, since: datetime) -> bool:
    """Drop what the search indexes still hold of texts removed since then; False when there are none."""
    if not Anonymisation.objects.filter(at__gte=since).exists():
        return False
    compact(using=DEFAULT_DB_ALIAS)
    return True


def _keep_whole(listed_keys: set[tuple[int, int]]) -> None:
    """Write what the list misses, should the computer have stopped between the two."""
    rows = Anonymisation.objects.select_related("party").order_by("pk")
    note_down(row for row in rows if (row.company_id, row.party_id) not in listed_keys)
