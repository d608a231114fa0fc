"""Looking for one of many texts, like `__in` does, on both databases."""

import pytest

from ronda.company.models import AuditEntry
from tests.makers import make_company

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.mark.parametrize(
    "texts",
    [set(), {"a"}, {"a", "è", "c'd", '"', "{", "é\\n", "x,y"}, {"A", " a"}, {str(n) for n in range(3000)}],
)
def test_among_finds_what_in_finds(texts):
    company = make_company()
    for text in ("a", "b", "è", "c'd", '"', "{", "é\\n", "x,y", "", "2999"):
        AuditEntry.objects.create(company=company, actor=text, action="tests.among")
    rows = AuditEntry.objects.filter(action="tests.among").order_by("pk")

    found = list(rows.filter(actor__among=texts).values_list("actor", flat=True))

    assert found == list(rows.filter(actor__in=texts).values_list("actor", flat=True))
    assert list(rows.exclude(actor__among=texts)) == list(rows.exclude(actor__in=texts))
