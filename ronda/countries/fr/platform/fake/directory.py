"""The directory of the local platform: firms, sites, routing codes and addresses."""

from collections.abc import Callable, Mapping
from typing import Any

from ronda.countries.fr.platform.fake.store import Record, Store

_LIMIT = 100

#: What each search may ask for, by the field it compares; which resource it gives.
_FILTERS = ("siren", "siret", "addressingIdentifier", "routingIdentifier", "addressingSuffix", "businessName")


class Directory:
    """Answers of the directory service. A line: addressingIdentifier, siren, siret, routingIdentifier, …"""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, siren: str, name: str, *addresses: str, status: str = "Enabled") -> None:
        """A firm with its addresses: SIREN, SIREN_SIRET, SIREN_SIRET_ROUTINGCODE or SIREN_SUFFIX."""
        unit = {
            "siren": siren,
            "businessName": name,
            "entityType": "PrivateVatRegistered",
            "administrativeStatus": "A",
        }
        self._store.state.units[siren] = unit
        self._store.state.lines += [_line(siren, address, status) for address in addresses or (siren,)]
        self._store.save()

    def search(self, resource: str, asked: Any) -> Record:
        """The answer to POST /v1/<resource>/search."""
        asked = asked if isinstance(asked, dict) else {}
        filters = asked.get("filters") or {}
        found = [one for one in self._all(resource) if _passes(one, filters)]
        start, limit = _count(asked.get("ignore"), 0), min(_count(asked.get("limit"), 50), _LIMIT)
        results = found[start : start + limit]
        if resource != "siren" and "siren" in str(asked.get("include")):
            results = [{**one, "legalUnit": self._store.state.units.get(one["siren"], {})} for one in results]
        return {
            "search": asked,
            "totalNumberOfResults": len(found),
            "results": [_shown(one, resource) for one in results],
        }

    def get(self, resource: str, identifier: str) -> Record | None:
        """One firm, site, routing code or address; None when there is none."""
        name = {"siren": "siren", "siret": "siret", "directory-line": "addressingIdentifier"}.get(resource)
        for one in self._all(resource):
            key = one[name] if name else f"{one['siret']}/{one['routingIdentifier']}"
            if key == identifier:
                return _shown(one, resource)
        return None

    def _all(self, resource: str) -> list[Record]:
        lines = self._store.state.lines
        make: Mapping[str, Callable[[], list[Record]]] = {
            "siren": lambda: list(self._store.state.units.values()),
            "siret": lambda: _once([_site(line) for line in lines if line.get("siret")], "siret"),
            "routing-code": lambda: [_routing(line) for line in lines if line.get("routingIdentifier")],
            "directory-line": lambda: list(lines),
        }
        return make[resource]()


def _count(value: Any, default: int) -> int:
    return value if isinstance(value, int) and value >= 0 else default


def _line(siren: str, address: str, status: str) -> Record:
    parts = address.split("_")
    line: Record = {
        "addressingIdentifier": address,
        "platformType": "WK",
        "directoryLineStatus": status,
        "siren": siren,
    }
    if len(parts) > 1 and len(parts[1]) == 14 and parts[1].isdigit():
        line["siret"] = parts[1]
        if len(parts) > 2:
            line["routingIdentifier"] = parts[2]
    elif len(parts) > 1:
        line["addressingSuffix"] = "_".join(parts[1:])
    return line


def _site(line: Record) -> Record:
    return {
        "siret": line["siret"],
        "siren": line["siren"],
        "name": line["siren"],
        "facilityType": "P",
        "administrativeStatus": "A",
    }


def _routing(line: Record) -> Record:
    return {
        "routingIdentifier": line["routingIdentifier"],
        "siret": line["siret"],
        "siren": line["siren"],
        "administrativeStatus": "A",
    }


def _once(rows: list[Record], name: str) -> list[Record]:
    return list({row[name]: row for row in rows}.values())


def _shown(one: Record, resource: str) -> Record:
    """Without what the resource does not have."""
    return {
        name: value for name, value in one.items() if not (resource == "routing-code" and name == "siren")
    }


def _passes(one: Record, filters: Any) -> bool:
    if not isinstance(filters, dict):
        return False
    for name, asked in filters.items():
        if name not in _FILTERS or not isinstance(asked, dict):
            continue
        wanted, value = str(asked.get("value", "")).lower(), str(one.get(name, "")).lower()
        compare = {"contains": wanted in value, "startWith": value.startswith(wanted)}
        if not compare.get(str(asked.get("op", "strict")), value == wanted):
            return False
    return True
