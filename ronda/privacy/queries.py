"""Reads on privacy: how customers stand, what hangs on them, what they agreed to."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet

from ronda.company import options
from ronda.company.models import Company
from ronda.company.personal_data import Obstacle, Personal, declared, obstacles_of
from ronda.contracts.models import Contract
from ronda.kernel.i18n import _
from ronda.parties.models import BankAccount, Contact, DocumentRecipient, Party
from ronda.privacy.domain.words import tells_apart, worth_looking_for
from ronda.privacy.models import (
    Anonymisation,
    AnonymisedContact,
    Channel,
    Consent,
    ConsentText,
    Purpose,
)
from ronda.privacy.options import PrivacyOptions
from ronda.quotes.models import Quote

# --- what hangs on a customer ----------------------------------------------------------------------------


def linked() -> Iterator[Personal]:
    """The declared models that hang on a customer by a path."""
    yield from (one for one in declared().values() if one.party)


def rows_on(personal: Personal, party_ids: Collection[int], *paths: str) -> QuerySet[Model]:
    """The records of a model that hang on these customers, by any of the paths."""
    wanted = Q()
    for path in paths or personal.party:
        wanted |= Q(**{f"{path}__in": list(party_ids)})
    return personal.rows()._base_manager.filter(wanted).order_by()


def records_of(party_id: int) -> dict[str, tuple[int, ...]]:
    """The keys of everything that hangs on a customer, by the model's label in small letters."""
    found = {}
    for personal in linked():
        keys = rows_on(personal, [party_id]).values_list("pk", flat=True).distinct()
        if ids := tuple(sorted(keys)):
            found[personal.model.lower()] = ids
    return found


def words_of(party: Party) -> tuple[str, ...]:
    """The names, numbers and addresses by which only this customer and his people are known.

    What another customer of the company shares is left out: masking it would blank his records too.
    """
    both = f"{party.first_name} {party.last_name}".strip()
    reverse = f"{party.last_name} {party.first_name}".strip()
    contacts = list(Contact.objects.filter(party=party))
    names = [party.name, both, reverse, *(one.name for one in contacts)]
    numbers = [
        party.tax_id,
        party.registration_id,
        party.pec,
        party.email,
        party.phone,
        party.mobile,
        party.website,
    ]
    numbers += [value for one in contacts for value in (one.email, one.phone, one.mobile)]
    numbers += DocumentRecipient.objects.filter(group__account__party=party).values_list("email", flat=True)
    numbers += BankAccount.objects.filter(party=party).values_list("iban", flat=True)
    wanted = {name.strip() for name in names if tells_apart(name)}
    wanted |= {number.strip() for number in numbers}
    wanted = {word for word in wanted if worth_looking_for(word)}
    return tuple(sorted(wanted - _shared(party, wanted)))


_SHARED = {
    Party: ("name", "tax_id", "registration_id", "pec", "email", "phone", "mobile", "website"),
    Contact: ("name", "email", "phone", "mobile"),
}


def _shared(party: Party, words: Collection[str]) -> set[str]:
    found: set[str] = set()
    for model, names in _SHARED.items():
        others: QuerySet[Any] = model._default_manager.all()
        if model is Party:
            others = others.filter(company=party.company_id).exclude(pk=party.pk)
        else:
            others = others.filter(party__company=party.company_id).exclude(party=party)
        for name in names:
            found.update(others.filter(**{f"{name}__in": words}).values_list(name, flat=True).distinct())
    return found


# --- what stands against anonymising ---------------------------------------------------------------------


@dataclass(slots=True)
class Standing:
    """Why a customer cannot be anonymised, and what to think of when he can."""

    refusals: list[Obstacle] = field(default_factory=list)
    warnings: list[Obstacle] = field(default_factory=list)


def standings(company_id: int, party_ids: Collection[int]) -> dict[int, Standing]:
    """How each of these customers stands, in a constant number of queries (R51, O63)."""
    found = {party_id: Standing() for party_id in party_ids}
    sources = (_held(party_ids), obstacles_of(company_id, party_ids), _entangled(party_ids))
    for obstacle in (each for source in sources for each in source):
        standing = found[obstacle.party_id]
        (standing.refusals if obstacle.stops else standing.warnings).append(obstacle)
    return found


def _held(party_ids: Collection[int]) -> Iterator[Obstacle]:
    """What the law has kept: documents, payments, entries."""
    for personal in linked():
        if not personal.held:
            continue
        counts: dict[int, int] = {}
        for path in personal.party:
            for party, count in _counted(rows_on(personal, party_ids, path), path):
                counts[party] = max(counts.get(party, 0), count)
        for party, count in sorted(counts.items()):
            text = _("%(what)s: %(count)d") % {"what": personal.held, "count": count}
            yield Obstacle(party, personal.model.lower(), text)


def _entangled(party_ids: Collection[int]) -> Iterator[Obstacle]:
    """Records of another customer that hang on a site or an account of this one."""
    for personal in linked():
        main, *others = personal.party
        if personal.held or personal.within:
            continue
        for path in others:
            rows = rows_on(personal, party_ids, path).filter(
                ~Q(**{main: F(path)}), **{f"{main}__isnull": False}
            )
            for party, count in _counted(rows, path):
                name = personal.rows()._meta.verbose_name_plural
                text = _("records of other customers (%(what)s): %(count)d") % {"what": name, "count": count}
                yield Obstacle(party, "others", text)


def _counted(rows: QuerySet[Any], path: str) -> "QuerySet[Any, tuple[int, int]]":
    counted: QuerySet[Any, tuple[int, int]]
    counted = rows.values_list(path).annotate(count=Count("pk", distinct=True)).order_by()
    return counted


def anonymised(party: Party) -> bool:
    return Anonymisation.objects.filter(party=party).exists()


def candidates(parties: QuerySet[Party], *, before: date) -> QuerySet[Party]:
    """Customers nobody touched since that day, with nothing that the law has kept and no running contract."""
    rows = parties.filter(anonymisation=None, updated_at__date__lt=before)
    for personal in linked():
        if personal.held:
            for path in personal.party:
                rows = rows.exclude(Exists(personal.rows()._base_manager.filter(**{path: OuterRef("pk")})))
    active = Contract.objects.filter(Q(status=Contract.Status.ACTIVE) | Q(ends_on__gte=before))
    offered = Quote.objects.filter(updated_at__date__gte=before)
    for busy in (active, offered):
        rows = rows.exclude(Exists(busy.filter(party=OuterRef("pk"))))
    return rows


# --- consents --------------------------------------------------------------------------------------------


def is_on(company: Company | int) -> bool:
    """Whether the company uses these functions (O56)."""
    return options.read(PrivacyOptions, company).enabled


def may_contact(subject: Party | Contact, *, purpose: str, channel: str, on: date) -> bool:
    """Whether a person may be addressed for a purpose by a channel on a day.

    The person's own last answer counts, else that of the customer he is of. Without an answer it is no; where
    the company keeps its consents elsewhere (O56) only a refusal or a withdrawal written here is.
    """
    contact = subject if isinstance(subject, Contact) else None
    party_id = contact.party_id if contact else subject.pk
    if Anonymisation.objects.filter(party=party_id).exists():
        return False
    if contact and AnonymisedContact.objects.filter(contact=contact).exists():
        return False
    rows = Consent.objects.filter(party=party_id, purpose=purpose, channel=channel, answered_on__lte=on)
    own = rows.filter(contact=contact) if contact else rows.filter(contact=None)
    last = own.order_by("-answered_on", "-pk").first()
    if last is None and contact:
        last = rows.filter(contact=None).order_by("-answered_on", "-pk").first()
    if last is not None:
        return last.answer == Consent.Answer.GIVEN
    company_id = contact.party.company_id if contact else subject.company_id  # type: ignore[union-attr]
    return not is_on(company_id)


def latest(consents: QuerySet[Consent]) -> QuerySet[Consent]:
    """Of answers, those that no later one of the same person to the same question replaced."""
    same = Consent.objects.filter(
        party=OuterRef("party"), purpose=OuterRef("purpose"), channel=OuterRef("channel")
    )
    later = same.filter(
        Q(answered_on__gt=OuterRef("answered_on"))
        | Q(answered_on=OuterRef("answered_on"), pk__gt=OuterRef("pk"))
    )
    of_him = later.filter(contact=OuterRef("contact"))
    of_firm = later.filter(contact=None)
    return consents.exclude(Q(contact__isnull=False) & Exists(of_him)).exclude(
        Q(contact=None) & Exists(of_firm)
    )


def to_ask_again(consents: QuerySet[Consent], *, on: date) -> QuerySet[Consent]:
    """Consents that still count, given to a text of which a newer version is in force and asks again."""
    newer = ConsentText.objects.filter(
        company=OuterRef("company"),
        purpose=OuterRef("purpose"),
        channel=OuterRef("channel"),
        language=OuterRef("text__language"),
        version__gt=OuterRef("text__version"),
        valid_from__lte=on,
        ask_again=True,
    )
    still_there = consents.filter(
        answer=Consent.Answer.GIVEN, party__anonymisation=None, contact__anonymisation=None
    )
    return latest(still_there).filter(Exists(newer))


def without_notice(parties: QuerySet[Party], *, firms_too: bool) -> QuerySet[Party]:
    """Customers in use who have not signed the privacy notice (O62)."""
    signed = latest(Consent.objects.filter(contact=None, purpose=Purpose.NOTICE)).filter(
        party=OuterRef("pk"), answer=Consent.Answer.GIVEN
    )
    rows = parties.filter(is_customer=True, active=True, anonymisation=None).exclude(Exists(signed))
    return rows if firms_too else rows.filter(kind=Party.Kind.PERSON)


def lacks_notice(party: Party) -> bool:
    """Whether this customer is to sign the privacy notice and has not."""
    answers = options.read(PrivacyOptions, party.company_id)
    rows = without_notice(Party.objects.filter(pk=party.pk), firms_too=answers.notice_for_firms)
    return answers.enabled and rows.exists()


def texts_in_force(company: Company | int, *, on: date, language: str = "") -> list[ConsentText]:
    """The newest version in force of each question, in one language where it exists in it."""
    rows = ConsentText.objects.filter(company=company, valid_from__lte=on).order_by("version", "pk")
    found: dict[tuple[str, str], ConsentText] = {}
    for text in rows:
        known = found.get((text.purpose, text.channel))
        if known is None or known.language != language or text.language == language:
            found[text.purpose, text.channel] = text
    order = {value: at for at, value in enumerate((*Purpose.values, *Channel.values))}
    return sorted(found.values(), key=lambda text: (order[text.purpose], order[text.channel]))


def consents_of(party: Party) -> Mapping[bool, list[Consent]]:
    """A customer's answers, his people's too: True for those that count, False for those they replaced."""
    rows = (
        Consent.objects.filter(party=party).select_related("contact", "text").order_by("-answered_on", "-pk")
    )
    counting = set(latest(Consent.objects.filter(party=party)).values_list("pk", flat=True))
    found: dict[bool, list[Consent]] = {True: [], False: []}
    for row in rows:
        found[row.pk in counting].append(row)
    return found
