"""A table of contracts: one row per line, rows with the same number are one contract."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ronda.catalogue.imports import VatChoices
from ronda.catalogue.models import Item, VatCode
from ronda.catalogue.services.items import create_items
from ronda.company.domain.cells import Cell
from ronda.company.imports.declare import (
    ChunkRun,
    Facts,
    Importer,
    ImportField,
    date_cell,
    decimal_cell,
    register_importer,
    text,
    word,
)
from ronda.company.imports.records import own, plain
from ronda.contracts.domain.frequency_words import read_frequency
from ronda.contracts.models import Contract, ContractLine
from ronda.contracts.services.importing import NewContract, create_contracts, take_over_each
from ronda.contracts.services.lifecycle import NewLine
from ronda.parties.domain.names import normalised
from ronda.parties.imports import find_customers
from ronda.parties.models import BillingAccount, BillingGroup, Site
from ronda.parties.services.importing import add_groups

DAY = timedelta(days=1)
TIMINGS = {
    "anticipato": "advance", "anticipata": "advance", "in anticipo": "advance", "a": "advance",
    "à échoir": "advance", "a echoir": "advance", "terme à échoir": "advance", "d'avance": "advance",
    "in advance": "advance", "advance": "advance",
    "posticipato": "arrears", "posticipata": "arrears", "a consuntivo": "arrears", "p": "arrears",
    "échu": "arrears", "echu": "arrears", "terme échu": "arrears", "in arrears": "arrears",
    "arrears": "arrears",
}  # fmt: skip
BASES = {
    "periodo": "period", "per periodo": "period", "période": "period", "periode": "period",
    "period": "period",
    "mese": "month", "al mese": "month", "mois": "month", "par mois": "month", "month": "month",
    "anno": "year", "all'anno": "year", "an": "year", "par an": "year", "year": "year",
}  # fmt: skip
PLAIN_FACTS = ("purchase_order", "cig", "cup", "signed_on", "document_text", "notes")
TRACKED = ("number", "title", "status", "starts_on", "ends_on", "billing_hold", "yearly_amount")


def frequency_cell(value: Cell, locale: str) -> tuple[int, str]:
    """How many of which unit; a number counts months."""
    return read_frequency(format(value, "f") if isinstance(value, Decimal) else str(value))


FIELDS = (
    ImportField(
        "number", _("contract number"), text(30), example="2026/0042",
        help=_("Rows with the same number are lines of one contract; blank: each row is one."),
        alike=("numero contratto", "n contratto", "contratto", "contrat", "n contrat", "contract"),
    ),
    ImportField(
        "customer", _("customer"), text(200), required=True, example="C0012",
        help=_("Code, VAT number, tax code, or the name if only one customer has it."),
        alike=("cliente", "codice cliente", "ragione sociale", "client", "customer"),
    ),
    ImportField("title", _("title"), text(200), alike=("oggetto contratto", "titolo", "titre", "objet")),
    ImportField(
        "item", _("service"), text(200), required=True, example="Canone assistenza",
        help=_("Code or name; a name that is not in the catalogue is added to it."),
        alike=("servizio", "articolo", "codice articolo", "prestazione", "prestation", "service"),
    ),
    ImportField("text", _("description"), text(500), alike=("description",)),
    ImportField("site", _("site"), text(120), alike=("sede", "impianto", "cantiere", "site", "chantier")),
    ImportField("quantity", _("quantity"), decimal_cell, example="1", alike=("quantity",)),
    ImportField(
        "price", _("price"), decimal_cell, required=True, example="120,00", alike=("unit_price", "amount"),
    ),
    ImportField(
        "price_basis", _("price is"), word(BASES), example="periodo", alike=("prezzo per", "base prezzo"),
    ),
    ImportField("discount", _("discount %"), decimal_cell, alike=("discount",)),
    ImportField("vat", _("VAT"), text(60), help=_("Code or percentage."), alike=("vat_rate", "codice iva")),
    ImportField(
        "frequency", _("frequency"), frequency_cell, required=True, example="trimestrale",
        help=_("Monthly, quarterly, Q, a number of months, once."), alike=("months", "cadenza", "rata"),
    ),
    ImportField(
        "timing", _("billed"), word(TIMINGS), example="anticipato",
        alike=("fatturazione", "competenza", "facturation", "terme"),
    ),
    ImportField("starts_on", _("from"), date_cell, required=True, example="01/01/2026", alike=("starts_on",)),
    ImportField("ends_on", _("last day"), date_cell, alike=("ends_on", "disdetta", "due_on")),
    ImportField(
        "billed_to", _("last day billed"), date_cell, example="31/03/2026",
        help=_("The last day the old system has billed: the month goes on from the day after."),
        alike=("fatturato fino al", "ultimo periodo fatturato", "fatturato al", "facture jusqu au"),
    ),
    ImportField("group", _("billing group"), text(10), alike=("gruppo", "lettera", "groupe", "lettre")),
    ImportField("purchase_order", _("order number"), text(20), alike=("ordine", "numero ordine", "commande")),
    ImportField("cig", "CIG", text(15)),
    ImportField("cup", "CUP", text(15)),
    ImportField("signed_on", _("signed on"), date_cell, alike=("data firma", "data contratto", "signe le")),
    ImportField("document_text", _("text on documents"), text(500), alike=("testo fattura",)),
    ImportField("notes", _("internal notes"), text(5000), alike=("notes",)),
)  # fmt: skip


@dataclass(slots=True)
class _Lists:
    """What the rows of a chunk point to."""

    owners: dict[int, int]
    accounts: dict[int, BillingAccount]
    items: dict[str, Item]
    sites: dict[tuple[int, str], Site]
    vat: VatChoices
    codes: dict[int, VatCode]
    numbers: dict[str, int]
    lines: set[tuple[Any, ...]]
    groups: dict[tuple[int, str], BillingGroup] = field(default_factory=dict)


def write_contracts(rows: Sequence[Facts], run: ChunkRun) -> None:
    """Contracts that are not there yet. One with a known number, or the same line of the same customer
    from the same day, is left as it is. What the old system billed is marked, so that the month goes on.
    """
    lists = _read_lists(rows, run)
    units = [unit for unit in _units(rows) if _sound(unit, lists, run)]
    units = [unit for unit in units if not _is_known(unit, lists, run)]
    _add_items(units, lists, run)
    _find_groups(units, lists)
    new = [_contract(unit, lists) for unit in units]
    contracts = create_contracts(run.company, new, by=run.by)
    for unit, contract in zip(units, contracts, strict=True):
        run.made(unit[0], contract, TRACKED)
        run.created += len(unit) - 1
    _take_over(units, contracts, run)


def _units(rows: Sequence[Facts]) -> Iterable[list[Facts]]:
    """Rows of one contract together."""
    units: dict[Any, list[Facts]] = {}
    for row in rows:
        units.setdefault(contract_of(row) or ("row", row.number), []).append(row)
    return units.values()


def contract_of(facts: Facts) -> Any:
    """The number that makes rows lines of one contract."""
    return facts.get("number")


def _read_lists(rows: Sequence[Facts], run: ChunkRun) -> _Lists:
    owners = find_customers(rows, run)
    parties = set(owners.values())
    accounts = BillingAccount.objects.filter(party__in=parties, is_default=True).select_related("party")
    items: dict[str, Item] = {}
    known = Item.objects.filter(company=run.company).order_by("active", "-pk")
    for item in known:
        items[normalised(item.name)] = item
    items |= {item.code.casefold(): item for item in known}
    sites: dict[tuple[int, str], Site] = {}
    for site in Site.objects.filter(party__in=parties).order_by("-pk"):
        sites[site.party_id, normalised(site.name)] = site
        sites[site.party_id, site.code.casefold()] = site
    codes = {code.pk: code for code in VatCode.objects.filter(company=run.company)}
    numbers = Contract.objects.filter(company=run.company, number__in={row.get("number", "") for row in rows})
    return _Lists(
        owners,
        {one.party_id: one for one in accounts},
        items,
        sites,
        VatChoices(run.company),
        codes,
        dict(numbers.values_list("number", "party_id")),
        _known_lines(run, parties),
    )


def _sound(unit: list[Facts], lists: _Lists, run: ChunkRun) -> bool:
    """Whether every row of the contract can be written; if one cannot, none is."""
    before = len(run.refused_rows)
    for row in unit:
        if row.number in lists.owners:
            _check_row(row, unit[0], lists, run)
    if len(run.refused_rows) > before or any(row.number in run.refused_rows for row in unit):
        for row in unit:
            if row.number not in run.refused_rows:
                run.refuse(row, _("Another row of this contract has an error."))
        return False
    return True


def _check_row(row: Facts, first: Facts, lists: _Lists, run: ChunkRun) -> None:
    owner = lists.owners[row.number]
    if owner != lists.owners.get(first.number):
        run.refuse(row, _("Another row gives this contract to another customer."), "customer")
    if owner not in lists.accounts:
        run.refuse(row, _("The customer has no billing account. Open the customer and add one."), "customer")
    if "site" in row and _site(row, lists) is None:
        run.refuse(row, _("The customer has no such site. Import sites first."), "site")
    if "vat" in row and lists.vat.find(row["vat"]) is None:
        run.refuse(row, _("No VAT code has this code or percentage. Write a code of the list."), "vat")
    if "ends_on" in row and row["ends_on"] < row["starts_on"]:
        run.refuse(row, _("The last day cannot come before the first."), "ends_on")
    if row.get("quantity") == 0:
        run.refuse(
            row, _("The quantity is zero. Write how many, or leave the cell blank for one."), "quantity"
        )


def _site(row: Facts, lists: _Lists) -> Site | None:
    owner, read = lists.owners[row.number], str(row["site"])
    return lists.sites.get((owner, read.casefold())) or lists.sites.get((owner, normalised(read)))


def _item(row: Facts, lists: _Lists) -> Item | None:
    read = str(row["item"])
    return lists.items.get(read.casefold()) or lists.items.get(normalised(read))


def _is_known(unit: list[Facts], lists: _Lists, run: ChunkRun) -> bool:
    """Whether the contract is there already; its rows are then told as such, or refused."""
    number = unit[0].get("number")
    if number in lists.numbers and lists.numbers[number] != lists.owners[unit[0].number]:
        for row in unit:
            run.refuse(row, _("Another customer has a contract with this number."), "number")
        return True
    if number:
        if number not in lists.numbers:
            return False
    else:
        item = _item(unit[0], lists)
        if item is None or _mark(unit[0], item, lists) not in lists.lines:
            return False
    for row in unit:
        run.same(row)
    return True


def _mark(row: Facts, item: Item, lists: _Lists) -> tuple[Any, ...]:
    """What a line without a contract number is recognised by."""
    site = _site(row, lists) if "site" in row else None
    price, quantity = plain(row["price"]), plain(row.get("quantity", Decimal(1)))
    place = (lists.owners[row.number], item.pk, site.pk if site else None)
    return (*place, price, quantity, row.get("text", ""), row["starts_on"])


def _known_lines(run: ChunkRun, parties: Iterable[int]) -> set[tuple[Any, ...]]:
    lines = ContractLine.objects.filter(
        contract__company=run.company, contract__party__in=list(parties)
    ).exclude(contract__status=Contract.Status.VOID)
    facts = ("contract__party_id", "item_id", "site_id", "price", "quantity", "text", "contract__starts_on")
    return {
        (party, item, site, plain(price), plain(quantity), text, starts_on)
        for party, item, site, price, quantity, text, starts_on in lines.values_list(*facts)
    }


def _add_items(units: Sequence[list[Facts]], lists: _Lists, run: ChunkRun) -> None:
    """Services that the catalogue does not have, by the name in the row."""
    missing: dict[str, Facts] = {}
    for unit in units:
        for row in unit:
            if _item(row, lists) is None:
                missing.setdefault(normalised(str(row["item"])), row)
    if not missing:
        return
    rows = []
    for row in missing.values():
        vat = lists.vat.find(row["vat"]) if "vat" in row else None
        rows.append({"name": row["item"], "price": row["price"], "vat_code": lists.codes.get(vat or 0)})
    for (name, row), item in zip(missing.items(), create_items(run.company, rows, by=run.by), strict=True):
        lists.items[name] = item
        run.made(row, item, ("name", "price", "vat_code_id"), counts=False)


def _find_groups(units: Sequence[list[Facts]], lists: _Lists) -> None:
    for letter in sorted({unit[0]["group"] for unit in units if unit[0].get("group")}):
        accounts = {
            lists.accounts[lists.owners[unit[0].number]].pk: letter
            for unit in units
            if unit[0].get("group") == letter
        }
        lists.groups |= add_groups(accounts)


def _contract(unit: list[Facts], lists: _Lists) -> NewContract:
    first = unit[0]
    account = lists.accounts[lists.owners[first.number]]
    lines = [_line(row, lists) for row in unit]
    ends = [row.get("ends_on") for row in unit]
    starts_on = min(row["starts_on"] for row in unit)
    return NewContract(
        account=account,
        title=first.get("title") or ", ".join(dict.fromkeys(line.item.name for line in lines)),
        starts_on=starts_on,
        ends_on=None if None in ends else max(day for day in ends if day),
        lines=lines,
        number=first.get("number", ""),
        group=lists.groups.get((account.pk, first.get("group", ""))) if first.get("group") else None,
        facts={name: first[name] for name in PLAIN_FACTS if name in first},
    )


def _line(row: Facts, lists: _Lists) -> NewLine:
    item = _item(row, lists)
    assert item is not None
    every, unit = row["frequency"]
    vat = lists.vat.find(row["vat"]) if "vat" in row else None
    schedule = {
        "frequency": every,
        "frequency_unit": unit,
        "timing": row.get("timing", ContractLine.Timing.ADVANCE.value),
        "price_basis": row.get("price_basis", ContractLine.Basis.PERIOD.value),
        "discount": row.get("discount", Decimal(0)),
        "starts_on": row["starts_on"],
        "ends_on": row.get("ends_on"),
    }
    return NewLine(
        item,
        row["price"],
        text=row.get("text", ""),
        quantity=row.get("quantity", Decimal(1)),
        site=_site(row, lists) if "site" in row else None,
        vat_code=lists.codes.get(vat) if vat else None,
        schedule=schedule,
    )


def _take_over(units: Sequence[list[Facts]], contracts: Sequence[Contract], run: ChunkRun) -> None:
    """Mark what the old system billed, and say where a period was cut in the middle."""
    lines: dict[int, list[ContractLine]] = defaultdict(list)
    for line in ContractLine.objects.filter(contract__in=[one.pk for one in contracts]).order_by("position"):
        lines[line.contract_id].append(line)
    before, rows = {}, {}
    for unit, contract in zip(units, contracts, strict=True):
        for row, line in zip(unit, lines[contract.pk], strict=True):
            if "billed_to" in row:
                before[line.pk], rows[line.pk] = row["billed_to"] + DAY, row
    if not before:
        return
    reason = _now("Billed by the previous system")
    last: dict[int, Any] = {}
    for period in take_over_each(before, reason=reason, by=run.by):
        run.made(rows[period.line_id], period, ("state",), counts=False)
        last[period.line_id] = max(last.get(period.line_id, period.ends_on), period.ends_on)
    for pk, row in rows.items():
        if last.get(pk, row["billed_to"]) != row["billed_to"]:
            text = _("Periods are billed whole: the last one taken as billed ends on %(day)s.")
            run.warn(row, text % {"day": last[pk].strftime("%d/%m/%Y")}, "billed_to")


own("contracts.contract", "contracts.contractline")
register_importer(
    Importer(
        kind="contracts",
        label=_("Contracts of another system"),
        fields=FIELDS,
        write=write_contracts,
        group=contract_of,
        permission="contracts.add_contract",
        help=_(
            "One row per line, with what was billed so far. A contract that is there already is left as it "
            "is."
        ),
        list_url="contract-list",
        order=30,
    )
)
