"""The register of indices: what comes with the program, values written twice, values of quarters."""

from datetime import date
from decimal import Decimal

import pytest

from ronda.billing.tests.firm import make_firm
from ronda.renewals.models import IndexSeries, IndexValue
from ronda.renewals.queries import registers
from ronda.renewals.services import NotAnIndexValue, register_values, seed_series

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def firm():
    return make_firm()


def test_an_italian_firm_begins_with_the_foi_and_the_values_that_are_known(firm):
    foi = IndexSeries.objects.get(company=firm, code="FOI")
    september = foi.values.get(month=date(2025, 9, 1))
    assert (september.value, september.published, september.published_two_years) == (
        D("121.7"),
        D("1.4"),
        D("2.0"),
    )
    assert "ISTAT" in september.source
    assert foi.values.count() == 21


def test_a_french_firm_begins_with_french_indices_and_no_invented_value():
    firm = make_firm("Air SAS", country="FR")
    assert set(IndexSeries.objects.filter(company=firm).values_list("code", flat=True)) >= {
        "SYNTEC",
        "ILC",
        "IRL",
    }
    assert not IndexValue.objects.filter(series__company=firm).exists()


def test_seeding_twice_is_once(firm):
    before = IndexSeries.objects.filter(company=firm).count()
    assert seed_series(firm, by="anna") == []
    assert IndexSeries.objects.filter(company=firm).count() == before


def test_values_written_twice_are_once_and_corrections_replace(firm):
    foi = IndexSeries.objects.get(company=firm, code="FOI")
    january = {"month": date(2026, 1, 15), "value": D("122.0")}
    new, changed, same = register_values(foi, [january], by="anna")
    assert [one.month for one in new] == [date(2026, 1, 1)]
    assert register_values(foi, [january], by="anna") == ([], [], 1)
    new, changed, same = register_values(foi, [{**january, "value": D("122.1")}], by="anna")
    assert (len(new), len(changed), same) == (0, 1, 0)
    assert foi.values.get(month=date(2026, 1, 1)).value == D("122.1")


def test_a_value_of_a_quarter_is_kept_under_its_first_month():
    firm = make_firm("Air SAS", country="FR")
    ilc = IndexSeries.objects.get(company=firm, code="ILC")
    register_values(ilc, [{"month": date(2025, 6, 1), "value": D("135.00")}], by="anna")
    assert ilc.values.get().month == date(2025, 4, 1)


def test_an_index_of_zero_is_refused(firm):
    foi = IndexSeries.objects.get(company=firm, code="FOI")
    with pytest.raises(NotAnIndexValue):
        register_values(foi, [{"month": date(2026, 1, 1), "value": D(0)}], by="anna")


def test_the_register_is_read_with_bases_and_links(firm):
    foi = IndexSeries.objects.get(company=firm, code="FOI")
    new_base = {"month": date(2026, 1, 1), "value": D("100.4"), "base": "2025", "link": D("1.214")}
    register_values(foi, [new_base], by="anna")
    read = registers(firm.pk)[foi.pk]
    assert read.link("2025", "2015") == D("1.214")
    assert read.decimals == 1
