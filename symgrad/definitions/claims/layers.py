"""How much a layer, and then any number of them, can lengthen or shorten a gradient: exact at every width and depth."""

from __future__ import annotations

from sympy import S, Symbol

from symgrad.core import Equal, Holds, Induction, NeverNegative
from symgrad.definitions.claims.letters import at_most, eq, ge, gt, le, lt, never_below_zero, over, positive
from symgrad.indexed import Dim, Fact, Index, Tensor, delta, total

n, m = Dim("n"), Dim("m")
i, j, k, e, l = (Index(letter, n) for letter in "ijkel")
o = Index("o", m)
W, d = Tensor("W", (n, m)), Tensor("δ", n)
U, V, χ = Tensor("U", (n, n)), Tensor("V", (m, n)), Tensor("χ", n)
r, p, s, t = Tensor("r", n), Tensor("p", m), Tensor("s"), Tensor("t")

weights, deltas = total((i, o), W[i, o] ** 2), total(k, d[k] ** 2)
back = Tensor("g", m, body=((o,), total(i, W[i, o] * d[i])))  # Wᵀδ
lagrange = total((o, i, k), (W[i, o] * d[k] - W[k, o] * d[i]) ** 2) / 2
flat = Tensor("u", m, body=((o,), t() ** 2 - p[o] ** 2))  # the squares of slopes that are at most t in size
steep = Tensor("u", m, body=((o,), t() ** 2 + p[o] ** 2))  # of slopes that are at least t
factored = Tensor("W", (n, m), body=((i, o), total(e, U[i, e] * χ[e] * V[o, e])))
turned = total(i, U[i, e] * d[i])  # Uᵀδ
above = Tensor("χ²", n, body=((e,), s() ** 2 + r[e] ** 2))  # squares of singular values that are at least s
below = Tensor("χ²", n, body=((e,), s() ** 2 - r[e] ** 2))
ROWS = Fact("U has orthonormal rows", total(e, U[i, e] * U[j, e]), delta(i, j), assumed=True)
COLUMNS = Fact("V has orthonormal columns", total(o, V[o, e] * V[o, l]), delta(e, l), assumed=True)
taken = total(o, (p[o] * back[o]) ** 2)

LAYER_ABOVE = (
    Equal(
        "one layer, any widths, slopes |φ′| ≤ t: what ‖Wᵀδ ⊙ φ′‖² stays below t²‖W‖²‖δ‖²",
        t() ** 2 * weights * deltas - total(o, flat[o] * back[o] ** 2),
        t() ** 2 * lagrange + taken,
    ),
    NeverNegative("which is never negative, ‖W‖² being the sum of all squared weights", t() ** 2 * lagrange + taken),
)
SLOPES_AT_MOST = (
    Equal(
        "slopes |φ′| ≤ t: what ‖Wᵀδ ⊙ φ′‖² stays below t²‖Wᵀδ‖² by",
        t() ** 2 * total(o, back[o] ** 2) - total(o, flat[o] * back[o] ** 2),
        taken,
    ),
    NeverNegative("which is never negative", taken),
)
SINGULAR = (
    Equal(
        "with the singular values χ of W = U diag(χ) Vᵀ: ‖Wᵀδ‖² is the sum of χ²(Uᵀδ)²",
        total(o, total(i, factored[i, o] * d[i]) ** 2),
        total(e, χ[e] ** 2 * turned**2),
        (ROWS, COLUMNS),
    ),
    Equal(
        "no singular value is below s: what it exceeds s²‖δ‖² by",
        total(e, above[e] * turned**2) - s() ** 2 * deltas,
        total(e, (r[e] * turned) ** 2),
        (ROWS,),
    ),
    Equal(
        "none is above s: what it stays below s²‖δ‖² by",
        s() ** 2 * deltas - total(e, below[e] * turned**2),
        total(e, (r[e] * turned) ** 2),
        (ROWS,),
    ),
    NeverNegative("both are never negative, so s‖δ‖ ≤ ‖Wᵀδ‖, or ≤ in the other order", total(e, (r[e] * turned) ** 2)),
)
LAYER_SHARP = (*SLOPES_AT_MOST, SINGULAR[0], *SINGULAR[2:])
LAYER_BELOW = (
    *SINGULAR,
    Equal(
        "slopes |φ′| ≥ t: what ‖Wᵀδ ⊙ φ′‖² exceeds t²‖Wᵀδ‖² by",
        total(o, steep[o] * back[o] ** 2) - t() ** 2 * total(o, back[o] ** 2),
        taken,
    ),
    NeverNegative("which is never negative either", taken),
)

# Masks of any law: the number a has the probability q² = qₐ².
K = Dim("K")
a, b_ = Index("a", K), Index("b", K)
q, masks = Tensor("q", K), Tensor("m", (K, n))
left = Tensor("x", (K, m), body=((a, o), total(i, W[i, o] * masks[a, i] * d[i])))  # Wᵀ(m ⊙ δ) by mask number a
apart = total((a, b_, o), q[a] ** 2 * q[b_] ** 2 * (left[a, o] - left[b_, o]) ** 2) / 2
ANY_MASKS = (
    Equal(
        "masks of any law, number a with probability qₐ²: the mean Wᵀ(m ⊙ δ) is Wᵀ(E[m] ⊙ δ), which is ½Wᵀδ if "
        "E[mᵢ] = ½ for all i",
        total(a, q[a] ** 2 * left[a, o]),
        total(i, W[i, o] * total(a, q[a] ** 2 * masks[a, i]) * d[i]),
    ),
    Equal(
        "and E‖Wᵀ(m ⊙ δ)‖², times ∑ qₐ² = 1, exceeds the square of that, ¼‖Wᵀδ‖², by",
        total(a, q[a] ** 2) * total(a, q[a] ** 2 * total(o, left[a, o] ** 2))
        - total(o, total(a, q[a] ** 2 * left[a, o]) ** 2),
        apart,
    ),
    NeverNegative("which is never negative", apart),
)

# Any number of layers, by induction; N is the size of δ so far, D that of the last layer's.
N, D, P, b, c, f, g, h, L, R, ε, v = (
    Symbol(name, real=True) for name in ("N", "D", "P", "b", "c", "f", "g", "h", "L", "R", "epsilon", "v")
)
layers = ((N, D, g), (P, S.One, c * P))
AT_MOST = Induction(
    "each layer leaves at most c times the size: after any number of them |δ¹|² ≤ ∏c · |δᴸ|²",
    le(N, P * D),
    layers,
    (le(g, c * N),),
    never_below_zero(c, D),
)
AT_LEAST = Induction(
    "each layer leaves at least c times the size: after any number of them |δ¹|² ≥ ∏c · |δᴸ|²",
    ge(N, P * D),
    layers,
    (ge(g, c * N),),
    never_below_zero(c, D),
)
FACTORS_AT_MOST = at_most(
    "factors at most r in size: L of them multiply to at most rᴸ in size", P, f, Symbol("r", real=True)
)
FACTORS_AT_LEAST = Induction(
    "factors f ≥ r ≥ 0: L of them multiply to at least rᴸ",
    ge(P, R),
    ((P, S.One, f * P), (R, S.One, c * R)),
    (ge(f, c),),
    never_below_zero(c, R),
)
BERNOULLI = Induction(
    "(1 + h)ᴸ ≥ 1 + hL for h ≥ 0 (Bernoulli)",
    ge(P, 1 + h * L),
    ((P, S.One, (1 + h) * P), (L, S.Zero, L + 1)),
    (),
    never_below_zero(h, L),
)
PASSES = Holds(
    "so with R = 1 + h > 1 the product passes any bound b: from L = b/h on",
    gt(1 + h * (b / h + v), b),
    (*positive(h), *never_below_zero(v, b)),
)
FALLS = Holds(
    "and with r = 1/(1 + h) < 1 it is below any ε > 0 from L = 1/(hε) on",
    lt(1 / (1 + h * (1 / (h * ε) + v)), ε),
    (*positive(h, ε), *never_below_zero(v)),
)
SUCH = Holds("every r between 0 and 1 is such a 1/(1 + h): h = 1/r − 1 is above 0", gt(1 / R - 1, 0), (over(R, 0, 1),))
TWO_SIDED = (FACTORS_AT_MOST, FACTORS_AT_LEAST, BERNOULLI, PASSES, FALLS, SUCH)

# The mean square over random weights: each layer multiplies it by χ, here c.
MEANS = Induction(
    "each layer multiplies the mean square by its χ: L layers multiply it by ∏χ",
    eq(N, P * D),
    ((N, D, c * N), (P, S.One, c * P)),
)
STAYS_ABOVE = Induction(
    "with χ ≥ 1 in each layer ∏χ is never below 1",
    ge(P, 1),
    ((P, S.One, (1 + h) * P),),
    (),
    never_below_zero(h),
)
STAYS_BELOW = Induction(
    "with 0 < χ ≤ 1 in each layer ∏χ is never above 1",
    le(P, 1),
    ((P, S.One, P / (1 + h)),),
    (),
    never_below_zero(h),
)
