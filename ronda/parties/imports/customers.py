"""A table of customers."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ronda.company.country import country_pack
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
from ronda.company.imports.records import own
from ronda.company.imports.references import Named
from ronda.company.models import Company
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.parties.domain.names import name_key, normalised
from ronda.parties.imports.cells import country_cell, emails_cell, names_cell
from ronda.parties.imports.changed import add_letters, update
from ronda.parties.imports.known import KnownParties, compact
from ronda.parties.models import (
    BillingAccount,
    DocumentRecipient,
    Family,
    Party,
    PaymentMethod,
    PaymentTerms,
)
from ronda.parties.services import NewParty, RowsRefused, create_parties, questions

LANGUAGES = (("it", "Italiano"), ("fr", "Français"), ("en", "English"))
KIND_WORDS = {
    "azienda": "firm", "ditta": "firm", "società": "firm", "societa": "firm", "entreprise": "firm",
    "société": "firm", "societe": "firm", "firm": "firm", "company": "firm",
    "privato": "person", "persona": "person", "particulier": "person", "personne": "person",
    "person": "person", "private": "person",
    "pa": "public", "ente": "public", "pubblico": "public", "public": "public", "collectivité": "public",
    "condominio": "building", "copropriété": "building", "copropriete": "building", "building": "building",
}  # fmt: skip

CUSTOMER_FIELDS = (
    ImportField("code", _("code"), text(20), example="C0012", alike=("code",), empty=NOTHING),
    ImportField("name", _("name"), text(200), required=True, example="Bianchi Srl", alike=("name",)),
    choice_field(
        "kind", _("kind"), Party.Kind.choices, also=KIND_WORDS, alike=("tipo", "tipologia", "type"),
        empty=NOTHING,
    ),
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
    ImportField("country", _("country"), country_cell, example="IT", alike=("country",), empty=NOTHING),
    ImportField("recipient_code", _("e-invoice address"), text(140), alike=("recipient_code",)),
    ImportField("pec", _("certified e-mail"), text(254), alike=("pec",)),
    ImportField("email", _("e-mail"), text(254), example="info@bianchi.it", alike=("email",)),
    ImportField("phone", _("telephone"), text(30), alike=("phone",)),
    ImportField("mobile", _("mobile"), text(30), alike=("mobile",)),
    ImportField("website", _("web site"), text(200), alike=("sito", "sito web", "site web", "web")),
    ImportField("iban", _("IBAN"), text(42), alike=("iban",), empty=NOTHING),
    ImportField(
        "terms", _("payment terms"), text(80), help=_("Code or name, as in the list of payment terms."),
        alike=("condizioni", "condizioni di pagamento", "termini", "conditions de paiement"), empty=None,
    ),
    ImportField(
        "method", _("payment method"), text(80), help=_("Code or name, as in the list of methods."),
        alike=("payment_method",), empty=None,
    ),
    ImportField(
        "discount", _("discount %"), decimal_cell, alike=("discount",), kind=_("number"), empty=Decimal(0),
    ),
    ImportField(
        "stamp_duty_exemption", _("exempt from stamp duty because"), text(200),
        alike=("esenzione bollo", "esente bollo", "motivo esenzione bollo", "exonération timbre"),
    ),
    ImportField(
        "group", _("billing group"), text(10), help=_("The letter that keeps documents apart."),
        example="A", alike=("gruppo", "lettera", "gruppo fatturazione", "groupe", "lettre"), empty=NOTHING,
    ),
    ImportField(
        "recipients", _("e-mail recipients"), emails_cell, help=_("Several are parted by semicolons."),
        alike=("email fatture", "destinatari", "email fatturazione", "destinataires"), empty=NOTHING,
    ),
    choice_field("language", _("language"), LANGUAGES, alike=("lingua", "langue")),
    yes_or_no("is_customer", _("is a customer"), alike=("e cliente", "est client")),
    yes_or_no("is_supplier", _("is a supplier"), alike=("fornitore", "e fornitore", "est fournisseur")),
    yes_or_no("active", _("active"), alike=("attivo", "actif")),
    ImportField(
        "families", _("families"), names_cell, kind=_("names"), help=_("Several are parted by semicolons."),
        alike=("famiglie", "categorie", "familles"), empty=[],
    ),
    ImportField(
        "owner", _("salesperson"), text(150), help=_("The user name."), empty=None,
        alike=("venditore", "commerciale", "vendeur", "commercial"),
    ),
    ImportField("accounting_code", _("accounting code"), text(20), alike=("sottoconto", "codice contabile")),
    ImportField("notes", _("observations"), text(5000), alike=("notes",)),
)  # fmt: skip
KIND, LANGUAGE = Words.among(Party.Kind.choices), Words.among(LANGUAGES)
SHOWN = (
    "code", "name", "first_name", "last_name", "tax_id", "registration_id", "street", "postcode", "city",
    "province", "country", "recipient_code", "pec", "email", "phone", "mobile", "website", "accounting_code",
    "notes", "is_customer", "is_supplier", "active",
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


BY_NAME: dict[str, Callable[[Company], QuerySet[Any]]] = {
    "owner": lambda company: get_user_model().objects.filter(memberships__company=company),
    "families": lambda company: Family.objects.filter(company=company),
}


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
    if run.updates:
        update(old, run)
    else:
        for row, _facts, _pk in old:
            run.leave(row)


class _Choices:
    """Payment terms and methods by code or name; read once per company and chunk."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._known: dict[str, dict[str, Any]] = {}
        self._named: dict[str, tuple[Named, dict[Any, Any]]] = {}

    def get(self, model: type[PaymentTerms] | type[PaymentMethod], read: str) -> Any:
        label = model._meta.label
        if label not in self._known:
            found: dict[str, Any] = {}
            for one in model._default_manager.filter(company=self.company).order_by("active", "-pk"):
                found[one.name.casefold()] = found[one.code.casefold()] = one
            self._known[label] = found
        return self._known[label].get(read.casefold())

    def named(self, name: str, read: str) -> Any:
        """The only one of the company's records that is called so; None otherwise."""
        if name not in self._named:
            records = BY_NAME[name](self.company)
            self._named[name] = Named(records), {one.pk: one for one in records}
        named, records_by_pk = self._named[name]
        named.look_up([read])
        found = named.meant(read)
        return records_by_pk[next(iter(found))] if len(found) == 1 else None


def _settle(row: Facts, run: ChunkRun, choices: _Choices) -> dict[str, Any]:
    """The facts with their numbers as they are kept and terms as records; {} when the row is refused."""
    facts = dict(row.values)
    if not _find_choices(row, facts, run, choices):
        return {}
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


def _find_choices(row: Facts, facts: dict[str, Any], run: ChunkRun, choices: _Choices) -> bool:
    """Put records where their names are; False when one is not in its list, and the row is refused."""
    for name, model in (("terms", PaymentTerms), ("method", PaymentMethod)):
        if facts.get(name):
            found = choices.get(model, facts[name])  # type: ignore[arg-type]
            if found is None:
                run.refuse(row, _("It is not in the list of the company. Add it there first."), name)
                return False
            facts[name] = found
    for name in BY_NAME:
        read = facts.get(name)
        if not read:
            continue
        records = [choices.named(name, one) for one in (read if isinstance(read, list) else [read])]
        if None in records:
            run.refuse(row, _("It is not in the list of the company. Add it there first."), name)
            return False
        facts[name] = records if isinstance(read, list) else records[0]
    return True


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
    if not run.adds:
        for row, _facts in rows:
            run.leave(row)
        return
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
    add_letters([(party, rows[at][1]) for party, at in zip(parties, good, strict=True)])
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


def customer_key(facts: Facts) -> Any:
    """Rows of one file with the same code, else the same number, else the same name and town, are one."""
    if facts.get("code"):
        return "code", facts["code"]
    number = compact(facts.get("tax_id") or facts.get("registration_id"))
    return (
        ("number", number) if number else ("name", name_key(facts["name"]), normalised(facts.get("city", "")))
    )


def customer_rows(company: Company, parties: Sequence[Party]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Customers as rows of their table, with what their default billing account keeps."""
    pks = [party.pk for party in parties]
    accounts = BillingAccount.objects.filter(party__in=pks, is_default=True)
    kept = {one.party_id: one for one in accounts.select_related("terms", "method", "bank_account")}
    owners = {party.owner_id for party in parties if party.owner_id is not None}
    people = dict(get_user_model().objects.filter(pk__in=owners).values_list("pk", "username"))
    families: dict[int, list[str]] = defaultdict(list)
    link: Any = Party.families.through
    ticked = (
        link.objects.filter(party__in=pks).order_by("family__name").values_list("party_id", "family__name")
    )
    for pk, name in ticked:
        families[pk].append(name)
    emails: dict[int, list[str]] = defaultdict(list)
    recipients = DocumentRecipient.objects.filter(
        group__account__in=[one.pk for one in kept.values()], group__code="", site=None
    )
    for pk, email in recipients.order_by("pk").values_list("group__account__party", "email"):
        emails[pk].append(email)
    for party in parties:
        row = {name: getattr(party, name) for name in SHOWN} | _account_cells(kept.get(party.pk))
        row["kind"] = KIND.label(party.kind)
        row["language"] = LANGUAGE.label(party.language)
        row["owner"] = people.get(party.owner_id, "") if party.owner_id else ""
        row["families"] = "; ".join(families[party.pk])
        row["recipients"] = "; ".join(emails[party.pk])
        yield party.pk, row


def _account_cells(account: BillingAccount | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {
        "terms": account.terms.code if account.terms else "",
        "method": account.method.code if account.method else "",
        "iban": account.bank_account.iban if account.bank_account else "",
        "discount": account.discount or "",
        "stamp_duty_exemption": account.stamp_duty_exemption,
    }


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
        change="parties.change_party",
        model=Party,
        rows=customer_rows,
        help=_("Known by their code, else by VAT number or tax code, else by name and town."),
        list_url="party-list",
        order=10,
    )
)
