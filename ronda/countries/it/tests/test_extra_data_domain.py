"""Templates of further data on the lines of files (AltriDatiGestionali)."""

from datetime import date
from decimal import Decimal

import pytest

from ronda.countries.it.domain.extra_data import (
    BadTemplate,
    Contract,
    Template,
    filled,
    try_out,
    values_of,
)
from ronda.countries.it.domain.fatturapa import OtherData
from ronda.countries.it.tests.fatture import invoice, line

LINE = line(
    quantity=Decimal("2.5000"),
    net="1250.00",
    period_from=date(2026, 3, 1),
    period_to=date(2026, 3, 31),
    text="Canone",
)
INVOICE = invoice(LINE)


def made(template, contract=None):
    return filled(template, values_of(INVOICE, LINE, contract or Contract()))


def test_text_number_and_date_come_from_document_line_and_contract():
    contract = Contract("C-7", "Manutenzione", date(2026, 1, 1))
    template = Template("CODCLI", "{{ contract.number }} / {{ document.number }}", "{{ line.quantity }}",
                        "{{ line.starts_on }}")  # fmt: skip
    assert made(template, contract) == OtherData(
        "CODCLI", "C-7 / FT 1/2026", Decimal("2.5"), date(2026, 3, 1)
    )


def test_what_comes_out_empty_adds_nothing():
    assert made(Template("CODCLI", "{{ contract.number }}", "", "{{ contract.starts_on }}")) is None
    assert made(Template("CODCLI", "{% if line.net > 2000 %}grande{% endif %}")) is None


def test_a_text_is_cut_at_sixty_characters():
    found = made(Template("X", "{{ line.text }} " * 20))
    assert len(found.text) <= 60
    assert found.text.startswith("Canone Canone")


def test_whole_numbers_have_no_zeros_and_commas_are_understood():
    assert made(Template("N", number="{{ line.net }}")).number == Decimal(1250)
    assert made(Template("N", number="12,5")).number == Decimal("12.5")


@pytest.mark.parametrize(
    ("template", "part"),
    [
        (Template("A", "{{ line.colour }}"), "text"),
        (Template("A", "{{ company.iban }}"), "text"),
        (Template("A", "{% include 'x' %}"), "text"),
        (Template("A", "{{ line.text "), "text"),
        (Template("A", number="{{ line.text }}"), "number"),
        (Template("A", number="NaN"), "number"),
        (Template("A", number="1e30"), "number"),
        (Template("A", day="{{ line.text }}"), "day"),
        (Template("A", day="01/03/2026"), "day"),
        (Template("A", number="{{ 1 | divided_by: 0 }}"), "number"),
        (Template("A", "{% for a in (1..999999999) %}x{% endfor %}"), "text"),
    ],
)
def test_a_bad_template_is_refused_and_its_place_named(template, part):
    with pytest.raises(BadTemplate) as refused:
        try_out(template)
    assert refused.value.field == part
    assert "A, " in str(refused.value.message)


def test_the_line_of_a_mistake_is_named():
    with pytest.raises(BadTemplate) as refused:
        try_out(Template("CODCLI", "{{ line.text }}\n{{ nothing }}"))
    assert refused.value.facts["line"] == 2
    assert "line 2" in str(refused.value.message)


def test_an_example_with_as_little_as_there_is_passes_where_parts_are_empty():
    template = Template("PERIODO", "{{ contract.title }}", "{{ line.quantity }}", "{{ line.ends_on }}")
    assert try_out(template) == (OtherData("PERIODO", "Manutenzione", Decimal(2), date(2026, 3, 31)))
