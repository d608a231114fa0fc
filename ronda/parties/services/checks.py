"""What is asked of customers' data by the options of the company (O25 to O28).

Each check looks at a list of drafts and notes what it refuses beside each one, so that a form, an
import and the API ask the same and a thousand rows take no more look-ups than one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from ronda.company.country import CountryPack, InvalidTaxId
from ronda.company.models import Company
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.kernel.i18n import _
from ronda.parties.domain.names import name_key, normalised
from ronda.parties.models import Party, PartyKey
from ronda.parties.options import MANDATORY_CHOICES, PartyOptions
from ronda.parties.services.banking import checked_iban
from ronda.parties.services.drafts import ALL_FACTS, Draft
from ronda.parties.services.identity import KEY_PARTS, card_code, incomplete, key_value

AT_ONCE = 500
PHONES = ("phone", "mobile")
ID_LABELS = {"tax_id": _("VAT number"), "registration_id": _("tax code or registration number")}


class MissingFacts(Refusal):
    code = "parties.missing_facts"


class KeyIncomplete(Refusal):
    code = "parties.key_incomplete"


class KeyInUse(Refusal):
    code = "parties.key_in_use"


class CodeInUse(Refusal):
    code = "parties.code_in_use"


class InvalidPhone(Refusal):
    code = "parties.invalid_phone"


class InvalidEmail(Refusal):
    code = "parties.invalid_email"


class TaxIdInUse(Refusal):
    code = "parties.tax_id_in_use"


class DoubtfulTaxId(NeedsConfirmation):
    code = "parties.doubtful_tax_id"


class TaxIdRepeated(NeedsConfirmation):
    code = "parties.tax_id_repeated"


class LikelyDuplicate(NeedsConfirmation):
    code = "parties.likely_duplicate"


@dataclass(slots=True)
class Checking:
    """One round of checks: the drafts, and what is wrong with each, by position."""

    company: Company
    pack: CountryPack
    settings: PartyOptions
    drafts: Sequence[Draft]
    confirmed: frozenset[str] = frozenset()
    found: dict[int, list[Refusal]] = field(default_factory=lambda: defaultdict(list))

    def note(self, position: int, refusal: Refusal) -> None:
        if refusal.code not in self.confirmed:
            self.found[position].append(refusal)

    def looked_at(self, *facts: str) -> Iterator[tuple[int, Draft]]:
        """The drafts in which one of the facts is new."""
        for position, draft in enumerate(self.drafts):
            if draft.changed is ALL_FACTS or not draft.changed.isdisjoint(facts):
                yield position, draft


def check(checking: Checking) -> dict[int, list[Refusal]]:
    """What is wrong with each draft, refusals before questions. Numbers are put in the form that is kept."""
    for each in CHECKS:
        each(checking)
    return {
        position: sorted(refusals, key=lambda one: isinstance(one, NeedsConfirmation))
        for position, refusals in sorted(checking.found.items())
    }


def check_numbers(checking: Checking) -> None:
    """VAT number and tax code by the rules of the party's country (O28)."""
    asks: dict[str, Callable[..., str]] = {
        "tax_id": checking.pack.check_tax_id,
        "registration_id": checking.pack.check_registration_id,
    }
    for name, ask in asks.items():
        for position, draft in checking.looked_at(name, "country"):
            value = getattr(draft.party, name)
            if not value:
                continue
            try:
                setattr(draft.party, name, ask(value, country=draft.party.country))
            except InvalidTaxId as refusal:
                checking.note(position, _doubt(checking, refusal, name))


def _doubt(checking: Checking, refusal: InvalidTaxId, name: str) -> Refusal:
    if checking.settings.tax_id_check == "correct":
        return refusal
    return DoubtfulTaxId(_("%(reason)s Save it anyway?") % {"reason": refusal.message}, field=name)


def check_electronic(checking: Checking) -> None:
    """The addresses electronic invoices are sent to, and the IBAN: never kept wrong."""
    for position, draft in checking.looked_at("recipient_code", "pec", "iban", "kind"):
        party = draft.party
        try:
            party.recipient_code = checking.pack.check_recipient_code(
                party.recipient_code, public_body=party.kind == Party.Kind.PUBLIC
            )
            party.pec = checking.pack.check_certified_email(party.pec)
            if draft.iban:
                draft.iban = str(checked_iban(draft.iban))
        except Refusal as refusal:
            checking.note(position, refusal)


def check_reachable(checking: Checking) -> None:
    """Telephone numbers and e-mail addresses, where the company wants them checked (O27)."""
    if checking.settings.check_phones:
        for position, draft in checking.looked_at(*PHONES):
            for name in PHONES:
                number = getattr(draft.party, name)
                if number and not is_phone(number, draft.party.country):
                    checking.note(position, not_a_phone(number, name))
    if checking.settings.check_emails:
        for position, draft in checking.looked_at("email"):
            if draft.party.email and not _is_email(draft.party.email):
                said = _("“%(email)s” is not an e-mail address.") % {"email": draft.party.email}
                checking.note(position, InvalidEmail(said, field="email"))


def not_a_phone(number: str, field: str) -> InvalidPhone:
    """The refusal of a number that cannot exist."""
    return InvalidPhone(
        _("“%(number)s” is not a telephone number. Write it with its area code.") % {"number": number},
        field=field,
    )


def is_phone(number: str, country: str) -> bool:
    """Whether a number exists in the numbering plan of the country, or of the one its prefix names."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, country))
    except phonenumbers.NumberParseException:
        return False


def _is_email(value: str) -> bool:
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


def check_mandatory(checking: Checking) -> None:
    """The checklist of O25; suppliers who are not customers need the name only."""
    labels = dict(MANDATORY_CHOICES)
    for position, draft in enumerate(checking.drafts):
        if not draft.party.name:
            checking.note(position, MissingFacts(_("Enter the name."), field="name"))
        if not draft.party.is_customer:
            continue
        for fact in checking.settings.mandatory:
            if not draft.value(fact):
                text = _("A customer needs this: %(fact)s.") % {"fact": labels[fact]}
                checking.note(position, MissingFacts(text, field=fact))


def check_key(checking: Checking) -> None:
    """What tells customers and suppliers apart is there, and nobody else has it (O26)."""
    for role, key in (
        ("is_customer", checking.settings.customer_key),
        ("is_supplier", checking.settings.supplier_key),
    ):
        drafts = [
            (position, draft)
            for position, draft in checking.looked_at(*KEY_PARTS[key], role)
            if getattr(draft.party, role)
        ]
        for position, draft in drafts:
            if missing := incomplete(draft.party, key):
                checking.note(position, KeyIncomplete(_needed(key), field=missing))
        _check_key_free(checking, key, role, drafts)


def _needed(key: str) -> str:
    needed = {
        "name_tax_ids": _("Enter a VAT number or a tax code: with the name it tells customers apart."),
        "name_email": _("Enter an e-mail address: with the name it tells customers apart."),
        "name_card": _("Write the card code: with the name it tells customers apart."),
        "tax_id_card": _("Enter a VAT number or a tax code: it is also the card code."),
    }
    return str(needed[key])


def _check_key_free(checking: Checking, key: str, role: str, drafts: list[tuple[int, Draft]]) -> None:
    if key not in ("name_tax_ids", "name_email"):
        return  # the others contain the code, which is unique by itself
    wanted = {position: key_value(draft.party, key) for position, draft in drafts}
    taken = _keys_taken(checking, key, role, [draft.party for _position, draft in drafts])
    for position, draft in drafts:
        value = wanted[position]
        if value is None:
            continue
        other = taken.get(value)
        if other is not None and other.pk != draft.party.pk:
            text = _("%(other)s (%(code)s) has the same key. Open that one, or change what differs.")
            facts = {"other": other, "code": other.code or _("another row")}
            checking.note(position, KeyInUse(text % facts, field="name", other=other.pk))
        taken.setdefault(value, draft.party)


def _keys_taken(
    checking: Checking, key: str, role: str, parties: Sequence[Party]
) -> dict[tuple[str, ...], Party]:
    """Who has which key, among the parties stored that share a part of it with the given ones."""
    stored = Party.objects.filter(company=checking.company, **{role: True}).exclude(
        pk__in=[party.pk for party in parties if party.pk][:AT_ONCE]
    )
    fields = ("email",) if key == "name_email" else ("tax_id", "registration_id")
    taken: dict[tuple[str, ...], Party] = {}
    for name in fields:
        for values in chunks({getattr(party, name) for party in parties} - {""}):
            for other in stored.filter(**{f"{name}__among": values}):
                if (value := key_value(other, key)) is not None:
                    taken.setdefault(value, other)
    return taken


def check_codes(checking: Checking) -> None:
    """A code written by hand is nobody else's; with the tax number as the card, it is the tax number."""
    seen: dict[str, int] = {}
    drafts = list(checking.looked_at("code", "tax_id", "registration_id"))
    for _position, draft in drafts:
        draft.party.code = card_code(draft.party, checking.settings)
    taken: dict[str, int] = {}
    for codes in chunks({draft.party.code for _position, draft in drafts} - {""}):
        rows = Party.objects.filter(company=checking.company, code__among=codes)
        taken.update(rows.values_list("code", "pk"))
    for position, draft in drafts:
        code = draft.party.code
        if code and (taken.get(code, draft.party.pk) != draft.party.pk or code in seen):
            text = _("Code %(code)s belongs to another customer.") % {"code": code}
            checking.note(position, CodeInUse(text, field="code"))
        if code:
            seen.setdefault(code, position)


def check_number_free(checking: Checking) -> None:
    """Nobody else has the VAT number or the tax code; "nobody" may leave out who is not active (O28)."""
    for name in ("tax_id", "registration_id"):
        looked = list(checking.looked_at(name, "active"))
        taken = _numbers_taken(checking, name, {getattr(draft.party, name) for _p, draft in looked} - {""})
        for position, draft in looked:
            party = draft.party
            value = getattr(party, name)
            if not value or (checking.settings.ignore_inactive and not party.active):
                continue
            other = next((one for one in taken.get(value, []) if _is_other(one, party)), None)
            if other is not None:
                checking.note(position, _repeated(checking, draft, name, other))
            taken.setdefault(value, []).append(party)


def _is_other(other: Party, party: Party) -> bool:
    return (
        other is not party and (other.pk is None or other.pk != party.pk) and other.country == party.country
    )


def _numbers_taken(checking: Checking, name: str, values: Iterable[str]) -> dict[str, list[Party]]:
    taken: dict[str, list[Party]] = {}
    stored = Party.objects.filter(company=checking.company)
    if checking.settings.ignore_inactive:
        stored = stored.filter(active=True)
    for some in chunks(values):
        # Put in order here: asked for in this order, SQLite would read all customers of the company.
        for other in sorted(stored.filter(**{f"{name}__among": some}), key=lambda one: one.pk):
            taken.setdefault(getattr(other, name), []).append(other)
    return taken


def _repeated(checking: Checking, draft: Draft, name: str, other: Party) -> Refusal:
    facts = {"label": ID_LABELS[name], "value": getattr(draft.party, name), "other": other}
    again = not draft.is_new and name not in draft.changed  # it is only made active again
    if checking.settings.tax_id_check == "warn" or again:
        text = _("%(other)s has the same %(label)s, %(value)s. Save it all the same?")
        return TaxIdRepeated(text % facts, field=name, other=other.pk)
    text = _("%(other)s has the same %(label)s, %(value)s. Open that customer instead.")
    return TaxIdInUse(text % facts, field=name, other=other.pk)


def check_likely(checking: Checking) -> None:
    """A new name made of the same words as a known one, in the same town: asked before it is saved."""
    if LikelyDuplicate.code in checking.confirmed:
        return
    looked = list(checking.looked_at("name"))
    named: dict[str, list[Party]] = defaultdict(list)
    for values in chunks({name_key(draft.party.name) for _position, draft in looked} - {""}):
        rows = PartyKey.objects.filter(
            company=checking.company, kind=PartyKey.Kind.NAME, value__among=values, party__active=True
        )
        for row in rows.select_related("party").order_by("party_id"):
            named[row.value].append(row.party)
    for position, draft in looked:
        near = named[name_key(draft.party.name)]
        twin = next((one for one in near if _another(one, draft.party)), None)
        if twin is not None:
            text = _("%(twin)s (%(code)s, %(city)s) may be the same customer. Save this one as well?")
            facts = {"twin": twin, "code": twin.code or "–", "city": twin.city or "–"}
            checking.note(position, LikelyDuplicate(text % facts, field="name", other=twin.pk))
        near.append(draft.party)


def _another(one: Party, other: Party) -> bool:
    """Somebody else, in the same town as far as is known, and not told apart by the VAT number."""
    if one is other or (one.pk is not None and one.pk == other.pk):
        return False
    if one.tax_id and other.tax_id and one.tax_id != other.tax_id:
        return False
    return not one.city or not other.city or normalised(one.city) == normalised(other.city)


def chunks(values: Iterable[str]) -> Iterator[list[str]]:
    """The values in groups that fit one statement."""
    ordered = sorted(values)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]


CHECKS = (
    check_numbers,
    check_electronic,
    check_reachable,
    check_mandatory,
    check_codes,
    check_key,
    check_number_free,
    check_likely,
)
