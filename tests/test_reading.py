"""What is handed in to be differentiated: refused with its mend where it has no meaning, and given up in time."""

from __future__ import annotations

import threading
import time

import pytest
from sympy import AccumBounds, Float, I, Integral, Matrix, Mul, Symbol, gamma, log, nan, oo, sqrt

import symgrad
from symgrad import Status, y, z
from symgrad.core import SymgradError, UnsupportedError
from symgrad.pipeline.limited import in_time
from symgrad.pipeline.workers import Task, WorkError, call

NO_EXPRESSIONS = [
    (nan, "no real number"),
    (oo, "no real number"),
    (I * z, "no real number"),
    (AccumBounds(0, 1), "no expression"),
    (True, "truth value"),
    (None, "no expression"),
    ([z], "no expression"),
    (z > 0, "no expression"),
    (Matrix([z]), "no expression"),
    (0.1, "Rational"),
    (Float("0.1") * z, r"Rational\('0.1'\)"),
    (2j * z, "rounded"),
    (sqrt(-(z**2) - 1), "nowhere real"),
    (sqrt(-(z**2) + 2 * z - 2), "nowhere real"),
    (log(z) * log(-z), "nowhere real"),
    (symgrad.softplus(z, 0), "needs beta in"),
    (symgrad.softplus(z, y * z), "is not seen to lie there"),
    (symgrad.leaky_relu(z, Symbol("p", negative=True)), "p lies in"),
    (Integral(z, z), "both ends"),
    (gamma(z), "no rule"),
]


@pytest.mark.parametrize(("value", "words"), NO_EXPRESSIONS, ids=str)
def test_what_has_no_meaning_is_refused(value: object, words: str) -> None:
    with pytest.raises(UnsupportedError, match=words):
        symgrad.derive(value, "z")


@pytest.mark.parametrize("wrt", ["x", 3, z**2, [], "", "2*z", Symbol("x"), Symbol("z", positive=True)], ids=repr)
def test_a_symbol_that_does_not_occur_is_refused(wrt: object) -> None:
    with pytest.raises(UnsupportedError, match="differentiate by one of y, z"):
        symgrad.derive(z * y, wrt)


def test_a_constant_has_the_derivative_0() -> None:
    assert symgrad.derive("3").result == 0
    assert symgrad.derive("3", "x").result == 0


@pytest.mark.parametrize("text", ["elu(z, z)", "swish(z, z)", "softplus(z, z)"])
def test_a_parameter_that_is_the_variable_lies_where_it_may(text: str) -> None:
    worked = symgrad.derive(text, "z")

    assert [str(v.domain) for v in worked.derivation.domains] == ["(0, ∞)"]
    assert worked.verdict.status is Status.PROVED


@pytest.mark.parametrize("ask", [symgrad.derivative, symgrad.second_derivative, symgrad.matching_loss])
@pytest.mark.parametrize("name", [5, None, z**2], ids=str)
def test_names_are_text(ask: object, name: object) -> None:
    with pytest.raises(SymgradError):
        ask(name)  # type: ignore[operator]


def test_time_is_limited_and_the_process_lives_on() -> None:
    many = Mul(*(z**k + Symbol(f"x_{k}") for k in range(1, 80)))
    for _ in range(3):
        with pytest.raises(UnsupportedError, match=r"longer than 0.05 s"):
            symgrad.derive(many, z, seconds=0.05)

    assert symgrad.derive(z**2).result == 2 * z


def test_any_thread_may_have_a_limit() -> None:
    found: list[str] = []

    def work() -> None:
        try:
            in_time(lambda: [None for _ in iter(int, 1)], 0.1)
        except UnsupportedError as error:
            found.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)

    assert len(found) == 1


def test_an_alarm_that_rings_in_a_destructor_rings_again() -> None:
    class Slow:
        def __del__(self) -> None:
            until = time.perf_counter() + 0.1
            while time.perf_counter() < until:
                pass

    def work() -> None:
        Slow()
        end = time.perf_counter() + 20
        while time.perf_counter() < end:
            pass

    for _ in range(3):
        with pytest.raises(UnsupportedError, match="longer than"):
            in_time(work, 0.05)


def test_an_alarm_is_heard_in_its_block_or_not_at_all() -> None:
    outcomes: set[str] = set()
    for k in range(200):
        try:
            in_time(lambda: time.sleep(0.001), 0.001 + (k % 10 - 5) * 1e-4)
            outcomes.add("done")
        except UnsupportedError:
            outcomes.add("given up")

    time.sleep(0.01)
    assert outcomes == {"done", "given up"}


def test_what_nests_too_deeply_is_a_users_mistake() -> None:
    nest: list[object] = []
    for _ in range(5000):
        nest = [nest]

    with pytest.raises(WorkError, match="nests more deeply"):
        call(Task("copy:deepcopy", (nest,)))
