"""Adjustments: one document for the differences on what was issued before; what was issued never changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from ronda.billing.domain.texts import credit_text
from ronda.billing.models import Document, DocumentKind, DocumentLine
from ronda.billing.services.crediting import COPIED, given_back
from ronda.billing.services.drafts import DraftLine, draft_document
from ronda.billing.services.funds import with_fund_returns
from ronda.billing.services.issuing import ZeroTotal, issue_document
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import BillingAccount, BillingGroup

ZERO = Decimal(0)


class MoreThanIssued(Refusal):
    code = "billing.more_than_issued"


@dataclass(frozen=True, slots=True)
class Difference:
    """An amount, without VAT, on a line that was issued: positive to bill, negative to give back."""

    corrects: DocumentLine
    net: Decimal
    text: str
    starts_on: date
    ends_on: date
    derivation: Sequence[Any] = ()


@transaction.atomic
def issue_adjustment(
    account: BillingAccount,
    differences: Sequence[Difference],
    *,
    on: date,
    by: str,
    group: BillingGroup | None = None,
    heading: str = "",
) -> Document:
    """Issue the differences: an invoice when they come to something to pay, else a credit note.

    Refuses with MoreThanIssued to give back more than what is left of a line (R22).
    """
    _require_no_more_than_issued(differences)
    total = sum((each.net for each in differences), ZERO)
    kind = DocumentKind.CREDIT_NOTE if total < 0 else DocumentKind.INVOICE
    sign = -1 if kind == DocumentKind.CREDIT_NOTE else 1
    last = differences[-1].corrects.document
    facts: dict[str, Any] = {name: getattr(last, name) for name in COPIED}
    draft = draft_document(
        account,
        [_line(each, sign) for each in differences],
        by=by,
        on=on,
        kind=kind,
        group=group,
        corrects=last if sign < 0 else None,
        heading=heading or (credit_text(last.label, last.language) if sign < 0 else ""),
        **facts,
    )
    if sign < 0:
        draft = with_fund_returns(draft, on=on, by=by)
    return issue_document(draft, on=on, by=by, confirmed=frozenset({ZeroTotal.code}))


def _line(each: Difference, sign: int) -> DraftLine:
    old = each.corrects
    return DraftLine(
        each.text,
        Decimal(1),
        each.net * sign,
        item=old.item,
        vat_code=old.vat_code,
        unit=old.unit,
        site=old.site,
        starts_on=each.starts_on,
        ends_on=each.ends_on,
        withholding=old.withholding,
        revenue_account=old.revenue_account,
        corrects=old,
        derivation=each.derivation,
    )


def _require_no_more_than_issued(differences: Sequence[Difference]) -> None:
    wanted: dict[int, Decimal] = {}
    for each in differences:
        wanted[each.corrects.pk] = wanted.get(each.corrects.pk, ZERO) - each.net
    back = given_back(wanted)
    for each in differences:
        line = each.corrects
        left = line.net - back.get(line.pk, ZERO)
        if wanted[line.pk] > 0 and wanted[line.pk] > left:
            raise MoreThanIssued(
                _("Line %(line)s of %(document)s: %(left)s at most can be given back.")
                % {"line": line.position, "document": line.document, "left": left},
                line=line.pk,
                left=left,
            )
