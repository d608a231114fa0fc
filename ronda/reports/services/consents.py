"""The form on which a customer, or a person at the customer's, gives consents (O62), to be signed."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from django.utils import translation

from ronda.billing.services import seller_facts
from ronda.company.country import DocumentFacts, SellerFacts, country_pack
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import Contact, Party
from ronda.privacy.models import ConsentText, Purpose
from ronda.privacy.queries import texts_in_force
from ronda.reports.domain import consent_words, rendering
from ronda.reports.domain.formats import known
from ronda.reports.domain.rendering import Layout
from ronda.reports.queries import logo_uri, shipped_layout


class NothingToAsk(Refusal):
    """The company has no consent text in force."""

    code = "reports.nothing_to_ask"


@cache
def consent_layout() -> Layout:
    """The layout of the form."""
    return shipped_layout("consents.liquid", "consents.css")


def print_consent_form(party: Party, *, on: date, contact: Contact | None = None) -> bytes:
    """The privacy notice and every question in force on that day, with boxes to tick and a place to sign.

    In the customer's language where there are texts in it. Refuses NothingToAsk.
    """
    language = known(party.language or party.company.language)
    texts = texts_in_force(party.company, on=on, language=language)
    if not texts:
        raise NothingToAsk(_("There is no consent text in force: write one first, under Privacy."))
    context = _context(party, contact, texts, on=on, language=language)
    return rendering.to_pdf(consent_layout(), context)


def consent_form_name(party: Party, contact: Contact | None = None) -> str:
    """The name of the file."""
    return f"{party.code}-consents{f'-{contact.pk}' if contact else ''}.pdf"


def _context(
    party: Party, contact: Contact | None, texts: Sequence[ConsentText], *, on: date, language: str
) -> dict[str, Any]:
    words, seller = consent_words.words(language), seller_facts(party.company)
    person = {
        "name": contact.name if contact else party.name,
        "customer": party.name if contact else "",
        "address": _address(party),
    }
    with translation.override(language):
        asked = [_asked(text) for text in texts]
        identity = _identity(party.company, seller, on)
    return {
        "language": language,
        "words": words,
        "identity": identity,
        "logo": logo_uri(party.company),
        "seller": {"name": seller["name"], "address": _address(party.company)},
        "document": {"title": words["title"], "number": "", "date": on},
        "person": person,
        "texts": asked,
    }


def _asked(text: ConsentText) -> dict[str, Any]:
    return {
        "title": text.title,
        "text": text.text,
        "version": text.version,
        "purpose": str(text.get_purpose_display()),
        "channel": str(text.get_channel_display()) if text.channel else "",
        "notice": text.purpose == Purpose.NOTICE,
    }


def _identity(company: Company, seller: dict[str, Any], on: date) -> str:
    """What the law asks a firm to say of itself on its papers."""
    facts = DocumentFacts(kind="contract", on=on, seller=SellerFacts.of(seller))
    mentions = country_pack(company).mentions(facts, translation.get_language() or "")
    return " · ".join(str(one) for one in mentions if one.code == "identity")


def _address(where: Party | Company) -> list[str]:
    town = f"{where.postcode} {where.city} {where.province}".split()
    return [part for part in (where.street, " ".join(town)) if part]
