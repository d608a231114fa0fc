"""Social funds: the rows of a company, and what a credit note gives back of their charges."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from ronda.billing.domain.funds import given_back, origin, origin_of
from ronda.billing.models import Document, DocumentKind, DocumentLine, SocialFund
from ronda.billing.services.drafts import DraftLine, add_lines
from ronda.company import audit
from ronda.company.country import country_pack
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

ZERO = Decimal(0)
FEES = (DocumentLine.Kind.SALE, DocumentLine.Kind.ADVANCE)


class UnknownFund(Refusal):
    code = "billing.unknown_fund"


class FundTwice(Refusal):
    code = "billing.fund_twice"


def save_fund(form: Any, *, by: str, company: Company) -> SocialFund:
    """The save of the fund's form: one the country knows, never twice on one day."""
    fund: SocialFund = form.save(commit=False)
    fund.company = company
    if fund.code not in {kind.code for kind in country_pack(company).fund_kinds()}:
        raise UnknownFund(_("Choose a fund of the company's country."), field="code")
    Company.objects.select_for_update().get(pk=company.pk)
    others = SocialFund.objects.filter(company=company, code=fund.code).exclude(pk=fund.pk)
    others = others.filter(Q(ends_on=None) | Q(ends_on__gte=fund.starts_on))
    if fund.ends_on is not None:
        others = others.filter(starts_on__lte=fund.ends_on)
    if other := others.first():
        raise FundTwice(
            _("%(fund)s is already charged on these days. End it first.") % {"fund": other}, field="starts_on"
        )
    fund.save()
    return fund


@transaction.atomic
def delete_fund(fund: SocialFund, *, by: str) -> None:
    """Take a fund away: issued documents keep what they charged, drafts lose it when next counted."""
    audit.record(by, "billing.fund.deleted", fund, rate=str(fund.rate))
    fund.delete()


@dataclass(slots=True)
class _Given:
    """What credit notes gave back: net by line, and of charges the fees they were on."""

    nets: dict[int, Decimal] = field(default_factory=dict)
    bases: dict[int, Decimal] = field(default_factory=dict)

    def of(self, lines: Iterable[DocumentLine]) -> Decimal:
        return sum((self.nets.get(line.pk, ZERO) for line in lines), ZERO)


def fund_returns(note: Document) -> list[DraftLine]:
    """What a draft credit note gives back of the fund charges on the documents it corrects.

    Of each document the share of the fees credited so far, so that all fees give back all of the charge.
    """
    corrected = note.lines.filter(corrects__isnull=False).values("corrects__document")
    lines = list(DocumentLine.objects.filter(document__in=corrected).select_related("vat_code"))
    charged = [line for line in lines if line.kind == DocumentLine.Kind.FUND]
    if not charged:
        return []
    left_out = {kind.code: kind.left_out for kind in country_pack(note.company).fund_kinds()}
    given = _given(lines)
    found = [
        _return(charge, [line for line in lines if line.document_id == charge.document_id], given, left_out)
        for charge in charged
    ]
    return [line for line in found if line is not None]


def with_fund_returns(note: Document, *, on: date, by: str) -> Document:
    """A draft credit note with what it gives back of fund charges."""
    returns = fund_returns(note)
    return add_lines(note, returns, on=on, by=by) if returns else note


def _given(lines: Iterable[DocumentLine]) -> _Given:
    """Drafts included: the note that is being made is one."""
    rows = DocumentLine.objects.filter(
        corrects__in=[line.pk for line in lines], document__kind=DocumentKind.CREDIT_NOTE
    )
    found = _Given()
    for pk, net, source in rows.values_list("corrects", "net", "source"):
        if pk is not None:
            found.nets[pk] = found.nets.get(pk, ZERO) + net
            if said := origin_of(source):
                found.bases[pk] = found.bases.get(pk, ZERO) + said.base
    return found


def _return(
    charge: DocumentLine,
    lines: Sequence[DocumentLine],
    given: _Given,
    left_out: Mapping[str, frozenset[str]],
) -> DraftLine | None:
    said = origin_of(charge.source)
    if said is None:
        return None
    fees = _fees(charge, lines, said.base, left_out.get(said.code, frozenset()))
    back = given.of(fees)
    amount = given_back(charge.net, fees=said.base, credited=back, already=given.nets.get(charge.pk, ZERO))
    if not amount:
        return None
    base = back - given.bases.get(charge.pk, ZERO)
    return DraftLine(
        charge.text,
        Decimal(1),
        amount,
        vat_code=charge.vat_code,
        withholding=charge.withholding,
        revenue_account=charge.revenue_account,
        kind=DocumentLine.Kind.FUND,
        corrects=charge,
        source=origin(said.code, said.percent, base),
    )


def _fees(
    charge: DocumentLine, lines: Sequence[DocumentLine], base: Decimal, left_out: frozenset[str]
) -> list[DocumentLine]:
    """The lines the charge is on: those taxed like it where they come to its base, else all fees."""
    sold = [line for line in lines if line.kind in FEES and not line.gift and line.nature not in left_out]
    alike = [line for line in sold if line.vat_code_id == charge.vat_code_id]
    return alike if sum((line.net for line in alike), ZERO) == base else sold
