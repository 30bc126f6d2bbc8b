"""Backpropagation through time: the step from t + 1 to t, and the weights that all steps share."""

import math

from sympy import Le, Rational, Symbol, tanh

from symgrad import D, Document, derivative
from symgrad.core import Claim, Drawing, Holds, Induction, Ruling, Shared, TimeInduction
from symgrad.definitions.claims import layers
from symgrad.deriver.indexed import definition_of
from symgrad.indexed import Dim, Index, Tensor, apply, total

x = Symbol("x", real=True)
n, m, T = Dim("n"), Dim("m"), Dim("T")
i, j, k, t = Index("i", n), Index("j", n), Index("k", m), Index("t", T)
W, U, b = Tensor("W", (n, n)), Tensor("U", (n, m)), Tensor("b", n)
u = Tensor("u", n, tex="u^{t+1}")

# One step: the state before it, its input, what it leaves.
h_before, x_here, x_next = (
    Tensor(name, d, tex=f"{name}^{{{at}}}") for name, d, at in (("h", n, "t-1"), ("x", m, "t"), ("x", m, "t+1"))
)
z = Tensor("z", n, body=((i,), total(j, W[i, j] * h_before[j]) + total(k, U[i, k] * x_here[k]) + b[i]), tex="z^{t}")
h = Tensor("h", n, body=((i,), apply(tanh, z[i])), tex="h^{t}")
z_next = Tensor("z", n, body=((i,), total(j, W[i, j] * h[j]) + total(k, U[i, k] * x_next[k]) + b[i]), tex="z^{t+1}")
loss_here = Tensor("L", depends=(h,), tex="L^{t}")
loss_later = Tensor("M", depends=(z_next,), tex="L^{>t}")
J = Tensor("J", body=((), loss_here() + loss_later()))

known = {"facts": (definition_of(h),)}
state = derivative(
    J,
    h,
    through=(z_next,),
    called={z_next: "δ^{t+1}"},
    name="bptt-state",
    title="What reaches the state of step t",
    lead="The state hᵗ is read twice: by the loss of step t, and by step t + 1. The loss up to step t − 1 does not "
    "depend on hᵗ, so it is left out.",
)
step = derivative(
    J,
    z,
    through=(z_next, h),
    called={z_next: "δ^{t+1}", h: "g^{t}"},
    name="bptt-step",
    title="From step t + 1 to step t",
    **known,
)
last = derivative(
    Tensor("J", body=((), loss_here())),
    z,
    name="bptt-last",
    title="The last step",
    lead="At t = T no loss comes later.",
    **known,
)

# All steps share their weights: what comes later sees them again, beside the state.
later = Tensor("M", depends=(h, W, U, b), tex="L^{>t}")
onward = Tensor("J", body=((), loss_here() + later()))
told = {"through": (z,), "called": {z: "δ^{t}"}, **known}
weights, inputs, biases = (
    derivative(onward, w, name=f"bptt-{w.name}", title=title, **told)
    for w, title in ((W, "The recurrent weights"), (U, "The input weights"), (b, "The biases"))
)
X, H, Δ = Tensor("x", (T, m)), Tensor("h", (T, n)), Tensor("δ", (T, n))
through_time = TimeInduction(
    "Induction over time",
    last,
    (state, step),
    (
        Shared(weights, W[i, j], total(t, Δ[t, i] * H[t - 1, j])),
        Shared(inputs, U[i, k], total(t, Δ[t, i] * X[t, k])),
        Shared(biases, b[i], total(t, Δ[t, i])),
    ),
    previous=(h_before, h),
    sequences=((Δ, z), (H, h), (X, x_here)),
)
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
    (state, last, step, weights, inputs, biases),
    claims=(POWERS,),
    drawings=(back,),
    inductions=(through_time,),
    notes=(
        (
            "In the last three the state $h^{t}$ is held still where later losses are differentiated: how they reach a "
            "weight through it is in $δ^{t}$ already. In the sums, where letters have a time axis, the state before "
            "the first step is 0."
        ),
        (
            "The steps are joined for a cell whose state comes from $z^{t}$ alone. In LSTM and GRU a part of the state "
            "goes on beside the gates; their pages derive one step, and their steps are not joined here."
        ),
        (
            "The drawing is computed for one neuron that begins at $h^{0} = 1/10$ and has no input, 40 steps back. "
            "With $w = 1.1$ the bound grows and the gradient does not, as $\\tanh'$ is below 1 away from 0; with "
            "$w = 1.5$ the state saturates, and the gradient vanishes although $w$ is larger."
        ),
    ),
)
