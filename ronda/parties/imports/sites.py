"""A table of sites."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from ronda.company.imports.columns import yes_or_no
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
from ronda.parties.domain.names import normalised
from ronda.parties.imports.cells import country_cell
from ronda.parties.imports.known import find_customers
from ronda.parties.models import BillingAccount, BillingGroup, Party, Site
from ronda.parties.services.addresses import locate
from ronda.parties.services.importing import (
    add_groups,
    create_sites,
    update_sites,
)

SITE_FACTS = (
    "name", "street", "postcode", "city", "province", "country", "phone", "access_notes", "active",
    "latitude", "longitude", "distance_km",
)  # fmt: skip

SITE_FIELDS = (
    ImportField(
        "customer", _("customer"), text(200), required=True, example="C0012",
        help=_("Code, VAT number, tax code, or the name if only one customer has it."),
        alike=("cliente", "codice cliente", "ragione sociale", "client", "customer"),
    ),
    ImportField(
        "code", _("site code"), text(20), example="1", alike=("codice sede", "code site"), empty=NOTHING,
    ),
    ImportField(
        "name", _("site"), text(120), required=True, example="Stabilimento Nord",
        alike=("sede", "nome sede", "luogo", "impianto", "cantiere", "site", "lieu", "chantier"),
    ),
    ImportField("street", _("street"), text(200), alike=("street",)),
    ImportField("postcode", _("postcode"), text(10), alike=("postcode",)),
    ImportField("city", _("city"), text(120), alike=("city",)),
    ImportField("province", _("province"), text(5), alike=("province",)),
    ImportField("country", _("country"), country_cell, alike=("country",), empty=NOTHING),
    ImportField("phone", _("telephone"), text(30), alike=("phone",)),
    ImportField(
        "group", _("billing group"), text(10), example="A", alike=("gruppo", "lettera", "groupe"),
        empty=NOTHING,
    ),
    ImportField("access_notes", _("access and instructions"), text(5000), alike=("notes", "accesso")),
    yes_or_no("active", _("active"), alike=("attivo", "actif")),
    ImportField(
        "latitude", _("latitude"), decimal_cell, kind=_("number"), alike=("latitudine",), empty=NOTHING,
    ),
    ImportField(
        "longitude", _("longitude"), decimal_cell, kind=_("number"), alike=("longitudine",), empty=NOTHING,
    ),
    ImportField(
        "distance_km", _("distance (km)"), decimal_cell, kind=_("number"), alike=("distanza", "km"),
        empty=None,
    ),
)  # fmt: skip


def write_sites(rows: Sequence[Facts], run: ChunkRun) -> None:
    """Sites made, or brought up to date: told apart by customer and code, else by customer and name."""
    owners = find_customers(rows, run)
    parties = Party.objects.in_bulk(set(owners.values()))
    known: dict[tuple[int, str, str], Site] = {}
    for site in Site.objects.filter(party__in=list(parties)).order_by("-pk"):
        known[site.party_id, "code", site.code] = site
        known[site.party_id, "name", normalised(site.name)] = site
    letters = _letters(rows, owners)
    new: list[tuple[Facts, Site]] = []
    old: list[tuple[Facts, Site, dict[str, Any]]] = []
    for row in rows:
        if row.number not in owners:
            continue
        party = parties[owners[row.number]]
        facts = {name: row[name] for name in SITE_FACTS if name in row}
        if letter := row.get("group"):
            facts["billing_group_id"] = letters[party.pk, letter]
        found = _known_site(known, party.pk, row)
        if not (run.adds if found is None else run.updates):
            run.leave(row)
            continue
        if found is None:
            defaults = {"country": party.country or run.company.country, "code": row.get("code", "")}
            site = Site(party=party, **{**defaults, **facts})
            locate(site, by_hand=True)
            new.append((row, site))
            known[party.pk, "code", site.code or f"row {row.number}"] = site
            continue
        different = {name: value for name, value in facts.items() if not _same(getattr(found, name), value)}
        if different:
            old.append((row, found, different))
        else:
            run.same(row, found)
    _save_sites(new, old, run)


def _same(now: Any, value: Any) -> bool:
    """Blanks between words say nothing."""
    if isinstance(now, str) and isinstance(value, str):
        return now.split() == value.split()
    return bool(plain(now) == plain(value))


def _known_site(known: Mapping[tuple[int, str, str], Site], party: int, row: Facts) -> Site | None:
    if row.get("code"):
        return known.get((party, "code", row["code"]))
    return known.get((party, "name", normalised(row["name"])))


def _letters(rows: Sequence[Facts], owners: Mapping[int, int]) -> dict[tuple[int, str], int]:
    """The id of the billing group of each (customer, letter) the rows name."""
    wanted = {(owners[row.number], row["group"]) for row in rows if row.number in owners and row.get("group")}
    if not wanted:
        return {}
    accounts = dict(
        BillingAccount.objects.filter(
            party__in={party for party, _letter in wanted}, is_default=True
        ).values_list("party_id", "pk")
    )
    found: dict[tuple[int, str], int] = {}
    for letter in sorted({letter for _party, letter in wanted}):
        asked = {accounts[party]: letter for party, of in wanted if of == letter and party in accounts}
        groups = add_groups(asked)
        for party, of in wanted:
            if of == letter and party in accounts:
                found[party, letter] = groups[accounts[party], letter].pk
    return found


def _save_sites(
    new: list[tuple[Facts, Site]], old: list[tuple[Facts, Site, dict[str, Any]]], run: ChunkRun
) -> None:
    create_sites([site for _row, site in new], by=run.by)
    for row, made in new:
        run.made(row, made, ("code", "name", "street", "postcode", "city", "billing_group_id"))
    for row, site, different in old:
        before = {name: getattr(site, name) for name in different}
        for name, value in different.items():
            setattr(site, name, value)
        if {"latitude", "longitude"} & set(different):
            before["precision"] = site.precision
            locate(site, by_hand=True)
        run.altered(row, site, before)
    if old:
        columns = {name.removesuffix("_id") for _row, _site, different in old for name in different}
        if {"latitude", "longitude"} & columns:
            columns |= {"latitude", "longitude", "precision"}
        update_sites([site for _row, site, _different in old], sorted(columns), by=run.by)


def site_rows(company: Company, sites: Sequence[Site]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Sites as rows of their table; coordinates only where a person placed them."""
    parties = dict(Party.objects.filter(pk__in={site.party_id for site in sites}).values_list("pk", "code"))
    groups = {site.billing_group_id for site in sites if site.billing_group_id is not None}
    letters = dict(BillingGroup.objects.filter(pk__in=groups).values_list("pk", "code"))
    for site in sites:
        row = {name: getattr(site, name) for name in (*SITE_FACTS, "code")}
        if site.precision != Site.Precision.PIN:
            row["latitude"] = row["longitude"] = ""
        row["customer"] = parties.get(site.party_id, "")
        row["group"] = letters.get(site.billing_group_id, "") if site.billing_group_id else ""
        yield site.pk, row


def site_key(facts: Facts) -> Any:
    """Rows of one file with the same customer and the same code, else name, are one."""
    mark = facts.get("code") or f"name {normalised(facts['name'])}"
    return normalised(str(facts.get("customer", ""))), mark


register_importer(
    Importer(
        kind="sites",
        label=_("Sites"),
        fields=SITE_FIELDS,
        write=write_sites,
        key=site_key,
        permission="parties.add_site",
        change="parties.change_site",
        model=Site,
        rows=site_rows,
        help=_("Known by customer and code, else by customer and name."),
        list_url="site-list",
        order=20,
    )
)
