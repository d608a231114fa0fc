"""A table of services and articles."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.catalogue.models import Item, ItemFamily, Unit, VatCode
from ronda.catalogue.queries import vat_rules
from ronda.catalogue.services.importing import update_items
from ronda.catalogue.services.items import create_items
from ronda.company.imports.columns import Words, choice_field, yes_or_no
from ronda.company.imports.declare import (
    NOTHING,
    ChunkRun,
    Facts,
    Importer,
    ImportField,
    decimal_cell,
    register_importer,
    text,
)
from ronda.company.imports.records import plain
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.parties.domain.names import normalised

KIND_WORDS = {
    "servizio": "service", "service": "service", "prestazione": "service", "prestation": "service",
    "s": "service",
    "articolo": "article", "article": "article", "prodotto": "article", "produit": "article",
    "merce": "article",
    "product": "article", "a": "article",
}  # fmt: skip
TRACKED = ("code", "name", "price", "vat_code_id", "kind")
FIELDS = (
    ImportField(
        "code", _("code"), text(30), example="0012", empty=NOTHING, alike=("code", "codice articolo", "ref"),
    ),
    ImportField(
        "name", _("name"), text(200), required=True, example="Canone assistenza",
        alike=("descrizione", "servizio", "articolo", "designation", "libelle"),
    ),
    ImportField(
        "description", _("text on documents"), text(2000), alike=("testo", "descrizione estesa", "texte"),
    ),
    choice_field(
        "kind", _("kind"), Item.Kind.choices, also=KIND_WORDS, alike=("tipo", "type"), empty=NOTHING,
    ),
    ImportField(
        "family", _("family"), text(80), alike=("famiglia", "categoria", "famille", "categorie"), empty=None,
    ),
    ImportField("unit", _("unit"), text(10), example="h", alike=("unit",), empty=None),
    ImportField(
        "vat", _("VAT"), text(60), example="22", help=_("Code or percentage; blank is the usual one."),
        alike=("vat_rate", "codice iva", "code tva"), empty=NOTHING,
    ),
    ImportField(
        "price", _("price"), decimal_cell, example="120,00", alike=("unit_price", "amount"), kind=_("number"),
        empty=Decimal(0),
    ),
    ImportField(
        "cost", _("cost"), decimal_cell, alike=("costo", "cout", "prix d achat"), kind=_("number"),
        empty=None,
    ),
    ImportField("revenue_account", _("revenue account"), text(20), alike=("conto ricavi", "compte")),
    yes_or_no("withholding", _("subject to withholding"), alike=("ritenuta",)),
    yes_or_no("active", _("active"), alike=("attivo", "actif")),
)  # fmt: skip
KIND = Words.among(Item.Kind.choices)
SHOWN = ("code", "name", "description", "price", "cost", "revenue_account", "withholding", "active")


class VatChoices:
    """VAT codes by code, by name, or by the percentage in force."""

    def __init__(self, company: Company) -> None:
        self._by_text: dict[str, int] = {}
        self._by_percent: dict[Decimal, int] = {}
        today = timezone.localdate()
        for rule in vat_rules(company.pk).values():
            self._by_text[rule.code.casefold()] = self._by_text[rule.name.casefold()] = rule.pk
            ordinary = rule.days and rule.days[0] <= today and not rule.nature and rule.exigibility == "I"
            if ordinary:
                self._by_percent.setdefault(rule.percent(today).normalize(), rule.pk)

    def find(self, read: str) -> int | None:
        """The id of the code meant, or None. 0 % is never guessed: it needs its code."""
        if found := self._by_text.get(read.casefold()):
            return found
        number = read.replace("%", "").replace(",", ".").strip()
        if not number.replace(".", "", 1).isdigit():
            return None
        percent = Decimal(number)
        return self._by_percent.get(percent.normalize()) if percent else None


class _Lists:
    """What items point to, by the words of the table."""

    def __init__(self, company: Company) -> None:
        self.vat = VatChoices(company)
        self.codes = {code.pk: code for code in VatCode.objects.filter(company=company)}
        self.units: dict[str, Unit] = {}
        for unit in Unit.objects.filter(company=company):
            self.units[unit.name.casefold()] = self.units[unit.code.casefold()] = unit
        self.families = {one.name.casefold(): one for one in ItemFamily.objects.filter(company=company)}


def write_items(rows: Sequence[Facts], run: ChunkRun) -> None:
    """Items made, or brought up to date: known by code, else by name."""
    lists = _Lists(run.company)
    known = _known(rows, run.company)
    new: list[tuple[Facts, dict[str, Any]]] = []
    old: list[tuple[Facts, Item, dict[str, Any]]] = []
    for row in rows:
        facts = _settle(row, run, lists)
        if facts is None:
            continue
        code = row.get("code")
        item = known.get(("code", code)) if code else known.get(("name", normalised(row["name"])))
        if item is None:
            new.append((row, facts))
            continue
        different = _different(item, facts) if run.updates else {}
        if different:
            old.append((row, item, different))
        elif run.updates:
            run.same(row, item)
        else:
            run.leave(row)
    if not run.adds:
        for row, _facts in new:
            run.leave(row)
    else:
        _create(new, run)
    _update(old, run)


def _known(rows: Sequence[Facts], company: Company) -> dict[tuple[str, str], Item]:
    items = Item.objects.filter(company=company)
    codes = {row["code"] for row in rows if "code" in row}
    names = {row["name"] for row in rows if "code" not in row}
    found: dict[tuple[str, str], Item] = {("code", item.code): item for item in items.filter(code__in=codes)}
    if names:
        # Names are compared without case and accents, which no index knows: the whole catalogue is read.
        wanted = {normalised(name) for name in names}
        pks = [
            pk for pk, name in items.order_by("-pk").values_list("pk", "name") if normalised(name) in wanted
        ]
        for item in items.filter(pk__in=pks).order_by("-pk"):
            found["name", normalised(item.name)] = item
    return found


def _settle(row: Facts, run: ChunkRun, lists: _Lists) -> dict[str, Any] | None:
    """The facts as fields of `Item`; None when the row is refused."""
    facts = dict(row.values)
    if read := facts.pop("vat", ""):
        pk = lists.vat.find(read)
        if pk is None:
            run.refuse(row, _("No VAT code has this code or percentage. Write a code of the list."), "vat")
            return None
        facts["vat_code"] = lists.codes[pk]
    for name, known in (("unit", lists.units), ("family", lists.families)):
        if facts.get(name):
            found: Any = known.get(str(facts[name]).casefold())  # type: ignore[attr-defined]
            if found is None:
                run.refuse(row, _("It is not in the list of the company. Add it there first."), name)
                return None
            facts[name] = found
    return facts


def _different(item: Item, facts: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in facts.items():
        column = f"{name}_id" if name in ("vat_code", "unit", "family") else name
        now = getattr(item, column)
        if plain(now) != plain(value) and not (isinstance(now, str) and now.split() == str(value).split()):
            found[column] = plain(value) if column.endswith("_id") else value
    return found


def _create(rows: Sequence[tuple[Facts, dict[str, Any]]], run: ChunkRun) -> None:
    if not rows:
        return
    try:
        items = create_items(run.company, [facts for _row, facts in rows], by=run.by)
    except Refusal as refusal:
        for row, _facts in rows:
            run.refuse(row, refusal)
        return
    for (row, _facts), item in zip(rows, items, strict=True):
        run.made(row, item, TRACKED)


def _update(rows: Sequence[tuple[Facts, Item, dict[str, Any]]], run: ChunkRun) -> None:
    columns = set()
    for row, item, different in rows:
        before = {name: getattr(item, name) for name in different}
        for name, value in different.items():
            setattr(item, name, value)
        run.altered(row, item, before)
        columns |= {name.removesuffix("_id") for name in different}
    update_items([item for _row, item, _different in rows], columns, by=run.by)


def item_rows(company: Company, items: Sequence[Item]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Items as rows of their table."""
    families = dict(ItemFamily.objects.filter(company=company).values_list("pk", "name"))
    units = dict(Unit.objects.filter(company=company).values_list("pk", "code"))
    codes = dict(VatCode.objects.filter(company=company).values_list("pk", "code"))
    for item in items:
        row = {name: getattr(item, name) for name in SHOWN}
        row["kind"] = KIND.label(item.kind)
        row["family"] = families.get(item.family_id, "") if item.family_id else ""
        row["unit"] = units.get(item.unit_id, "") if item.unit_id else ""
        row["vat"] = codes.get(item.vat_code_id, "")
        yield item.pk, row


def item_key(facts: Facts) -> Any:
    """Rows of one file with the same code, else the same name, are one."""
    return facts.get("code") or f"name {normalised(facts['name'])}"


register_importer(
    Importer(
        kind="services",
        label=_("Services and articles"),
        fields=FIELDS,
        write=write_items,
        key=item_key,
        permission="catalogue.add_item",
        change="catalogue.change_item",
        model=Item,
        rows=item_rows,
        help=_("Known by their code, else by name."),
        list_url="item-list",
        order=15,
    )
)
