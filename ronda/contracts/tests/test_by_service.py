"""E32: totals and counts per service, and the letters of frequencies in lists."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import translation
from python_calamine import CalamineWorkbook

from ronda.billing.tests.firm import log_in, make_account, make_firm, make_item, queries_of
from ronda.contracts.domain.frequency_words import read_frequency
from ronda.contracts.domain.summary import Fee, rhythm, shown
from ronda.contracts.models import Contract
from ronda.contracts.queries import by_service
from ronda.contracts.services import terminate, void
from ronda.contracts.tests.agreements import agree

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 15)
URL = "/contract/by-service/"


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(TODAY)


@pytest.fixture
def firm():
    return make_firm(language="en")


@pytest.fixture
def account(firm):
    return make_account(firm)


@pytest.fixture
def lift(firm):
    return make_item(firm, "Lift")


@pytest.fixture
def alarm(firm):
    return make_item(firm, "Alarm")


@pytest.fixture
def page(client, firm):
    return log_in(client, firm, everything=True)


def told(firm, on=TODAY):
    found = by_service(firm.pk, on)
    return [(row.name, row.contracts, row.lines, row.yearly, row.share) for row in found.rows]


def test_e32_each_service_has_its_contracts_lines_yearly_amount_and_share(firm, account, lift, alarm):
    agree(account, {"item": lift, "price": "100.00"}, {"item": lift, "price": "100.00"})
    agree(account, {"item": lift, "price": "25.00"}, {"item": alarm, "price": "225.00", "frequency": 3})

    found = by_service(firm.pk, TODAY)

    assert told(firm) == [
        ("Lift", 2, 3, Decimal("2700.00"), Decimal("75.0")),
        ("Alarm", 1, 1, Decimal("900.00"), Decimal("25.0")),
    ]
    assert (found.contracts, found.lines, found.yearly) == (2, 4, Decimal("3600.00"))
    assert found.yearly == sum(Contract.objects.values_list("yearly_amount", flat=True))


def test_e32_the_sum_is_exact_where_every_line_is_rounded(firm, account, lift):
    for _number in range(3):
        agree(account, {"item": lift, "price": "0.335", "frequency": 12})

    assert by_service(firm.pk, TODAY).yearly == Decimal("1.02")


@pytest.mark.parametrize(
    ("on", "names"),
    [
        (date(2026, 1, 31), []),
        (date(2026, 2, 1), ["Lift"]),
        (date(2026, 2, 28), ["Lift"]),
        (date(2026, 3, 1), ["Alarm", "Lift"]),
        (date(2026, 3, 31), ["Alarm", "Lift"]),
        (date(2026, 4, 1), ["Lift"]),
        (date(2026, 6, 30), ["Lift"]),
        (date(2026, 7, 1), []),
    ],
)
def test_e32_only_lines_whose_days_include_the_chosen_one_count(firm, account, lift, alarm, on, names):
    some_days = {"starts_on": date(2026, 3, 1), "ends_on": date(2026, 3, 31)}
    contract = agree(account, {"item": lift}, {"item": alarm, **some_days}, starts_on=date(2026, 2, 1))
    terminate(contract, ends_on=date(2026, 6, 30), by="anna", on=date(2026, 6, 30))

    assert sorted(name for name, *_rest in told(firm, on)) == names


def test_drafts_cancelled_contracts_and_those_of_other_companies_do_not_count(firm, account, lift):
    void(agree(account, {"item": lift}), by="anna")
    agree(account, {"item": lift}, active=False)
    agree(make_account(make_firm("Other Srl")))

    assert told(firm) == []


def test_e32_the_page_links_to_the_contracts_of_a_service(page, firm, account, lift, alarm):
    mine, other = agree(account, {"item": lift}), agree(account, {"item": alarm})

    html = page.get(URL).content.decode()

    address = f"{reverse('contract-list')}?lines__item={lift.pk}&amp;status=active"
    assert f'href="{address}"' in html
    listed = page.get(address.replace("&amp;", "&")).content.decode()
    assert mine.number in listed
    assert other.number not in listed
    assert "In force on 15 April 2026" in html
    assert f'href="{URL}"' in html  # in the navigation


def test_another_day_is_chosen_and_an_unreadable_one_is_marked(page, account, lift):
    agree(account, {"item": lift}, starts_on=date(2026, 5, 1))

    assert "No contract is in force on this day" in page.get(URL).content.decode()
    later = page.get(URL, {"on": "01/05/2026"})
    assert [row.name for row in later.context["found"].rows] == ["Lift"]
    assert 'value="01/05/2026"' in later.content.decode()
    wrong = page.get(URL, {"on": "never"})
    assert wrong.context["on"] == TODAY
    assert wrong.context["form"].errors["on"]


def test_the_table_is_exported_with_numbers_that_are_numbers(page, account, lift):
    agree(account, {"item": lift, "price": "100.00"})

    answer = page.get(URL, {"on": "15/04/2026", "format": "xlsx"})

    assert 'filename="contracts-by-service-2026-04-15.xlsx"' in answer.headers["Content-Disposition"]
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows == [
        ["Code", "Service", "Contracts", "Lines", "Per year", "Share %"],
        [lift.code, "Lift", 1, 1, 1200, 100],
        ["", "Total", 1, 1, 1200, ""],
    ]


def test_the_page_takes_as_many_statements_for_one_service_as_for_ten(page, firm, account, lift):
    agree(account, {"item": lift})
    few = queries_of(page, URL)
    for number in range(9):
        agree(account, {"item": make_item(firm, f"Service {number}"), "price": f"{number + 1}.00"})

    assert queries_of(page, URL) == few


def test_who_may_not_see_contracts_does_not_see_their_totals(client, firm):
    assert log_in(client, firm, "billing.view_document").get(URL).status_code == 403


def fee(unit, every):
    return Fee(Decimal(1), Decimal(10), Decimal(0), "period", unit, every)


LETTERS = {
    "en": ["M", "B", "Q", "5M", "F", "H", "Y", "once", "weekly", "2 weeks"],
    "it": ["M", "B", "T", "5M", "4M", "S", "A", "una tantum", "settimanale", "2 settimane"],
    "fr": ["M", "B", "T", "5M", "4M", "S", "A", "une seule fois", "hebdomadaire", "2 semaines"],
}
HOW_OFTEN = [
    *[("month", every) for every in (1, 2, 3, 5, 4, 6, 12)], ("once", 1), ("week", 1), ("week", 2)
]  # fmt: skip


@pytest.mark.parametrize("language", LETTERS)
def test_e32_frequencies_in_lists_are_the_letters_of_the_reader_and_are_read_back(language):
    with translation.override(language):
        letters = [shown(rhythm([fee(unit, every)])) for unit, every in HOW_OFTEN]
        both = shown(rhythm([fee("month", 1), fee("month", 12)]))

    assert letters == LETTERS[language]
    assert [read_frequency(letter) for letter in letters] == [(every, unit) for unit, every in HOW_OFTEN]
    assert both == "+".join([LETTERS[language][0], LETTERS[language][6]])


@pytest.mark.parametrize(("language", "letter"), [("en", "Q"), ("it", "T"), ("fr", "T")])
def test_e32_the_list_of_contracts_shows_the_letters_of_its_reader(page, account, language, letter):
    agree(account, {"frequency": 3})
    user = page.get("/").wsgi_request.user
    user.language = language
    user.save()

    html = page.get(reverse("contract-list"), {"sort": "rhythm"}).content.decode()

    assert f">{letter}<" in html
    assert Contract.objects.get().rhythm == "Q"
