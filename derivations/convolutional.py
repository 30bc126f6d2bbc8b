"""Gradients through convolutional layers: the weights are shared along the positions, and layers may share them too."""

from sympy import Abs, Eq, Function, Le, S, Symbol, cos, pi, sin

from symgrad import Document, derivative, interval, worked
from symgrad.core import Claim, Drawing, Exists, Holds, Induction, Ruling, Variable
from symgrad.deriver.indexed import definition_of
from symgrad.indexed import Dim, Index, Tensor, apply, total

φ = Function("phi")
channels, above, positions, size = Dim("C"), Dim("D"), Dim("P"), Dim("F")
c, d = Index("c", channels), Index("d", above)
p, s = Index("p", positions), Index("s", size)
K, b = Tensor("K", (above, channels, size)), Tensor("b", above)
z = Tensor("z", (channels, positions), tex="z^{l}")
a = Tensor("a", (channels, positions), body=((c, p), apply(φ, z[c, p])), tex="a^{l}")
z_next = Tensor("z", (above, positions), body=((d, p), total((c, s), K[d, c, s] * a[c, p + s]) + b[d]), tex="z^{l+1}")
J = Tensor("J", depends=(z_next,))
behind = {"through": (z_next,), "called": {z_next: "δ^{l+1}"}}
step = derivative(
    J,
    z,
    through=(z_next, a),
    called={z_next: "δ^{l+1}", a: "ā^{l}"},
    facts=(definition_of(a),),
    name="convolution-step",
    title="From layer l + 1 to layer l",
    lead="Position p of layer l is read by the positions p − s of the next one, once for each place s of the filter: "
    "on the way back the filter is turned round.",
)
reached = derivative(J, a, name="convolution-state", title="What reaches layer l", **behind)
weights = derivative(J, K, name="convolution-weights", title="The filter", **behind)
bias = derivative(J, b, name="convolution-bias", title="The biases", **behind)

# What a filter does again and again: waves keep their shape, and each has a factor of its own.
k, m, ω, q = (Symbol(name, real=True) for name in ("k", "m", "omega", "q"))
turn, x, f, r, P, R = (Symbol(name, real=True) for name in "cxfrPR")  # c is cos ω
TURNS = (Variable(turn, interval(-1, 1, "both")),)
wave = worked(
    "convolution-wave",
    "A symmetric filter sends a wave back as the same wave",
    k * cos(ω * (q - 1)) + m * cos(ω * q) + k * cos(ω * (q + 1)),
    (
        "definition",
        k * (cos(ω * q) * cos(ω) + sin(ω * q) * sin(ω))
        + m * cos(ω * q)
        + k * (cos(ω * q) * cos(ω) - sin(ω * q) * sin(ω)),
        "The sum formulas of the cosine.",
    ),
    ("factor", (m + 2 * k * cos(ω)) * cos(ω * q)),
    lead="The filter is (k, m, k), the δ behind it cos(ωq) at position q, far from both ends. So this wave is "
    "multiplied by m + 2k cos ω, whatever q is.",
)
POWERS = Claim(
    "Shared filters",
    "L linear layers with one filter (k, m, k) multiply the wave by (m + 2k cos ω)ᴸ, and no wave by more than "
    "(|m| + 2|k|)ᴸ",
    Ruling.PROVED,
    (
        Holds("|m + x| ≤ |m| + |x|, here with x = 2k cos ω", Le(Abs(m + x), Abs(m) + Abs(x), evaluate=False)),
        Holds("and |2k cos ω| ≤ |2k|", Le(Abs(2 * k * turn), Abs(2 * k), evaluate=False), TURNS),
        Induction(
            "and L of them",
            Le(Abs(P), R, evaluate=False),
            ((P, S.One, f * P), (R, S.One, r * R)),
            (Le(Abs(f), r, evaluate=False),),
        ),
        Exists(
            "(1, 1, 1) attains it, at ω = 0: 3 in each layer",
            Eq(Abs(m + 2 * k * turn), Abs(m) + 2 * Abs(k), evaluate=False),
            tuple((x, S.One) for x in (k, m, turn)),
        ),
        Exists(
            "and wipes out the wave with cos ω = −½",
            Eq(m + 2 * k * turn, 0, evaluate=False),
            ((k, S.One), (m, S.One), (turn, -S.Half)),
        ),
    ),
    remark="These factors are the eigenvalues of the layer’s matrix, and for a symmetric filter its singular values "
    "too: the exception in which the powers of one matrix say everything. Slopes of at most 1 only take away.",
    pages=("product-over-layers",),
)
flat, smooth, edges = (1 + 2 * cos(ω)) / 3, (1 + cos(ω)) / 2, (1 - cos(ω)) / 2
waves = Drawing(
    "The size of a wave’s factor, three filters",
    ω,
    (
        ("(⅓, ⅓, ⅓)", Abs(flat)),
        ("(¼, ½, ¼)", Abs(smooth)),
        ("(−¼, ½, −¼)", Abs(edges)),
    ),
    0.0,
    float(pi),
    axes=("ω", ""),
)
repeated = Drawing(
    "(¼, ½, ¼) after 1, 4 and 16 layers",
    ω,
    (("1", Abs(smooth)), ("4", smooth**4), ("16", smooth**16)),
    0.0,
    float(pi),
    axes=("ω", ""),
)
page = Document(
    "gradients-through-convolutions",
    "Gradients through convolutions",
    "Backpropagation",
    "A convolutional layer is a layer whose matrix has the same few weights in each row. Going back multiplies by the "
    "turned filter and by the slopes; the filter collects what every position sends back.",
    (reached, step, weights, bias, wave),
    claims=(POWERS,),
    drawings=(waves, repeated),
    notes=(
        (
            "A position outside the layer counts as 0. In matrix form the layer is $W$ with the filter in each row, "
            "and the way back is $W^{\\top}$: the bounds on the page about the product hold with its singular values."
        ),
    ),
)
