"""Backpropagation through time: the step from t + 1 to t, and the weights that all steps share."""

import math

from sympy import Le, Rational, Symbol, tanh

from symgrad import D, Document, derivative
from symgrad.core import Claim, Drawing, Holds, Induction, Ruling
from symgrad.definitions.claims import layers
from symgrad.deriver.indexed import definition_of
from symgrad.indexed import Dim, Index, Tensor, apply, total

x = Symbol("x", real=True)
n, m, T = Dim("n"), Dim("m"), Dim("T")
i, j, k, t = Index("i", n), Index("j", n), Index("k", m), Index("t", T)
W, U, b = Tensor("W", (n, n)), Tensor("U", (n, m)), Tensor("b", n)
u = Tensor("u", n, tex="u^{t+1}")

z = Tensor("z", n, tex="z^{t}")
h = Tensor("h", n, body=((i,), apply(tanh, z[i])), tex="h^{t}")
z_next = Tensor("z", n, body=((i,), total(j, W[i, j] * h[j]) + u[i]), tex="z^{t+1}")
loss_here = Tensor("L", depends=(h,), tex="L^{t}")
loss_later = Tensor("M", depends=(z_next,), tex="L^{>t}")
J = Tensor("J", body=((), loss_here() + loss_later()))

step = derivative(
    J,
    z,
    through=(z_next, h),
    called={z_next: "δ^{t+1}", h: "g^{t}"},
    facts=(definition_of(h),),
    name="bptt-step",
    title="From step t + 1 to step t",
    lead="The state hᵗ is read twice: by the loss of step t, and by step t + 1. u is what the input and the bias add.",
)
state = derivative(
    J,
    h,
    through=(z_next,),
    called={z_next: "δ^{t+1}"},
    name="bptt-state",
    title="What reaches the state of step t",
    lead="The loss up to step t − 1 does not depend on hᵗ, so it is left out.",
)

X, H = Tensor("X", (T, m)), Tensor("H", (T, n))
Z = Tensor("Z", (T, n), body=((t, i), total(j, W[i, j] * H[t - 1, j]) + total(k, U[i, k] * X[t, k]) + b[i]))
whole = Tensor("J", depends=(Z,))
shared = {"through": (Z,), "called": {Z: "δ"}}
POWERS = Claim(
    "Shared weights",
    "k steps back leave at most ‖W‖ᵏ of the gradient, tanh′ being at most 1",
    Ruling.PROVED,
    (
        Holds("tanh′ ≤ 1", Le(D(tanh(x), x), 1, evaluate=False)),
        *layers.LAYER_ABOVE,
        Induction(
            "the same W in each step: after k of them |δ|² is at most cᵏ times what it was, c being ‖W‖²",
            Le(layers.N, layers.P * layers.D, evaluate=False),
            layers.layers,
            (Le(layers.g, layers.c * layers.N, evaluate=False),),
            layers.AT_MOST.variables,
        ),
        *layers.TWO_SIDED,
    ),
    remark="What the powers of W itself do, and why eigenvalues tell only the end of it, is on the page about singular "
    "values.",
    pages=("singular-values", "product-over-layers"),
)


def left(weight: float, steps: int = 40) -> tuple[tuple[float, float], ...]:
    """One tanh neuron with h⁰ = 1/10 and no input: what is left of the gradient k steps back from step `steps`."""
    h, factors = 0.1, []
    for _ in range(steps):
        h = math.tanh(weight * h)
        factors.append(weight * (1 - h * h))
    sizes, size = [(0.0, 1.0)], 1.0
    for k, factor in enumerate(reversed(factors), 1):
        size *= factor
        sizes.append((float(k), size))
    return tuple(sizes)


LINES = tuple((f"w = {name}", left(float(name))) for name in ("0.9", "1", "1.1", "1.5"))
back = Drawing(
    "k steps back through hᵗ = tanh(w hᵗ⁻¹)",
    x,
    (("1.1ᵏ", Rational(11, 10) ** x),),
    0.0,
    40.0,
    logarithmic=True,
    paths=LINES,
    axes=("k", ""),
)
page = Document(
    "backpropagation-through-time",
    "Backpropagation through time",
    "Backpropagation",
    "A recurrent network is a deep network whose layers share their weights. Going back one step multiplies by Wᵀ and "
    "by the slope of tanh; the weights collect what every step sends back.",
    (
        state,
        step,
        derivative(whole, W, name="bptt-W", title="The recurrent weights", **shared),
        derivative(whole, U, name="bptt-U", title="The input weights", **shared),
        derivative(whole, b, name="bptt-b", title="The biases", **shared),
    ),
    claims=(POWERS,),
    drawings=(back,),
    notes=(
        (
            "In the last three the states $H$ are held still: how $J$ reaches a weight through earlier states is in "
            "$\\delta$ already, which is the derivative by $Z$ along all ways. Before the first step the state is 0."
        ),
        (
            "The drawing is computed for one neuron that begins at $h^{0} = 1/10$ and has no input, 40 steps back. "
            "With $w = 1.1$ the bound grows and the gradient does not, as $\\tanh'$ is below 1 away from 0; with "
            "$w = 1.5$ the state saturates, and the gradient vanishes although $w$ is larger."
        ),
    ),
)
