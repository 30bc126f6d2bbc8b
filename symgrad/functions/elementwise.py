"""Named functions with a formula: the SymPy classes behind every catalogue entry."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import mpmath  # type: ignore[import-untyped]  # it ships no types
from sympy import Expr, Function, Piecewise, S, Symbol, exp, lambdify, preorder_traversal, sympify, tanh
from sympy.core.function import ArgumentIndexError

from symgrad.core import REALS, Domain
from symgrad.functions.numpy_printing import inline
from symgrad.functions.printing import printed_tex
from symgrad.functions.putting import filled, put
from symgrad.functions.slopes import slope

if TYPE_CHECKING:
    from symgrad.core import Kink

GUARD = 20  # bits beyond those asked for
NUMERIC = frozenset(
    {"bell", "erfc_kept", "kept", "normal_cdf", "reciprocal", "tanh_gap", "times_bell", "times_exp", "within"}
)  # printed as they stand: see `stable_heads`
WIDEST = 2**15  # bits of working precision, beyond which a value is given up


class Elementwise(Function):
    """A named function of one or more variables and some parameters, given by a formula.

    Arguments come in the order of `variables`, then `parameters`; a parameter left out takes its usual value.
    """

    spelling: ClassVar[str]  # the catalogue's name: "leaky_relu"
    glyph: ClassVar[str]  # for text: "σ", "ReLU"
    tex: ClassVar[str]  # for LaTeX: r"\sigma", r"\mathrm{ReLU}"
    variables: ClassVar[tuple[Symbol, ...]]
    parameters: ClassVar[tuple[Symbol, ...]]
    defaults: ClassVar[tuple[Expr, ...]]
    formula: ClassVar[Expr]
    domains: ClassVar[tuple[Domain, ...]]  # of the variables, then the parameters
    range: ClassVar[Domain]
    kinks: ClassVar[tuple[Kink, ...]]
    stable: ClassVar[Expr | None]  # an equal formula that keeps its digits in floating point
    rewrites: ClassVar[tuple[tuple[Any, Expr], ...]]
    through: ClassVar[tuple[Any, ...]]  # heads in which the derivative reads better

    def __new__(cls, *arguments: Any, **options: Any) -> Any:
        least, most = len(cls.variables), len(cls.variables) + len(cls.parameters)
        if not least <= len(arguments) <= most:
            wanted = f"{least}" if least == most else f"{least} to {most}"
            raise TypeError(f"{cls.spelling} takes {wanted} arguments, not {len(arguments)}")
        given = tuple(sympify(x) for x in arguments)
        while len(given) > least and given[-1] == cls.defaults[len(given) - least - 1]:
            given = given[:-1]  # elu(z, 1) is elu(z), so that equal functions are equal expressions
        return super().__new__(cls, *given, **options)

    @classmethod
    def eval(cls, *arguments: Any) -> Any:
        """The value where it is rational at rational arguments: relu(3) is 3, sigmoid(0) is 1/2."""
        if not all(x.is_Rational for x in arguments):
            return None
        value = cls.at(cls.formula, arguments)
        return value if value.is_Rational else None

    @classmethod
    def at(cls, expr: Expr, arguments: tuple[Any, ...]) -> Any:
        """An expression in the function's own letters at these arguments, the usual values where some are left out."""
        missing = len(cls.variables) + len(cls.parameters) - len(arguments)
        filled = (*arguments, *(cls.defaults[-missing:] if missing else ()))
        return expr.xreplace(dict(zip(cls.variables + cls.parameters, filled, strict=True)))

    @property
    def left_out(self) -> tuple[tuple[Symbol, Any], ...]:
        """The parameters that were left out, with their usual values."""
        letters = self.variables + self.parameters
        return tuple(zip(letters[len(self.args) :], self.filled[len(self.args) :], strict=True))

    @property
    def filled(self) -> tuple[Any, ...]:
        """All arguments, the usual values where parameters were left out."""
        missing = len(self.variables) + len(self.parameters) - len(self.args)
        return (*self.args, *(self.defaults[-missing:] if missing else ()))

    def unfold(self) -> Any:
        """The formula at these arguments, one layer deep: silu(z) gives z*sigmoid(z).

        Where SymPy would cancel what has no value everywhere, it stays: softplus(log(z)) gives log(1 + exp(log(z))).
        """
        return filled(self.formula, dict(zip(self.variables + self.parameters, self.filled, strict=True)))

    def settled(self) -> Any:
        """The stable form at these arguments, or the formula where that is stable already."""
        return self.at(self.stable if self.stable is not None else self.formula, self.args)

    def fdiff(self, argindex: int = 1) -> Any:
        """The derivative by one argument; at a kink it is the documented convention."""
        if not 1 <= argindex <= len(self.args):
            raise ArgumentIndexError(self, argindex)
        return self.at(partial(self.func, argindex - 1), self.args)

    def _eval_rewrite(self, rule: Any, args: tuple[Any, ...], **hints: Any) -> Any:
        for target, formula in self.rewrites:
            if rule == target:
                return self.at(formula, args)
        if rule in {exp, tanh, Piecewise} or rule in {part.func for part in preorder_traversal(self.formula)}:
            return self.at(self.formula, args).rewrite(rule, **hints)
        return None

    def _eval_evalf(self, prec: int) -> Any:
        if not all(x.is_number for x in self.args):
            return None
        work, last = prec + GUARD, None
        while work <= WIDEST:
            with mpmath.workprec(work):
                value = in_mpmath(self.func)(*(x._to_mpmath(work) for x in self.filled))  # noqa: SLF001 - SymPy's own door to mpmath
                if last and abs(value - last) <= mpmath.ldexp(abs(value), -prec - 2):
                    return Expr._from_mpmath(value, prec)  # noqa: SLF001 - as above
            work, last = 2 * work, value
        return None if last else S.Zero

    def _eval_is_real(self) -> bool | None:
        known = zip(self.domains, self.filled, strict=True)
        inside = (x.is_real if d == REALS or x.is_Symbol else lies_in(x, d) for d, x in known)
        return True if all(inside) else None

    def _eval_is_positive(self) -> bool | None:
        return self._above_zero(strictly=True)

    def _eval_is_nonnegative(self) -> bool | None:
        return self._above_zero(strictly=False)

    def _above_zero(self, *, strictly: bool) -> bool | None:
        """True where the range lies above zero and every argument is known to lie in its domain."""
        lower = self.range.lower
        if lower is None or not all(lies_in(x, d) for d, x in zip(self.domains, self.filled, strict=True)):
            return None
        end = self.at(lower, self.args)
        if end.is_positive or (end.is_nonnegative and (self.range.lower_open or not strictly)):
            return True
        return None

    def _sympystr(self, printer: Any) -> str:
        return f"{self.spelling}({', '.join(printer.doprint(x) for x in self.args)})"

    def _pretty(self, printer: Any) -> Any:
        return printer._helper_print_function(self.func, self.args, func_name=self.glyph)  # noqa: SLF001 - its way to print functions

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return printed_tex(self, printer, exp)

    def _numpycode(self, printer: Any) -> str:
        letters = tuple(sorted(self.free_symbols, key=str))
        return inline(settled(self), letters, printer)

    def _stable_code(self, printer: Any) -> str:
        return str(printer._print(self.settled()))  # noqa: SLF001 - a hook is called from inside the printer

    _pythoncode = _mpmathcode = _jaxcode = _torchcode = _tensorflowcode = _ccode = _stable_code


def elementwise(
    spelling: str,
    formula: Expr,
    variables: tuple[Symbol, ...],
    parameters: tuple[tuple[Symbol, Expr], ...] = (),
    *,
    glyph: str = "",
    tex: str = "",
    domains: tuple[Domain, ...] = (),
    range: Domain = REALS,  # noqa: A002 - the word of the papers
    kinks: tuple[Kink, ...] = (),
    stable: Expr | None = None,
    rewrites: tuple[tuple[Any, Expr], ...] = (),
    through: tuple[Any, ...] = (),
    home: tuple[str, str] = (__name__, ""),
) -> type[Elementwise]:
    """A SymPy Function class of this name whose value is `formula`.

    `home` is the module and the dotted name under which pickle finds the class: ("symgrad.definitions.activations",
    "silu.head").
    """
    module, qualified = home
    body = {
        "spelling": spelling,
        "glyph": glyph or spelling,
        "tex": tex or rf"\mathrm{{{glyph or spelling}}}",
        "variables": variables,
        "parameters": tuple(p for p, _ in parameters),
        "defaults": tuple(sympify(d) for _, d in parameters),
        "formula": formula,
        "domains": domains or (REALS,) * (len(variables) + len(parameters)),
        "range": range,
        "kinks": kinks,
        "stable": stable,
        "rewrites": rewrites,
        "through": through,
        "__module__": module,
        "__qualname__": qualified or spelling,
    }
    return type(spelling, (Elementwise,), body)


@cache
def partial(head: Any, index: int) -> Any:
    """The derivative of a head's formula by one of its letters, in those letters."""
    letters = head.variables + head.parameters
    domains = dict(zip(letters, head.domains, strict=True))
    return slope(head.formula, letters[index], head.kinks, domains, (*head.through, head))


@cache
def in_mpmath(head: Any) -> Any:
    """The stable form of a head as an mpmath function of all its letters."""
    form = head.stable if head.stable is not None else head.formula
    while heads := form.atoms(Elementwise):
        form = form.xreplace({h: h.settled() for h in heads})
    return lambdify(head.variables + head.parameters, form, "mpmath")


def lies_in(x: Any, domain: Domain) -> bool:
    """Whether SymPy's assumptions show that x lies in the domain; False where they are silent."""
    if domain.values:
        return x in domain.values
    low = x if domain.lower is None else x - domain.lower
    high = x if domain.upper is None else domain.upper - x
    return bool(
        x.is_real
        and (domain.lower is None or (low.is_positive if domain.lower_open else low.is_nonnegative))
        and (domain.upper is None or (high.is_positive if domain.upper_open else high.is_nonnegative))
    )


@lru_cache(256)
def settled(expr: Any) -> Any:
    """The expression with every named function in its stable form, all layers down, but for those of `numeric`."""
    while heads := {h for h in expr.atoms(Elementwise) if h.func.spelling not in NUMERIC}:
        expr = expr.xreplace({h: h.settled() for h in heads})
    return expr


def unfold(expr: Any) -> Any:
    """The expression with every named function replaced by its formula, all layers down."""
    while heads := expr.atoms(Elementwise):
        expr = put(expr, {h: h.unfold() for h in heads})
    return expr
