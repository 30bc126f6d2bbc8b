"""A layer, a cell or a recurrent network of the textbook whose arrays are somebody else's, under their names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.testing.models.given import moved

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from symgrad.testing.models.model import Array, Fault, Layers


@dataclass(frozen=True, eq=False)
class Lent:
    """The model: `roles` says for each parameter of the textbook which array it is, and how its entries are moved.

    `factor` stands before the loss; `fixed` are arrays that are not differentiated, by role, with the targets "y".
    `written` moves the textbook's output to where the user has it.
    """

    kind: Any
    roles: Mapping[str, tuple[str, Callable[[Array], Array]]]
    leaves: dict[str, Array]
    fixed: Mapping[str, Array]
    factor: float = 1.0
    written: Callable[[Array], Array] = np.asarray

    @property
    def params(self) -> dict[str, Array]:
        """The user's arrays."""
        return self.leaves

    @property
    def x(self) -> Array:
        """The inputs."""
        return np.asarray(self.textbook.x)

    @property
    def y(self) -> Array:
        """The targets."""
        return np.asarray(self.textbook.y)

    @property
    def layers(self) -> int:
        """One, as the textbook has it."""
        return 1

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The mistakes that are made with this architecture."""
        return tuple(self.kind.faults)

    @property
    def counts(self) -> dict[str, int]:
        """The sizes that a wrong reduction may divide by."""
        return dict(self.kind.counts)

    @property
    def title(self) -> str:
        """What it is."""
        return str(self.kind.title)

    @cached_property
    def textbook(self) -> Any:
        """The textbook's model with these arrays in place of its own; hundreds of mistakes share its forward pass."""
        return self.at(self.leaves)

    def read(self, leaves: Mapping[str, Array]) -> dict[str, Array]:
        """The textbook's parameters, made of the user's arrays."""
        return {role: how(leaves[path]) for role, (path, how) in self.roles.items()}

    def at(self, leaves: Mapping[str, Array]) -> Any:
        """The textbook's model with other arrays: they stand where it would keep those it draws."""
        model = replace(self.kind)
        vars(model).update(self.fixed, params={**self.fixed, **self.read(leaves)})
        return model

    def value(self, params: Mapping[str, Array]) -> float:
        """The loss."""
        return self.factor * float(self.at(params).value(self.at(params).params))

    def output(self, params: Mapping[str, Array]) -> Array:
        """What it computes."""
        model = self.at(params)
        return self.written(model.output(model.params))

    def gradients(self, fault: Fault | None = None, where: Layers = None) -> dict[str, Array]:
        """The gradient by each of the user's arrays, right or with one fault."""
        found = self.textbook.gradients(fault, where)
        ends = np.cumsum([v.size for v in self.leaves.values()])
        numbered = {
            path: np.arange(end - v.size, end).reshape(v.shape)
            for (path, v), end in zip(self.leaves.items(), ends, strict=True)
        }
        out = np.zeros(ends[-1])
        for role, places in self.read(numbered).items():
            if np.shape(found[role]) != places.shape:
                raise ValueError(role)
            np.add.at(out, places, self.factor * found[role])
        return {path: out[places] for path, places in numbered.items()}

    def varied(self, seed: int, *, sizes: bool = True) -> Lent:
        """Other parameters; the data stay, and with them the sizes."""
        del sizes
        return replace(self, leaves=moved(self.leaves, seed))

    def pulled(self, cotangent: Array) -> Lent:
        """The same with targets for which the error of the output is this cotangent."""
        model = self.textbook
        away = np.array(model.output(model.params), float, order="C")
        places = self.written(np.arange(away.size).reshape(away.shape))
        away.ravel()[places.ravel()] -= np.ravel(cotangent)
        return replace(self, fixed={**self.fixed, "y": away})
