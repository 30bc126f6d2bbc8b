"""What a layer is, as data: inputs and parameters, and names for everything in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from symgrad.words import worded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from symgrad.indexed import Fact, Tensor


@dataclass(frozen=True, slots=True)
class Layer:
    """A function of inputs and parameters with symbolic dimensions.

    `inputs` and `parameters` are what gradients are taken by. `names` are the quantities, in order of definition and
    the output last, whose derivatives get names of their own on the way back; other let-bound quantities are looked
    through. `folded` are names to be recognised again in a result (p for a softmax). `facts` are assumed about inputs.
    `axis` is the output's axis of features.
    """

    name: str
    title: str
    inputs: tuple[Tensor, ...]
    parameters: tuple[Tensor, ...]
    names: tuple[Tensor, ...]
    folded: tuple[Tensor, ...] = ()
    facts: tuple[Fact, ...] = ()
    fixed: tuple[Tensor, ...] = ()  # inputs that nobody differentiates by: a mask, a frozen weight
    called: Mapping[Tensor, str] = field(default_factory=dict, compare=False)  # names of derivatives: {z: "δ"}
    lead: str = field(default="", compare=False)
    source: str = field(default="", compare=False)
    axis: int = 0

    def __post_init__(self) -> None:
        worded(self, "title", "lead")

    @property
    def output(self) -> Tensor:
        """What the layer hands on."""
        return self.names[-1]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of layer in the catalogue.

    `build()` makes one with letters of its own; `build(x, tag)` one behind a `Flow`, in a network, where the tag tells
    its letters from those of other layers; `chain=False` is for one that has no place there. `places` says how many
    axes of places it can take (None: any number), `batch` that it needs several examples, `weights` that it has a
    number of its own in a network, as W1 has.
    """

    name: str
    title: str
    build: Callable[..., Layer]
    places: tuple[int, ...] | None = None
    batch: bool = False
    weights: bool = False
    channels: bool = False  # in front of the places, as in (channels, places)
    chain: bool = True
    takes: str = ""  # what an error says that it takes

    def __post_init__(self) -> None:
        worded(self, "title")
