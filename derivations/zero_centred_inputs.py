"""What inputs that are all positive do to the gradients of a neuron's weights."""

import math

from sympy import Symbol

from symgrad import Document, derivative
from symgrad.core import Drawing
from symgrad.definitions.claims import CLAIMS
from symgrad.indexed import Dim, Index, Tensor, total
from symgrad.words import message

n, B = Dim("n"), Dim("B")
i, e = Index("i", n), Index("e", B)
x, w, b = Tensor("x", n), Tensor("w", n), Tensor("b")
z = Tensor("z", body=((), total(i, w[i] * x[i]) + b()))
J = Tensor("J", depends=(z,))
one = derivative(
    J,
    w,
    through=(z,),
    called={z: "δ"},
    name="one-example",
    title="One example: all gradients have the sign of δ xᵢ",
    lead="δ is one number for the whole neuron. Where every xᵢ is positive, all gradients have its sign: the update "
    "goes up in all weights, or down in all of them. Of the 2ⁿ orthants only two can be reached.",
)
X = Tensor("X", (B, n))
Z = Tensor("z", B, body=((e,), total(i, X[e, i] * w[i]) + b()))
K = Tensor("J", depends=(Z,))
batch = derivative(
    K,
    w,
    through=(Z,),
    called={Z: "δ"},
    name="a-batch",
    title="A batch: a sum over examples",
    lead="Each example has a δ of its own. Where these differ in sign, so may the sums for two weights.",
)
WANTED, RATE, STEPS = (1.0, -1.0), 0.15, 24
POSITIVE = ((1.0, 2.0), (2.0, 1.0))


def walk(inputs: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """The weights from (0, 0) on, by squared error and one example at a time; the targets are those of WANTED."""
    w_1, w_2 = 0.0, 0.0
    path = [(w_1, w_2)]
    for step in range(STEPS):
        x_1, x_2 = inputs[step % len(inputs)]
        δ = (w_1 - WANTED[0]) * x_1 + (w_2 - WANTED[1]) * x_2
        w_1, w_2 = w_1 - RATE * δ * x_1, w_2 - RATE * δ * x_2
        path.append((w_1, w_2))
    return tuple(path)


def directions(inputs: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """Rays from 0: the updates −δx for δ = −1 and 1."""
    return tuple(p for x_1, x_2 in inputs for s in (1, -1) for p in ((s * x_1, s * x_2), (0.0, 0.0)))


FAN = tuple((math.cos(math.pi * n / 36), math.sin(math.pi * n / 36)) for n in range(1, 18))
PAIRS = tuple((FAN[n], FAN[m]) for n, m in ((0, 9), (7, 16), (0, 4), (4, 8), (8, 12), (12, 16)))
zigzag = Drawing(
    "One example at a time, towards (1, −1)",
    Symbol("w"),
    (),
    -0.3,
    2.1,
    paths=(
        (message("inputs (1, 2) and (2, 1)"), walk(POSITIVE)),
        (message("less their mean"), walk(((-0.5, 0.5), (0.5, -0.5)))),
        (message("wanted"), (WANTED,)),
    ),
    axes=("w₁", "w₂"),
    alike=True,
)
reached = Drawing(
    "Where updates lead by positive inputs of length 1",
    Symbol("w"),
    (),
    -2.6,
    2.6,
    paths=(
        (message("one example"), directions(FAN)),
        (message("two examples"), directions(tuple((a - c, b - d) for (a, b), (c, d) in PAIRS))),
    ),
    axes=("w₁", "w₂"),
    alike=True,
)
page = Document(
    "zero-centred-inputs",
    "Zero-centred inputs and the signs of gradients",
    "Saturation",
    "The outputs of a sigmoid are all positive, and they are the inputs of the next layer. With one example at a time "
    "that forces the gradients of all weights of a neuron to one sign.",
    (one, batch),
    claims=(CLAIMS["A15"],),
    drawings=(zigzag, reached),
    notes=(
        (
            r"The first drawing: squared error $\frac{1}{2}(w \cdot x - y)^2$ with the targets of $w = (1, -1)$, from "
            r"$w = 0$ on, 24 steps of rate 0.15, the two examples in turn. The second: with one example every update "
            r"is a multiple of $x$; with two, of $x - x'$ where the deltas are 1 and $-1$, which may lead anywhere."
        ),
    ),
)
