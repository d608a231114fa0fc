"""Anonymising customers (O63, R51): who may be, what has to be confirmed, and doing it for good."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from ronda.company import audit
from ronda.company.personal_data import Obstacle, Subject
from ronda.kernel.bus import publish
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import Party
from ronda.privacy.events import CustomerAnonymised
from ronda.privacy.models import Anonymisation
from ronda.privacy.queries import anonymised, records_of, standings, words_of
from ronda.privacy.services.erasing import Erased, erase, find_mentions
from ronda.privacy.services.list_kept import note_down
from ronda.privacy.services.switch import refuse_switched_off


class AlreadyAnonymised(Refusal):
    code = "privacy.already_anonymised"


class HeldBack(Refusal):
    """`facts["obstacles"]` are the codes of what holds the customer back."""

    code = "privacy.held_back"


class ForGood(NeedsConfirmation):
    code = "privacy.for_good"


class SomethingLeft(NeedsConfirmation):
    """Money set aside or services still to be given."""

    code = "privacy.something_left"


def anonymise(
    party: Party, *, now: datetime, by: str, confirmed: frozenset[str] = frozenset(), again: bool = False
) -> Anonymisation:
    """Take the person out of everything the company keeps, for good; the record stays for statistics.

    Refuses HeldBack with every reason: documents, payments, open dues, accounting entries (R51), running
    contracts, records of others that hang on this one. Asks ForGood, and SomethingLeft about packages
    and wallet. `again` repeats it after an older backup was restored.
    """
    if not again:
        refuse_switched_off(party.company_id)
    # Free texts of the whole company are read before anybody has to wait for the write lock.
    words = words_of(party)
    mentions = find_mentions(party.company_id, words)
    return _anonymise(party.pk, words, mentions, now=now, by=by, confirmed=confirmed, again=again)


@transaction.atomic
def _anonymise(
    party_id: int,
    words: Sequence[str],
    mentions: dict[str, list[int]],
    *,
    now: datetime,
    by: str,
    confirmed: frozenset[str],
    again: bool,
) -> Anonymisation:
    party = Party.objects.select_for_update(of=("self",)).get(pk=party_id)
    if anonymised(party):
        raise AlreadyAnonymised(_("“%(name)s” has been anonymised already.") % {"name": party})
    _refuse(party, confirmed)
    subject = Subject(party.company_id, party.pk, records_of(party.pk), tuple(words))
    with freed_space_overwritten():
        done = erase(subject, mentions)
    row = _written_down(party, done, now=now, by=by, again=again)
    publish(CustomerAnonymised(party.company_id, party.pk, by=by))
    transaction.on_commit(lambda: note_down([row]))
    return row


def _written_down(party: Party, done: Erased, *, now: datetime, by: str, again: bool) -> Anonymisation:
    facts = {"fields": done.fields, "records": sum(done.records.values()), "files": done.files}
    row = Anonymisation.objects.create(
        company_id=party.company_id, party=party, at=now, by=by, again=again, **facts
    )
    audit.record(by, "privacy.customer.anonymised", party, **facts, again=again)
    return row


def _refuse(party: Party, confirmed: frozenset[str]) -> None:
    standing = standings(party.company_id, [party.pk])[party.pk]
    if standing.refusals:
        text = _("“%(name)s” cannot be anonymised. What holds the customer back: %(reasons)s.")
        facts = {"name": party, "reasons": in_words(standing.refusals)}
        raise HeldBack(text % facts, obstacles=[one.code for one in standing.refusals])
    if ForGood.code not in confirmed:
        text = _("“%(name)s” is anonymised for good: nobody can undo it. Go ahead?")
        raise ForGood(text % {"name": party})
    if standing.warnings and SomethingLeft.code not in confirmed:
        text = _("“%(name)s” still has something with you, which is lost sight of: %(what)s. Go ahead?")
        raise SomethingLeft(text % {"name": party, "what": in_words(standing.warnings)})


def in_words(obstacles: Sequence[Obstacle]) -> str:
    """Reasons in one sentence."""
    return "; ".join(str(one.text) for one in obstacles)


@contextmanager
def freed_space_overwritten() -> Iterator[None]:
    """Inside, SQLite overwrites what is deleted or replaced, so that the file does not go on holding it."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete=ON")
        try:
            yield
        finally:
            cursor.execute("PRAGMA secure_delete=OFF")


def all_confirmed() -> frozenset[str]:
    return frozenset({ForGood.code, SomethingLeft.code})


def anonymise_again(party: Party, *, now: datetime, by: str) -> Any:
    """After a restore: without questions, but not against what holds the customer back."""
    return anonymise(party, now=now, by=by, confirmed=all_confirmed(), again=True)
