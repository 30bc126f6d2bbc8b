"""How an entry of a catalogue is written: one call, from which its SymPy head and its Definition are made."""

from __future__ import annotations

from inspect import currentframe
from typing import TYPE_CHECKING, Any

from sympy import sympify

from symgrad.core import REALS, Definition, Domain, Kind, Kink, Parameter, Variable
from symgrad.functions import elementwise
from symgrad.functions.symbols import a, y, z

if TYPE_CHECKING:
    from sympy import Expr, Symbol


def activation(name: str, glyph: str, **block: Any) -> Definition:
    """An activation phi(z). The keywords are those of `entry`."""
    return entry(name, glyph, Kind.ACTIVATION, (Variable(z),), module=caller(), **block)


def loss(name: str, glyph: str, *, of_a: Domain = REALS, of_y: Domain = REALS, **block: Any) -> Definition:
    """A loss of the output a and the target y, and where the two may lie. The other keywords are those of `entry`."""
    return entry(name, glyph, Kind.LOSS, (Variable(a, of_a), Variable(y, of_y)), module=caller(), **block)


def entry(
    name: str,
    glyph: str,
    kind: Kind,
    variables: tuple[Variable, ...],
    *,
    of: Expr,
    title: str = "",
    tex: str = "",
    range: Domain = REALS,  # noqa: A002 - the word of the papers
    parameters: tuple[Parameter, ...] = (),
    kinks: tuple[Kink, ...] = (),
    stable: Expr | None = None,
    rewrites: tuple[tuple[Any, Expr], ...] = (),
    through: tuple[Definition, ...] = (),
    head: Any = None,
    source: str = "",
    note: str = "",
    module: str = "",
) -> Definition:
    """The Definition that a block describes.

    `of` is the textbook formula, with which a derivation begins. `range` holds every value; its ends are
    attained or approached unless `note` says that they are rounded outwards. `head` is given where the function
    exists already: in SymPy (tanh, erf), or in `functions`, with its stable form and its rewrites. `through`
    names earlier entries in which SymPy's `.diff` reads better (softplus' = sigmoid). The block must stand in a
    module under the entry's own name, where pickle looks for the head.
    """
    head = head or elementwise(
        name,
        sympify(of),
        tuple(v.symbol for v in variables),
        tuple((p.symbol, p.default) for p in parameters),
        glyph=glyph,
        tex=tex,
        domains=(*(v.domain for v in variables), *(p.domain for p in parameters)),
        range=range,
        kinks=kinks,
        stable=stable,
        rewrites=rewrites,
        through=tuple(d.head for d in through),
        home=(module, f"{name}.head"),
    )
    return Definition(
        name=name,
        title=title or glyph,
        kind=kind,
        head=head,
        of=sympify(of),
        variables=variables,
        range=range,
        parameters=parameters,
        kinks=kinks,
        stable=getattr(head, "stable", stable),
        rewrites=getattr(head, "rewrites", rewrites),
        source=source,
        note=note,
    )


def caller() -> str:
    """The module in which a block stands, where pickle will look for it."""
    frame = currentframe()
    while frame is not None and frame.f_globals["__name__"] == __name__:
        frame = frame.f_back
    return str(frame.f_globals["__name__"]) if frame else __name__


def parameter(symbol: Symbol, default: Any, domain: Domain = REALS, *, learned: bool = False) -> Parameter:
    """A parameter of a block; `default` is torch's, where torch has one."""
    return Parameter(symbol, sympify(default), domain, learned)


def kink(variable: Symbol, at: Any, left: Any, right: Any, *, jump: bool = False, **conventions: Any) -> Kink:
    """A kink of a block, numbers as they come; `conventions` are torch, jax and textbook."""
    given = {library: sympify(value) for library, value in conventions.items()}
    return Kink(variable, sympify(at), sympify(left), sympify(right), jump=jump, **given)
