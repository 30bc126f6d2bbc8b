"""Layers that slide a window: convolution and pooling as maps of indices, padding as zeros outside the shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.definitions.layers.flow import Flow, sized
from symgrad.definitions.layers.layer import Layer
from symgrad.indexed import Dim, Index, Tensor, greatest, size, total
from symgrad.words import message

if TYPE_CHECKING:
    from symgrad.indexed import Expr, Place

WINDOW, PLACE = {1: ("K",), 2: ("K", "L")}, {1: ("T",), 2: ("S", "T")}
SOURCE = "Dumoulin and Visin 2016, A guide to convolution arithmetic, section 2"
TITLES = {1: message("Convolution in one dimension"), 2: message("Convolution in two dimensions")}


def signal(rank: int) -> Flow:
    """An input of channels, and places in so many dimensions."""
    return Flow(Tensor("x", tuple(map(Dim, ("C", *{1: ("U",), 2: ("H", "V")}[rank])))))


def windows(x: Flow, tag: str, *, keep: bool = False) -> tuple[tuple[Index, ...], tuple[Index, ...], tuple[Index, ...]]:
    """Indices of the examples, of the places in a window, and of the windows: as many as places if they are kept."""
    rank = len(x.places)
    row = x.letters()[: int(x.batch)]
    inside = tuple(Index(d.lower(), sized(d, tag, d)) for d in WINDOW[rank])
    sizes = [x.tensor.dims[n] for n in x.places] if keep else [sized(d, tag, d) for d in PLACE[rank]]
    return row, inside, tuple(Index(d.lower(), s) for d, s in zip(PLACE[rank], sizes, strict=True))


def reached(inside: tuple[Index, ...], places: tuple[Index, ...], stride: int, padding: int) -> list[Place]:
    """The places that a window sees."""
    return [stride * t + k - padding for k, t in zip(inside, places, strict=True)]


def convolution(
    rank: int,
    x: Flow | None = None,
    tag: str = "",
    *,
    out: Dim | None = None,
    keep: bool = False,
    stride: int = 1,
    padding: int = 0,
) -> Layer:
    """z[o, t] = Σ_c Σ_k W[o, c, k] x[c, stride t + k - padding] + b[o], in one dimension of places or in two.

    With `keep` there are as many places behind as before: padding 1, which suits a window of three.
    """
    x = x or signal(rank)
    stride, padding = (1, 1) if keep else (stride, padding)
    o, c = Index("o", out or sized("O", tag, "O")), Index("c", x.features)
    row, inside, places = windows(x, tag, keep=keep)
    W, b = Tensor(f"W{tag}", (o.dim, c.dim, *(k.dim for k in inside))), Tensor(f"b{tag}", o.dim)
    seen = x.tensor[x.read(row, c, reached(inside, places, stride, padding))]
    l = (*row, o, *places)
    z = Tensor(f"z{tag}", tuple(i.dim for i in l), body=(l, total((c, *inside), W[(o, c, *inside)] * seen) + b[o]))
    plain = stride == 1 and padding == 0
    return Layer(
        f"conv{rank}d" if plain else f"conv{rank}d_stride{stride}_pad{padding}",
        TITLES[rank]
        if plain
        else message("{title}, stride {stride}, padding {padding}", title=TITLES[rank], stride=stride, padding=padding),
        (x.tensor,),
        (W, b),
        (z,),
        called={z: f"δ{tag}"},
        lead="One small weight tensor is used at every place, so its gradient is a sum over all places. "
        "Libraries call this a convolution; it is a correlation."
        if rank == 1
        else "As in one dimension: the gradient of the weights is a correlation of the input with δ.",
        source=SOURCE,
        axis=int(x.batch),
    )


def pool(x: Flow, tag: str, stride: int) -> tuple[Tensor, tuple[Index, ...], tuple[Index, ...], Expr]:
    """The input of a pooling layer, the indices of its output and of a window, and the entry that is seen."""
    c = Index("c", x.features)
    row, inside, places = windows(x, tag)
    return x.tensor, (*row, c, *places), inside, x.tensor[x.read(row, c, reached(inside, places, stride, 0))]


def average_pool(x: Flow | None = None, tag: str = "", stride: int = 2) -> Layer:
    """z[c, t] is the mean of the window that begins at stride t."""
    x = x or signal(1)
    v, l, inside, seen = pool(x, tag, stride)
    value = total(inside, seen)
    for k in inside:
        value /= size(k.dim)
    z = Tensor(f"z{tag}", tuple(i.dim for i in l), body=(l, value))
    return Layer(
        "average_pool",
        "Average pooling",
        (v,),
        (),
        (z,),
        called={z: f"δ{tag}"},
        lead="Every entry of a window gets the same share of what comes back.",
        axis=int(x.batch),
    )


def max_pool(x: Flow | None = None, tag: str = "", stride: int = 2) -> Layer:
    """z[c, t] is the largest entry of the window that begins at stride t."""
    x = x or signal(1)
    v, l, inside, value = pool(x, tag, stride)
    for k in reversed(inside):
        value = greatest(k, value)
    z = Tensor(f"z{tag}", tuple(i.dim for i in l), body=(l, value))
    return Layer(
        "max_pool",
        "Max pooling",
        (v,),
        (),
        (z,),
        called={z: f"δ{tag}"},
        lead="Only the entry that attains the maximum gets anything back. Ties have no derivative. A window that "
        "reaches beyond the input sees 0 there; PyTorch pads with −∞, so let every window lie inside.",
        axis=int(x.batch),
    )


def global_average_pool(x: Flow | None = None, tag: str = "") -> Layer:
    """z[c] is the mean of a feature over all places."""
    x = x or signal(1)
    l = x.letters("c")
    kept = tuple(i for n, i in enumerate(l) if n not in x.places)
    value = total([l[n] for n in x.places], x.tensor[l])
    for n in x.places:
        value /= size(l[n].dim)
    z = Tensor(f"z{tag}", tuple(i.dim for i in kept), body=(kept, value))
    return Layer(
        "global_average_pool",
        "Average over all places",
        (x.tensor,),
        (),
        (z,),
        called={z: f"δ{tag}"},
        lead="One number for each channel, whatever the number of places; each of them gets the same share back.",
        source="Lin, Chen and Yan 2013, Network in network, section 3.2",
        axis=int(x.batch),
    )
