"""What must never be in tax certificates: found by `ronda check-data`."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from ronda.company.checking import BATCH, Check, Finding, Look, Problem, batches, register_check
from ronda.countries.fr.certificate_models import CertificateAmount, CertificatePayment, TaxCertificate
from ronda.countries.fr.services.certificate_files import FileDamaged, content
from ronda.kernel.money import ZERO

RESTORE = _("Restore it from a backup; the operations log says who worked on it.")
LABEL = "country_fr.taxcertificate"
Sums = tuple[Decimal, Decimal, Decimal]


def _certificates(look: Look) -> Iterator[Finding]:
    """Figures are those of the rows, the last version and no other is in force, files are what was issued."""
    rows = TaxCertificate.objects.filter(company_id=look.company).order_by("party_id", "year", "version")
    chain: list[TaxCertificate] = []
    for batch in batches(rows.select_related("party").iterator(chunk_size=BATCH)):
        look.read(len(batch))
        yield from _figures(batch)
        for row in batch:
            yield from _file(row, thorough=look.thorough)
            if chain and (chain[-1].party_id, chain[-1].year) != (row.party_id, row.year):
                yield from _in_force(chain)
                chain = []
            chain.append(row)
            look.add("own", row.own if row.is_current else ZERO)
    yield from _in_force(chain)


def _figures(batch: Sequence[TaxCertificate]) -> Iterator[Finding]:
    amounts, payments = _sums(CertificateAmount, batch), _sums(CertificatePayment, batch)
    for row in batch:
        said: Sums = (row.own, row.others, row.not_counted)
        if amounts[row.pk] != said:
            yield _finding("amounts", row)
        if payments[row.pk] != said:
            yield _finding("payments", row)


def _sums(model: Any, batch: Sequence[TaxCertificate]) -> dict[int, Sums]:
    """Added up here: a database may add in binary."""
    found: dict[int, Sums] = defaultdict(lambda: (ZERO, ZERO, ZERO))
    rows = model.objects.filter(certificate__in=[row.pk for row in batch])
    for pk, own, others, not_counted in rows.values_list("certificate", "own", "others", "not_counted"):
        before = found[pk]
        found[pk] = (before[0] + own, before[1] + others, before[2] + not_counted)
    return found


def _file(row: TaxCertificate, *, thorough: bool) -> Iterator[Finding]:
    if not row.file.storage.exists(str(row.file.name)):
        yield _finding("missing", row)
    elif thorough:
        try:
            content(row)
        except FileDamaged:
            yield _finding("changed", row)


def _in_force(chain: Sequence[TaxCertificate]) -> Iterator[Finding]:
    """The versions of one customer and year, in their order."""
    right = all(row.is_current == (row is chain[-1]) for row in chain)
    numbered = [row.version for row in chain] == list(range(1, len(chain) + 1))
    linked = all(row.replaces_id == (chain[at - 1].pk if at else None) for at, row in enumerate(chain))
    if chain and not (right and numbered and linked):
        yield _finding("in_force", chain[-1])


def _finding(problem: str, row: TaxCertificate) -> Finding:
    return Finding(problem, {"name": str(row)}, LABEL, row.pk)


register_check(
    Check(
        code="country_fr.certificates",
        label=_("Tax certificates of personal services"),
        promise=_("Every certificate says what its payments add up to, and one version of each is in force."),
        problems={
            "amounts": Problem(_("%(name)s: its activities add up to something else."), RESTORE),
            "payments": Problem(_("%(name)s: its payments add up to something else."), RESTORE),
            "in_force": Problem(_("%(name)s: its versions do not follow each other."), RESTORE),
            "missing": Problem(_("%(name)s: the file is missing."), RESTORE),
            "changed": Problem(_("%(name)s: the file is not what was issued."), RESTORE),
        },
        run=_certificates,
        figures={"own": _("Certified")},
    )
)
