"""A normalisation, a recurrent network or a convolution whose arrays are somebody else's, under their names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.testing.models.given import moved
from symgrad.testing.models.normalised import BatchNorm
from symgrad.testing.models.recurrent import Recurrent
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symgrad.testing.models.convolution import Convolution
    from symgrad.testing.models.model import Array, Fault, Layers

MATRICES = {"x", "U", "W", "V"}  # the other parameters are vectors, also where the user has a row or a column


@dataclass(frozen=True, eq=False)
class Lent:
    """The model: `roles` says for each parameter of the textbook which array it is, and whether it is transposed.

    `factor` stands before the loss; `fixed` are arrays that are not differentiated, by role, with the data "x" and "y".
    """

    kind: BatchNorm | Recurrent | Convolution
    roles: Mapping[str, tuple[str, bool]]
    leaves: dict[str, Array]
    fixed: Mapping[str, Array]
    factor: float = 1.0

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
        return self.kind.faults

    @property
    def counts(self) -> dict[str, int]:
        """The sizes that a wrong reduction may divide by."""
        return self.kind.counts

    @property
    def title(self) -> str:
        """What it is."""
        if isinstance(self.kind, BatchNorm):
            return message("layer normalisation") if self.kind.axis else message("batch normalisation")
        if isinstance(self.kind, Recurrent):
            return message("a recurrent network with {name}", name=self.kind.hidden)
        return message("a convolution with {name}", name=self.kind.hidden)

    @property
    def textbook(self) -> Any:
        """The textbook's model with these arrays in place of its own."""
        return self.at(self.leaves)

    def at(self, leaves: Mapping[str, Array]) -> Any:
        """The textbook's model with other arrays: they stand where it would keep those it draws."""
        own = {role: leaves[path].T if turned else leaves[path] for role, (path, turned) in self.roles.items()}
        drawn = {role: v if role in MATRICES else np.ravel(v) for role, v in own.items()}
        model = replace(self.kind)
        vars(model).update(self.fixed, params={**{k: v for k, v in self.fixed.items() if k == "x"}, **drawn})
        return model

    def value(self, params: Mapping[str, Array]) -> float:
        """The loss."""
        return self.factor * float(self.at(params).value(self.at(params).params))

    def output(self, params: Mapping[str, Array]) -> Array:
        """What it computes."""
        model = self.at(params)
        return np.asarray(model.output(model.params))

    def gradients(self, fault: Fault | None = None, where: Layers = None) -> dict[str, Array]:
        """The gradient by each of the user's arrays, right or with one fault."""
        found = self.textbook.gradients(fault, where)
        out = {}
        for role, (path, turned) in self.roles.items():
            g, like = self.factor * np.asarray(found[role]), self.leaves[path]
            g = g.T if turned else g
            out[path] = g.reshape(like.shape) if g.size == like.size else g
        return {path: out[path] for path in self.leaves}

    def varied(self, seed: int, *, sizes: bool = True) -> Lent:
        """Other parameters; the data stay, and with them the sizes."""
        del sizes
        return replace(self, leaves=moved(self.leaves, seed))

    def pulled(self, cotangent: Array) -> Lent:
        """The same with targets for which the error of the output is this cotangent."""
        away = self.output(self.leaves) - np.reshape(cotangent, np.shape(self.output(self.leaves)))
        return replace(self, fixed={**self.fixed, "y": away})
