"""Writes of the agents: rules, what is earned, statements. Nothing else writes these tables."""

from ronda.agents.services.computing import compute, recompute
from ronda.agents.services.entering import add_entry
from ronda.agents.services.maturing import take_payments
from ronda.agents.services.rules import (
    OverlappingRule,
    RuleOfAnother,
    RuleWithoutShare,
    assign,
    end_rules,
    save_agent,
    save_rule,
)
from ronda.agents.services.statements import (
    NothingToState,
    PeriodNotOver,
    StatementFrozen,
    StatementNotConfirmed,
    confirm,
    discard,
    pay,
    prepare,
    refresh,
)

__all__ = [
    "NothingToState",
    "OverlappingRule",
    "PeriodNotOver",
    "RuleOfAnother",
    "RuleWithoutShare",
    "StatementFrozen",
    "StatementNotConfirmed",
    "add_entry",
    "assign",
    "compute",
    "confirm",
    "discard",
    "end_rules",
    "pay",
    "prepare",
    "recompute",
    "refresh",
    "save_agent",
    "save_rule",
    "take_payments",
]
