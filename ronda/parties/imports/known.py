"""The customers that rows of a table speak of."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from ronda.company.imports.declare import (
    ChunkRun,
    Facts,
)
from ronda.company.models import Company
from ronda.parties.domain.names import name_key, normalised
from ronda.parties.models import Party, PartyKey


class KnownParties:
    """The customers some rows speak of, found together: by code, by number, by name and town."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._found: dict[tuple[str, ...], int] = {}

    def look_up(self, *, codes: set[str], numbers: set[str], names: set[str]) -> None:
        """Four statements, whatever the number of rows."""
        known = Party.objects.filter(company=self.company).order_by("-active", "pk")
        for code, pk in known.filter(code__among=codes - {""}).values_list("code", "pk"):
            self._found.setdefault(("code", code), pk)
        for field in ("tax_id", "registration_id"):
            rows = known.filter(**{f"{field}__among": numbers - {""}}).values_list(field, "pk")
            for number, pk in rows:
                self._found.setdefault((field, number), pk)
        keys = PartyKey.objects.filter(
            company=self.company,
            kind=PartyKey.Kind.NAME,
            value__among={name_key(name) for name in names} - {""},
        )
        named = keys.order_by("party_id").values_list(
            "value", "party__city", "party_id", "party__tax_id", "party__registration_id"
        )
        for name, city, pk, tax_id, registration_id in named:
            self._found.setdefault(("place", name, normalised(city), tax_id, registration_id), pk)
            self._found.setdefault(("town", name, normalised(city)), pk)
            self._count(name, pk)

    def _count(self, name: str, pk: int) -> None:
        before = self._found.setdefault(("name", name), pk)
        if before != pk:
            self._found["name", name] = 0  # more than one: the name alone tells nobody apart

    def by_code(self, code: str) -> int | None:
        return self._found.get(("code", code))

    def by_number(self, number: str) -> int | None:
        return self._found.get(("tax_id", number)) or self._found.get(("registration_id", number))

    def by_name(self, name: str) -> int | None:
        """Whoever alone has the name."""
        return self._found.get(("name", name_key(name))) or None

    def by_name_and_town(self, name: str, city: str, tax_id: str, registration_id: str) -> int | None:
        """The same name in the same town, unless the two have different numbers."""
        key = (name_key(name), normalised(city))
        if not tax_id and not registration_id:
            return self._found.get(("town", *key))
        same = self._found.get(("place", *key, tax_id, registration_id))
        return same or self._found.get(("place", *key, "", ""))


def compact(value: Any) -> str:
    return "".join(str(value or "").split()).upper()


def find_customers(rows: Sequence[Facts], run: ChunkRun, name: str = "customer") -> dict[int, int]:
    """The customer each row names, by row number; rows that name nobody are refused."""
    known = KnownParties(run.company)
    reads = {row.number: str(row[name]) for row in rows if name in row}
    known.look_up(
        codes=set(reads.values()),
        numbers={_number(read) for read in reads.values()},
        names=set(reads.values()),
    )
    found = {}
    for row in rows:
        read = reads.get(row.number, "")
        pk = known.by_code(read) or known.by_number(_number(read)) or known.by_name(read)
        if pk:
            found[row.number] = pk
        else:
            run.refuse(row, _("No customer has this code, number or name. Import customers first."), name)
    return found


def _number(read: str) -> str:
    return compact(read).removeprefix("IT")
