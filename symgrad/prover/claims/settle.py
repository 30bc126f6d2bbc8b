"""The verdict on each form of statement that a claim may be made of."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch, wraps
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from sympy import And, Eq, Ge, Gt, Le, Lt, Ne, Rational, exp, oo, pi, sqrt, true

from symgrad.core import (
    REALS,
    VALUED_NOWHERE,
    Claim,
    CoinMean,
    Equal,
    Eventually,
    Exists,
    GaussianMean,
    GaussianSquare,
    Holds,
    Image,
    Induction,
    Just,
    Layers,
    NeverNegative,
    Observation,
    Observed,
    Settlement,
    Status,
    Stretches,
    SymgradError,
    Tends,
    Variable,
    Verdict,
    Witness,
)
from symgrad.functions import D, put
from symgrad.prover.claims.images import settle_image
from symgrad.prover.claims.inductions import beginning, step
from symgrad.prover.claims.monotony import by_mean_value
from symgrad.prover.claims.regions import begins, chart, named_by, overlaid, where_holds, where_true
from symgrad.prover.claims.tending import FAR, settle_limit
from symgrad.prover.conventions import truth
from symgrad.prover.facts import limit
from symgrad.prover.gaussian import second_moment
from symgrad.prover.independent import inside as within
from symgrad.prover.indexed import prove_by_induction, prove_indexed, prove_nonnegative
from symgrad.prover.pieces import HOLDS
from symgrad.prover.prove import prove
from symgrad.prover.relations import carried, prove_relation, seen, sides
from symgrad.prover.taylor import constant
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.core.claim import Point
    from symgrad.prover.claims.regions import Region

CONVERSE = {Lt: Ge, Ge: Lt, Gt: Le, Le: Gt, Eq: Ne, Ne: Eq}
CORNERS = 16
FIRST, STEP = message("the beginning of the induction"), message("the step of the induction")
ZEROS = message("every zero of the difference, and its sign between them")


def settle_claim(claim: Claim, observed: tuple[Observed, ...] = ()) -> Settlement:
    """Every statement of a claim settled; what experiments showed is handed in, since none is run here."""
    return Settlement(claim, tuple(map(settle, claim.formal)), tuple(map(settle, claim.instead)), observed)


def or_unknown(way: Callable[[Any], Verdict]) -> Callable[[Any], Verdict]:
    """A way to settle statements that answers UNKNOWN with the reason where it ends in an error."""

    @wraps(way)
    def answer(statement: Any) -> Verdict:
        try:
            return way(statement)
        except (SymgradError, ArithmeticError, ValueError) as error:
            return Verdict(Status.UNKNOWN, reason=getattr(error, "told", "") or str(error))

    return answer


@singledispatch
def settle(statement: Any) -> Verdict:
    """PROVED, REFUTED with a witness, or UNKNOWN with its reason."""
    raise TypeError(f"{type(statement).__name__} is no statement of a claim")


@settle.register
def _(s: Holds) -> Verdict:
    for place in s.at:
        if found := refuted_at(s, place):
            return found
    found = prove_relation(s.relation, variables=s.variables, assuming=s.assuming, lets=s.lets)
    if found.status is Status.UNKNOWN:
        found = by_region(inlined(s)) or by_mean_value(s) or at_corners(s) or found
    if found.status is Status.PROVED_EXCEPT:
        return replace(found, status=Status.REFUTED, witness=found.exceptions[0], exceptions=())
    return undefined_somewhere(s, found) if found.status is Status.DOMAIN_MISMATCH else found


def undefined_somewhere(s: Holds, found: Verdict) -> Verdict:
    """A statement that is true wherever its sides have values; refuted where they have none anywhere.

    The first point that is told is one of those that were named, if a side has no value there.
    """
    simple = next(filter(None, (valueless_at(s, place) for place in s.at)), None)
    exceptions = ((simple,) if simple else ()) + found.exceptions
    if found.reason is VALUED_NOWHERE:
        return Verdict(Status.REFUTED, "a side has no value at a point", witness=exceptions[0])
    return replace(found, exceptions=exceptions, witness=exceptions[0])


def inlined(s: Holds) -> Holds:
    """The statement without names, where every derivative by one can be carried out, with no exception."""
    relation = s.relation
    for let in s.lets:
        for part in relation.atoms(D):
            if part.args[1] == let.symbol and prove(part, part.doit()).proved:
                relation = relation.xreplace({part: part.doit()})
        if relation.has(D) or let.symbol in getattr(s.assuming, "free_symbols", ()):
            return s
        relation = type(relation)(*(put(side, {let.symbol: let.value}) for side in relation.args), evaluate=False)
    return replace(s, relation=relation, lets=())


def refuted_at(s: Holds, place: Point) -> Verdict | None:
    """A refutation at a given point that satisfies all that is assumed: by balls, or because the converse is proved."""
    if not allowed(s, place):
        return None
    if false_at(s, place):
        return Verdict(Status.REFUTED, "values at a point", witness=seen(s.relation, s.lets, Witness(place, "", "")))
    return None


def at_corners(s: Holds) -> Verdict | None:
    """A refutation at ends of the domains that belong to them, or at 0, where points drawn at random never lie."""
    spans = dict.fromkeys(sorted(s.relation.free_symbols, key=str), REALS) | {v.symbol: v.domain for v in s.variables}
    if s.lets or len(spans) == 1 or any(d.values for d in spans.values()):
        return None  # one variable is settled by its zeros
    ends = [((d.lower, d.lower_open), (d.upper, d.upper_open)) for d in spans.values()]
    kept = [[end for end, is_open in pair if end is not None and not is_open] for pair in ends]
    corners = islice(product(*(own or [within(d)] for own, d in zip(kept, spans.values(), strict=True))), CORNERS)
    return next((v for c in corners if (v := refuted_at(s, tuple(zip(spans, c, strict=True))))), None)


def valueless_at(s: Holds, place: Point) -> Witness | None:
    """The values at a given point that satisfies all that is assumed, if one side has none."""
    if not allowed(s, place):
        return None
    found = prove_relation(s.relation, **there(s, place))
    missing = found.exceptions if found.status is Status.DOMAIN_MISMATCH else ()
    return replace(missing[0], point=place, where=None) if missing else None


def there(s: Holds, place: Point) -> dict[str, Any]:
    """What the prover is told about a statement at one point."""
    assuming = And(s.assuming, *(Eq(x, v) for x, v in place))
    return {"variables": s.variables, "lets": s.lets, "assuming": assuming}


def allowed(s: Holds, place: Point) -> bool:
    """Whether an exact point lies in the domains and satisfies the assumption."""
    values = dict(place)
    for v in s.variables:
        low, high = v.domain.lower, v.domain.upper
        if v.symbol not in values or v.domain.values:
            return False
        inside = [] if low is None else [(Gt if v.domain.lower_open else Ge)(values[v.symbol], low)]
        inside += [] if high is None else [(Lt if v.domain.upper_open else Le)(values[v.symbol], high)]
        if And(*inside) != true:
            return False
    at = And(*(Eq(x, v) for x, v in place))
    return s.assuming in {True, true} or all(
        prove(truth(part), 1, variables=s.variables, lets=s.lets, assuming=at).proved
        for part in And.make_args(s.assuming)
    )


def false_at(s: Holds, place: Point) -> bool:
    """Whether a relation is false at a point: two balls show it, or the converse is proved there."""
    balls = sides(s.relation, s.lets, place)
    if balls and not balls[0].overlaps(balls[1]):
        return not HOLDS[type(s.relation)](1 if balls[0] > balls[1] else -1)
    return prove_relation(converse(s.relation), **there(s, place)).proved


def converse(relation: Any) -> Any:
    """The relation that holds just where this one does not, both sides having values."""
    return CONVERSE[type(relation)](relation.lhs, relation.rhs, evaluate=False)


def by_region(s: Holds) -> Verdict | None:
    """A relation in one variable, from all zeros of the difference of its sides."""
    symbols = s.relation.free_symbols
    if s.lets or len(symbols) != 1 or symbols != symbols | getattr(s.assuming, "free_symbols", set()):
        return None
    (x,) = symbols
    domain = next((v.domain for v in s.variables if v.symbol == x), REALS)
    try:
        found = chart(s.relation, x, domain)
        asked = None if s.assuming in {True, true} else where_true(s.assuming, x, domain)
        holds, fails, missing = (places(region, asked) for region in (found.holds, found.fails, found.missing))
    except (SymgradError, ArithmeticError, ValueError):
        return None
    if fails:
        return next((v for q in fails if q is not None and (v := refuted_at(s, ((x, q),)))), None)
    if not missing:
        return Verdict(Status.PROVED, ZEROS) if holds else None
    known = (valueless_at(s, ((x, q),)) for q in missing if q is not None)
    exceptions = tuple(w for w in known if w is not None)
    if not exceptions:
        return None
    return Verdict(Status.DOMAIN_MISMATCH, ZEROS, exceptions=exceptions, reason="" if holds else VALUED_NOWHERE)


def places(region: Region, asked: Region | None) -> list[Any]:
    """An exact point, or None, of each part of a region that is asked about."""
    return region.places() if asked is None else [q for q, one, other in overlaid(region, asked) if one and other]


@settle.register
def _(s: Exists) -> Verdict:
    if not s.at:
        return found_somewhere(s)
    converse_at = Holds(s.words, converse(s.relation), s.variables, s.assuming)
    if allowed(converse_at, s.at) and false_at(converse_at, s.at):
        return Verdict(Status.PROVED, "values at a point", witness=seen(s.relation, (), Witness(s.at, "", "")))
    never = prove_relation(converse(s.relation), variables=s.variables, assuming=s.assuming)
    if never.status is Status.PROVED:
        return Verdict(Status.REFUTED, "the converse holds everywhere", witness=Witness(s.at, "", ""))
    return Verdict(Status.UNKNOWN, reason="it does not hold at the point that was named, and may hold elsewhere")


@or_unknown
def found_somewhere(s: Exists) -> Verdict:
    """Whether a relation holds anywhere: one variable by all stretches on which it does, more by the converse."""
    symbols = s.relation.free_symbols | getattr(s.assuming, "free_symbols", set())
    if len(symbols) == 1:
        (x,) = symbols
        domain = next((v.domain for v in s.variables if v.symbol == x), REALS)
        try:
            region = where_holds(s.relation, x, domain)
            asked = region if s.assuming in {True, true} else where_true(s.assuming, x, domain)
            both = [q for q, one, other in overlaid(region, asked) if one and other]
        except (SymgradError, ArithmeticError, ValueError) as error:
            return Verdict(Status.UNKNOWN, reason=getattr(error, "told", "") or str(error))
        if not both:
            return Verdict(Status.REFUTED, "every zero of the difference, and its sign between them: it holds nowhere")
        exact = sorted((q for q in both if q is not None), key=lambda q: (not q.is_Integer, abs(q)))
        there = Witness(((x, exact[0]),), "", "") if exact else None
        witness = there and seen(s.relation, (), there)
        return Verdict(Status.PROVED, ZEROS, witness=witness)
    never = prove_relation(converse(s.relation), variables=s.variables, assuming=s.assuming)
    if never.proved:
        return Verdict(Status.REFUTED, "the converse holds everywhere")
    place = never.witness.point if never.status is Status.REFUTED and never.witness else ()
    if place and false_at(Holds(s.words, converse(s.relation), s.variables, s.assuming), place):
        return Verdict(Status.PROVED, "values at a point", witness=seen(s.relation, (), Witness(place, "", "")))
    return Verdict(Status.UNKNOWN, reason=never.reason or "no point was found, and none was excluded")


@settle.register
@or_unknown
def _(s: Just) -> Verdict:
    given = where_true(s.where, s.variable, s.on)
    cells = list(overlaid(named_by(where_holds(s.relation, s.variable, s.on), given, s.relation), given))
    against = [(q, holds, meant) for q, holds, meant in cells if holds != meant]
    if not against:
        return Verdict(Status.PROVED, "both hold on just the same stretches")
    said = {True: "true", False: "false"}
    known = next((cell for cell in against if cell[0] is not None), None)
    witness = known and Witness(((s.variable, known[0]),), said[known[1]], said[known[2]])
    return Verdict(Status.REFUTED, "they hold on different stretches", witness=witness)


@settle.register
@or_unknown
def _(s: Stretches) -> Verdict:
    found = where_holds(s.relation, s.variable).parts
    said = [end for part in s.parts for end in part]
    ends = [end for part in found for end in (part.left, part.right)]
    if len(said) == len(ends) and all(begins(end, digits) for end, digits in zip(ends, said, strict=True)):
        return Verdict(Status.PROVED, ZEROS)
    shown = ", ".join("oo" if end is None else str(float(end.lower.p) / float(end.lower.q)) for end in ends)
    witness = Witness((), message("ends {ends}", ends=shown), ", ".join(map(str, said)))
    return Verdict(Status.REFUTED, ZEROS, witness=witness)


@settle.register
def _(s: Image) -> Verdict:
    return settle_image(s)


@settle.register
@or_unknown
def _(s: Tends) -> Verdict:
    return settle_limit(s)


@settle.register
@or_unknown
def _(s: Eventually) -> Verdict:
    region = where_holds(s.relation, s.variable, FAR[s.at][0])
    last = region.parts[-1 if s.at is oo else 0] if region.parts else None
    if last is not None and (last.right if s.at is oo else last.left) is None:
        return Verdict(Status.PROVED, "the sign of the difference beyond its last zero")
    outside = Witness(((s.variable, region.beyond(s.at)),), "", "")
    return Verdict(
        Status.REFUTED,
        message("the sign of the difference beyond its last zero"),
        witness=seen(s.relation, (), outside),
    )


@settle.register
def _(s: Equal) -> Verdict:
    return prove_indexed(s.left, s.right, facts=s.facts)


@settle.register
def _(s: NeverNegative) -> Verdict:
    return prove_nonnegative(s.value)


@settle.register
def _(s: Layers) -> Verdict:
    return prove_by_induction(s.last, s.step)


@settle.register
def _(s: Induction) -> Verdict:
    for name, part in ((FIRST, beginning(s)), (STEP, step(s))):
        found = settle(part)
        if not found.proved:
            why = message("{part}: {reason}", part=name, reason=found.reason)
            return Verdict(Status.UNKNOWN, found.method, reason=why)
    return Verdict(Status.PROVED, "induction: the beginning, and the step from each depth to the next")


@settle.register
def _(s: CoinMean) -> Verdict:
    found, number = settle(averaged(s)), 2 ** len(s.coins)
    return replace(
        found, method=message("the mean over all {number} outcomes; {method}", number=number, method=found.method)
    )


def averaged(s: CoinMean) -> Holds:
    """The statement with its mean worked out."""
    tosses = list(product((0, 1), repeat=len(s.coins)))
    left = sum(s.left.xreplace(dict(zip(s.coins, map(Rational, toss), strict=True))) for toss in tosses)
    return Holds(s.words, s.relation(left / len(tosses), s.right, evaluate=False), at=s.at)


@settle.register
def _(s: GaussianMean) -> Verdict:
    x, F = s.variable, s.antiderivative
    density = exp(-(x**2) / 2) / sqrt(2 * pi)
    if not prove(D(F, x), s.expr * density, variables=(Variable(x, s.on),)).proved:
        return Verdict(Status.UNKNOWN, reason="what was named is not proved to be an antiderivative")
    ends = [limit(F, x, side) if e is None else F.xreplace({x: e}) for e, side in ((s.on.upper, oo), (s.on.lower, -oo))]
    if None in ends:
        return Verdict(Status.UNKNOWN, reason="a limit of the antiderivative could not be proved")
    found = prove(ends[0] - ends[1], s.value)
    if found.status is Status.REFUTED:
        return Verdict(Status.REFUTED, "the integral", witness=Witness((), str(ends[0] - ends[1]), str(s.value)))
    return Verdict(found.status, "an antiderivative, proved, and its limits", reason=found.reason)


@settle.register
@or_unknown
def _(s: GaussianSquare) -> Verdict:
    found = second_moment(carried(s.expr, s.variable), s.variable, s.variance, bound=s.bound)
    low, high = constant(s.lower), constant(s.upper)
    if low <= found <= high:
        return Verdict(Status.PROVED, "Arb's integration with a proved error, and a bound for both tails")
    if found < low or found > high:
        witness = Witness((), found.str(20), message("{lower} to {upper}", lower=s.lower, upper=s.upper))
        return Verdict(Status.REFUTED, "the integral, enclosed", witness=witness)
    return Verdict(Status.UNKNOWN, reason="the enclosure of the integral is wider than what is claimed")


@settle.register
def _(s: Observation) -> Verdict:
    return Verdict(
        Status.UNKNOWN,
        message("measured"),
        reason=message("the experiment {name} is evidence, and no proof", name=s.experiment),
    )
