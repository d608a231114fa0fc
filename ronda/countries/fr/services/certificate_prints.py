"""Tax certificates on paper: the layout, what it reads, and the company's own one where there is one."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from ronda.billing.services import seller_facts
from ronda.company import options
from ronda.company.country import DocumentFacts, SellerFacts, country_pack
from ronda.company.models import Company
from ronda.countries.fr.certificate_models import (
    CertificateAmount,
    CertificatePayment,
    CertificateWork,
    TaxCertificate,
)
from ronda.countries.fr.domain.certificate_print import (
    LANGUAGE,
    CertificateFacts,
    PrintedAmounts,
    PrintedPayment,
    PrintedWork,
    certificate_context,
    sample_certificate,
)
from ronda.reports.domain import rendering
from ronda.reports.domain.rendering import Layout
from ronda.reports.options import PrintOptions
from ronda.reports.queries import layouts_in_use, logo_uri, shipped_layout
from ronda.reports.services import PrintKind, register_print

LAYOUTS = Path(__file__).parents[1] / "layouts"
KIND = "certificate"


@cache
def certificate_layout() -> Layout:
    """The layout certificates are printed with until a company has its own."""
    shared = shipped_layout("document.liquid", "document.css")
    html, css = ((LAYOUTS / f"certificate.{end}").read_text(encoding="utf-8") for end in ("liquid", "css"))
    return Layout(html, f"{shared.css}\n{css}", trusted=True)


class Printer:
    """Prints certificates of one company; what they have in common is read once."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.layout = layouts_in_use(company).get(KIND) or certificate_layout()
        self.logo = logo_uri(company)
        self.window = options.read(PrintOptions, company).window

    def pdf(self, facts: CertificateFacts) -> bytes:
        """The pages, dated by the day of issue: the same facts give the same bytes."""
        return rendering.to_pdf(self.layout, self.context(facts))

    def context(self, facts: CertificateFacts) -> dict[str, Any]:
        return certificate_context(facts) | {
            "identity": identity(self.company, facts.stated["seller"], facts.on),
            "logo": self.logo,
            "window": self.window,
        }


def identity(company: Company, seller: Mapping[str, Any], on: date) -> str:
    """What the law asks a firm to say of itself on its papers."""
    facts = DocumentFacts(kind="certificate", on=on, seller=SellerFacts.of(seller))
    with translation.override(LANGUAGE):
        mentions = country_pack(company).mentions(facts, LANGUAGE)
    return " · ".join(str(one) for one in mentions if one.code == "identity")


def facts_of(certificate: TaxCertificate) -> CertificateFacts:
    """An issued certificate as it is printed, from its own rows."""
    rows = certificate.amounts.order_by("activity")
    return printed(certificate, rows, certificate.payments.all(), certificate.work.all())


def printed(
    certificate: TaxCertificate,
    amounts: Iterable[CertificateAmount],
    payments: Iterable[CertificatePayment],
    work: Iterable[CertificateWork],
) -> CertificateFacts:
    """A certificate, kept or not yet, with its rows as a layout wants them."""
    return CertificateFacts(
        number=str(certificate),
        year=certificate.year,
        version=certificate.version,
        on=certificate.issued_on,
        stated=certificate.stated,
        amounts=[
            PrintedAmounts(activity=row.activity, own=row.own, others=row.others, not_counted=row.not_counted)
            for row in amounts
        ],
        payments=[
            PrintedPayment(
                on=row.paid_on,
                means=row.means,
                document=row.document,
                activity=row.activity,
                amount=row.received,
                own=row.own,
            )
            for row in payments
        ],
        work=[
            PrintedWork(
                month=row.month,
                activity=row.activity,
                worker=row.worker,
                number=row.worker_number,
                minutes=row.minutes,
                prices=tuple(Decimal(price) for price in row.prices),
            )
            for row in work
        ],
    )


def _sample(company: Company, lines: int) -> dict[str, Any]:
    return Printer(company).context(sample_certificate(seller=seller_facts(company), lines=lines))


def _context(certificate: TaxCertificate) -> dict[str, Any]:
    return Printer(certificate.company).context(facts_of(certificate))


def register() -> None:
    """Certificates may have a layout of one's own, like every print."""
    register_print(
        KIND,
        _("tax certificate"),
        PrintKind(
            certificate_layout,
            _sample,
            _context,
            lambda company: TaxCertificate.objects.filter(company=company),
            "country_fr.view_taxcertificate",
            countries=frozenset({"FR"}),
        ),
    )
