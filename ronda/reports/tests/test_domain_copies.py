"""A copy of one section is what that section says, and all copies together are the document (R14, S27)."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.kernel.money import to_cents
from ronda.reports.domain.copies import copy_for_site, vat_shares
from ronda.reports.domain.documents import PrintedLine, PrintedVat
from ronda.reports.domain.samples import sample, with_sums
from ronda.reports.tests.test_domain_rendering import page

SITES = st.sampled_from([None, 1, 2, 3])
LINES = st.lists(
    st.builds(
        lambda site, cents, rate: PrintedLine(
            text="x", site_id=site, net=Decimal(cents) / 100, vat_rate=Decimal(rate)
        ),
        SITES,
        st.integers(-200_00, 900_00),
        st.sampled_from([0, 10, 22]),
    ),
    min_size=1,
    max_size=12,
)


def summary(lines):
    nets = {}
    for line in lines:
        nets[line.vat_rate] = nets.get(line.vat_rate, Decimal(0)) + line.net
    return [PrintedVat(rate=rate, net=net, vat=to_cents(net * rate / 100)) for rate, net in nets.items()]


@given(LINES)
def test_r14_the_shares_of_all_sections_add_up_to_the_document(lines):
    vat = summary(lines)
    shares = vat_shares(lines, vat)
    for place, row in enumerate(vat):
        assert sum(found[place][0] for found in shares.values()) == row.net
        assert sum(found[place][1] for found in shares.values()) == row.vat


@given(LINES)
def test_r14_the_net_of_a_share_is_what_its_lines_say(lines):
    shares = vat_shares(lines, summary(lines))
    for place, row in enumerate(summary(lines)):
        if row.net:
            for site, found in shares.items():
                own = [one.net for one in lines if one.site_id == site and one.vat_rate == row.rate]
                assert found[place][0] == sum(own, Decimal(0))


def by_two_sites(language="it", **facts):
    made = sample("invoice", language, lines=8)
    lines = [replace(line, site_id=1 if line.site == made.lines[0].site else 2) for line in made.lines]
    return with_sums(replace(made, lines=lines, **facts))


@pytest.mark.parametrize("language", ["it", "fr", "en"])
def test_s27_a_copy_shows_one_section_says_that_it_is_a_copy_and_asks_for_nothing(language):
    facts = by_two_sites(language)
    copy = copy_for_site(facts, 2)
    text = page(copy)
    assert copy.lines[0].site in text
    assert facts.lines[0].site not in text
    assert {"it": "Non è l’originale", "fr": "Ce n’est pas l’original", "en": "not the fiscal original"}[
        language
    ] in text
    assert "IBAN" not in text
    assert not copy.dues


def test_s27_stamp_duty_and_withholding_stay_on_the_document():
    copy = copy_for_site(by_two_sites(stamp=Decimal(2), withholding=Decimal(10)), 1)
    assert (copy.stamp, copy.withholding) == (0, 0)
    assert copy.payable == copy.gross == copy.net + copy.vat_total


def test_a_site_without_lines_has_no_copy():
    with pytest.raises(ValueError, match="no line"):
        copy_for_site(by_two_sites(), 7)
