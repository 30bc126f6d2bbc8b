"""Hundreds of wrong derivatives, deltas and steps: each is refuted with a witness, and wrong for the numeric check."""

from __future__ import annotations

from collections import Counter

import pytest
from mutants import KINDS, SLIPS, Mutant, is_wrong, mutants, statements

from symgrad.checker import check
from symgrad.core import CheckReport, Outcome, Status, Verdict
from symgrad.prover import prove, replay

pytestmark = pytest.mark.slow

every_kind = pytest.mark.parametrize("kind", [*KINDS, *SLIPS])


def of_kind(kind: str) -> list[Mutant]:
    return [m for m in mutants() if m.kind == kind]


def proved(mutant: Mutant) -> Verdict:
    s = mutant.statement
    return prove(s.left, s.right, variables=s.domains, lets=s.lets, assuming=s.given)


def checked(mutant: Mutant) -> CheckReport:
    s = mutant.statement
    return check(s.function, s.right, s.variable, variables=s.domains, kinks=s.kinks)


def test_there_are_mutants_of_every_kind_about_everything() -> None:
    kinds = Counter(m.kind for m in mutants())
    subjects = Counter(m.statement.about for m in mutants())

    assert set(kinds) == {*KINDS, *SLIPS}
    assert min(kinds.values()) >= 10
    assert sum(kinds.values()) >= 400
    assert min(subjects["derivative"], subjects["delta"], subjects["step"]) >= 100
    assert len({m.name for m in mutants()}) == len(mutants())


def test_the_second_opinion_finds_nothing_wrong_with_the_catalogue() -> None:
    assert [s.name for s in statements() if is_wrong(s)] == []


@every_kind
def test_mistakes_are_refuted(kind: str) -> None:
    verdicts = {m.name: proved(m) for m in of_kind(kind)}

    assert {n: (v.status, v.reason) for n, v in verdicts.items() if v.status is not Status.REFUTED} == {}


def test_a_value_at_a_kink_is_the_one_exception_from_the_whole_line() -> None:
    planted = [m.statement for m in of_kind("wrong side of a kink") if m.name.count("at its kinks")]
    found = {s.name: (s, prove(s.left, s.right, variables=s.domains)) for s in planted}

    assert len(found) >= 10
    assert {n: v.status for n, (_, v) in found.items() if v.status is not Status.PROVED_EXCEPT} == {}
    assert all(replay(w, s.left, s.right) for s, v in found.values() for w in v.exceptions)
    assert Status.PROVED_EXCEPT.failed


@every_kind
def test_witnesses_replay(kind: str) -> None:
    failed = []
    for mutant in of_kind(kind):
        s, witness = mutant.statement, proved(mutant).witness
        if witness is None or not replay(witness, s.left, s.right, s.lets):
            failed.append((mutant.name, witness))

    assert failed == []


@every_kind
def test_mistakes_are_wrong_for_the_numeric_check(kind: str) -> None:
    reports = {m.name: checked(m) for m in of_kind(kind) if m.statement.function is not None}

    assert {n: r.worst for n, r in reports.items() if r.outcome is not Outcome.WRONG} == {}
    assert reports or kind == "wrong side of a kink"  # these are about values at a kink, where any subgradient passes


def test_the_numeric_check_finds_nothing_wrong_with_the_catalogue() -> None:
    sound = [s for s in statements() if s.function is not None]
    reports = {s.name: check(s.function, s.right, s.variable, variables=s.domains, kinks=s.kinks) for s in sound}

    assert len(reports) >= 100
    assert {n: r.worst for n, r in reports.items() if r.outcome is not Outcome.OK} == {}
    assert sum(r.unresolved + r.floor for r in reports.values()) <= sum(r.points for r in reports.values()) // 100
