"""A table of customers."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from ronda.company.country import country_pack
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
from ronda.parties.imports.cells import country_cell, emails_cell
from ronda.parties.imports.known import KnownParties, compact
from ronda.parties.models import BillingAccount, Party, PaymentMethod, PaymentTerms
from ronda.parties.services import NewParty, RowsRefused, create_parties, questions
from ronda.parties.services.drafts import ACCOUNT_FACTS, PARTY_FACTS
from ronda.parties.services.importing import (
    Changes,
    add_groups,
    add_recipients,
    update_parties,
)

KINDS = {
    "azienda": "firm", "ditta": "firm", "società": "firm", "societa": "firm", "entreprise": "firm",
    "société": "firm", "societe": "firm", "firm": "firm", "company": "firm",
    "privato": "person", "persona": "person", "particulier": "person", "personne": "person",
    "person": "person", "private": "person",
    "pa": "public", "ente": "public", "pubblico": "public", "public": "public", "collectivité": "public",
    "condominio": "building", "copropriété": "building", "copropriete": "building", "building": "building",
}  # fmt: skip

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
        "stamp_duty_exemption", _("exempt from stamp duty because"), text(200),
        alike=("esenzione bollo", "esente bollo", "motivo esenzione bollo", "exonération timbre"),
    ),
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
                facts[name] = compact(facts[name])  # judged with the rest, by the company's options
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
            value = compact(value)
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
    number = compact(facts.get("tax_id") or facts.get("registration_id"))
    return (
        ("number", number) if number else ("name", name_key(facts["name"]), normalised(facts.get("city", "")))
    )


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
