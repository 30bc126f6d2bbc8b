"""Networks as words: "linear sigmoid linear softmax" with a loss, every width a letter."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from symgrad.core import SymgradError, UnknownNameError, UnsupportedError
from symgrad.core.catalogue import canonical, look_up
from symgrad.definitions.activations import ACTIVATIONS
from symgrad.definitions.layers.catalogue import CALLED, LAYERS
from symgrad.definitions.layers.dense import activation, residual, softmax
from symgrad.definitions.layers.flow import Flow
from symgrad.definitions.layers.layer import Kind
from symgrad.definitions.layers.objective import SUM, contrast, is_contrast, objective, scores
from symgrad.definitions.lookup import spelled
from symgrad.indexed import Dim, ShapeError, Tensor
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symgrad.core import Definition
    from symgrad.definitions.layers.layer import Layer
    from symgrad.indexed import Fact

LONGEST = 60  # layers; a deeper network is what induction is for
DEEPEST = 8  # residual blocks in one another
TOKEN = re.compile(r"[()]|[^\s(),]+")
FLATTEN, RESIDUAL = "flatten", "residual"
ENTRYWISE = {name: Kind(name, e.title, partial(activation, e)) for name, e in ACTIVATIONS.items()}
Item = tuple[str, tuple["Item", ...]]  # a word, and for a residual block what is in its brackets


@dataclass(frozen=True, slots=True)
class Network:
    """Layers one behind the other, and the loss.

    `loss` is the catalogue's loss that is taken of each output, None for one of whole vectors such as -Σ y_k ln p_k.
    `facts` are what is assumed about the target.
    """

    layers: tuple[Layer, ...]
    x: Tensor
    J: Tensor
    y: Tensor
    loss: Definition | None
    facts: tuple[Fact, ...] = ()

    @property
    def inputs(self) -> dict[str, Tensor]:
        """What gradients can be taken by, by name: parameters, states of a step before, the network's input last."""
        fixed = {t for layer in self.layers for t in layer.fixed}
        found = [p for layer in self.layers for p in layer.parameters]
        found += [t for layer in self.layers for t in layer.inputs if t.free and t is not self.x]
        return {t.name: t for t in (*found, self.x) if t not in fixed}

    @property
    def names(self) -> dict[str, Tensor]:
        """The named quantities between the input and the loss."""
        return {t.name: t for layer in self.layers for t in layer.names}


def network(text: str, loss: str, *, reduction: str = SUM, batch: bool = False) -> Network:
    """The network of these layers, from the input to the output, with this loss.

    `residual(...)` adds what is in its brackets to its input. Letters are numbered by the layers with weights: W1, b1,
    z1, a1, W2, ... (0 before the first of them); where that would give a letter twice, by the layer's position.
    The shape of the input is what the layers need; several examples at once where `batch` says so or one of them needs
    it. Raises SymgradError for unknown words and for layers that can't follow one another.
    """
    items = items_of(text)
    kinds = [kind_of(word) for word in flat(items) if word != FLATTEN]
    compares = is_contrast(loss)
    chain = Chain(start(kinds, batch=batch or compares or any(k.batch for k in kinds)))
    chain.add(items)
    if compares:
        chain.append(partial(scores, chain.flow))
        (_, y, _), p = chain.layers[-1].inputs, chain.append(partial(softmax, chain.flow))
        goal = contrast(p.output, y, reduction)
        return Network(tuple(chain.layers), chain.x, goal.J, goal.y, goal.entry, goal.facts)
    layers = tuple(chain.layers)
    goal = objective(chain.flow, loss, reduction, layers[-1].name)
    return Network(layers, chain.x, goal.J, goal.y, goal.entry, goal.facts)


def items_of(text: str) -> tuple[Item, ...]:
    """The layers that a text names, residual blocks with what is in their brackets."""
    tokens = TOKEN.findall(text.replace("->", " ").replace("→", " "))
    if not tokens:
        raise SymgradError('the network is empty; write its layers in order, such as "linear sigmoid linear softmax"')
    if sum(t not in "()" for t in tokens) > LONGEST:
        raise SymgradError(
            "a network may have at most {longest} layers here; the pages on depth treat any number", longest=LONGEST
        )
    waiting = iter(tokens)
    found = block(waiting, 0)
    if next(waiting, None) is not None:
        raise SymgradError("a bracket is closed in the network that was not opened; write residual(linear relu linear)")
    return found


def block(tokens: Iterator[str], depth: int) -> tuple[Item, ...]:
    """The layers up to the bracket that closes, or to the end."""
    found: list[Item] = []
    for word in tokens:
        if word == ")":
            if depth and found:
                return tuple(found)
            raise SymgradError("a bracket in the network closes nothing; write residual(linear relu linear)")
        if word != "(":
            found.append((word, ()))
            continue
        if not found or canonical(found[-1][0]) != RESIDUAL or depth == DEEPEST:
            raise SymgradError(
                "brackets stand behind `residual`, at most {deepest} deep: residual(linear relu linear)",
                deepest=DEEPEST,
            )
        found[-1] = RESIDUAL, block(tokens, depth + 1)
    if depth:
        raise SymgradError("a bracket in the network is not closed; write residual(linear relu linear)")
    return tuple(found)


def flat(items: Iterable[Item]) -> Iterator[str]:
    """All words, those in brackets too, in the order in which they act."""
    for word, inner in items:
        yield from flat(inner)
        yield word


def kind_of(word: str) -> Kind:
    """The layer of this name."""
    known = {**ENTRYWISE, **LAYERS}
    name = CALLED.get(canonical(word), canonical(word))
    try:
        return look_up(known, name if name in known else spelled(word, ACTIVATIONS), message("layer"))
    except UnknownNameError as error:
        hint = message("choose one of {names}, or an activation", names=", ".join(sorted((*LAYERS, FLATTEN))))
        raise UnknownNameError(error.kind, word, error.near, hint) from None


def start(kinds: list[Kind], *, batch: bool) -> Flow:
    """The network's input: of the shape that the first layer asks for which asks for any."""
    first = next((k for k in kinds if k.places is not None), None)
    rank = min(ranks(kinds[kinds.index(first) :])) if first else 0
    linear_before = first is not None and any(k.weights for k in kinds[: kinds.index(first)])
    channels = first is not None and first.channels and not linear_before
    front = (Dim("B"),) if batch else ()
    places = {0: (), 1: ("U0",) if channels else ("T",), 2: ("H0", "V0")}[rank]
    embedded = bool(first) and first is kinds[0] and kinds[0].name == "embedding"
    size = "V" if embedded else "C0" if channels else "n0"
    names = (size, *places) if channels else (*places, size)
    x = Tensor("X" if embedded else "x", (*front, *map(Dim, names)))
    return Flow(x, len(front) if channels else len(x.dims) - 1, batch)


def ranks(kinds: Iterable[Kind]) -> set[int]:
    """How many axes of places an input can have, as far as the layers before all places are put together leave open."""
    found = {0, 1, 2}
    for kind in kinds:
        found = (found & set(kind.places or found)) or found
        if kind.name == "global_average_pool":
            break
    return found


@dataclass(slots=True)
class Chain:
    """A network as far as it has been built: what its last layer hands on, and the letters that are in use."""

    flow: Flow
    layers: list[Layer] = field(default_factory=list)
    number: int = 0
    position: int = 0
    x: Tensor = field(init=False)
    taken: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.x = self.flow.tensor
        self.taken = {"J", "y", "w", "margin", self.x.name, *(d.name for d in self.x.dims)}

    def add(self, items: tuple[Item, ...], within: Flow | None = None) -> None:
        """More layers; in a residual block, which begins at `within`, the last weights lead back to its features."""
        weighted = [n for n, (word, _) in enumerate(items) if word != FLATTEN and kind_of(word).weights]
        for n, (word, inner) in enumerate(items):
            self.position += 1
            if word == FLATTEN:
                self.flatten(items[n + 1][0] if n + 1 < len(items) else "")
            elif inner:
                self.residual(inner)
            else:
                kept: dict[str, Any] = {"out": within.features} if within is not None and weighted[-1:] == [n] else {}
                if within is not None and "conv" in word:
                    kept["keep"] = True
                self.one(word, **kept)

    def one(self, word: str, **kept: Any) -> None:
        """One more layer."""
        kind = kind_of(word)
        if not kind.chain:
            raise UnsupportedError(
                "{name} is not made for a chain; `symgrad derive {name}` shows it alone", name=kind.name
            )
        if (kind.places is not None and len(self.flow.places) not in kind.places) or self.misplaced(kind):
            self.refuse(kind)
        self.number += kind.weights
        self.append(partial(kind.build, self.flow, **kept))

    def append(self, build: Any) -> Layer:
        """A layer with letters of its own."""
        layer: Layer = build(tag=str(self.number))
        if not self.taken.isdisjoint(self.letters(layer)):
            layer = build(tag=str(self.position))  # no layer before has a number so high
        self.taken |= self.letters(layer)
        self.layers.append(layer)
        self.flow = self.flow.behind(layer.output, layer.axis)
        return layer

    def letters(self, layer: Layer) -> set[str]:
        """The names that a layer brings with it, those of sizes among them."""
        made = [t for before in self.layers for t in (*before.names, *before.parameters)]
        before = {t for x in (self.flow.tensor, self.x, *made) for t in (x, *x.reach)}
        new = {t for out in (layer.output, *layer.names) for t in (out, *out.reach)} - before
        sizes = {d for t in new for d in t.dims} - {d for t in before for d in t.dims}
        return {t.name for t in new} | {d.name for d in sizes}

    def misplaced(self, kind: Kind) -> bool:
        """Whether a layer would read as features what is none: one-hot words, or places behind a convolution."""
        if kind.name == "embedding":
            return bool(self.layers)
        return self.flow.is_spatial and kind.name in {"swiglu", "lora"}

    def refuse(self, kind: Kind) -> NoReturn:
        """Raise ShapeError for a layer that can't take what the one before hands on."""
        first = kind.name == "embedding"
        takes = message("one-hot words, so it stands first") if first else kind.takes or message("features")
        before = self.layers[-1].name if self.layers else message("the input")
        mend = (
            message("put flatten linear, or global_average_pool, between")
            if self.flow.places
            else message("put it in front of the layer that takes all places together")
        )
        raise ShapeError(
            "{name} takes {takes}, but {before} hands on {flow}; {mend}",
            name=kind.name,
            takes=takes,
            before=before,
            flow=self.flow.told,
            mend=mend,
        )

    def flatten(self, following: str) -> None:
        """All places and features together, for the linear layer behind."""
        if not following.startswith("linear"):
            raise SymgradError("flatten stands in front of a linear layer, which then takes all places together")
        self.flow = replace(self.flow, whole=True)

    def residual(self, inner: tuple[Item, ...]) -> None:
        """A block whose input is added to its output."""
        x = self.flow
        self.add(inner, within=x)
        if self.flow.tensor.dims != x.tensor.dims:
            raise ShapeError(
                "a residual block adds its input to its output, but the one is {x} and the other {flow}; "
                "end it in a layer that leads back to the same shape, such as linear",
                x=x.told,
                flow=self.flow.told,
            )
        self.append(partial(residual, x, inner=self.flow.tensor))


__all__ = ["Network", "network"]
