"""What customers are found by when they might be entered twice."""

from collections.abc import Iterable, Sequence

from ronda.company.bulk import insert_values
from ronda.parties.domain.names import name_key, phone_key, sounds
from ronda.parties.models import Party, PartyKey

Kind = PartyKey.Kind


def write_keys(parties: Sequence[Party]) -> None:
    """Insert the keys of new parties."""
    insert_values(
        PartyKey,
        ("company_id", "party_id", "kind", "value"),
        [(party.company_id, party.pk, *pair) for party in parties for pair in keys_of(party)],
    )


def rewrite_keys(parties: Iterable[Party]) -> None:
    """Replace the keys of parties whose name or addresses changed."""
    parties = list(parties)
    PartyKey.objects.filter(party__in=parties).delete()
    write_keys(parties)


def keys_of(party: Party) -> list[tuple[str, str]]:
    """(kind, value) of everything a party is found by, each once."""
    found = [(Kind.WORD.value, sound) for sound in sounds(party.name)]
    found.append((Kind.NAME.value, name_key(party.name)))
    found.append((Kind.EMAIL.value, party.email.strip().lower()))
    found += [(Kind.PHONE.value, phone_key(number)) for number in (party.phone, party.mobile)]
    return [pair for pair in dict.fromkeys(found) if pair[1]]
