"""What one layer hands to the next: a tensor whose axes count examples, places and features."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from symgrad.indexed import Dim, Index, Tensor
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.words import Message


@dataclass(frozen=True, slots=True)
class Flow:
    """A tensor with one axis of features (or channels) and any number of places (words, pixels).

    `axis` is that of the features. With `batch` the first axis counts examples.
    """

    tensor: Tensor
    axis: int = 0
    batch: bool = False
    whole: bool = False  # all places are taken together by the layer behind

    @property
    def places(self) -> tuple[int, ...]:
        """The axes that count places."""
        return tuple(n for n in range(int(self.batch), len(self.tensor.dims)) if n != self.axis)

    @property
    def is_spatial(self) -> bool:
        """Whether channels come first and places after them, as convolutions hand them on."""
        return bool(self.places) and self.axis < self.places[0]

    @property
    def features(self) -> Dim:
        """How many features there are."""
        return self.tensor.dims[self.axis]

    @property
    def joint(self) -> tuple[int, ...]:
        """The axes that count what belongs together at one place: the features, and all places of a signal."""
        return tuple(
            n for n in range(int(self.batch), len(self.tensor.dims)) if self.whole or self.is_spatial or n == self.axis
        )

    def letters(self, feature: str = "i") -> tuple[Index, ...]:
        """Fresh indices, one for each axis."""
        names = ["t", "s"] if len(self.places) < 2 else ["s", "t"]  # noqa: PLR2004 - rows and columns
        places = dict(zip(self.places, names, strict=False))
        return tuple(
            Index(feature if n == self.axis else places.get(n, "r"), d) for n, d in enumerate(self.tensor.dims)
        )

    def put(self, row: Sequence[Any], feature: Any) -> tuple[Any, ...]:
        """Indices, or sizes, with another one for the features."""
        return (*row[: self.axis], feature, *row[self.axis + 1 :])

    def read(self, row: Sequence[Any], feature: Any, places: Sequence[Any]) -> tuple[Any, ...]:
        """Indices of the examples, of a feature, and of places, in the order of the axes."""
        found = dict(zip(self.places, places, strict=True)) | {self.axis: feature}
        return tuple(found.get(n, row[0] if row else None) for n in range(len(self.tensor.dims)))

    def behind(self, tensor: Tensor, axis: int) -> Flow:
        """What a layer behind this one hands on."""
        return Flow(tensor, axis, self.batch)

    @property
    def told(self) -> Message:
        """As an error message names it."""
        shape = f"({', '.join(d.name for d in self.tensor.dims)})"
        axes = [message("examples")] if self.batch else []
        axes += [message("features" if n == self.axis else "places") for n in range(len(axes), len(self.tensor.dims))]
        each = reduce(lambda one, other: message("{one} × {other}", one=one, other=other), axes)
        return message("{name} of shape {shape}: {axes}", name=self.tensor.name, shape=shape, axes=each)


def vector(name: str = "x", dim: str = "n") -> Flow:
    """An input vector."""
    return Flow(Tensor(name, Dim(dim)))


def sized(letter: str, tag: str, plain: str | None = None) -> Dim:
    """A dimension of a layer, numbered by its tag; `plain` is its name in a layer that stands alone."""
    return Dim(f"{letter}{tag}" if tag or plain is None else plain)
