"""Softmax: outputs that are positive and sum to 1, the shift that changes nothing, and the Jacobian."""

from sympy import exp

from symgrad import Document, derivative, worked
from symgrad.deriver.indexed import definition_of
from symgrad.indexed import Dim, Index, Tensor, apply, delta, expr, group, total

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
    ("definition", S() / S(), "The numerators add up to the denominator."),
    ("cancel", expr(1)),
)

below_one = worked(
    "softmax-range",
    "Each output is below 1 by the share of the others",
    1 - p[i],
    ("fact", total(k, p[k]) - p[i], "The outputs sum to 1."),
    ("combine", total(k, group(1 - delta(i, k)) * p[k]), "A sum of positive terms, and empty only for n = 1."),
    lead="Every output is an exponential over a sum of exponentials, so it is positive. How far is it below 1?",
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
    lead="q is the softmax of z + c. Programs choose c = −max z, so that no exponential overflows.",
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
    (sum_to_one, below_one, shift, jacobian),
    notes=("With one class only, $n = 1$, the output is 1: it lies in the open interval (0, 1) for $n > 1$ only.",),
)
