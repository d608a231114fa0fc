"""VAT codes and the history of their rates."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from ronda.catalogue.models import VatCode, VatRate
from ronda.company import audit
from ronda.company.models import Company
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.kernel.i18n import _


class RateAlreadyThere(NeedsConfirmation):
    code = "catalogue.rate_already_there"


class ZeroNeedsNature(Refusal):
    code = "catalogue.zero_rate_needs_nature"


@transaction.atomic
def change_vat_rate(
    vat_code: VatCode,
    *,
    percent: Decimal,
    valid_from: date,
    by: str,
    confirmed: frozenset[str] = frozenset(),
) -> VatRate:
    """A new percentage from a day on; lines of earlier days keep theirs.

    Asks before replacing a rate that begins on the same day.
    """
    vat_code = VatCode.objects.select_for_update().get(pk=vat_code.pk)
    _refuse_zero(vat_code, [percent])
    same_day = vat_code.rates.filter(valid_from=valid_from).first()
    if same_day is not None and same_day.percent != percent and RateAlreadyThere.code not in confirmed:
        raise RateAlreadyThere(
            _("VAT code %(code)s is %(was)s %% from that day. Replace it?")
            % {"code": vat_code.code, "was": same_day.percent},
            field="valid_from",
        )
    rate, _made = VatRate.objects.update_or_create(
        vat_code=vat_code, valid_from=valid_from, defaults={"percent": percent}
    )
    facts = {
        "valid_from": valid_from.isoformat(),
        "percent": [str(getattr(same_day, "percent", "")), str(percent)],
    }
    audit.record(by, "catalogue.vat_rate.changed", vat_code, **facts)
    return rate


@transaction.atomic
def save_vat_code(form: Any, *, by: str, company: Company) -> VatCode:
    """The save of the VAT code's form: at most one is the usual one."""
    code: VatCode = form.save(commit=False)
    rates = form.inlines.get("vatrate")
    kept = [row for row in rates.forms if row not in rates.deleted_forms] if rates is not None else []
    _refuse_zero(code, [row.cleaned_data.get("percent") for row in kept])
    Company.objects.select_for_update().get(pk=company.pk)
    if code.is_default:
        VatCode.objects.filter(company=company, is_default=True).exclude(pk=code.pk).update(is_default=False)
    code.save()
    return code


def _refuse_zero(code: VatCode, percents: Iterable[Decimal | None]) -> None:
    """R31: no tax is charged only for a stated reason."""
    if not code.nature and any(percent == 0 for percent in percents if percent is not None):
        raise ZeroNeedsNature(
            _("A rate of zero needs a nature: the reason why no tax is charged."), field="nature"
        )
