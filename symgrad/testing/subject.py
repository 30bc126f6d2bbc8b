"""What a gradient is the gradient of: an entry of the catalogue, a text, a SymPy expression, or a pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from sympy import Basic, Rational, Symbol, SympifyError, sympify

from symgrad import deriver
from symgrad.checker import exact
from symgrad.core import Definition, Kind, PairError, SymgradError, UnknownNameError, UnsupportedError, Variable
from symgrad.core.catalogue import canonical
from symgrad.definitions import ACTIVATIONS, activation_named, entry_named, loss_named, parse
from symgrad.definitions.layers import LAYERS
from symgrad.definitions.lookup import spelled
from symgrad.functions.elementwise import lies_in
from symgrad.pipeline.reading import chosen
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.checker.exact import Reference

Choice = tuple[tuple[Any, Any], ...]
VECTORS = {*LAYERS, "log_softmax"}  # what people call an activation too, and is a function of vectors


@dataclass(frozen=True, eq=False)
class Subject:
    """A function of one variable, others having values; `choices` are the sets of values that it is tested with.

    `formula` is how the function is written, one layer deep; `activation` and `loss` are its entries, if any.
    """

    name: str
    expr: Any
    formula: Any
    variable: Symbol
    choices: tuple[Choice, ...] = ((),)
    activation: Definition | None = None
    loss: Definition | None = None

    @property
    def values(self) -> Choice:
        """The first choice: the parameters are the same in all of them."""
        return self.choices[0]

    @property
    def defaults(self) -> Choice:
        """The values of the parameters."""
        return tuple((s, v) for s, v in self.values if not self.is_variable(s))

    @property
    def symbols(self) -> tuple[Any, ...]:
        """The variable, then the symbols that have values."""
        return (self.variable, *(s for s, _ in self.values))

    @property
    def gradient(self) -> Any:
        """The derivative, as SymPy finds it; kinks aside."""
        return self.expr.diff(self.variable)

    @property
    def arguments(self) -> tuple[Any, ...]:
        """What the user's functions are called with besides the variable: the target of a loss."""
        return tuple(s for s, _ in self.values if self.is_variable(s))

    def is_variable(self, symbol: Any) -> bool:
        """Whether a symbol is an argument of the function, not one of its parameters."""
        return self.loss is not None and symbol == self.loss.variables[1].symbol

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """The exact reference for each choice."""
        own = self.loss if self.activation is None else self.activation
        of = own if own is not None and not (self.activation and self.loss) else self.expr
        found = tuple(exact.reference(of, self.variable, dict(choice)) for choice in self.choices)
        if self.activation and self.loss and self.activation.kinks:  # a pair has the kinks of its activation at least
            known = {p.symbol: v for p in self.activation.parameters for s, v in self.defaults if s == p.symbol}
            at = exact.reference(self.activation, None, known).corners
            return tuple(replace(r, corners=tuple(exact.Corner(c.at) for c in at)) for r in found)
        return found


def subject(of: Any, parameters: Mapping[str, Any] | None = None, variable: Any = None) -> Subject:
    """The subject that `of` names; `parameters` are values of its other letters, {"alpha": 0.2}."""
    if isinstance(of, Subject):
        return of
    plain = isinstance(of, str | Basic | Definition) or (isinstance(of, tuple) and all(isinstance(n, str) for n in of))
    return usual(of) if plain and not parameters and variable is None else made(of, parameters, variable)


@lru_cache(maxsize=256)
def usual(of: Any) -> Subject:
    """The subject with nothing else said of it, remembered: tests ask again and again."""
    return made(of, None, None)


def made(of: Any, parameters: Mapping[str, Any] | None, variable: Any) -> Subject:
    """The subject, by what kind of thing names it."""
    if isinstance(of, tuple | list):
        return pair(of, parameters or {})
    if isinstance(of, Definition):
        return entry(of, parameters or {}, variable)
    if isinstance(of, str):
        return named(of, parameters or {}, variable)
    if isinstance(of, Basic):
        return written(str(of), of, parameters or {}, variable)
    raise UnsupportedError(
        "of={kind} is not understood; give a catalogue name, an expression (text or SymPy), "
        "or a pair (activation, loss)",
        kind=type(of).__name__,
    )


def named(text: str, parameters: Mapping[str, Any], variable: Any) -> Subject:
    """An entry of this name, else the expression that the text is."""
    of_numbers(text)
    try:
        return entry(entry_named(text), parameters, variable)
    except UnknownNameError as unknown:
        try:
            expr = parse(text)
        except SymgradError as error:
            raise unknown if text.strip().isidentifier() else error from None
    return written(text, expr, parameters, variable)


def of_numbers(text: Any) -> None:
    """Refuse the name of a layer: it is no function of one number, and has doors of its own."""
    name = canonical(str(text))
    if name in VECTORS and spelled(name, ACTIVATIONS) not in ACTIVATIONS:
        raise UnsupportedError(
            "{name} is no function of one number; check its product with a cotangent by check_vjp(f, "
            "vjp, x), or the gradients of a loss behind it by check_network(loss, grads, params)",
            name=name,
        )


def written(name: str, expr: Any, parameters: Mapping[str, Any], variable: Any) -> Subject:
    """A user's own expression."""
    given = values_of([Variable(s) for s in expr.free_symbols], parameters)
    left = expr.free_symbols - {s for s, _ in given}
    x = next(iter(left)) if variable is None and len(left) == 1 else chosen(expr, variable)
    return Subject(name, expr, expr, x, (given,))


def entry(of: Definition, parameters: Mapping[str, Any], variable: Any) -> Subject:
    """An entry at its usual parameters, or at those given; a loss is tried with several targets."""
    free = {str(s): s for s in (*(v.symbol for v in of.variables), *(p.symbol for p in of.parameters))}
    given = dict(values_of(of.domains, parameters))
    x = (
        of.variable
        if variable is None
        else free[str(variable)]
        if str(variable) in free
        else chosen(of.applied, variable)
    )
    usual: dict[Any, Any] = {p.symbol: p.default for p in of.parameters} | given
    rest: list[dict[Any, Any]] = [{s: v for s, v in usual.items() if s != x}]
    for other in of.variables:
        if other.symbol not in {x, *given}:
            rest = [r | {other.symbol: t} for r in rest for t in targets(other.domain)]
    choices = tuple(tuple(r.items()) for r in rest)
    mine = {"activation": of} if of.kind is Kind.ACTIVATION else {"loss": of}
    return Subject(of.name, of.applied, of.of, x, choices, **mine)


def pair(of: Any, parameters: Mapping[str, Any]) -> Subject:
    """The delta of a loss after an activation, by the sum z."""
    if len(of) != 2:  # noqa: PLR2004 - an activation and a loss
        raise UnsupportedError("a pair is (activation, loss), as in of=('sigmoid', 'binary_cross_entropy')")
    of_numbers(of[0])
    phi = of[0] if isinstance(of[0], Definition) else activation_named(of[0])
    loss = of[1] if isinstance(of[1], Definition) else loss_named(of[1])
    fit = deriver.pair(phi, loss)
    if fit.refused:
        raise PairError(fit.refused)
    a, y = (v.symbol for v in loss.variables)
    shared = {p.symbol for p in phi.parameters} & {p.symbol for p in loss.parameters}
    if shared:
        raise UnsupportedError(
            "{name} and {other} both have a parameter {shared}; write the pair as text",
            name=phi.name,
            other=loss.name,
            shared=shared.pop(),
        )
    own = {p.symbol: p.default for p in (*phi.parameters, *loss.parameters)}
    known = [v for v in (*phi.domains, *loss.domains) if v.symbol in {*own, y}]
    given = dict(values_of(known, parameters))
    ys = [given[y]] if y in given else targets(loss.variables[1].domain)
    choices = tuple(tuple((own | given | {y: t}).items()) for t in ys)
    expr = loss.applied.xreplace({a: phi.applied})
    name = message("{loss} after {activation}", loss=loss.name, activation=phi.name)
    return Subject(name, expr, expr, phi.variable, choices, phi, loss)


def values_of(letters: Sequence[Variable], parameters: Any) -> Choice:
    """The values given, by symbol; a name that does not occur, and a value outside its domain, are refused."""
    if not isinstance(parameters, Mapping):
        raise UnsupportedError(
            "parameters={parameters} is not understood; name them, as in {'alpha': 0.2}",
            parameters=f"{parameters!r:.80}",
        )
    known = {str(v.symbol): v for v in letters}
    unknown = [str(n) for n in parameters if str(n) not in known]
    if unknown:
        raise UnsupportedError(
            "there is no {unknown} to give a value to; there are {known}",
            unknown=repr(unknown[0]),
            known=", ".join(known) or message("no letters"),
        )
    return tuple((known[str(n)].symbol, value_of(known[str(n)], v)) for n, v in parameters.items())


def value_of(letter: Variable, value: Any) -> Any:
    """The number that is meant, exactly where it is text: '1/5'."""
    try:
        found = parse(value) if isinstance(value, str) else sympify(value, strict=True)
        number = Rational(found) if found.is_Float else found
    except (SympifyError, SymgradError, TypeError, ValueError, AttributeError):
        raise UnsupportedError(
            "{symbol}={value} is no number; give one, such as 0.2 or '1/5'",
            symbol=letter.symbol,
            value=f"{value!r:.80}",
        ) from None
    if not lies_in(number, letter.domain):
        raise UnsupportedError(
            "{symbol}={value} does not lie in {domain}; give a number that does",
            symbol=letter.symbol,
            value=value,
            domain=letter.domain,
        )
    return found


def targets(domain: Any) -> list[Any]:
    """Values of a target: all of a finite set, soft labels and hard ones, or a few real numbers inside the domain."""
    if domain.values:
        return list(domain.values)
    low, high = domain.lower, domain.upper
    if low is not None and high is not None:
        ends = [e for e, opened in ((low, domain.lower_open), (high, domain.upper_open)) if not opened]
        return [*ends, low + (high - low) * Rational(3, 10)]
    if low is not None:
        return [low + Rational(1, 4), low + 2]
    return [Rational(1, 4), Rational(-3, 2)]
