"""Rules of agents: assigned, ended, refused."""

from datetime import date
from decimal import Decimal

import pytest

from ronda.agents.models import CommissionRule
from ronda.agents.services import OverlappingRule, RuleWithoutShare, assign, end_rules
from ronda.agents.tests.test_services import MARCH, agent, rule
from ronda.contracts.tests.agreements import agree

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_e30_a_new_share_ends_the_one_before(firm, account):
    contracts = [agree(account), agree(account)]
    one = agent(firm)
    assign(contracts, agent=one, starts_on=date(2026, 1, 1), by="anna")

    assign(contracts, agent=one, starts_on=date(2026, 7, 1), percent=Decimal(4), by="anna")

    rows = CommissionRule.objects.order_by("starts_on", "pk").values_list("ends_on", "percent")
    assert list(rows) == [(date(2026, 6, 30), None)] * 2 + [(None, Decimal(4))] * 2
    with pytest.raises(OverlappingRule):
        assign(contracts, agent=one, starts_on=date(2026, 7, 1), by="anna")


def test_a_share_without_any_percentage_is_refused(firm, account):
    with pytest.raises(RuleWithoutShare):
        assign([agree(account)], agent=agent(firm, percent=None), starts_on=MARCH, by="anna")


def test_rules_are_given_a_last_day_together(firm, account):
    one = agent(firm)
    rules = [rule(one, party=account.party), rule(one)]

    assert end_rules(rules, ends_on=MARCH, by="anna") == 2
    assert set(CommissionRule.objects.values_list("ends_on", flat=True)) == {MARCH}
    with pytest.raises(OverlappingRule):
        end_rules(rules, ends_on=date(2025, 12, 31), by="anna")
