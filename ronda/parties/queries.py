"""Reads on customers and addresses that several callers need."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from ronda.company.auth import people_seen_by
from ronda.company.models import Company
from ronda.parties.domain.names import name_key, normalised, phone_key, similarity, sounds
from ronda.parties.models import Contact, DocumentRecipient, Party, PartyKey, Place, Postcode
from ronda.workspace.visibility import Sight

PLACE_FIELDS = ("name", "key", "other_key", "province", "latitude", "longitude", "population")
# A word that more customers have than this tells nobody apart: it is not looked through.
COMMON_FROM = 60
WORDS_LOOKED_UP = 4
ALIKE_FROM = 72
Kind = PartyKey.Kind


@dataclass(frozen=True, slots=True)
class PossibleDuplicate:
    """A customer that may be the one being entered; `score` 0-100, `why` names the fields alike."""

    party: Party
    score: int
    why: tuple[str, ...]


def possible_duplicates(
    company: Company | int,
    *,
    name: str = "",
    tax_id: str = "",
    registration_id: str = "",
    email: str = "",
    phone: str = "",
    exclude: int | None = None,
    limit: int = 5,
) -> list[PossibleDuplicate]:
    """Customers with the same numbers or addresses, or a name that reads or sounds alike, likest first.

    At most seven look-ups on indexes whatever the number of customers.
    """
    company_id = company.pk if isinstance(company, Company) else company
    same = _same_facts(
        company_id, name=name, tax_id=tax_id, registration_id=registration_id, email=email, phone=phone
    )
    candidates = set(same) | _sounding_alike(company_id, name)
    candidates.discard(exclude or 0)
    found = []
    for party in Party.objects.filter(pk__in=list(candidates)[:500]):
        why = same.get(party.pk, set())
        alike = similarity(name, party.name) if name else 0
        if alike >= ALIKE_FROM:
            why = why | {"name"}
        if why:
            score = 100 if why - {"name"} else alike
            found.append(PossibleDuplicate(party, score, tuple(sorted(why))))
    found.sort(key=lambda one: (-one.score, -len(one.why), one.party.name, one.party.pk))
    return found[:limit]


def _same_facts(company_id: int, **facts: str) -> dict[int, set[str]]:
    """Parties with exactly one of the facts, with the names of those facts."""
    found: dict[int, set[str]] = {}
    compact = {name: "".join(facts[name].split()).upper() for name in ("tax_id", "registration_id")}
    for name, value in compact.items():
        if len(value) >= 5:
            same = Party.objects.filter(company_id=company_id, **{f"{name}__in": _with_and_without(value)})
            for pk in same.values_list("pk", flat=True)[:COMMON_FROM]:
                found.setdefault(pk, set()).add(name)
    keys = {
        (Kind.NAME.value, name_key(facts["name"])): "name",
        (Kind.EMAIL.value, facts["email"].strip().lower()): "email",
        (Kind.PHONE.value, phone_key(facts["phone"])): "phone",
    }
    wanted = Q()
    for kind, value in keys:
        if value:
            wanted |= Q(kind=kind, value=value)
    if wanted:
        rows = PartyKey.objects.filter(wanted, company_id=company_id)
        for pk, kind, value in rows.values_list("party_id", "kind", "value")[: COMMON_FROM * 3]:
            found.setdefault(pk, set()).add(keys[kind, value])
    return found


def _with_and_without(value: str) -> list[str]:
    """A VAT number as it is kept, should it be typed with the two letters of its country."""
    return [value, value[2:]] if value[:2].isalpha() and value[2:].isdigit() else [value]


def _sounding_alike(company_id: int, name: str) -> set[int]:
    """Parties that share a word with the name, by sound; words that too many have are passed over."""
    found: set[int] = set()
    longest = sorted(sounds(name), key=lambda one: (-len(one), one))[:WORDS_LOOKED_UP]
    for value in longest:
        if len(value) < 2:
            continue
        rows = PartyKey.objects.filter(company_id=company_id, kind=Kind.WORD, value=value)
        near = list(rows.values_list("party_id", flat=True)[: COMMON_FROM + 1])
        if len(near) <= COMMON_FROM:
            found.update(near)
    return found


def places_like(text: str, *, countries: Iterable[str], limit: int = 12) -> list[tuple[Place, str]]:
    """Municipalities by the beginning of a postcode or of a name, with the postcode that was meant.

    The most populous first; an exact name before longer ones.
    """
    text = text.strip()
    if text[:1].isdigit():
        codes = Postcode.objects.filter(
            country__in=list(countries), code__range=(text, f"{text}~"), code__startswith=text
        )
        near = codes.select_related("place").order_by("code", "-place__population", "pk")
        return [(one.place, one.code) for one in near[:limit]]
    key = normalised(text)
    if not key:
        return []
    named = Place.objects.filter(_begins("key", key) | _begins("other_key", key), country__in=list(countries))
    places = sorted(
        named.order_by("-population", "pk")[:200],
        key=lambda place: (key not in (place.key, place.other_key), -place.population, place.name),
    )
    return [(place, _only_postcode(place)) for place in places[:limit]]


def _begins(field: str, key: str) -> Q:
    # The range lets SQLite use the index, which LIKE does not; LIKE is right in every collation.
    return Q(**{f"{field}__range": (key, f"{key}zzzzzz"), f"{field}__startswith": key})


def _only_postcode(place: Place) -> str:
    codes = place.postcodes.split()
    return codes[0] if len(codes) == 1 else ""


def recipients_of(group_ids: Iterable[int]) -> Mapping[int, list[DocumentRecipient]]:
    """Who receives the documents of each billing group (S26), in one query."""
    found: dict[int, list[DocumentRecipient]] = {}
    for one in DocumentRecipient.objects.filter(group_id__in=list(group_ids)).order_by("pk"):
        found.setdefault(one.group_id, []).append(one)
    return found


def contacts_for(party: Party, role: str, *, site: Any = None) -> QuerySet[Contact]:
    """Whom a kind of message concerns (S25): the contacts of that role, for the site or for all sites."""
    contacts = Contact.objects.filter(party=party, role=role)
    if site is not None:
        contacts = contacts.filter(Q(site=site) | Q(site=None))
    return contacts.order_by("pk")


def sight_of(user: Any) -> Sight | None:
    """Whose customers a person sees (S9): those whose salesperson is one of `people_seen_by`; None for all.

    A customer without a salesperson is seen by whoever sees everything.
    """
    people = people_seen_by(user)
    if people is None:
        return None
    return Sight(Party.objects.filter(owner__in=people).order_by().values("pk"), people)


def visible_keys(parties: Iterable[Party], user: Any) -> set[int]:
    """The keys of those customers, among these, that the person sees; no query."""
    people = people_seen_by(user)
    return {party.pk for party in parties if people is None or party.owner_id in people}
