"""Reads on the catalogue that several apps need."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ronda.catalogue.models import Unit, VatCode, VatRate
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class NoVatRate(Refusal):
    code = "catalogue.no_vat_rate"


@dataclass(frozen=True, slots=True)
class VatRule:
    """A VAT code with all its rates, for looking up many days without a query each."""

    pk: int
    code: str
    name: str
    nature: str
    exempt_text: str
    stamp_relevant: bool
    exigibility: str
    days: tuple[date, ...]
    percents: tuple[Decimal, ...]

    def percent(self, on: date) -> Decimal:
        """The rate in force; refused before the first one."""
        place = bisect_right(self.days, on)
        if not place:
            raise NoVatRate(
                _("VAT code %(code)s has no rate on %(day)s. Add one to it.")
                % {"code": self.code, "day": on.strftime("%d/%m/%Y")}
            )
        return self.percents[place - 1]


def vat_rules(company_id: int) -> Mapping[int, VatRule]:
    """Every VAT code of a company by id, in two queries."""
    rates: dict[int, list[tuple[date, Decimal]]] = {}
    rows = VatRate.objects.filter(vat_code__company_id=company_id).order_by("valid_from")
    for code_id, day, percent in rows.values_list("vat_code_id", "valid_from", "percent"):
        rates.setdefault(code_id, []).append((day, percent))
    return {
        code.pk: VatRule(
            code.pk,
            code.code,
            code.name,
            code.nature,
            code.exempt_text,
            code.stamp_relevant,
            code.exigibility,
            tuple(day for day, _percent in rates.get(code.pk, ())),
            tuple(percent for _day, percent in rates.get(code.pk, ())),
        )
        for code in VatCode.objects.filter(company_id=company_id)
    }


def unit_codes(company: Company | int) -> dict[str, str]:
    """The company's units by their code, each with its code on e-invoices (UN/ECE Recommendation 20)."""
    return dict(Unit.objects.filter(company=company).values_list("code", "legal_code"))
