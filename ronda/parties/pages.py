"""Answers to forms while a person is typing: places and customers that may be the same."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _

from ronda.company.country import registered_countries
from ronda.parties.models import Place
from ronda.parties.queries import PossibleDuplicate, places_like, possible_duplicates, visible_keys
from ronda.workspace.endpoints import JsonForPeople
from ronda.workspace.registry import url_of

SHORTEST = 2
LONGEST = 200
WHY = {
    "name": _("similar name"),
    "tax_id": _("same VAT number"),
    "registration_id": _("same tax code"),
    "email": _("same e-mail"),
    "phone": _("same telephone"),
}


class Places(JsonForPeople):
    """Municipalities for <ui-address>: `{"results": [{text, hint, postcode, city, province, ...}]}`."""

    def get(self, request: HttpRequest) -> JsonResponse:
        text = request.GET.get("q", "").strip()[:LONGEST].replace("\x00", "")
        country = request.GET.get("country", "").strip().upper()
        known = registered_countries()
        asked = [country] if country in known else ([] if country else known)
        found = places_like(text, countries=asked) if len(text) >= SHORTEST else []
        return JsonResponse({"results": [place_facts(place, code) for place, code in found]})


def place_facts(place: Place, postcode: str) -> dict[str, Any]:
    """A place as the form fills it in; without the postcode of a city that has many."""
    facts: dict[str, Any] = {
        "text": " ".join(part for part in (postcode, place.name, f"({place.province})") if part),
        "hint": place.region,
        "city": place.name,
        "province": place.province,
        "country": place.country,
    }
    if postcode:
        facts["postcode"] = postcode
    if place.latitude is not None:
        facts |= {"latitude": str(place.latitude), "longitude": str(place.longitude)}
    return facts


def hint(found: PossibleDuplicate) -> str:
    """Code, town and what is alike."""
    known = [part for part in (found.party.code, found.party.city) if part]
    return " · ".join([*known, *(str(WHY[name]) for name in found.why)])


class Duplicates(JsonForPeople):
    """Customers for <ui-duplicates>: `{"results": [{text, hint, url}]}`."""

    permission_required = "parties.view_party"

    def get(self, request: HttpRequest) -> JsonResponse:
        company = getattr(request, "company", None)
        if company is None:
            raise Http404
        if not request.user.has_perm("parties.view_party"):  # type: ignore[union-attr]
            raise PermissionDenied
        given: dict[str, Any] = {
            name: request.GET.get(name, "").strip()[:LONGEST].replace("\x00", "") for name in WHY
        }
        exclude = request.GET.get("exclude", "")
        found = possible_duplicates(
            company, **given, exclude=int(exclude) if exclude.isdecimal() and len(exclude) < 19 else None
        )
        seen = visible_keys([one.party for one in found], request.user)
        results = [
            {
                "text": str(one.party),
                "hint": hint(one),
                "url": url_of(one.party) or "",
            }
            for one in found
            if one.party.pk in seen
        ]
        return JsonResponse({"results": results})
