"""What preflight lets pass, the official rules let pass: asked with invoices changed at random."""

import random
from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal

import pytest

from ronda.countries.fr.domain.einvoice.brfr import preflight
from ronda.countries.fr.domain.einvoice.building import write_cii, write_ubl
from ronda.countries.fr.tests.einvoice_samples import ON, every_kind
from tests.support.schematron import CII, UBL, Judge, missing

TEXTS = (
    *(
        "",
        " ",
        "X",
        "A B",
        "é",
        "FR",
        "IT",
        "FR44732829320",
        "0002",
        "0225",
        "EUR",
        "CHF",
        "380",
        "381",
        "386",
    ),
    *(
        "384",
        "S1",
        "S2",
        "B4",
        "9" * 40,
        "AAB",
        "BAR",
        "E",
        "S",
        "K",
        "AE",
        "O",
        "Z",
        "VATEX-EU-AE",
        "30",
        "58",
    ),
)
FIGURES = tuple(map(Decimal, ("0", "1", "-1", "0.01", "20", "10", "5.5", "1000000", "0.001")))
DAYS = (date(2026, 10, 5), date(2020, 1, 1), date(2026, 12, 31))
CHANGED = 200


def otherwise(thing, chance):
    """The same with one value somewhere in it changed, a part left out or doubled."""
    if is_dataclass(thing):
        field = chance.choice(fields(thing))
        if field.name == "identifiers":
            return replace(thing, identifiers=chance.choice(((), (("0009", "1"),), (("", "A1"),))))
        return replace(thing, **{field.name: otherwise(getattr(thing, field.name), chance)})
    if isinstance(thing, tuple) and thing:
        at, how = chance.randrange(len(thing)), chance.random()
        changed = () if how < 0.2 else (otherwise(thing[at], chance),) * (2 if how > 0.9 else 1)
        return thing[:at] + changed + thing[at + 1 :]
    for kind, values in ((bool, (True, False)), (str, TEXTS), (Decimal, FIGURES), (date, DAYS)):
        if isinstance(thing, kind):
            return chance.choice(values)
    return thing


@pytest.mark.slow
def test_what_preflight_lets_pass_the_official_rules_let_pass():
    if why := missing(*CII, *UBL):
        pytest.skip(why)
    chance, kinds, passed, blocked = random.Random(7), list(every_kind().values()), 0, 0
    with Judge() as judge:
        for number in range(CHANGED):
            invoice = otherwise(otherwise(chance.choice(kinds), chance), chance)
            if any(finding.blocks for finding in preflight(invoice, on=ON)):
                blocked += 1
                continue
            passed += 1
            write, rules = ((write_cii, CII), (write_ubl, UBL))[number % 2]
            xml = write(invoice, check_xsd=True)
            for rule_set in rules:
                assert judge.failures(rule_set, xml) == [], invoice

    assert min(passed, blocked) > CHANGED // 5
