"""Several people at work at once on one SQLite file: the short form of `ronda bench clients`."""

# ruff: noqa: S608 -- statements with a number of the test's own

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from ronda.site.benches.browsing import form_of
from ronda.site.benches.clients import Known, work
from tests.support.site import ROOT

CLIENTS, REQUESTS = 6, 24


def keys(database, statement):
    return [row[0] for row in database.execute(statement)]


def known(path, n):
    """What client number n reads and changes, of the Italian firm."""
    with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True)) as database:
        (firm,) = keys(database, "SELECT id FROM company_company WHERE country = 'IT'")
        parties = keys(database, f"SELECT id FROM parties_party WHERE company_id = {firm} ORDER BY id")
        accounts = keys(
            database,
            "SELECT a.id FROM parties_billingaccount a JOIN parties_party p ON p.id = a.party_id "
            f"WHERE p.company_id = {firm} AND a.is_default AND a.tax_regime = 'ordinary' ORDER BY a.id",
        )
        item = keys(database, f"SELECT id FROM catalogue_item WHERE company_id = {firm} AND active")[0]
        method = keys(database, f"SELECT id FROM parties_paymentmethod WHERE company_id = {firm} AND active")[
            0
        ]
    records = [f"/party/{pk}/" for pk in parties]
    mine = parties[n::CLIENTS]
    return Known(records, mine, accounts[n::CLIENTS], item, method, timezone.localdate().isoformat())


@pytest.mark.browser
def test_six_clients_read_edit_draft_issue_and_book_at_once_without_an_error(site):
    path = site.var / "ronda.sqlite3"

    logs, _lasted = work(urlsplit(site.address).port, [known(path, n) for n in range(CLIENTS)], 0, REQUESTS)

    assert [error for log in logs for error in log.errors] == []
    assert all(len(log.asked) >= REQUESTS for log in logs)
    assert {"draft", "edit", "issue", "payment"} == set().union(*(log.done for log in logs))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RONDA_", "PYTEST_"))}
    checked = subprocess.run(
        [sys.executable, "-m", "ronda.site.cli", "check-data"],
        cwd=ROOT,
        env={**kept, "RONDA_VAR": str(site.var)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.stdout.strip().rpartition("\n")[2] == "companies 2, problems 0", checked.stdout


def test_a_form_is_sent_as_a_browser_would():
    page = """<form method="post" action="/out/"><input name="t" value="1"></form>
    <form method="POST" action="/in/"><input type="hidden" name="a" value="1"><input name="b">
    <input type="checkbox" name="c" checked><input type="checkbox" name="d"><textarea name="e">
two</textarea><select name="f"><option value="x"></option><option value="y" selected></option></select>
    <template><input name="g" value="never"></template><input type="submit" name="h"></form>"""

    form = form_of(page)

    assert form.action == "/in/"
    assert form.filled({"b": "3"}) == [("a", "1"), ("c", "on"), ("e", "two"), ("f", "y"), ("b", "3")]
