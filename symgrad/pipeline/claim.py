"""The user's own claim: settled, with the stretches on which it holds, a counterexample, and a drawing."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

from sympy import And, Eq, Ge, Le, Rational, true

from symgrad.core import (
    REALS,
    Eventually,
    Exists,
    Holds,
    Image,
    Just,
    Status,
    SymgradError,
    Tends,
    Variable,
    Verdict,
)
from symgrad.definitions.statement_parser import parse_claim
from symgrad.document.claims import at_point
from symgrad.document.from_sympy import boxes
from symgrad.document.text import text
from symgrad.pipeline.claim_drawing import picture
from symgrad.pipeline.intervals import of_operations, of_stretches, told
from symgrad.pipeline.limited import in_time
from symgrad.prover.claims import refuted_at, settle, where_true
from symgrad.prover.relations import carried
from symgrad.words import message

if TYPE_CHECKING:
    from sympy import Symbol

    from symgrad.core import Domain
    from symgrad.definitions.statement_parser import Asked
    from symgrad.prover.claims.regions import Region

CHARTING = 6.0  # seconds for one map of where a claim holds: the verdict does not wait for it
SMALL, SEVERAL = ("1", "2", "0", "-1", "-2", "1/2"), (2, 3)  # coordinates that are tried, of so many variables
SEARCHING = 3.0  # seconds for a simpler counterexample than the one that was found
CONDITIONAL = "proved_under_condition"  # true wherever both sides have values, which is not everywhere
STATUSES = {
    Status.PROVED: "proved",
    Status.REFUTED: "refuted",
    Status.VACUOUS: "vacuous",
    Status.DOMAIN_MISMATCH: CONDITIONAL,
}


def claim(words: str, drawn: bool) -> dict[str, Any]:  # noqa: FBT001 - it comes as a task's argument
    """The verdict on a claim in symgrad's grammar, as plain JSON values; `drawing` is an SVG where one is asked for."""
    asked = tuple(map(with_places, parse_claim(words)))
    found = [record(statement, ruling(statement)) for statement in asked]
    statuses = {r["status"] for r in found}
    whole = next((s for s in ("refuted", "unknown", "vacuous", CONDITIONAL) if s in statuses), "proved")
    drawing = picture(asked[0], region_of(asked[0])) if drawn else ""
    return {"claim": words, "verdict": whole, "statements": found, "drawing": drawing}


def ruling(statement: Asked) -> Verdict:
    """The verdict, of which a letter without any value leaves nothing: neither a proof nor a place."""
    if any(v.domain.empty for v in getattr(statement, "variables", ())):
        return Verdict(Status.VACUOUS, "the assumption is false")
    found = settle(statement)
    return (simpler(statement) or found) if found.status is Status.REFUTED else found


def simpler(statement: Asked) -> Verdict | None:
    """A counterexample in several variables that a reader can follow in the head, if a few small numbers hold one."""
    if not isinstance(statement, Holds) or statement.lets:
        return None
    symbols = sorted(statement.relation.free_symbols | {v.symbol for v in statement.variables}, key=str)
    if len(symbols) not in SEVERAL:
        return None
    domains = {v.symbol: v.domain for v in statement.variables}
    named = replace(statement, variables=tuple(Variable(s, domains.get(s, REALS)) for s in symbols))
    places = sorted(
        product(map(Rational, SMALL), repeat=len(symbols)),
        key=lambda q: (not all(v.is_Integer for v in q), sum(map(abs, q))),
    )
    tried = (tuple(zip(symbols, place, strict=True)) for place in places)
    try:
        return in_time(lambda: next((v for place in tried if (v := refuted_at(named, place))), None), SEARCHING)
    except (SymgradError, ArithmeticError, ValueError):
        return None


def with_places(statement: Asked) -> Asked:
    """The statement with simple points to look at first, from the gaps between the stretches on which it holds."""
    region, z = region_of(statement), lone(statement)
    if region is None or z is None or not isinstance(statement, Holds):
        return statement
    return replace(statement, at=tuple(((z, q),) for q in sorted(region.outside(), key=lambda q: not q.is_Integer)))


def record(statement: Asked, verdict: Verdict) -> dict[str, Any]:
    """One comparison of the claim."""
    status = STATUSES.get(verdict.status, "unknown")
    against = verdict.witness if verdict.status.failed else None
    return {
        "statement": formula(statement),
        "status": status,
        "method": verdict.method,
        "reason": verdict.reason,
        "condition": condition(statement) if status == CONDITIONAL and isinstance(statement, Holds | Image) else None,
        "counterexample": (against and at_point(against)) or None,
        "example": example(verdict) if verdict.proved and isinstance(statement, Exists) else None,
        "holds": None if status == "vacuous" else stretches(statement),
        "equality": None if status == "vacuous" else equality(statement),
    }


def example(verdict: Verdict) -> str | None:
    """The place at which what is said to exist does."""
    return (verdict.witness and at_point(verdict.witness)) or None


def condition(statement: Holds | Image) -> str:
    """Where both sides have values, of where the claim is made: the condition under which it is true."""
    if isinstance(statement, Image):
        valued = Eq(statement.expr, statement.expr, evaluate=False)
        return of_stretches(statement.variable, where_true(valued, statement.variable, statement.on))
    region, z = region_claimed(statement), lone(statement)
    if region is not None and z is not None and region.parts:
        return of_stretches(z, region)
    return of_operations(statement) or message("both sides have values")


def formula(statement: Asked) -> str:
    """What is claimed, as formulas."""
    match statement:
        case Tends():
            return f"{text(boxes(statement.expr))} → {text(boxes(statement.to))} ({place(statement)})"
        case Eventually():
            return f"{text(boxes(statement.relation))} ({place(statement)})"
        case Image():
            return message("{f} has the values {values}", f=text(boxes(statement.expr)), values=statement.values)
        case Just():
            return f"{text(boxes(statement.relation))} ⇔ {text(boxes(statement.where))}"
    lets = statement.lets if isinstance(statement, Holds) else ()
    named = [f"{text(boxes(let.symbol))} = {text(boxes(let.value))}" for let in lets]
    relation = text(boxes(statement.relation))
    return message("{relation} where {names}", relation=relation, names=", ".join(named)) if named else relation


def place(statement: Tends | Eventually) -> str:
    """Towards what its variable goes: z → 0+."""
    at, side = statement.at if isinstance(statement.at, tuple) else (statement.at, 0)
    return f"{text(boxes(statement.variable))} → {text(boxes(at))}{('', '+', '−')[side]}"


def stretches(statement: Asked) -> list[str] | None:
    """Where a comparison in one variable holds, of where it is claimed; None where that is not settled."""
    region = region_claimed(statement)
    return None if region is None else [told(part) for part in region.parts]


def region_claimed(statement: Asked) -> Region | None:
    """The same as a value."""
    if isinstance(statement, Holds | Exists) and statement.assuming not in {True, true}:
        return region_of(replace(statement, relation=And(plain(statement), statement.assuming), assuming=true))
    return region_of(statement)


def plain(statement: Holds | Exists) -> Any:
    """The relation with its derivatives carried out, if it is in one variable."""
    relation, z = statement.relation, lone(statement)
    return relation if z is None else relation.func(*(carried(side, z) for side in relation.args), evaluate=False)


def equality(statement: Asked) -> list[str] | None:
    """Where <= or >= holds with equality, None for other statements, or where it is not settled."""
    if not isinstance(statement, Holds) or not isinstance(statement.relation, Ge | Le):
        return None
    return stretches(replace(statement, relation=Eq(*statement.relation.args, evaluate=False)))


def region_of(statement: Asked) -> Region | None:
    """Where a comparison in one variable holds; what is assumed beyond a domain is left aside."""
    z = lone(statement)
    if z is None or not isinstance(statement, Holds | Exists):
        return None
    return _region(statement.relation, z, next((v.domain for v in statement.variables if v.symbol == z), REALS))


@lru_cache(maxsize=64)  # what is not settled takes seconds, and is asked again
def _region(relation: Any, z: Symbol, domain: Domain) -> Region | None:
    try:
        return in_time(lambda: where_true(relation, z, domain), CHARTING)
    except (SymgradError, ArithmeticError, ValueError):
        return None


def lone(statement: Asked) -> Symbol | None:
    """The one variable of a comparison that is claimed at all its values, or at some; a named place is none."""
    if not isinstance(statement, Holds | Exists) or (isinstance(statement, Holds) and statement.lets):
        return None
    if statement.assuming not in {True, true} and statement.assuming.has(Eq):
        return None
    symbols = statement.relation.free_symbols
    return next(iter(symbols)) if len(symbols) == 1 else None
