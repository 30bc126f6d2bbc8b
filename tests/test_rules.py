"""Every rule of calculus is an identity, for arbitrary f and g, under its condition."""

from __future__ import annotations

import pytest
from sympy import S

from symgrad.core import Rule, Status
from symgrad.prover import prove
from symgrad.rules import ALGEBRA, CALCULUS, INDEXED, RULES

STATED = {name: rule for name, rule in RULES.items() if rule.before is not None}
every_rule = pytest.mark.parametrize("rule", STATED.values(), ids=STATED)
SIGNED = {name: rule for name, rule in STATED.items() if rule.after != 0}
CONDITIONED = {name: rule for name, rule in STATED.items() if rule.given not in (True, S.true)}


def test_the_catalogue_is_whole() -> None:
    assert len(STATED) > 20
    assert len(RULES) == len(CALCULUS) + len(ALGEBRA) + len(INDEXED)


@every_rule
def test_rule_is_an_identity(rule: Rule) -> None:
    assert prove(rule.before, rule.after, assuming=S(rule.given)).status is Status.PROVED


@pytest.mark.parametrize("rule", SIGNED.values(), ids=SIGNED)
def test_a_rule_with_its_sign_turned_is_not(rule: Rule) -> None:
    assert prove(rule.before, -rule.after, assuming=S(rule.given)).status is not Status.PROVED


@pytest.mark.parametrize("name", ["log", "piecewise", "abs", "sign"])
def test_the_condition_is_needed(name: str) -> None:
    rule = CONDITIONED[name]

    assert prove(rule.before, rule.after).status is not Status.PROVED


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_has_a_title_and_a_reason(rule: Rule) -> None:
    assert rule.title[0].isupper()
    assert rule.why.endswith(".")
