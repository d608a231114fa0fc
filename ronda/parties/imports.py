"""Tables of customers and of sites."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from ronda.company.country import country_pack
from ronda.company.domain.cells import Cell
from ronda.company.imports.declare import (
    ChunkRun,
    Facts,
    Importer,
    ImportField,
    decimal_cell,
    register_importer,
    text,
    word,
)
from ronda.company.imports.records import own, plain
from ronda.company.models import Company
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.parties.domain.names import name_key, normalised
from ronda.parties.models import BillingAccount, Party, PartyKey, PaymentMethod, PaymentTerms, Site
from ronda.parties.services import NewParty, RowsRefused, create_parties, questions
from ronda.parties.services.drafts import ACCOUNT_FACTS, PARTY_FACTS
from ronda.parties.services.importing import (
    Changes,
    add_groups,
    add_recipients,
    create_sites,
    update_parties,
    update_sites,
)

KINDS = {
    "azienda": "firm", "ditta": "firm", "società": "firm", "societa": "firm", "entreprise": "firm",
    "société": "firm", "societe": "firm", "firm": "firm", "company": "firm",
    "privato": "person", "persona": "person", "particulier": "person", "personne": "person",
    "person": "person", "private": "person",
    "pa": "public", "ente": "public", "pubblico": "public", "public": "public", "collectivité": "public",
    "condominio": "building", "copropriété": "building", "copropriete": "building", "building": "building",
}  # fmt: skip
COUNTRIES = {
    "italia": "IT", "italie": "IT", "italy": "IT", "francia": "FR", "france": "FR", "germania": "DE",
    "allemagne": "DE", "germany": "DE", "svizzera": "CH", "suisse": "CH", "switzerland": "CH",
    "spagna": "ES", "espagne": "ES", "spain": "ES", "austria": "AT", "autriche": "AT",
    "belgio": "BE", "belgique": "BE", "belgium": "BE", "san marino": "SM", "monaco": "MC",
}  # fmt: skip
SITE_FACTS = ("name", "street", "postcode", "city", "province", "country", "phone", "access_notes")
_EMAILS = re.compile(r"[;,\s]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class NotAnEmail(Refusal):
    code = "parties.import_not_an_email"


class NotACountry(Refusal):
    code = "parties.import_not_a_country"


def country_cell(value: Cell, locale: str) -> str:
    """The two letters of a country, or its name in one of the languages."""
    read = str(value).strip()
    if len(read) == 2 and read.isalpha():
        return read.upper()
    if normalised(read) in COUNTRIES:
        return COUNTRIES[normalised(read)]
    raise NotACountry(
        _("“%(read)s” is not a country here. Write its two letters, as IT.") % {"read": read[:40]}
    )


def emails_cell(value: Cell, locale: str) -> list[str]:
    """Several addresses parted by commas, semicolons or blanks."""
    found = [one.lower() for one in _EMAILS.split(str(value).strip()) if one]
    for one in found:
        if not _EMAIL.fullmatch(one):
            raise NotAnEmail(_("“%(read)s” is not an e-mail address.") % {"read": one[:60]})
    return found


CUSTOMER_FIELDS = (
    ImportField("code", _("code"), text(20), example="C0012", alike=("code",)),
    ImportField("name", _("name"), text(200), required=True, example="Bianchi Srl", alike=("name",)),
    ImportField("kind", _("kind"), word(KINDS), example="azienda", alike=("tipo", "tipologia", "type")),
    ImportField("first_name", _("first name"), text(80), alike=("first_name",)),
    ImportField("last_name", _("last name"), text(80), alike=("last_name",)),
    ImportField("tax_id", _("VAT number"), text(28), example="00743110157", alike=("vat_id",)),
    ImportField(
        "registration_id", _("tax code or registration number"), text(28),
        alike=("fiscal_code", "siret", "siren"),
    ),
    ImportField("street", _("street"), text(200), example="Via Roma 1", alike=("street",)),
    ImportField("postcode", _("postcode"), text(10), example="20121", alike=("postcode",)),
    ImportField("city", _("city"), text(120), example="Milano", alike=("city",)),
    ImportField("province", _("province"), text(5), example="MI", alike=("province",)),
    ImportField("country", _("country"), country_cell, example="IT", alike=("country",)),
    ImportField("recipient_code", _("e-invoice address"), text(140), alike=("recipient_code",)),
    ImportField("pec", _("certified e-mail"), text(254), alike=("pec",)),
    ImportField("email", _("e-mail"), text(254), example="info@bianchi.it", alike=("email",)),
    ImportField("phone", _("telephone"), text(30), alike=("phone",)),
    ImportField("mobile", _("mobile"), text(30), alike=("mobile",)),
    ImportField("website", _("web site"), text(200), alike=("sito", "sito web", "site web", "web")),
    ImportField("iban", _("IBAN"), text(42), alike=("iban",)),
    ImportField(
        "terms", _("payment terms"), text(80), help=_("Code or name, as in the list of payment terms."),
        alike=("condizioni", "condizioni di pagamento", "termini", "conditions de paiement"),
    ),
    ImportField(
        "method", _("payment method"), text(80), help=_("Code or name, as in the list of methods."),
        alike=("payment_method",),
    ),
    ImportField("discount", _("discount %"), decimal_cell, alike=("discount",)),
    ImportField(
        "group", _("billing group"), text(10), help=_("The letter that keeps documents apart."),
        example="A", alike=("gruppo", "lettera", "gruppo fatturazione", "groupe", "lettre"),
    ),
    ImportField(
        "recipients", _("e-mail recipients"), emails_cell, help=_("Several are parted by semicolons."),
        alike=("email fatture", "destinatari", "email fatturazione", "destinataires"),
    ),
    ImportField("accounting_code", _("accounting code"), text(20), alike=("sottoconto", "codice contabile")),
    ImportField("notes", _("observations"), text(5000), alike=("notes",)),
)  # fmt: skip
TRACKED = (
    "code",
    "name",
    "tax_id",
    "registration_id",
    "street",
    "postcode",
    "city",
    "email",
    "phone",
    "notes",
)


class KnownParties:
    """The customers some rows speak of, found together: by code, by number, by name and town."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._found: dict[tuple[str, ...], int] = {}

    def look_up(self, *, codes: set[str], numbers: set[str], names: set[str]) -> None:
        """Four statements, whatever the number of rows."""
        known = Party.objects.filter(company=self.company).order_by("-active", "pk")
        for code, pk in known.filter(code__in=codes - {""}).values_list("code", "pk"):
            self._found.setdefault(("code", code), pk)
        for field in ("tax_id", "registration_id"):
            rows = known.filter(**{f"{field}__in": numbers - {""}}).values_list(field, "pk")
            for number, pk in rows:
                self._found.setdefault((field, number), pk)
        keys = PartyKey.objects.filter(
            company=self.company, kind=PartyKey.Kind.NAME, value__in={name_key(name) for name in names} - {""}
        )
        rows = keys.order_by("party_id").values_list(
            "value", "party__city", "party_id", "party__tax_id", "party__registration_id"
        )
        for name, city, pk, tax_id, registration_id in rows:
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


def _compact(value: Any) -> str:
    return "".join(str(value or "").split()).upper()


def write_customers(rows: Sequence[Facts], run: ChunkRun) -> None:
    """Customers made, or brought up to date; a cell left blank changes nothing."""
    choices = _Choices(run.company)
    settled = [(row, facts) for row in rows if (facts := _settle(row, run, choices))]
    known = KnownParties(run.company)
    known.look_up(
        codes={facts.get("code", "") for _row, facts in settled},
        numbers={facts.get(name, "") for _row, facts in settled for name in ("tax_id", "registration_id")},
        names={facts["name"] for _row, facts in settled},
    )
    new, old = [], []
    for row, facts in settled:
        pk = _find(known, facts)
        if pk is None:
            new.append((row, facts))
        else:
            old.append((row, facts, pk))
    _create(new, run)
    _update(old, run)


class _Choices:
    """Payment terms and methods by code or name; read once per company and chunk."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._known: dict[str, dict[str, Any]] = {}

    def get(self, model: type[PaymentTerms] | type[PaymentMethod], read: str) -> Any:
        label = model._meta.label
        if label not in self._known:
            found: dict[str, Any] = {}
            for one in model._default_manager.filter(company=self.company, active=True).order_by("-pk"):
                found[one.name.casefold()] = found[one.code.casefold()] = one
            self._known[label] = found
        return self._known[label].get(read.casefold())


def _settle(row: Facts, run: ChunkRun, choices: _Choices) -> dict[str, Any]:
    """The facts with their numbers as they are kept and terms as records; {} when the row is refused."""
    facts = dict(row.values)
    for name, model in (("terms", PaymentTerms), ("method", PaymentMethod)):
        if name in facts:
            found = choices.get(model, facts[name])  # type: ignore[arg-type]
            if found is None:
                run.refuse(row, _("It is not in the list of the company. Add it there first."), name)
                return {}
            facts[name] = found
    pack = country_pack(run.company)
    country = facts.get("country", run.company.country)
    for name, ask in (("tax_id", pack.check_tax_id), ("registration_id", pack.check_registration_id)):
        if facts.get(name):
            try:
                facts[name] = ask(facts[name], country=country)
            except Refusal:
                facts[name] = _compact(facts[name])  # judged with the rest, by the company's options
    if "kind" not in facts and facts.get("first_name") and facts.get("last_name"):
        facts["kind"] = "person"
    return facts


def _find(known: KnownParties, facts: Mapping[str, Any]) -> int | None:
    if facts.get("code") and (pk := known.by_code(facts["code"])):
        return pk
    for name in ("tax_id", "registration_id"):
        if facts.get(name) and (pk := known.by_number(facts[name])):
            return None if facts.get("code") else pk
    if facts.get("code"):
        return None  # a code of one's own makes another customer of the same name
    return known.by_name_and_town(
        facts["name"], facts.get("city", ""), facts.get("tax_id", ""), facts.get("registration_id", "")
    )


def _create(rows: list[tuple[Facts, dict[str, Any]]], run: ChunkRun) -> None:
    new = [_new_party(facts) for _row, facts in rows]
    confirmed: frozenset[str] = frozenset()
    good = list(range(len(rows)))
    try:
        parties = create_parties(run.company, new, by=run.by) if new else []
    except RowsRefused as refused:
        problems = refused.facts["problems"]
        good = _judge(rows, problems, run)
        confirmed = questions(problems)
        left = [new[at] for at in good]
        parties = create_parties(run.company, left, by=run.by, confirmed=confirmed) if left else []
    _add_letters([(party, rows[at][1]) for party, at in zip(parties, good, strict=True)])
    for party, at in zip(parties, good, strict=True):
        run.made(rows[at][0], party, TRACKED)


def _judge(
    rows: list[tuple[Facts, dict[str, Any]]], problems: Mapping[int, Sequence[Refusal]], run: ChunkRun
) -> list[int]:
    """Refuse what may not be, warn of what is only doubtful; the positions of the rows that remain."""
    good = []
    for at, (row, _facts) in enumerate(rows):
        found = problems.get(at, ())
        for one in found:
            tell = run.warn if isinstance(one, NeedsConfirmation) else run.refuse
            tell(row, one)
        if all(isinstance(one, NeedsConfirmation) for one in found):
            good.append(at)
    return good


def _new_party(facts: Mapping[str, Any]) -> NewParty:
    kept = {name: value for name, value in facts.items() if name not in ("name", "group", "recipients")}
    return NewParty(name=facts["name"], facts=kept, recipients=facts.get("recipients", ()))


def _add_letters(rows: Sequence[tuple[Party, Mapping[str, Any]]]) -> None:
    letters = {party.pk: facts["group"] for party, facts in rows if facts.get("group")}
    if letters:
        accounts = BillingAccount.objects.filter(party__in=list(letters), is_default=True)
        add_groups({pk: letters[party] for pk, party in accounts.values_list("pk", "party_id")})


def _update(rows: list[tuple[Facts, dict[str, Any], int]], run: ChunkRun) -> None:
    if not rows:
        return
    parties = Party.objects.select_for_update(of=("self",)).in_bulk({pk for _row, _facts, pk in rows})
    for party in parties.values():
        party.company = run.company
    accounts = {
        account.party_id: account
        for account in BillingAccount.objects.filter(party__in=list(parties), is_default=True).select_related(
            "bank_account"
        )
    }
    changes: list[tuple[Facts, dict[str, Any], Changes]] = []
    taken: set[int] = set()
    for row, facts, pk in rows:
        if pk in taken:
            run.refuse(row, _("Another row of this file speaks of the same customer."))
            continue
        taken.add(pk)
        party, account = parties[pk], accounts.get(pk)
        different = _different(party, account, facts)
        if different:
            before = {name: getattr(party, name) for name in different if name in PARTY_FACTS}
            changes.append((row, before, Changes(party, account, different)))
        else:
            run.same(row)
    problems = update_parties(run.company, [change for _row, _before, change in changes], by=run.by)
    for at, (row, before, change) in enumerate(changes):
        if at in problems:
            run.refuse(row, problems[at][0])
        else:
            run.altered(row, change.party, before)
    by_pk = {pk: facts for _row, facts, pk in rows}
    _add_letters([(parties[pk], facts) for pk, facts in by_pk.items()])
    _add_recipients(accounts, by_pk, run)


def _add_recipients(
    accounts: Mapping[int, BillingAccount], facts: Mapping[int, Mapping[str, Any]], run: ChunkRun
) -> None:
    wanted = {
        accounts[pk].pk: one["recipients"]
        for pk, one in facts.items()
        if one.get("recipients") and pk in accounts
    }
    if wanted:
        groups = add_groups(dict.fromkeys(wanted, ""))
        add_recipients({groups[pk, ""].pk: emails for pk, emails in wanted.items()}, by=run.by)


def _different(party: Party, account: BillingAccount | None, facts: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in facts.items():
        if name in ACCOUNT_FACTS:
            now = getattr(account, name) if account else None
        elif name == "iban":
            now = account.bank_account.iban if account and account.bank_account else ""
            value = _compact(value)
        elif name in PARTY_FACTS:
            now = getattr(party, name)
        else:
            continue
        if plain(now) != plain(value) and not _alike(name, now, value):
            found[name] = value
    return found


def _alike(name: str, now: Any, value: Any) -> bool:
    """Addresses of mail are kept in small letters, the rest as it was written."""
    return name in ("email", "pec") and str(now).lower() == str(value).lower()


def customer_key(facts: Facts) -> Any:
    """Rows of one file with the same code, else the same number, else the same name and town, are one."""
    if facts.get("code"):
        return "code", facts["code"]
    number = _compact(facts.get("tax_id") or facts.get("registration_id"))
    return (
        ("number", number) if number else ("name", name_key(facts["name"]), normalised(facts.get("city", "")))
    )


SITE_FIELDS = (
    ImportField(
        "customer", _("customer"), text(200), required=True, example="C0012",
        help=_("Code, VAT number, tax code, or the name if only one customer has it."),
        alike=("cliente", "codice cliente", "ragione sociale", "client", "customer"),
    ),
    ImportField("code", _("site code"), text(20), example="1", alike=("codice sede", "code site")),
    ImportField(
        "name", _("site"), text(120), required=True, example="Stabilimento Nord",
        alike=("sede", "nome sede", "luogo", "impianto", "cantiere", "site", "lieu", "chantier"),
    ),
    ImportField("street", _("street"), text(200), alike=("street",)),
    ImportField("postcode", _("postcode"), text(10), alike=("postcode",)),
    ImportField("city", _("city"), text(120), alike=("city",)),
    ImportField("province", _("province"), text(5), alike=("province",)),
    ImportField("country", _("country"), country_cell, alike=("country",)),
    ImportField("phone", _("telephone"), text(30), alike=("phone",)),
    ImportField("group", _("billing group"), text(10), example="A", alike=("gruppo", "lettera", "groupe")),
    ImportField("access_notes", _("access and instructions"), text(5000), alike=("notes", "accesso")),
)  # fmt: skip


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
    return _compact(read).removeprefix("IT")


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
        site = _known_site(known, party.pk, row)
        if site is None:
            defaults = {"country": party.country or run.company.country, "code": row.get("code", "")}
            site = Site(party=party, **{**defaults, **facts})
            new.append((row, site))
            known[party.pk, "code", site.code or f"row {row.number}"] = site
            continue
        different = {
            name: value for name, value in facts.items() if plain(getattr(site, name)) != plain(value)
        }
        if different:
            old.append((row, site, different))
        else:
            run.same(row)
    _save_sites(new, old, run)


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
    for row, site in new:
        run.made(row, site, ("code", "name", "street", "postcode", "city", "billing_group_id"))
    for row, site, different in old:
        before = {name: getattr(site, name) for name in different}
        for name, value in different.items():
            setattr(site, name, value)
        run.altered(row, site, before)
    if old:
        columns = {name.removesuffix("_id") for _row, _site, different in old for name in different}
        update_sites([site for _row, site, _different in old], sorted(columns), by=run.by)


def site_key(facts: Facts) -> Any:
    """Rows of one file with the same customer and the same code, else name, are one."""
    mark = facts.get("code") or f"name {normalised(facts['name'])}"
    return normalised(str(facts.get("customer", ""))), mark


own(
    "parties.party",
    "parties.partykey",
    "parties.billingaccount",
    "parties.billinggroup",
    "parties.bankaccount",
    "parties.documentrecipient",
)
register_importer(
    Importer(
        kind="customers",
        label=_("Customers"),
        fields=CUSTOMER_FIELDS,
        write=write_customers,
        key=customer_key,
        permission="parties.add_party",
        help=_("Known by their code, else by VAT number or tax code, else by name and town."),
        list_url="party-list",
        order=10,
    )
)
register_importer(
    Importer(
        kind="sites",
        label=_("Sites"),
        fields=SITE_FIELDS,
        write=write_sites,
        key=site_key,
        permission="parties.add_site",
        help=_("Known by customer and code, else by customer and name."),
        list_url="site-list",
        order=20,
    )
)
