"""What customers are found by when they might be entered twice."""

from collections.abc import Iterable, Sequence

from ronda.company.bulk import insert_values
from ronda.parties.domain.names import name_key, phone_key, sounds
from ronda.parties.models import Party, PartyKey

#: The kinds as they are stored: asked of the enumeration each time they would cost more than the keys.
WORD, NAME, EMAIL, PHONE = (
    kind.value for kind in (PartyKey.Kind.WORD, PartyKey.Kind.NAME, PartyKey.Kind.EMAIL, PartyKey.Kind.PHONE)
)


def write_keys(parties: Sequence[Party]) -> None:
    """Insert the keys of new parties."""
    insert_values(
        PartyKey,
        ("company_id", "party_id", "kind", "value"),
        [
            (company, pk, kind, value)
            for party in parties
            for company, pk in ((party.company_id, party.pk),)
            for kind, value in keys_of(party)
        ],
    )


def rewrite_keys(parties: Iterable[Party]) -> None:
    """Replace the keys of parties whose name or addresses changed."""
    parties = list(parties)
    PartyKey.objects.filter(party__in=parties).delete()
    write_keys(parties)


def keys_of(party: Party) -> list[tuple[str, str]]:
    """(kind, value) of everything a party is found by, each once."""
    found = [(WORD, sound) for sound in sounds(party.name)]
    found.append((NAME, name_key(party.name)))
    found.append((EMAIL, party.email.strip().lower()))
    found += [(PHONE, phone_key(number)) for number in (party.phone, party.mobile) if number]
    return [pair for pair in dict.fromkeys(found) if pair[1]]
