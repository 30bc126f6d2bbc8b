"""Exact infeasibility of small linear systems over the rationals, with the multipliers that show it (Farkas)."""

from __future__ import annotations

from math import gcd
from typing import Any, NamedTuple

ROWS = 200  # more rows than this and the answer is "not shown"


class Row(NamedTuple):
    """sum of coefficients * unknowns + const > 0 (strict) or >= 0; `made_of`: multipliers of the given rows."""

    coefficients: dict[Any, int]
    const: int
    strict: bool
    made_of: dict[int, int]


def refute(system: list[tuple[dict[Any, int], int, bool]]) -> dict[int, int] | None:
    """Positive multipliers of rows whose sum is `0 > 0`, `0 > 0` in disguise or `negative >= 0`; None if none found.

    Fourier-Motzkin, with Chernikov's rule: after k eliminations a row made of more than k + 1 given ones is implied.
    """
    rows = [Row(c, k, s, {i: 1}) for i, (c, k, s) in enumerate(system)]
    eliminated = 0
    while True:
        for row in rows:
            if not row.coefficients and (row.const < 0 or (row.strict and row.const <= 0)):
                return row.made_of
        rows = [r for r in rows if r.coefficients]
        if not rows or len(rows) > ROWS:
            return None
        unknown, cost = _cheapest(rows)
        eliminated += cost > 0
        rows = _eliminate(rows, unknown, eliminated + 1)


def _cheapest(rows: list[Row]) -> tuple[Any, int]:
    count: dict[Any, list[int]] = {}
    for row in rows:
        for unknown, c in row.coefficients.items():
            count.setdefault(unknown, [0, 0])[c > 0] += 1
    best = min(count, key=lambda u: count[u][0] * count[u][1] - count[u][0] - count[u][1] if all(count[u]) else -1000)
    return best, count[best][0] * count[best][1]


def _eliminate(rows: list[Row], unknown: Any, most: int) -> list[Row]:
    found: dict[Any, Row] = {}
    above, below = [], []
    for row in rows:
        c = row.coefficients.get(unknown, 0)
        if c > 0:
            above.append(row)
        elif c < 0:
            below.append(row)
        else:
            _keep(found, row)
    for p in above:
        for q in below:
            made = _combine(p, -q.coefficients[unknown], q, p.coefficients[unknown])
            if len(made.made_of) <= most:
                _keep(found, made)
    return list(found.values())


def _combine(p: Row, a: int, q: Row, b: int) -> Row:
    g = gcd(a, b)
    a, b = a // g, b // g
    coefficients = _sum(p.coefficients, a, q.coefficients, b)
    made_of = _sum(p.made_of, a, q.made_of, b)
    return Row(coefficients, a * p.const + b * q.const, p.strict or q.strict, made_of)


def _sum(p: dict[Any, int], a: int, q: dict[Any, int], b: int) -> dict[Any, int]:
    found = {k: a * v for k, v in p.items()}
    for k, v in q.items():
        found[k] = found.get(k, 0) + b * v
    return {k: v for k, v in found.items() if v}


def _keep(found: dict[Any, Row], row: Row) -> None:
    """Keep the tighter of two rows with the same left side; the scale is that of the largest common divisor."""
    g = gcd(*row.coefficients.values()) or 1
    key = frozenset((k, v // g) for k, v in row.coefficients.items())
    old = found.get(key)
    if old is not None:
        h = gcd(*old.coefficients.values()) or 1
        if (row.const * h, not row.strict) >= (old.const * g, not old.strict):
            return
    found[key] = row
