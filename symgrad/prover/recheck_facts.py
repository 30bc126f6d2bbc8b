"""What the checker knows of a generator by its kind, for the facts of a certificate that name it as their source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mpmath import iv  # type: ignore[import-untyped]  # it ships no types

from symgrad.prover.recheck_ring import BOUND, SQUARE, Poly

if TYPE_CHECKING:
    from symgrad.prover.recheck_functions import Functions

Facts = list[tuple[Poly, str]]


def consequences(region: Functions, why: list[Any]) -> Facts:  # noqa: PLR0911 - a line for each kind
    """What is known of a generator by its kind."""
    kind, i = why[0], why[1]
    gen = region.gens[i][0]
    if kind in {"exp1", "exp2", "exp3", "exponent"} and gen == "exp":
        return _of_exp(region, kind, i)
    if kind == "level" and gen == "exp":
        return _level(region, i, int(why[2]))
    if kind in {"erf", "tail", "odd"} and gen in {"erf", "atan", "erfinv", "lambertw"}:
        return _of_odd(region, kind, i)
    if (kind == "turn" and gen in {"cos", "sin"}) or (kind in {"arc", "right"} and gen == "atan"):
        return _of_angle(region, kind, i, why)
    if kind == "pi" and gen == "pi":
        return [(region.x[i] * 1000 - 3141, ">"), (3142 - region.x[i] * 1000, ">")]
    if kind == "number" and gen in {"exp", "log"}:
        return _number(region, i, int(why[2]))
    if kind in {"root", "beyond"} and gen == "root":
        return _of_root(region, kind, i, int(why[2]))
    if kind in {"tangent", "above", "beneath"} and gen == "log":
        return _of_log(region, kind, i, int(why[2]))
    if kind == "log" and gen == "log":
        s = region.sign(region.base[i])
        t = region.sign(region.base[i] * s - 1) if s else 0
        return [(region.x[i] * t, ">")] if t else []
    return _between(region, i) if kind == "between" and gen == "sym" else []


def _of_exp(region: Functions, kind: str, i: int) -> Facts:
    """The sign of E - 1 is that of the argument; E >= 1 + u and 1/E >= 1 - u; e^|u| > 1 + |u| + u^2/2."""
    x, (n, d) = region.x[i], region.args[i][0]
    if kind == "exp1":
        s = region.sign_of((n, d))
        return [(s * (x - 1), ">")] if s else []
    if kind == "exp3" and region.quick_sign(d) == 1:
        s = region.sign_of((n, d))
        series = 2 * d**2 + 2 * s * d * n + n**2
        return [(region.reduce(2 * x * d**2 - series if s > 0 else 2 * d**2 - x * series), ">")] if s else []
    if not d.is_ground or d.LC <= 0:
        return []
    if kind == "exponent":
        s = region.sign(x - 1)
        return [(s * n, ">")] if s else []
    found = [(x * d - d - n, ">="), (d - x * d + x * n, ">=")]
    strict = region.maybe_sign((n, d))
    return found + [(p, ">") for p, _ in found] if strict else found


def _level(region: Functions, i: int, j: int) -> Facts:
    """E^u lies on that side of q on which u lies of log q."""
    if region.gens[j][0] != "log" or region.sign(region.base[j]) != 1:
        return []
    s = region.sign_of(region.add(region.args[i][0], (-region.gen(j), region.ring.one)))
    return [((region.x[i] - region.base[j]) * s, ">")] if s else []


def _of_odd(region: Functions, kind: str, i: int) -> Facts:
    """|erf| < 1; u^2 (1 - |erf u|) and |u| (1 - |erf u|) are < 1; an odd function has its argument's sign."""
    x = region.x[i]
    if kind == "tail":
        n, d = region.args[i][0]
        s, t = region.sign(n), region.sign(d)
        if not s or not t or region.gens[i][0] != "erf":
            return []
        gap = 1 - s * t * x
        return [(region.reduce(d**2 - n**2 * gap), ">"), (t * d - s * n * gap, ">")]
    if kind == "erf":
        return [(1 - x, ">"), (1 + x, ">")] if region.gens[i][0] == "erf" else []
    s = region.sign_of(region.args[i][0])
    return [(x * s, ">")] if s else []


def _of_angle(region: Functions, kind: str, i: int, why: list[Any]) -> Facts:
    """Sines and cosines lie between -1 and 1; 2 |atan u| < pi, |atan u| < |u|, |u| (pi - 2 |atan u|) < 2."""
    x, (n, d) = region.x[i], region.args[i][0]
    if kind == "turn":
        return [(1 - x, ">="), (1 + x, ">=")]
    if kind == "arc":
        return [((n - x * d) * region.sign_of((n, d)) * region.sign(d), ">")] if region.sign(n) else []
    j, s = int(why[2]), region.maybe_sign((n, d))
    if region.gens[j][0] != "pi":
        return []
    found = [(region.x[j] - 2 * x, ">"), (region.x[j] + 2 * x, ">")]
    return [*found, (2 * d * region.sign(d) - n * region.sign(n) * (region.x[j] - 2 * s * x), ">")] if s else found


def _of_root(region: Functions, kind: str, i: int, said: int) -> Facts:
    """Bounds of the root of a number; sqrt(x^2 + p) > |x| where p > 0."""
    x, degree, base = region.x[i], region.gens[i][2], region.base[i]
    if kind == "beyond":
        other = region.x[said]
        beyond = degree == SQUARE and region.quick_sign(base - other**2) == 1
        return [(x - other, ">"), (x + other, ">")] if beyond else []
    if not base.is_ground or said < 0:
        return []
    below = said**degree <= int(base.LC) * BOUND**degree
    return [(x * BOUND - said, ">=")] if below else [(said - x * BOUND, ">")]


def _of_log(region: Functions, kind: str, i: int, j: int) -> Facts:
    """Log q <= q - 1 where q > 0; log|q| is on that side of u on which q > 0 is of e^u."""
    x, base = region.x[i], region.base[i]
    if kind == "tangent":
        return [(base - 1 - x, ">="), (base * x - base + 1, ">=")] if region.sign(base) == 1 else []
    if region.gens[j][0] != "exp" or region.sign(base) != 1:
        return []
    n, d = region.args[j][0]
    gap, turn = (base - region.x[j], -1) if kind == "above" else (base * region.x[j] - 1, 1)
    s = region.quick_sign(gap) or region.maybe_sign((gap, region.ring.one))
    return [((x * d + turn * n) * s, ">")] if s and region.quick_sign(d) == 1 else []


def _number(region: Functions, i: int, bound: int) -> Facts:
    """Rational bounds of exp or log of a number, by interval arithmetic."""
    log = region.gens[i][0] == "log"
    of = region.value((region.base[i], region.ring.one)) if log else region.value(region.args[i][0])
    if of is None:
        return []
    x = iv.mpf(of.numerator) / of.denominator
    value = (iv.log(abs(x)) if log else iv.exp(x)) * BOUND
    scaled = region.x[i] * BOUND
    found = [(scaled - bound, ">=")] if value.a >= bound else []
    return found + ([(bound - scaled, ">=")] if value.b <= bound else [])


def _between(region: Functions, i: int) -> Facts:
    """The moving point of an integral lies between its ends; it occurs nowhere else."""
    for j, g in enumerate(region.gens):
        if g[0] == "integral" and g[1][2] == i and region.gens[i][1].startswith("\u222b"):
            lower, upper = region.args[j]
            s = region.sign_of(region.add(upper, region.negative(lower)))
            x = (region.x[i], region.ring.one)
            gaps = (region.add(x, region.negative(lower)), region.add(upper, region.negative(x)))
            return [(n * d * s, ">=") for n, d in gaps] if s else []
    return []
