"""Records that only firms in Italy have, for the tests of all pages."""

from datetime import UTC, date, datetime
from decimal import Decimal

from ronda.company.models import Company
from ronda.countries.it.models import ExtraData, LetterOfIntent, SdiMetadata, StampPayment
from tests.party_makers import make_party


def make_letter_of_intent(company: Company, n: int) -> LetterOfIntent:
    year = {"year": 2026, "starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
    return LetterOfIntent.objects.create(
        company=company,
        party=make_party(company, n),
        protocol=f"{n:017}-000001",
        received_on=date(2026, 1, 2),
        ceiling=Decimal(1000 + n),
        **year,
    )


def make_stamp_payment(company: Company, n: int) -> StampPayment:
    facts = {"year": 2026 + n, "quarter": n % 4 + 1, "paid_on": date(2027 + n, 5, 20)}
    return StampPayment.objects.create(company=company, created_by="test", amount=Decimal(2 + n), **facts)


def make_extra_data(company: Company, n: int) -> ExtraData:
    return ExtraData.objects.create(company=company, kind=f"KIND{n}", text=f"Text number {n}")


def make_sdi_metadata(company: Company, n: int) -> SdiMetadata:
    name = f"IT01234567897_{n:05}"
    return SdiMetadata.objects.create(
        company=company,
        sha256=f"{n:064}",
        name=f"{name}_MT_001.xml",
        sdi_id=f"{1000 + n}",
        file_name=f"{name}.xml",
        stem=name,
        arrived_at=datetime(2026, 3, 2, 9, n % 60, tzinfo=UTC),
    )
