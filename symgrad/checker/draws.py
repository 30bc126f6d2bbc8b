"""Which values the other symbols take: parameters and targets, typical and extreme, finite sets in full."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb, ctx

from symgrad.checker.balls import Hole, Program, program
from symgrad.checker.junctions import junctions
from symgrad.checker.points import points
from symgrad.core import REALS, Domain, Kink, UnsupportedError, Variable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from symgrad.checker.difference import Array

POINTS = 150  # in all, over every choice of the other symbols
CHOICES = 6
FULL = 8  # how many combinations of finite sets are enumerated in full
LINE = (1.0, 0.25, -0.5, 0.0, 2.5, -3.0, 100.0)  # values on the whole line, the usual one first
HALF = (1.0, 0.25, 2.0, 2.0**-7, 0.5, 50.0)  # distances from the end of a half line
BETWEEN = (0.5, 0.25, 0.875, 2.0**-7, 1 - 2.0**-7)  # fractions of a bounded interval


@dataclass(frozen=True, slots=True)
class Sample:
    """Points (rows: the variable, then the other symbols), the open domain at each, and the kink it lies on or -1."""

    points: Array
    lower: Array
    upper: Array
    kink: Array

    def at(self, where: Array) -> Sample:
        """The same at some of the points only."""
        return Sample(*(getattr(self, name)[where] for name in self.__dataclass_fields__))


def sample(
    symbols: Sequence[Any],
    variables: Sequence[Variable],
    kinks: Sequence[Kink],
    values: Mapping[Any, Sequence[Any]],
    programs: Sequence[Program] = (),
) -> Sample:
    """About 150 points for the variable `symbols[0]` at several choices of the other symbols.

    The places where the branches of `programs` meet are among them.
    """
    domains = {v.symbol: v.domain for v in variables}
    choices = choose(symbols[1:], domains, values)
    domain = domains.get(symbols[0], REALS)
    rest = POINTS // (len(choices) + 2)  # the usual choice, which a page shows, has three shares
    rooms = [POINTS - rest * (len(choices) - 1), *(rest for _ in choices[1:])]
    parts = [
        curve(symbols, choice, domain, kinks, programs, room=room, seed=seed)
        for seed, (choice, room) in enumerate(zip(choices, rooms, strict=True))
    ]
    stacked = [np.concatenate([getattr(p, name) for p in parts]) for name in Sample.__dataclass_fields__]
    return Sample(*stacked)


def curve(
    symbols: Sequence[Any],
    choice: tuple[float, ...],
    domain: Domain,
    kinks: Sequence[Kink],
    programs: Sequence[Program],
    *,
    room: int,
    seed: int,
) -> Sample:
    """The points of the variable where the other symbols have the values of `choice`."""
    known = dict(zip(symbols[1:], choice, strict=True))
    if domain.values:
        raise UnsupportedError(
            "{symbols} lies in the finite set {domain}: nothing can be differentiated there",
            symbols=symbols[0],
            domain=domain,
        )
    lower, upper = ends(domain, known)
    places = {number(kink.at, known)[0]: n for n, kink in enumerate(kinks) if kink.variable == symbols[0]}
    exact = {number(kink.at, known)[0] for kink in kinks if number(kink.at, known)[1]}
    at = tuple(sorted(k for k in places if math.isfinite(k)))
    beside = tuple(j for j in junctions(programs, choice) if j not in places)
    x = points(lower, upper, at, junctions=beside, count=room, seed=seed)
    on = np.asarray([places[v] if v in places and v in exact else -1 for v in x.tolist()], int)
    rows = np.column_stack([x, *(np.full(x.size, v) for v in choice)])
    return Sample(rows, np.full(x.size, lower), np.full(x.size, upper), on)


def choose(
    others: Sequence[Any], domains: Mapping[Any, Domain], values: Mapping[Any, Sequence[Any]]
) -> list[tuple[float, ...]]:
    """Choices of the other symbols: usual values with every member of the finite sets, then mixed ones."""
    fixed = {s: domains[s].values for s in others if s in domains and domains[s].values}
    fixed |= {s: tuple(values[s]) for s in others if s in values}
    combinations = list(product(*(fixed.values())))
    if len(combinations) > FULL:
        combinations = Random(3).sample(combinations, FULL)  # noqa: S311 - a fixed seed: the same on every run
    free = len(others) > len(fixed)
    count = max(CHOICES, len(combinations)) if free else len(combinations)
    ordered = sorted((s for s in others if s not in fixed), key=lambda s: len(needs(domains.get(s, REALS))))
    found = []
    for n in range(count):
        known: dict[Any, float] = {s: float(v) for s, v in zip(fixed, combinations[n % len(combinations)], strict=True)}
        for symbol in ordered:  # a domain whose ends are other symbols comes after them
            known[symbol] = drawn(symbol, domains.get(symbol, REALS), known, max(0, n - len(combinations) + 1))
        found.append(tuple(known[s] for s in others))
    return list(dict.fromkeys(found))


def drawn(symbol: Any, domain: Domain, known: Mapping[Any, float], n: int) -> float:
    """The usual value for n = 0, then the others in an order of the symbol's own, so that values mix."""
    usual, *rest = typical(domain, known)
    mixed = Random(f"{symbol} 3").sample(rest, len(rest))  # noqa: S311 - a fixed seed: the same values on every run
    return mixed[n % len(mixed)] if n and mixed else usual


def needs(domain: Domain) -> set[Any]:
    """The symbols that the ends of a domain are written in."""
    return {s for end in (domain.lower, domain.upper) if end is not None for s in end.free_symbols}


def typical(domain: Domain, known: Mapping[Any, float]) -> list[float]:
    """Values to try in an interval, the most usual first; closed ends are among them."""
    lower, upper = ends(domain, known)
    if math.isfinite(lower) and math.isfinite(upper):
        found = [lower + (upper - lower) * t for t in BETWEEN]
    elif math.isfinite(lower):
        found = [lower + t for t in HALF]
    elif math.isfinite(upper):
        found = [upper - t for t in HALF]
    else:
        return list(LINE)
    shut = [e for e, opened in ((lower, domain.lower_open), (upper, domain.upper_open)) if not opened]
    return [*(v for v in found if lower < v < upper), *(e for e in shut if math.isfinite(e))]


def ends(domain: Domain, known: Mapping[Any, float]) -> tuple[float, float]:
    """The ends as doubles, an infinite one as infinity."""
    lower = -math.inf if domain.lower is None else number(domain.lower, known)[0]
    upper = math.inf if domain.upper is None else number(domain.upper, known)[0]
    return lower, upper


def number(expr: Any, known: Mapping[Any, float]) -> tuple[float, bool]:
    """The value of an expression as a double, and whether it is exactly that double; NaN where it has none."""
    if expr.is_infinite:
        return float(expr), False
    missing = expr.free_symbols - set(known)
    if missing:
        raise UnsupportedError(
            "{expr} depends on {symbol}, whose value is not chosen yet; name its domain",
            expr=expr,
            symbol=missing.pop(),
        )
    before, ctx.prec = ctx.prec, 256
    try:
        ball = program(expr, tuple(known))([arb(v) for v in known.values()])
        if isinstance(ball, Hole):
            return math.nan, False
        value = float(ball)
        return value, bool(ball == arb(value))
    finally:
        ctx.prec = before


def symbols_of(variable: Any, variables: Iterable[Variable], expressions: Iterable[Any]) -> tuple[Any, ...]:
    """The variable, then every other symbol of the expressions, and of the domains of all these, by name."""
    found = {variable, *(s for e in expressions for s in e.free_symbols)}
    for _ in (1, 2):  # an end of a domain may bring in a symbol, whose domain may bring in another
        found |= {s for v in variables if v.symbol in found for s in needs(v.domain)}
    found -= {variable}
    return (variable, *sorted(found, key=lambda s: str(s.name)))
