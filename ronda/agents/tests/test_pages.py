"""Screens of agents (E30)."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from ronda.agents.models import Agent, CommissionEntry, CommissionRule, Statement
from ronda.agents.services import confirm, prepare
from ronda.billing.models import Document
from ronda.billing.services import draft_document, issue_document
from ronda.billing.tests.firm import line, log_in, make_account, make_firm, queries_of
from ronda.contracts.tests.agreements import agree, month

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 31)


@pytest.fixture
def firm():
    return make_firm(language="en")


@pytest.fixture
def owner(client, firm):
    return log_in(client, firm, everything=True)


@pytest.fixture
def rossi(firm):
    return Agent.objects.create(company=firm, name="Rossi", percent=Decimal(10), city="Bologna")


@pytest.fixture
def contract(firm):
    return agree(make_account(firm), {"price": "100.00"}, starts_on=date(2026, 3, 1))


def earn(firm, rossi, count=1):
    """That many invoices by hand to customers of their own, all with the agent's share."""
    facts = {"starts_on": date(2026, 1, 1), "beyond_contracts": True}
    CommissionRule.objects.get_or_create(company=firm, agent=rossi, defaults=facts)
    known = Document.objects.count()
    for n in range(known, known + count):
        account, day = make_account(firm, f"Customer {n}"), date(2026, 3, 2)
        issue_document(draft_document(account, [line(firm, "100.00")], by="anna", on=day), on=day, by="anna")
    return prepare([rossi], starts_on=date(2026, 3, 1), ends_on=MARCH, by="anna")[0]


def filled(**given):
    """The agent's form as a browser sends it, with one row."""
    rows = {"rules-TOTAL_FORMS": "1", "rules-INITIAL_FORMS": "0"}
    usual = {"name": "Verdi", "base": "collected", "percent": "8", "active": "on"}
    return rows | usual | {f"rules-0-{name}": value for name, value in given.items()}


def test_an_agent_is_written_with_his_shares_beside_him(owner, contract):
    answer = owner.post(
        reverse("agent-add"), filled(party=contract.party_id, starts_on="01/01/2026", percent="6.5")
    )

    assert answer.status_code == 302, answer.context["errors"]
    rule = CommissionRule.objects.get()
    assert (str(rule), rule.percent, rule.agent.base) == ("Verdi: Bianchi", Decimal("6.5"), "collected")


def test_two_shares_for_the_same_thing_are_refused_beside_the_row(owner, contract):
    given = filled(starts_on="01/01/2026") | {"rules-TOTAL_FORMS": "2", "rules-1-starts_on": "01/02/2026"}

    answer = owner.post(reverse("agent-add"), given)

    assert answer.status_code == 422
    assert "already has a rule for everything" in answer.content.decode()
    assert Agent.objects.count() == 0


def test_the_fee_of_a_rule_brings_its_contract(owner, rossi, contract):
    fee = contract.lines.get()
    given = {"agent": rossi.pk, "line": fee.pk, "starts_on": "01/01/2026", "fixed": "12.50"}

    answer = owner.post(reverse("commissionrule-add"), given)

    assert answer.status_code == 302, answer.context["errors"]
    assert CommissionRule.objects.get().contract == contract


def test_a_rule_of_two_minds_is_refused(owner, rossi, contract):
    given = {"agent": rossi.pk, "contract": contract.pk, "starts_on": "01/01/2026"}

    both = owner.post(reverse("commissionrule-add"), given | {"fixed": "1", "percent": "1"})
    twofold = owner.post(reverse("commissionrule-add"), given | {"party": contract.party_id})
    backwards = owner.post(reverse("commissionrule-add"), given | {"ends_on": "31/12/2025"})

    assert [one.status_code for one in (both, twofold, backwards)] == [422] * 3
    assert "not both" in both.content.decode()
    assert "not both" in twofold.content.decode()
    assert CommissionRule.objects.count() == 0


def test_an_agent_of_another_company_is_not_offered_and_not_taken(owner, contract):
    other = make_firm("Altra Srl")
    foreign = Agent.objects.create(company=other, name="Neri", percent=Decimal(1))

    answer = owner.post(
        reverse("contract-agent"), {"id": contract.pk, "agent": foreign.pk, "starts_on": "01/01/2026"}
    )

    assert answer.status_code == 422
    assert CommissionRule.objects.count() == 0


def test_ticked_contracts_get_an_agent_and_their_page_shows_him(owner, firm, rossi, contract):
    answer = owner.post(
        reverse("contract-agent"), {"id": contract.pk, "agent": rossi.pk, "starts_on": "01/01/2026"}
    )
    assert answer.status_code == 302, answer.context["errors"]
    month(firm, MARCH)

    page = owner.get(reverse("contract-detail", args=[contract.pk]), {"tab": "agents"})

    assert [str(rule) for rule in page.context["rules"]] == [f"Rossi: {contract}"]
    row = page.context["agents"][0]
    assert (row.agent, row.net, row.total, row.matured, row.stated) == (
        rossi, Decimal(100), Decimal(10), Decimal(10), Decimal(0),
    )  # fmt: skip


def test_the_agents_page_says_how_he_stands(owner, firm, rossi):
    statement = earn(firm, rossi, 3)
    confirm(statement, on=date(2026, 4, 1), by="anna")
    earn(firm, rossi)

    found = owner.get(reverse("agent-detail", args=[rossi.pk])).context["situation"]

    assert (found.open, found.drafted, found.to_pay, found.paid, found.to_collect) == (
        Decimal(0), Decimal(10), Decimal(30), Decimal(0), Decimal(0),
    )  # fmt: skip


def test_one_agent_leads_to_his_statement_and_several_to_the_drafts(owner, firm, rossi):
    earn(firm, rossi)
    verdi = Agent.objects.create(company=firm, name="Verdi", percent=Decimal(5))
    CommissionRule.objects.create(
        company=firm, agent=verdi, starts_on=date(2026, 1, 1), beyond_contracts=True
    )
    period = {"starts_on": "01/03/2026", "ends_on": "31/03/2026"}

    one = owner.post(reverse("agent-prepare"), {"id": rossi.pk, **period})
    earn(firm, rossi)
    several = owner.post(reverse("agent-prepare"), {"id": [rossi.pk, verdi.pk], **period})

    statement = Statement.objects.get(agent=rossi)
    assert one.url == reverse("commissionstatement-detail", args=[statement.pk])
    assert several.url == f"{reverse('commissionstatement-list')}?state=draft"
    assert list(Statement.objects.order_by("agent__name").values_list("total", flat=True)) == [20, 5]


def test_the_statement_lists_customers_and_documents_and_adds_up(owner, firm, rossi):
    statement = earn(firm, rossi, 2)

    page = owner.get(reverse("commissionstatement-detail", args=[statement.pk]))

    found = page.context["found"]
    assert [(part.name, part.base, part.amount) for part in found.parts] == [
        ("Customer 0", Decimal(100), Decimal(10)),
        ("Customer 1", Decimal(100), Decimal(10)),
    ]
    assert found.amount == statement.total == Decimal(20)
    text = page.content.decode()
    assert "Aria Srl" in text
    assert "FT 1/2026" in text


def test_a_confirmed_statement_prints_firm_and_agent_as_they_were(owner, firm, rossi):
    statement = confirm(earn(firm, rossi), on=date(2026, 4, 1), by="anna")
    Agent.objects.filter(pk=rossi.pk).update(city="Parma")

    page = owner.get(reverse("commissionstatement-detail", args=[statement.pk]))

    assert page.context["heading"]["agent"]["lines"] == ["Bologna"]


def test_the_statement_is_a_spreadsheet_with_numbers(owner, firm, rossi):
    statement = earn(firm, rossi, 2)

    answer = owner.get(reverse("commission-statement-xlsx", args=[statement.pk]))

    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert [(row[0], row[1], row[6], row[7], row[8]) for row in rows[-3:]] == [
        ("Customer 0", "FT 1/2026", 100.0, 10.0, 10.0),
        ("Customer 1", "FT 2/2026", 100.0, 10.0, 10.0),
        ("Total", "", 200.0, "", 20.0),
    ]


def test_another_companys_spreadsheet_is_not_found_and_needs_the_permission(client, owner, firm, rossi):
    other = make_firm("Altra Srl")
    foreign = earn(other, Agent.objects.create(company=other, name="Neri", percent=Decimal(1)))
    own = earn(firm, rossi)

    assert owner.get(reverse("commission-statement-xlsx", args=[foreign.pk])).status_code == 404
    nobody = log_in(client, firm, "billing.view_document")
    assert nobody.get(reverse("commission-statement-xlsx", args=[own.pk])).status_code == 403


def test_pages_take_the_same_statements_for_two_entries_and_for_eight(owner, firm, rossi):
    statement = earn(firm, rossi, 2)
    pages = [
        reverse("commissionstatement-detail", args=[statement.pk]),
        reverse("agent-detail", args=[rossi.pk]),
        f"{reverse('agent-detail', args=[rossi.pk])}?tab=entries",
        f"{reverse('document-detail', args=[Document.objects.first().pk])}?tab=commissions",
    ]
    few = [queries_of(owner, url) for url in pages]

    earn(firm, rossi, 6)

    assert CommissionEntry.objects.filter(statement=statement).count() == 8
    assert [queries_of(owner, url) for url in pages] == few


def test_only_who_may_confirm_finds_the_button(client, firm, rossi):
    statement = earn(firm, rossi)
    clerk = log_in(client, firm, "agents.view_statement", "agents.change_statement")

    assert clerk.get(reverse("commissionstatement-detail", args=[statement.pk])).status_code == 200
    answer = clerk.post(reverse("commissionstatement-confirm"), {"id": statement.pk, "on": "01/04/2026"})

    assert answer.status_code == 403
