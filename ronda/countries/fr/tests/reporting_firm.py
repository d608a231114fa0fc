"""A French firm that reports, with customers of every kind, documents and money on days of one's choice."""

from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

from ronda.billing.services import DraftLine, credit_document, draft_document, issue_document
from ronda.catalogue.models import Item, VatCode
from ronda.company.models import OptionValue
from ronda.company.options import forget
from ronda.countries.fr.platform.fake import running
from ronda.countries.fr.platform.kinds import folder_of
from ronda.parties.models import PaymentMethod
from ronda.payments.services import cancel_payment, record_payment
from ronda.reports.tests.firm import french_firm, payer

NOW = datetime(2027, 11, 3, 9, 0, tzinfo=UTC)
TODAY = date(2027, 11, 3)
OCTOBER = date(2027, 10, 1)
TAKER = "552081317"


def choose(company, group="fr_reports", **values):
    for name, value in values.items():
        OptionValue.objects.update_or_create(
            company=company, group=group, name=name, defaults={"value": value}
        )
    forget()


def reporting_firm(regime="simplified", **facts):
    company = french_firm(**facts)
    choose(company, regime=regime, starts_on="2027-09-01")
    choose(company, platform_number="0111", platform_name="Plateforme d'essai")
    return company


def household(company, name="Mme Petit"):
    return payer(company, name, kind="person", tax_id="", registration_id="")


def business(company, name="Bouchon SARL", **facts):
    given = {"registration_id": "55208131766522", "tax_id": "03552081317", "kind": "firm", **facts}
    return payer(company, name, **given)


def abroad(company, name="Pulizie Roma Srl", **facts):
    given = {"kind": "firm", "country": "IT", "tax_id": "00743110157", "registration_id": "", **facts}
    return payer(company, name, **given)


def code(company, name):
    return VatCode.objects.get(company=company, code=name)


def goods(company, vat="20DEB"):
    found, _made = Item.objects.get_or_create(
        company=company,
        code="SAVON",
        defaults={"name": "Savon", "kind": "article", "vat_code": code(company, vat)},
    )
    return found


def line(company, price="100.00", vat="20", **facts):
    return DraftLine("Ménage", Decimal(1), Decimal(price), vat_code=code(company, vat), **facts)


def invoice(account, day, *lines, **facts):
    """An issued document of October (or of the date given) with these lines, else one of 100 at 20 %."""
    on = day if isinstance(day, date) else OCTOBER.replace(day=day)
    company = account.party.company
    draft = draft_document(account, list(lines) or [line(company)], by="anna", on=on, language="fr", **facts)
    return issue_document(draft, on=on, by="anna")


def credit(document, day):
    on = day if isinstance(day, date) else OCTOBER.replace(day=day)
    return credit_document(document, on=on, by="anna", reason="Erreur de facturation")


def pay(document, amount, day):
    on = day if isinstance(day, date) else OCTOBER.replace(day=day)
    due = document.instalments.order_by("position")[0]
    return record_payment(
        document.party,
        date=on,
        amount=Decimal(amount),
        method=PaymentMethod.objects.exclude(account_role="cash").filter(company=document.company)[0],
        by="anna",
        instalments=[(due, Decimal(amount))],
    )


def undo(payment, day):
    on = day if isinstance(day, date) else OCTOBER.replace(day=day)
    return cancel_payment(payment, on=on, by="anna")


@contextmanager
def platform_of_the_firm(company, folder, **given):
    """A local platform, and the company set up to use it."""
    choose(company, "einvoices", channel="fr_platform", stop_issuing=False)
    with running(folder, **given) as server:
        place = folder_of(company)
        place.mkdir(parents=True, exist_ok=True)
        told = {
            "flow_url": f"{server.url}/flow-service",
            "directory_url": f"{server.url}/directory-service",
            "token_url": f"{server.url}/token",
            "client_id": "airpur",
            "client_secret": "secret",
        }
        rows = "\n".join(f'{name} = "{value}"' for name, value in told.items())
        (place / "platform.toml").write_text(f"[platform]\n{rows}\n", encoding="utf-8")
        yield server.platform
