"""Tax certificates of personal services, for the tests of all pages."""

from datetime import UTC, date, datetime
from decimal import Decimal

from ronda.catalogue.models import Item
from ronda.company.models import Company
from ronda.countries.fr.certificate_models import (
    CertificateCase,
    PersonalService,
    ServiceMeans,
    TaxCertificate,
)
from ronda.parties.models import Party, PaymentMethod

NOW = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)


def _in_france(company: Company) -> None:
    """Only French firms have such records."""
    company.country = "FR"
    company.save(update_fields=["country"])


def _party(company: Company, n: int) -> Party:
    _in_france(company)
    return Party.objects.create(company=company, code=f"SAP{n:05}", name=f"Foyer {n:05}", kind="person")


def make_certificate(company: Company, n: int) -> TaxCertificate:
    """Without figures, so that they agree with the rows it has none of."""
    certificate = TaxCertificate(
        company=company,
        party=_party(company, n),
        year=2025,
        stated={"seller": {"name": company.name}, "buyer": {"name": f"Foyer {n}"}, "sap": {}},
        digest=f"{n:064}",
        sha256=f"{n:064}",
        issued_on=date(2026, 2, 2),
        issued_at=NOW,
        issued_by="test",
    )
    certificate.file.name = f"certificates/{n}.pdf"
    certificate.save()
    return certificate


def make_certificate_case(company: Company, n: int) -> CertificateCase:
    return CertificateCase.objects.create(
        company=company,
        party=_party(company, n),
        year=2025,
        state="ready",
        own=Decimal(n),
        computed_at=NOW,
    )


def make_personal_service(company: Company, n: int) -> PersonalService:
    from tests.makers import make_item  # noqa: PLC0415 -- makers names these

    _in_france(company)
    item: Item = make_item(company, n)
    return PersonalService.objects.create(company=company, item=item, activity="cleaning")


def make_service_means(company: Company, n: int) -> ServiceMeans:
    _in_france(company)
    facts = {"company": company, "code": f"SAP{n:05}", "name": f"Moyen {n:05}"}
    return ServiceMeans.objects.create(
        company=company, method=PaymentMethod.objects.create(**facts), means="cesu"
    )


CERTIFICATE_MAKERS = {
    "Certificates": make_certificate,
    "Cases": make_certificate_case,
    "PersonalServices": make_personal_service,
    "MeansOfPayment": make_service_means,
}
