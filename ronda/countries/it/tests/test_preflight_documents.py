"""Documents as the firm issues them, looked at before they are sent."""

import pytest

from ronda.countries.it.domain.preflight import preflight
from ronda.countries.it.services.invoicing import invoices_of
from ronda.reports.tests.firm import DAY, issued, italian_firm, lines, payer

pytestmark = pytest.mark.django_db


def findings_of(withholding_code):
    firm = italian_firm()
    account = payer(firm, "Officine Rossi Srl", recipient_code="ABCDEF1", withholding_code=withholding_code)
    document = issued(account, lines(firm, 2, withholding=True))
    made = invoices_of([document], on=DAY)[document.pk]
    return preflight(made, on=DAY), {line.withholding for line in made.lines}


def test_r36_lines_marked_for_withholding_say_so_only_where_something_is_withheld():
    assert findings_of("") == ([], {False})


def test_r36_lines_of_a_customer_who_withholds_say_so():
    assert findings_of("PROF") == ([], {True})
