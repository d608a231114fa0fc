"""A year of tax certificates: who gets one, who does not and why, which ones no longer agree (R44)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from ronda.company import audit
from ronda.company.jobs import Fence, Progress, no_fence, no_progress
from ronda.company.models import Company
from ronda.countries.fr.certificate_models import CertificateCase, TaxCertificate
from ronda.countries.fr.domain.tax_certificate import Certificate
from ronda.countries.fr.services.certificate_facts import certificates_for
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO
from ronda.parties.models import Party
from ronda.payments.models import Payment

CHUNK = 100


class NotFrench(Refusal):
    code = "country_fr.not_french"


def prepare_year(
    company: Company,
    year: int,
    *,
    by: str,
    now: datetime,
    progress: Progress = no_progress,
    fence: Fence = no_fence,
) -> int:
    """Work out how every customer who paid in the year stands; how many there are.

    Whoever stood there before and paid nothing any more is gone, unless a certificate is in force. NotFrench.
    """
    refuse_strangers(company)
    parties = _paid_in(company, year)
    for start in range(0, len(parties), CHUNK):
        chunk = parties[start : start + CHUNK]
        cases = _cases(company, chunk, year, now)
        with transaction.atomic():
            fence()
            _write_cases(company, year, cases)
        progress(min(start + CHUNK, len(parties)), len(parties))
    with transaction.atomic():
        fence()
        CertificateCase.objects.filter(company=company, year=year).exclude(party__in=parties).delete()
        audit.record(by, "country_fr.certificates.prepared", company, year=year, customers=len(parties))
    return len(parties)


def refresh_cases(company: Company, parties: Collection[int], year: int, *, now: datetime) -> None:
    """Work out some customers' year again, after something was issued."""
    cases = _cases(company, sorted(parties), year, now)
    with transaction.atomic():
        _write_cases(company, year, cases)


def _paid_in(company: Company, year: int) -> list[int]:
    paid = Payment.objects.filter(company=company, date__year=year, cancelled_on=None)
    certified = TaxCertificate.objects.filter(company=company, year=year, is_current=True)
    return sorted({*paid.values_list("party_id", flat=True), *certified.values_list("party_id", flat=True)})


def _cases(company: Company, parties: Sequence[int], year: int, now: datetime) -> list[CertificateCase]:
    found = certificates_for(company, parties, year)
    current = in_force(company, parties, year)
    kinds = dict(Party.objects.filter(pk__in=parties).values_list("pk", "kind"))
    return [
        _case(company, pk, year, found.get(pk), current.get(pk), kinds.get(pk, ""), now) for pk in parties
    ]


def _case(
    company: Company,
    party_id: int,
    year: int,
    found: Certificate | None,
    current: TaxCertificate | None,
    kind: str,
    now: datetime,
) -> CertificateCase:
    case = CertificateCase(
        company=company, party_id=party_id, year=year, certificate=current, computed_at=now
    )
    case.state, case.reason = standing(found, current, kind)
    if found is not None:
        case.own, case.others, case.not_counted = sums(found)
        case.not_eligible, case.digest = found.not_eligible, found.digest
        case.warnings = [
            {"code": one.code, "text": str(one.text), "remedy": str(one.remedy)} for one in found.warnings
        ]
    return case


def standing(
    found: Certificate | None, current: TaxCertificate | None, kind: str
) -> tuple[CertificateCase.State, str]:
    """How a customer stands, and why there is no certificate."""
    if current is not None:
        digest = found.digest if found else ""
        none_left = found is None and not current.own and not current.others and not current.not_counted
        return (
            CertificateCase.State.ISSUED
            if digest == current.digest or none_left
            else CertificateCase.State.CHANGED
        ), ""
    if kind != Party.Kind.PERSON:
        return CertificateCase.State.NONE, CertificateCase.Reason.NOT_A_PERSON
    if found is None:
        return CertificateCase.State.NONE, CertificateCase.Reason.NOTHING_ELIGIBLE
    if found.own > 0:
        return CertificateCase.State.READY, ""
    return CertificateCase.State.NONE, _why_nothing(found)


def _why_nothing(found: Certificate) -> CertificateCase.Reason:
    _own, others, not_counted = sums(found)
    if not_counted > 0:
        cash = all(line.means == "cash" for line in found.payments if line.not_counted)
        return CertificateCase.Reason.CASH if cash else CertificateCase.Reason.MEANS
    return CertificateCase.Reason.OTHERS if others > 0 else CertificateCase.Reason.REFUNDED


def sums(found: Certificate) -> tuple[Decimal, Decimal, Decimal]:
    """Own, borne by others, not counted: over all activities."""
    rows = found.amounts
    return (
        sum((row.own for row in rows), ZERO),
        sum((row.others for row in rows), ZERO),
        sum((row.not_counted for row in rows), ZERO),
    )


def _write_cases(company: Company, year: int, cases: Sequence[CertificateCase]) -> None:
    parties = [case.party_id for case in cases]
    CertificateCase.objects.filter(company=company, year=year, party__in=parties).delete()
    CertificateCase.objects.bulk_create(cases)


def in_force(company: Company, parties: Collection[int], year: int) -> dict[int, TaxCertificate]:
    """The certificate in force of each of the customers who have one."""
    rows = TaxCertificate.objects.filter(company=company, year=year, party__in=parties, is_current=True)
    return {row.party_id: row for row in rows}


def waiting(company: Company, year: int) -> list[int]:
    """Whose certificate is to be issued, or issued again."""
    parties = _paid_in(company, year)
    found = certificates_for(company, parties, year)
    current = in_force(company, parties, year)
    kinds = dict(Party.objects.filter(pk__in=parties).values_list("pk", "kind"))
    due = {CertificateCase.State.READY, CertificateCase.State.CHANGED}
    return [pk for pk in parties if standing(found.get(pk), current.get(pk), kinds.get(pk, ""))[0] in due]


def refuse_strangers(company: Company) -> None:
    """NotFrench for companies of other countries."""
    if company.country != "FR":
        raise NotFrench(_("Tax certificates of personal services are for French companies."))
