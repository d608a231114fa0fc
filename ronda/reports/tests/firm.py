"""Firms of both countries and documents of every shape, made through services."""

from datetime import date
from decimal import Decimal

from ronda.billing.models import Document
from ronda.billing.services import DraftLine, credit_document, draft_document, issue_document
from ronda.catalogue.models import VatCode
from ronda.company.models import Company
from ronda.company.services import create_company
from ronda.parties.models import BillingAccount, BillingGroup, Party, PaymentMethod, PaymentTerms, Site

DAY = date(2026, 3, 2)
FEE = {
    "it": "Manutenzione ordinaria impianto di climatizzazione dal 01/03/2026 al 31/03/2026",
    "fr": "Entretien de l’installation de climatisation du 01/03/2026 au 31/03/2026",
}


def italian_firm(name: str = "Aria Pulita", **facts: object) -> Company:
    given = {
        "legal_name": "Aria Pulita Srl",
        "language": "it",
        "tax_id": "01234567897",
        "registration_id": "01234567897",
        "street": "Via Torino 12",
        "postcode": "20123",
        "city": "Milano",
        "province": "MI",
        "phone": "02 1234567",
        "email": "amministrazione@aria.example",
        "pec": "aria@pec.example",
        "iban": "IT60X0542811101000000123456",
        "bic": "BPMOIT22XXX",
        "bank_name": "Banca di Prova",
        "share_capital": Decimal(50000),
        "registry_office": "MI-1234567",
        "tax_regime": "RF01",
    }
    return create_company(name=name, country="IT", by="test", **(given | facts))


def french_firm(name: str = "Air Pur", **facts: object) -> Company:
    given = {
        "legal_name": "Air Pur SAS",
        "language": "fr",
        "timezone": "Europe/Paris",
        "tax_id": "44732829320",
        "registration_id": "73282932000074",
        "street": "12 rue de Rivoli",
        "postcode": "75004",
        "city": "Paris",
        "phone": "01 23 45 67 89",
        "email": "compta@airpur.example",
        "iban": "FR7630006000011234567890189",
        "bic": "AGRIFRPP",
        "bank_name": "Banque d’Essai",
        "share_capital": Decimal(20000),
        "registry_office": "Paris",
        "profile": {"legal_form": "SAS"},
    }
    return create_company(name=name, country="FR", by="test", **(given | facts))


def payer(company: Company, name: str = "Condominio Le Betulle", **facts: object) -> BillingAccount:
    """A customer with an address and an e-mail, and his default account."""
    count = Party.objects.filter(company=company).count()
    french = company.country == "FR"
    given = {
        "street": "45 avenue de la République" if french else "Via Monte Rosa 45",
        "postcode": "69003" if french else "20149",
        "city": "Lyon" if french else "Milano",
        "province": "" if french else "MI",
        "country": company.country,
        "email": f"customer{count}@example.org",
        "tax_id": "83404833048" if french else "12345678903",
    }
    account_facts = {key: facts.pop(key) for key in ACCOUNT_FIELDS if key in facts}
    party = Party.objects.create(company=company, code=f"C{count:04d}", name=name, **(given | facts))
    account_facts.setdefault("terms", PaymentTerms.objects.filter(company=company).order_by("pk").first())
    account_facts.setdefault("method", transfer(company))
    return BillingAccount.objects.create(party=party, is_default=True, **account_facts)


ACCOUNT_FIELDS = (
    "terms",
    "method",
    "tax_regime",
    "withholding_code",
    "stamp_duty_exemption",
    "purchase_order",
    "cig",
    "cup",
    "discount",
)


def transfer(company: Company) -> PaymentMethod:
    code = "MP05" if company.country == "IT" else "30"
    return PaymentMethod.objects.filter(company=company, legal_code=code).order_by("pk").first()


def vat(company: Company, nature: str = "") -> VatCode:
    """The company's ordinary VAT code, or the one of a nature."""
    codes = VatCode.objects.filter(company=company).order_by("pk")
    if nature:
        return codes.filter(nature=nature)[0]
    return codes.filter(nature="", rates__percent__in=(20, 22))[0]


def lines(
    company: Company, count: int = 1, *, text: str = "", nature: str = "", **facts: object
) -> list[DraftLine]:
    code = vat(company, nature)
    words = text or FEE[company.language]
    return [
        DraftLine(
            words,
            Decimal(1 + n % 3),
            Decimal("128.50") + n,
            vat_code=code,
            unit="pz" if n % 2 else "",
            **facts,
        )
        for n in range(count)
    ]


def issued(account: BillingAccount, rows: list[DraftLine], **facts: object) -> Document:
    """An issued document of DAY."""
    company = account.party.company
    facts.setdefault("language", company.language)
    draft = draft_document(account, rows, by="test", on=DAY, **facts)
    return issue_document(draft, on=DAY, by="test")


def credited(document: Document) -> Document:
    return credit_document(document, on=DAY, by="test", reason="Servizio non reso il 12 marzo.")


def group_by_site(account: BillingAccount, code: str = "A") -> BillingGroup:
    return BillingGroup.objects.create(account=account, code=code, layout=BillingGroup.Layout.SITES)


def site(account: BillingAccount, name: str, **facts: object) -> Site:
    count = Site.objects.filter(party=account.party).count()
    given = {"street": f"Via dei Mille {count + 1}", "postcode": "20129", "city": "Milano", "province": "MI"}
    return Site.objects.create(party=account.party, code=f"S{count}", name=name, **(given | facts))
