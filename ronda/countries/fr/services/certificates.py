"""Issues tax certificates of personal services, and issues them again when payments changed (S29, R44)."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.files.base import ContentFile
from django.db import transaction

from ronda.billing.models import Document
from ronda.billing.services import seller_facts
from ronda.company import audit, options
from ronda.company.jobs import Fence, Progress, no_fence, no_progress
from ronda.company.models import Company
from ronda.countries.fr.certificate_models import (
    CertificateAmount,
    CertificateCase,
    CertificatePayment,
    CertificateWork,
    TaxCertificate,
)
from ronda.countries.fr.certificate_options import PersonalServiceOptions
from ronda.countries.fr.domain.tax_certificate import Certificate, next_version, nothing_paid
from ronda.countries.fr.services.certificate_facts import certificates_for
from ronda.countries.fr.services.certificate_files import keep_on_customer
from ronda.countries.fr.services.certificate_prints import Printer, printed
from ronda.countries.fr.services.certificate_year import (
    CHUNK,
    in_force,
    refresh_cases,
    refuse_strangers,
    standing,
    sums,
    waiting,
)
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import Party

BUYER = ("code", "name", "street", "postcode", "city", "province", "country", "email")


class NotDeclared(Refusal):
    code = "country_fr.not_declared"


class YearNotOver(Refusal):
    code = "country_fr.year_not_over"


class NothingToCertify(Refusal):
    code = "country_fr.nothing_to_certify"


class CertifiedMeanwhile(Refusal):
    code = "country_fr.certified_meanwhile"


@dataclass(slots=True)
class Issued:
    """What became of each customer; `unchanged` had a certificate that still agrees with the payments."""

    made: list[TaxCertificate] = field(default_factory=list)
    unchanged: list[TaxCertificate] = field(default_factory=list)
    failed: list[tuple[Party, Refusal]] = field(default_factory=list)


def issue_certificates(
    company: Company,
    year: int,
    *,
    on: date,
    now: datetime,
    by: str,
    parties: Collection[int] | None = None,
    progress: Progress = no_progress,
    fence: Fence = no_fence,
) -> Issued:
    """Certify the year to the customers named, else to all who have something to be certified.

    Each customer is a transaction of its own: one who cannot be certified stops nobody else, and his case
    says why. Doing it again makes nothing twice. NotFrench, NotDeclared, YearNotOver.
    """
    settings = _refuse_unready(company, year, on)
    wanted = sorted(set(parties) if parties is not None else waiting(company, year))
    outcome, printer = Issued(), Printer(company)
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        found = certificates_for(company, chunk, year)
        current = in_force(company, chunk, year)
        customers = Party.objects.filter(company=company).in_bulk(chunk)
        documents = _labels(company, found.values())
        for at, pk in enumerate(chunk, start=start + 1):
            run = _Run(company, year, settings, printer, documents, on, now, by, fence)
            _issue_apart(run, customers[pk], found.get(pk), current.get(pk), outcome)
            progress(at, len(wanted))
        refresh_cases(company, chunk, year, now=now)
        _note_problems(company, year, outcome)
    return outcome


@dataclass(frozen=True, slots=True)
class _Run:
    """What all certificates of a run have in common."""

    company: Company
    year: int
    settings: PersonalServiceOptions
    printer: Printer
    documents: dict[str, str]
    on: date
    now: datetime
    by: str
    fence: Fence


def _issue_apart(
    run: _Run, party: Party, found: Certificate | None, former: TaxCertificate | None, outcome: Issued
) -> None:
    """One customer; a refusal is his alone."""
    try:
        certificate, made = _issue_one(run, party, found, former)
        keep_on_customer(certificate, by=run.by)
    except Refusal as refusal:
        outcome.failed.append((party, refusal))
    else:
        (outcome.made if made else outcome.unchanged).append(certificate)


def _issue_one(
    run: _Run, party: Party, found: Certificate | None, former: TaxCertificate | None
) -> tuple[TaxCertificate, bool]:
    figures = found or nothing_paid(run.year, str(party.pk))
    state, reason = standing(found, former, party.kind)
    if state == CertificateCase.State.NONE:
        raise NothingToCertify(
            _("%(customer)s: %(reason)s.")
            % {"customer": party, "reason": CertificateCase.Reason(reason).label}
        )
    version = next_version(figures, (former.version, former.digest) if former else None)
    if version is None or (former is not None and state == CertificateCase.State.ISSUED):
        return former or TaxCertificate(), False
    certificate = _new(run, party, figures, former, version)
    rows = _rows(run, certificate, figures)
    content = run.printer.pdf(printed(certificate, rows.amounts, rows.payments, rows.work))
    certificate.sha256 = hashlib.sha256(content).hexdigest()
    certificate.file.save("", ContentFile(content), save=False)
    try:
        _store(run, certificate, rows, former)
    except BaseException:
        certificate.file.storage.delete(str(certificate.file.name))
        raise
    return certificate, True


def _new(
    run: _Run, party: Party, figures: Certificate, former: TaxCertificate | None, version: int
) -> TaxCertificate:
    own, others, not_counted = sums(figures)
    sap = run.settings
    stated = {
        "seller": seller_facts(run.company),
        "buyer": {name: getattr(party, name) for name in BUYER},
        "sap": {
            "declaration": sap.declaration,
            "declared_on": sap.declared_on.isoformat() if sap.declared_on else "",
            "agreement": sap.agreement,
            "agreed_on": sap.agreed_on.isoformat() if sap.agreed_on else "",
            "signatory": sap.signatory,
        },
    }
    return TaxCertificate(
        company=run.company,
        party=party,
        year=run.year,
        version=version,
        replaces=former,
        stated=stated,
        digest=figures.digest,
        own=own,
        others=others,
        not_counted=not_counted,
        issued_on=run.on,
        issued_at=run.now,
        issued_by=run.by,
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    amounts: list[CertificateAmount]
    payments: list[CertificatePayment]
    work: list[CertificateWork]


def _rows(run: _Run, certificate: TaxCertificate, figures: Certificate) -> _Rows:
    return _Rows(
        [
            CertificateAmount(
                certificate=certificate,
                activity=row.activity,
                own=row.own,
                others=row.others,
                not_counted=row.not_counted,
            )
            for row in figures.amounts
        ],
        [
            CertificatePayment(
                certificate=certificate,
                paid_on=line.on,
                payment=line.payment,
                document=run.documents.get(line.invoice, ""),
                activity=line.activity,
                means=line.means[:20],
                own=line.own,
                others=line.others,
                not_counted=line.not_counted,
            )
            for line in figures.payments
        ],
        [
            CertificateWork(
                certificate=certificate,
                month=one.month,
                activity=one.activity,
                worker=one.worker,
                worker_number=one.worker_number,
                visits=one.visits,
                minutes=one.minutes,
                prices=[str(price) for price in one.prices],
            )
            for one in figures.work
        ],
    )


@transaction.atomic
def _store(run: _Run, certificate: TaxCertificate, rows: _Rows, former: TaxCertificate | None) -> None:
    run.fence()
    # The customer's row makes two clerks wait for each other: the second then finds the certificate.
    Party.objects.select_for_update(of=("self",)).get(pk=certificate.party_id)
    current = in_force(run.company, [certificate.party_id], run.year).get(certificate.party_id)
    if (current.pk if current else None) != (former.pk if former else None):
        raise CertifiedMeanwhile(
            _("%(customer)s: somebody else issued the certificate meanwhile.")
            % {"customer": certificate.party}
        )
    if current is not None:
        TaxCertificate.objects.filter(pk=current.pk).update(is_current=False)
    certificate.save()
    made: tuple[CertificateAmount | CertificatePayment | CertificateWork, ...]
    made = (*rows.amounts, *rows.payments, *rows.work)
    for row in made:
        row.certificate = certificate
    CertificateAmount.objects.bulk_create(rows.amounts)
    CertificatePayment.objects.bulk_create(rows.payments)
    CertificateWork.objects.bulk_create(rows.work)
    facts = {"year": run.year, "version": certificate.version, "amount": str(certificate.own)}
    audit.record(run.by, "country_fr.certificate.issued", certificate, **facts)


def _note_problems(company: Company, year: int, outcome: Issued) -> None:
    for party, refusal in outcome.failed:
        cases = CertificateCase.objects.filter(company=company, year=year, party=party)
        cases.update(problem=str(refusal.message)[:500])


def _labels(company: Company, found: Iterable[Certificate]) -> dict[str, str]:
    keys = {line.invoice for one in found for line in one.payments}
    rows = Document.objects.filter(company=company, pk__in=[int(key) for key in keys])
    return {str(pk): label for pk, label in rows.values_list("pk", "label")}


def _refuse_unready(company: Company, year: int, on: date) -> PersonalServiceOptions:
    refuse_strangers(company)
    if on.year <= year:
        raise YearNotOver(
            _("%(year)s is not over: the certificate is about a whole year of payments.") % {"year": year}
        )
    settings = options.read(PersonalServiceOptions, company)
    if not settings.declaration or not settings.declared_on:
        raise NotDeclared(
            _("Enter number and date of the declaration first: Settings → Options → Personal services.")
        )
    return settings
