"""What a catalogue entry is: a function, where it lives, and where its gradient is a convention."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from symgrad.core.domain import REALS, Domain
from symgrad.words import respelt, worded

if TYPE_CHECKING:
    from sympy import Expr, Symbol

PROPER_NAMES = frozenset({"Cauchy", "Charbonnier", "Gaussian", "Huber", "Mish", "Poisson", "Swish"})
BARE = frozenset(
    {
        "elu",
        "gelu",
        "log-sigmoid",
        "mish",
        "relu",
        "relu6",
        "shrinkage",
        "softplus",
        "softsign",
        "swish",
        "tanh",
        "tanhshrink",
    }
)


class Kind(Enum):
    """Which catalogue an entry belongs to."""

    ACTIVATION = "activation"
    LOSS = "loss"


@dataclass(frozen=True, slots=True)
class Variable:
    """A symbol and the set it ranges over."""

    symbol: Symbol
    domain: Domain = REALS


@dataclass(frozen=True, slots=True)
class Parameter:
    """A symbol that the user chooses (alpha, beta): its condition as a domain, and the usual value."""

    symbol: Symbol
    default: Expr
    domain: Domain = REALS
    learned: bool = False  # trained by gradient descent, so its own derivative is derived too (PReLU's alpha)


@dataclass(frozen=True, slots=True)
class Kink:
    """A point without a derivative: the slopes on either side, and what each library returns there.

    `at` is the value of `variable` at the kink (0, lambda, or y for a loss in a). A jump of the function
    itself is `jump=True`; the slopes are then those of the two branches.
    """

    variable: Symbol
    at: Expr
    left: Expr
    right: Expr
    torch: Expr | None = None
    jax: Expr | None = None
    textbook: Expr | None = None
    jump: bool = False

    @property
    def convention(self) -> Expr:
        """The value symgrad prints and computes at the kink: torch's where torch has the function."""
        for value in (self.torch, self.jax, self.textbook):
            if value is not None:
                return value
        return self.left


@dataclass(frozen=True, slots=True)
class Definition:
    """A named elementwise function of its variables, as data.

    `head` is its SymPy Function class, `of` the textbook formula, `stable` an equal formula that keeps its
    digits in floating point, `rewrites` equal forms in terms of another function; `prove` settles each.
    """

    name: str
    title: str
    kind: Kind
    head: Any
    of: Expr
    variables: tuple[Variable, ...]
    range: Domain = REALS
    parameters: tuple[Parameter, ...] = ()
    kinks: tuple[Kink, ...] = ()
    stable: Expr | None = None
    rewrites: tuple[tuple[Any, Expr], ...] = ()
    source: str = ""
    note: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        worded(self, "title", "note")

    def __call__(self, *arguments: Any, **values: Any) -> Any:
        """The function applied: `elu(z)` with the usual parameters, `elu(z, alpha)` with one's own."""
        return self.head(*arguments, **values)

    @property
    def variable(self) -> Symbol:
        """The variable that gradients are taken in: z of an activation, a of a loss."""
        return self.variables[0].symbol

    @property
    def applied(self) -> Expr:
        """The function of its own variables and parameters, unevaluated: `elu(z, alpha)`."""
        symbols = [v.symbol for v in self.variables] + [p.symbol for p in self.parameters]
        return self.head(*symbols)

    @property
    def spoken(self) -> str:
        """The title inside a sentence: logistic sigmoid, Huber loss, leaky ReLU."""
        first = self.title.split()[0]
        plain = first[1:].islower() and first not in PROPER_NAMES
        return respelt(self.title, self.title[0].lower() + self.title[1:]) if plain else self.title

    @property
    def with_article(self) -> str:
        """The same with its article: the logistic sigmoid, but leaky ReLU, and LeCun's scaled tanh."""
        noun = self.title.partition(",")[0].split()[-1].lower()
        bare = noun in BARE or self.title.split()[0].endswith("'s")
        return self.spoken if bare else respelt(self.title, f"the {self.spoken}")

    @property
    def domains(self) -> tuple[Variable, ...]:
        """Every symbol of the formula with the set it ranges over, parameters included."""
        return self.variables + tuple(Variable(p.symbol, p.domain) for p in self.parameters)
