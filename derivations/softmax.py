"""Softmax: outputs that are positive and sum to 1, the shift that changes nothing, and the Jacobian."""

from sympy import exp

from symgrad import Document, derivative, worked
from symgrad.deriver.indexed import definition_of
from symgrad.indexed import Dim, Index, Tensor, apply, delta, expr, greatest, group, sums_to, total

n = Dim("n")
i, j, k = Index("i", n), Index("j", n), Index("k", n)
z = Tensor("z", n)
S = Tensor("S", body=((), total(k, apply(exp, z[k]))))
p = Tensor("p", n, body=((i,), apply(exp, z[i]) / S()))

sum_to_one = worked(
    "softmax-sum",
    "The outputs sum to 1",
    total(k, p[k]),
    ("definition", total(k, apply(exp, z[k]) / S())),
    ("definition", expr(1), "The numerators add up to the denominator."),
)

above_zero = worked(
    "softmax-positive",
    "Every output is positive",
    p[i],
    ("definition", apply(exp, z[i]) / S()),
    ("positive", 0, "An exponential over a sum of exponentials."),
)

below_one = worked(
    "softmax-below-one",
    "Every output is below 1",
    1 - p[i],
    ("fact", total(k, p[k]) - p[i], "the outputs sum to 1"),
    ("combine", total(k, group(1 - delta(i, k)) * p[k]), "What the others get."),
    ("positive", 0, "Every one of them is positive, and there is another one where n is at least 2."),
    facts=(sums_to(p, name="the outputs sum to 1"),),
    lead="By how much? By the share of the others.",
)

c = Tensor("c")
u = Tensor("u", n, body=((i,), z[i] + c()))
T = Tensor("T", body=((), total(k, apply(exp, u[k]))))
q = Tensor("q", n, body=((i,), apply(exp, u[i]) / T()))

shift = worked(
    "softmax-shift",
    "A shift of all inputs changes nothing",
    q[i],
    ("definition", apply(exp, z[i] + c()) / total(k, apply(exp, z[k] + c()))),
    ("cancel", apply(exp, z[i]) / total(k, apply(exp, z[k])), "The factor e^c stands above and below the bar."),
    ("definition", p[i]),
    lead="q is the softmax of z + c.",
)

M = Tensor("M", body=((), greatest(j, z[j])))
largest_out = worked(
    "softmax-largest-out",
    "The largest input taken out",
    p[i],
    ("definition", apply(exp, z[i]) / total(k, apply(exp, z[k]))),
    ("combine", apply(exp, z[i] - M()) / total(k, apply(exp, z[k] - M())), "The shift by −M, which changes nothing."),
    lead="M is the largest input. Programs compute this form: every exponent is 0 or less, so nothing overflows, and "
    "one is 0, so the denominator is 1 or more.",
)

jacobian = derivative(
    p,
    z,
    facts=(definition_of(p),),
    name="softmax-jacobian",
    title="The Jacobian",
    lead="How output i moves with input j.",
)

page = Document(
    "softmax",
    "Softmax",
    "Softmax",
    "Softmax turns any n numbers into n positive numbers with sum 1. All outputs share one denominator, so every "
    "input moves every output.",
    (above_zero, sum_to_one, below_one, shift, largest_out, jacobian),
    notes=("With one class only, $n = 1$, the output is 1: it lies in the open interval (0, 1) for $n > 1$ only.",),
)
