"""Models small enough to read, whose backward pass is written one formula a step: each can be made wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from symgrad.checker.compiled import compiled
from symgrad.definitions import activation_named, loss_named
from symgrad.functions.symbols import a, y, z
from symgrad.words import worded

Array = NDArray[Any]
Arrays = Mapping[str, Array]
Layers = tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake that people make: the formula `step` of the backward pass becomes another one.

    `says` names it, `mend` is what would make it right. Of two faults that explain the same numbers the one of
    less `cost` is named first.
    """

    name: str
    says: str
    mend: str
    step: str
    becomes: Callable[..., Any]
    cost: int = 2
    made: tuple[tuple[Fault, Layers], ...] = ()  # where this stands for several, each in its layers

    def __post_init__(self) -> None:
        worded(self, "says", "mend")


class Backward:
    """A backward pass. Its steps are methods; `do` takes the fault's formula for a step that has one.

    `where` are the layers in which the fault is made, None for all.
    """

    def __init__(self, fault: Fault | None = None, where: Layers = None) -> None:
        self.made = () if fault is None else fault.made or ((fault, where),)

    def run(self) -> dict[str, Array]:
        """The gradients."""
        raise NotImplementedError

    def do(self, step: str, *arguments: Any, layer: int | None = None) -> Any:
        """One step of the pass, right or at fault."""
        for fault, where in self.made:
            if fault.step == step and (where is None or layer in where):
                return fault.becomes(self, *arguments)
        return getattr(self, step)(*arguments)


@dataclass(frozen=True)
class Textbook:
    """What the models have in common; of one layer, unless a model says otherwise."""

    @property
    def layers(self) -> int:
        """How many layers have a step of their own."""
        return 1

    def backward(self, fault: Fault | None, where: Layers) -> Backward:
        """The backward pass, right or with one fault."""
        raise NotImplementedError

    def gradients(self, fault: Fault | None = None, where: Layers = None) -> dict[str, Array]:
        """The gradient by each parameter, right or with one fault."""
        with np.errstate(all="ignore"):
            return self.backward(fault, where).run()


class HalfSquared(Textbook):
    """A model whose loss is half the squared error of its outputs, summed."""

    @property
    def y(self) -> Array:
        """The targets."""
        raise NotImplementedError

    def output(self, params: Arrays) -> Array:
        """What it computes."""
        raise NotImplementedError

    def value(self, params: Arrays) -> float:
        """The loss."""
        return float(((self.output(params) - self.y) ** 2).sum() / 2)


class Activated(Backward):
    """The backward pass of one layer a = phi(z), in the letters that the mistakes with slopes use."""

    def __init__(self, name: str, z: Array, fault: Fault | None, where: Layers) -> None:
        super().__init__(fault, where)
        self.phi, self.z = name, z

    def name(self) -> str:
        """The activation."""
        return self.phi

    def sums(self) -> Array:
        """The sums z."""
        return self.z

    def outputs(self) -> Array:
        """The outputs a."""
        return activation(self.phi).value(self.z)

    def slope(self) -> Array:
        """phi'(z)."""
        return activation(self.phi).slope(self.z)


def prefixed(family: str, name: str, says: str, mend: str, step: str, becomes: Any, *, cost: int = 2) -> Fault:  # noqa: PLR0917 - a block of a table
    """A block of a family's table; the name says where it belongs."""
    return Fault(f"{family}-{name}", says, mend, step, becomes, cost)


class Model(Protocol):
    """A loss of named parameters on one batch, its true gradients, and the mistakes that are made with it."""

    @property
    def params(self) -> dict[str, Array]:
        """The parameters, by name."""

    @property
    def x(self) -> Array:
        """The inputs; examples are rows."""

    @property
    def y(self) -> Array:
        """The targets, as many rows."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The mistakes that are made with this model."""

    @property
    def layers(self) -> int:
        """How many layers have a step of their own."""

    @property
    def counts(self) -> dict[str, int]:
        """The sizes that a wrong reduction may divide by, with their meaning."""

    def value(self, params: Arrays) -> float:
        """The loss of the batch."""

    def gradients(self, fault: Fault | None = None, where: Layers = None) -> dict[str, Array]:
        """The gradient by each parameter, right or with one fault."""

    def varied(self, seed: int, *, sizes: bool = True) -> Model:
        """The same architecture with other numbers, and with other sizes unless they are to stay."""


@dataclass(frozen=True, slots=True)
class Elementwise:
    """A function of NumPy arrays with its slope."""

    value: Callable[..., Array]
    slope: Callable[..., Array]


@lru_cache(maxsize=128)
def activation(name: str) -> Elementwise:
    """The value and the slope of the catalogue's activation of this name, at its usual parameters."""
    return Elementwise(activated(name), in_numpy(activation_named(name).head(z).diff(z), (z,)))


@lru_cache(maxsize=128)
def activated(name: str) -> Callable[..., Array]:
    """The value of an activation alone."""
    return in_numpy(activation_named(name).head(z), (z,))


@lru_cache(maxsize=128)
def loss(name: str) -> Elementwise:
    """J and dJ/da of the catalogue's loss of this name, for one output a and one target y."""
    return Elementwise(lost(name), in_numpy(loss_named(name).head(a, y).diff(a), (a, y)))


@lru_cache(maxsize=128)
def lost(name: str) -> Callable[..., Array]:
    """The value of a loss alone."""
    return in_numpy(loss_named(name).head(a, y), (a, y))


def in_numpy(expr: Any, symbols: tuple[Any, ...]) -> Callable[..., Array]:
    """The expression as a function of arrays; every entry of the catalogue has one."""
    function = compiled(expr, symbols)
    if function is None:
        raise NotImplementedError(f"{expr} has no NumPy code")
    return function


def softmax(v: Array) -> Array:
    """e^v over its sum, each row for itself."""
    raised = np.exp(v - v.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def drawn(rng: np.random.Generator, *shape: int, width: float = 1.0) -> Array:
    """Normal numbers of three digits, which a reader can type in."""
    return np.round(rng.normal(0, width, shape), 3)


def is_model(value: Any) -> bool:
    """Whether a value is one of these models."""
    return all(hasattr(value, name) for name in ("params", "faults", "gradients", "varied"))
