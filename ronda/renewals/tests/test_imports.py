"""A table of index values: checked, written, sent again, taken back."""

from datetime import date
from decimal import Decimal

import pytest

from ronda.billing.tests.firm import make_firm
from ronda.company.imports.running import run_batch
from ronda.company.imports.starting import HasErrors, confirm_import
from ronda.company.imports.undoing import undo
from ronda.contracts.tests.test_imports import brought_in, checked
from ronda.renewals.imports import month_cell
from ronda.renewals.models import IndexSeries, IndexValue

pytestmark = pytest.mark.django_db
D = Decimal
TABLE = """Indice;Mese;Valore;Base;Variazione annua;Raccordo;Fonte
FOI;2025-10;121,4;2015;1,1;;ISTAT
FOI;11/2025;121,2;2015;1,0;;ISTAT
FOI;2026-01;100,4;2025;;1,214;ISTAT
"""


@pytest.fixture
def firm():
    return make_firm()


def test_values_of_a_table_are_registered_with_base_and_link(firm):
    batch = brought_in(firm, "index_values", TABLE)
    assert batch.created == 3
    january = IndexValue.objects.get(series__company=firm, series__code="FOI", month=date(2026, 1, 1))
    assert (january.value, january.base, january.link) == (D("100.4"), "2025", D("1.214"))
    november = IndexValue.objects.get(series__company=firm, series__code="FOI", month=date(2025, 11, 1))
    assert november.published == D("1.0")


def test_the_same_table_again_changes_nothing_and_a_correction_one_value(firm):
    brought_in(firm, "index_values", TABLE)
    corrected = TABLE.replace("121,4", "121,5")
    batch = run_batch(
        confirm_import(checked(firm, "index_values", corrected), by="anna", in_background=False)
    )
    assert (batch.created, batch.changed, batch.unchanged) == (0, 1, 2)


def test_an_import_is_taken_back(firm):
    before = IndexValue.objects.count()
    undo(brought_in(firm, "index_values", TABLE), by="anna")
    assert IndexValue.objects.count() == before


def test_an_index_of_the_other_country_is_added_when_its_values_come(firm):
    brought_in(firm, "index_values", "Indice;Trimestre;Valore\nILC;T2 2025;136,81\n")
    value = IndexValue.objects.get(series__code="ILC")
    assert (value.series.company, value.month) == (firm, date(2025, 4, 1))


def test_unknown_indices_and_values_of_zero_are_refused_row_by_row(firm):
    batch = checked(firm, "index_values", "Indice;Mese;Valore\nXYZ;2025-10;1\nFOI;2025-10;0\n")
    assert [error[0] for error in batch.errors] == [2, 3]
    with pytest.raises(HasErrors):
        confirm_import(batch, by="anna", in_background=False)
    assert not IndexSeries.objects.filter(code="XYZ").exists()


@pytest.mark.parametrize(
    ("read", "expected"),
    [("2025-09", date(2025, 9, 1)), ("09/2025", date(2025, 9, 1)), ("T3 2025", date(2025, 7, 1)),
     ("2025-Q4", date(2025, 10, 1)), ("15/09/2025", date(2025, 9, 1)), (date(2025, 9, 30), date(2025, 9, 1))],
)  # fmt: skip
def test_months_are_read_as_people_write_them(read, expected):
    assert month_cell(read, "it") == expected
