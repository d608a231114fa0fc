"""What the layout of the tax certificate reads: one dictionary of plain values (D7233-4 Code du travail).

It is written in French, whatever the customer's language: it is for the French tax office.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ronda.countries.fr.data.personal_services import ACTIVITIES, SENTENCES, credit_of
from ronda.kernel.money import ZERO
from ronda.reports.domain import formats, words
from ronda.reports.domain.documents import address_lines

LANGUAGE = "fr"
TITLE = "Attestation fiscale"
WORDS = {
    "services": "Services à la personne",
    "certifies": "certifie que",
    "has_paid": "a réglé en {year}, pour des prestations de services à la personne effectivement acquittées "
    "et ouvrant droit au crédit d'impôt de l'article 199 sexdecies du code général des impôts, la somme de",
    "declaration": "Déclaration n°",
    "agreement": "Agrément n°",
    "of": "du",
    "beneficiary": "Bénéficiaire",
    "by_activity": "Montants par activité",
    "activity": "Activité",
    "received": "Total réglé",
    "others": "Aides déduites",
    "not_counted": "Non retenu",
    "own": "Montant à déclarer",
    "interventions": "Interventions",
    "month": "Mois",
    "worker": "Intervenant",
    "number": "N° d'identification",
    "duration": "Durée",
    "price": "Prix horaire TTC",
    "payments": "Règlements",
    "paid_on": "Date",
    "means": "Moyen de paiement",
    "document": "Facture",
    "amount": "Montant",
    "total": "Total",
    "replaces": "Cette attestation annule et remplace la version",
    "cash": "Les sommes réglées en espèces n'ouvrent pas droit au crédit d'impôt (article D7233-3 du code du "
    "travail) : elles ne sont pas retenues.",
    "keep": "À conserver pour être produite à la demande de l'administration fiscale. La nature des services "
    "est à indiquer dans la déclaration de revenus.",
    "ceiling": "Plafond annuel des dépenses : {ceiling} €, majoré selon la composition du foyer.",
    "signed": "Pour l'organisme",
    "hours_flat": "forfait",
}
MEANS = {
    "transfer": "virement",
    "direct_debit": "prélèvement",
    "card": "carte bancaire",
    "cheque": "chèque",
    "cesu": "CESU",
    "cesu_prefunded": "CESU préfinancé",
    "apa": "APA",
    "pch": "PCH",
    "immediate_advance": "avance immédiate",
    "cash": "espèces",
    "offset": "compensation",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedAmounts:
    """EUR with VAT; `activity` is a code of `ACTIVITIES`."""

    activity: str
    own: Decimal
    others: Decimal
    not_counted: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPayment:
    """A payment as printed; `amount` is all of it that was for personal services."""

    on: date
    means: str
    document: str
    activity: str
    amount: Decimal
    own: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedWork:
    """The work of a month; `minutes` of all visits, `prices` per hour with VAT, none for a flat price."""

    month: date
    activity: str
    worker: str
    number: str
    minutes: int
    prices: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """A certificate with all that is printed of it. `stated`: seller, buyer and sap, as frozen at issue."""

    number: str
    year: int
    version: int
    on: date
    stated: Mapping[str, Any]
    amounts: Sequence[PrintedAmounts]
    payments: Sequence[PrintedPayment]
    work: Sequence[PrintedWork]
    identity: str = ""
    logo: str = ""
    window: str = "right"


def certificate_context(facts: CertificateFacts) -> dict[str, Any]:
    """The dictionary a layout of certificates reads; every key is always there."""
    seller, sap = facts.stated["seller"], facts.stated["sap"]
    own = sum((row.own for row in facts.amounts), ZERO)
    ceiling = formats.number(credit_of(facts.year).ceiling, LANGUAGE)
    said = words.words(LANGUAGE) | WORDS
    said["has_paid"] = said["has_paid"].format(year=facts.year)
    said["ceiling"] = said["ceiling"].format(ceiling=ceiling)
    return {
        "language": LANGUAGE,
        "words": said,
        "document": {
            "title": f"{TITLE} {facts.year}",
            "number": facts.number,
            "date": facts.on,
            "year": facts.year,
            "version": facts.version,
            "replaced": facts.version - 1 if facts.version > 1 else None,
            "currency": "EUR",
            "own": own,
        },
        "seller": _party(seller, home="FR"),
        "buyer": _party(facts.stated["buyer"], home="FR"),
        "sap": {name: str(sap.get(name) or "") for name in ("declaration", "agreement", "signatory")}
        | {name: _day(sap.get(name)) for name in ("declared_on", "agreed_on")},
        "amounts": [_amounts(row) for row in facts.amounts],
        "totals": _totals(facts.amounts),
        "payments": [_payment(row) for row in facts.payments],
        "work": [_work(row) for row in facts.work],
        "sentences": [SENTENCES[name][LANGUAGE] for name in ("cesu", "advance")],
        "has_cash": any(row.means == "cash" for row in facts.payments),
        "identity": facts.identity,
        "logo": facts.logo,
        "window": facts.window,
    }


def activity_name(code: str) -> str:
    """The activity as the law calls it."""
    return ACTIVITIES[code].names[LANGUAGE] if code in ACTIVITIES else code


def duration(minutes: int) -> str:
    """125 minutes as "2 h 05"."""
    return f"{minutes // 60} h {minutes % 60:02d}"


def _party(given: Mapping[str, Any], *, home: str) -> dict[str, Any]:
    names = ("name", "code", "phone", "email", "website", "registration_id")
    return {name: str(given.get(name) or "") for name in names} | {
        "address": address_lines(given, LANGUAGE, home=home)
    }


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if value else None


def _amounts(row: PrintedAmounts) -> dict[str, Any]:
    return {
        "activity": activity_name(row.activity),
        "own": row.own,
        "others": row.others,
        "not_counted": row.not_counted,
        "received": row.own + row.others + row.not_counted,
    }


def _totals(rows: Sequence[PrintedAmounts]) -> dict[str, Decimal]:
    own = sum((row.own for row in rows), ZERO)
    others = sum((row.others for row in rows), ZERO)
    not_counted = sum((row.not_counted for row in rows), ZERO)
    return {"own": own, "others": others, "not_counted": not_counted, "received": own + others + not_counted}


def _payment(row: PrintedPayment) -> dict[str, Any]:
    return {
        "date": row.on,
        "means": MEANS.get(row.means, row.means),
        "document": row.document,
        "activity": activity_name(row.activity),
        "amount": row.amount,
        "own": row.own,
    }


def _work(row: PrintedWork) -> dict[str, Any]:
    return {
        "month": f"{row.month:%m/%Y}",
        "activity": activity_name(row.activity),
        "worker": row.worker,
        "number": row.number,
        "duration": duration(row.minutes),
        "prices": list(row.prices),
    }


def sample_certificate(*, seller: Mapping[str, Any], lines: int = 8) -> CertificateFacts:
    """An invented certificate with everything a layout may show, for trying layouts."""
    paid = [_sample_payment(at) for at in range(max(lines, 2))]
    return CertificateFacts(
        number="SAP-2025-C0001-2",
        year=2025,
        version=2,
        on=date(2026, 3, 2),
        stated={"seller": seller, "buyer": _SAMPLE_BUYER, "sap": _SAMPLE_DECLARATION},
        amounts=[_sample_amounts(code, paid) for code in ("cleaning", "gardening")],
        payments=paid,
        work=[_SAMPLE_WORK],
        identity=str(seller.get("name") or ""),
    )


def _sample_payment(at: int) -> PrintedPayment:
    amount, in_cash = Decimal("84.00"), at % 3 == 0
    return PrintedPayment(
        on=date(2025, 1 + at % 12, 10),
        means="cash" if in_cash else "transfer",
        document=f"FA2025-{at + 1:04d}",
        activity="cleaning" if at % 2 else "gardening",
        amount=amount,
        own=ZERO if in_cash else amount,
    )


def _sample_amounts(code: str, paid: Sequence[PrintedPayment]) -> PrintedAmounts:
    mine = [row for row in paid if row.activity == code]
    own = sum((row.own for row in mine), ZERO)
    received = sum((row.amount for row in mine), ZERO)
    return PrintedAmounts(activity=code, own=own, others=ZERO, not_counted=received - own)


_SAMPLE_BUYER = {
    "name": "Claire Martin",
    "street": "8 rue des Lilas",
    "postcode": "69003",
    "city": "Lyon",
}
_SAMPLE_DECLARATION = {
    "declaration": "SAP732829320",
    "declared_on": "2020-01-15",
    "agreement": "SAP732829320",
    "agreed_on": "2021-02-01",
    "signatory": "Jeanne Petit, gérante",
}
_SAMPLE_WORK = PrintedWork(
    month=date(2025, 1, 1),
    activity="cleaning",
    worker="Anna Blanc",
    number="T-01",
    minutes=125,
    prices=(Decimal("28.00"),),
)
