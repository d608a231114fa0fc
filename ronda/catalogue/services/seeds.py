"""What a new company's catalogue starts with."""

from django.utils import translation
from django.utils.translation import pgettext_lazy

from ronda.catalogue.models import Unit, VatCode, VatRate
from ronda.company.bulk import insert, row
from ronda.company.country import country_pack
from ronda.company.models import Company

#: Code, name and UN/ECE Recommendation 20 code of the usual units.
UNITS = (
    ("pz", pgettext_lazy("unit", "piece"), "C62"),
    ("h", pgettext_lazy("unit", "hour"), "HUR"),
    ("d", pgettext_lazy("unit", "day"), "DAY"),
    ("wk", pgettext_lazy("unit", "week"), "WEE"),
    ("mo", pgettext_lazy("unit", "month"), "MON"),
    ("yr", pgettext_lazy("unit", "year"), "ANN"),
    ("vis", pgettext_lazy("unit", "visit"), "C62"),
    ("lump", pgettext_lazy("unit", "lump sum"), "LS"),
    ("km", pgettext_lazy("unit", "kilometre"), "KMT"),
    ("m", pgettext_lazy("unit", "metre"), "MTR"),
    ("m2", pgettext_lazy("unit", "square metre"), "MTK"),
    ("m3", pgettext_lazy("unit", "cubic metre"), "MTQ"),
    ("kg", pgettext_lazy("unit", "kilogram"), "KGM"),
    ("l", pgettext_lazy("unit", "litre"), "LTR"),
    ("kWh", pgettext_lazy("unit", "kilowatt hour"), "KWH"),
)


def seed_units(company: Company) -> int:
    """Give the company the usual units it does not have, named in its language; how many were added."""
    known = set(Unit.objects.filter(company=company).values_list("code", flat=True))
    with translation.override(company.language):
        new = [
            row(Unit, company_id=company.pk, code=code, name=str(name), legal_code=legal)
            for code, name, legal in UNITS
            if code not in known
        ]
    return len(insert(new))


def seed_vat_codes(company: Company) -> int:
    """Give the company the VAT codes of its country it does not have, with all their rates."""
    known = set(VatCode.objects.filter(company=company).values_list("code", flat=True))
    usual = VatCode.objects.filter(company=company, is_default=True).exists()
    seeds = [seed for seed in country_pack(company).vat_codes() if seed.code not in known]
    codes = insert(
        [
            row(
                VatCode,
                company_id=company.pk,
                code=seed.code,
                name=seed.label,
                nature=seed.nature,
                category=seed.category,
                exempt_code=seed.exempt_code,
                exempt_text=seed.exempt_text,
                stamp_relevant=seed.stamp_relevant,
                reverse_charge=seed.reverse_charge,
                exigibility=seed.exigibility,
                is_default=seed.is_default and not usual,
            )
            for seed in seeds
        ]
    )
    insert(
        [
            row(VatRate, vat_code_id=code.pk, valid_from=since, percent=percent)
            for code, seed in zip(codes, seeds, strict=True)
            for since, percent in seed.rates
        ]
    )
    return len(codes)
