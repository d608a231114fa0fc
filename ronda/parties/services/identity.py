"""What tells a customer or supplier from another (O26), and changing that choice."""

from collections.abc import Iterator

from ronda.company import options
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.domain.names import name_key
from ronda.parties.models import Party
from ronda.parties.options import PartyOptions

KEY_PARTS = {
    "code": ("code",),
    "name_tax_ids": ("name", "tax_id", "registration_id"),
    "name_email": ("name", "email"),
    "name_card": ("name", "code"),
    "tax_id_card": ("tax_id", "registration_id"),
}
ROLES = {"customer_key": "is_customer", "supplier_key": "is_supplier"}
SHOWN = 3


class KeyNotCoherent(Refusal):
    code = "parties.key_not_coherent"


def key_value(party: Party, key: str) -> tuple[str, ...] | None:
    """What the party is told apart by; None where it is the code, or something is missing."""
    if key == "name_tax_ids" and (party.tax_id or party.registration_id):
        return name_key(party.name), party.tax_id, party.registration_id
    if key == "name_email" and party.email:
        return name_key(party.name), party.email.lower()
    return None


def incomplete(party: Party, key: str) -> str:
    """The field to fill in before the party has the key; empty when nothing is missing."""
    if key in ("name_tax_ids", "tax_id_card") and not (party.tax_id or party.registration_id):
        return "tax_id"
    if key == "name_email" and not party.email:
        return "email"
    return "code" if key == "name_card" and not party.code else ""


def card_code(party: Party, settings: PartyOptions) -> str:
    """The code: the tax number where that is the card, else as it was written."""
    keys = [getattr(settings, name) for name, role in ROLES.items() if getattr(party, role)]
    if "tax_id_card" in keys:
        return party.tax_id or party.registration_id
    return party.code


def refuse_incoherent(company: Company, name: str) -> None:
    """After the option `name` ("customer_key", "supplier_key") was set: refuse while data do not fit it.

    Raises KeyNotCoherent with the first customers to correct; the caller's transaction is undone.
    """
    key = getattr(options.read(PartyOptions, company), name)
    wrong = list(_wrong(company, key, ROLES[name]))
    if not wrong:
        return
    options.forget()  # what was read above is about to be undone
    shown = ", ".join(wrong[:SHOWN]) + (" …" if len(wrong) > SHOWN else "")
    raise KeyNotCoherent(
        _("%(count)d records have no such key, or share it: %(shown)s. Correct them, then change the key.")
        % {"count": len(wrong), "shown": shown},
        field=name,
        count=len(wrong),
    )


def _wrong(company: Company, key: str, role: str) -> Iterator[str]:
    """The parties without the key, with another card code, or with the key of one named beside them."""
    seen: dict[tuple[str, ...], Party] = {}
    for party in Party.objects.filter(company=company, **{role: True}).order_by("pk").iterator():
        value = key_value(party, key)
        other_card = key == "tax_id_card" and party.code not in (party.tax_id, party.registration_id)
        twin = seen.setdefault(value, party) if value is not None else party
        if twin is not party:
            yield f"{party.name} ({party.code}) = {twin.name} ({twin.code})"
        elif incomplete(party, key) or other_card:
            yield f"{party.name} ({party.code})" if party.code else party.name
