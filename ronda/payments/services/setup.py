"""What a new company starts with."""

from ronda.company.country import PaymentMethodSeed, TermsSeed, country_pack
from ronda.company.models import Company
from ronda.parties.models import PaymentMethod, PaymentTerms


def seed_terms(company: Company) -> int:
    """Give the company the payment terms of its country that it does not have yet; how many were added."""
    known = set(PaymentTerms.objects.filter(company=company).values_list("code", flat=True))
    new = [_terms(company, seed) for seed in country_pack(company).payment_terms() if seed.code not in known]
    return len(PaymentTerms.objects.bulk_create(new))


def seed_methods(company: Company) -> int:
    """Give the company the payment methods of its country that it does not have yet; how many were added."""
    known = set(PaymentMethod.objects.filter(company=company).values_list("code", flat=True))
    new = [
        _method(company, seed) for seed in country_pack(company).payment_methods() if seed.code not in known
    ]
    return len(PaymentMethod.objects.bulk_create(new))


def _terms(company: Company, seed: TermsSeed) -> PaymentTerms:
    return PaymentTerms(
        company=company,
        code=seed.code,
        name=seed.name,
        days=list(seed.days),
        percents=[str(percent) for percent in seed.percents],
        in_months=seed.in_months,
        end_of_month=seed.end_of_month,
        pay_day=seed.pay_day,
        shift_months=list(seed.shift_months),
        shift_to_day=seed.shift_to_day,
    )


def _method(company: Company, seed: PaymentMethodSeed) -> PaymentMethod:
    return PaymentMethod(
        company=company,
        code=seed.code,
        name=seed.name,
        legal_code=seed.legal_code or seed.untdid,
        account_role="cash" if seed.kind == "cash" else "bank",
    )
