"""Log-likelihood with softmax, for any number of classes and any label: what every class's neuron gets."""

from sympy import exp, log

from symgrad import Document, derivative, worked
from symgrad.deriver.indexed import definition_of
from symgrad.deriver.indexed.layers import softmax_facts
from symgrad.indexed import (
    Dim,
    Fact,
    Index,
    Tensor,
    apply,
    delta,
    greatest,
    group,
    one_hot,
    partial,
    size,
    sums_to,
    total,
)

n, m = Dim("n"), Dim("m")
i, j, k = Index("i", n), Index("j", n), Index("k", n)
r = Index("r", m)
y = Tensor("y", n)
labels = sums_to(y, name="the labels sum to 1")


def softmax(of: Tensor) -> tuple[Tensor, Tensor, tuple[Fact, ...]]:
    """The softmax p of a tensor, and what its page proves about it."""
    S = Tensor("S", body=((), total(k, apply(exp, of[k]))))
    p = Tensor("p", n, body=((i,), apply(exp, of[i]) / S()))
    return p, S, (definition_of(p), *softmax_facts(p, of))


def cross_entropy(p: Tensor, weights: Tensor = y) -> Tensor:
    """-Σ y ln p."""
    return Tensor("J", body=((), -total(k, weights[k] * apply(log, p[k]))))


z = Tensor("z", n)
p, S, known = softmax(z)
J = cross_entropy(p)

soft = derivative(
    J,
    z,
    facts=(*known, labels),
    name="log-likelihood-logits",
    title="The delta of the output layer",
    lead="For labels that sum to 1, one-hot or soft, every class gets what it gave too much.",
)

true_class = worked(
    "log-likelihood-true-class",
    "What the true class gets",
    y[j] * partial(J(), z[j]),
    ("lemma", y[j] * group(p[j] - y[j]), "The delta, derived above."),
    ("fact", y[j] * group(p[j] - 1), "One-hot: where y is not 0 it is 1, so its square is itself."),
    facts=(*known, labels, one_hot(y)),
    lead="The factor y_j picks out the true class.",
)

other_classes = worked(
    "log-likelihood-other-classes",
    "What every other class gets",
    group(1 - y[j]) * partial(J(), z[j]),
    ("lemma", group(1 - y[j]) * group(p[j] - y[j]), "The delta, derived above."),
    ("fact", group(1 - y[j]) * p[j], "Not 0, though the loss has only the true class's output in it: all share S."),
    facts=(*known, labels, one_hot(y)),
    lead="The factor 1 − y_j picks out the classes that are not the true one.",
)

log_sum_exp = worked(
    "log-likelihood-log-sum-exp",
    "The loss without a softmax",
    J(),
    ("definition", -total(k, y[k] * apply(log, apply(exp, z[k]) / S()))),
    ("log", -total(k, y[k] * (z[k] - apply(log, S())))),
    ("fact", apply(log, S()) - total(k, y[k] * z[k]), labels.name),
    facts=(labels,),
    lead="The form that programs use, with the largest input taken out of ln S.",
)

largest = Tensor("M", body=((), greatest(j, z[j])))
taken_out = worked(
    "log-likelihood-largest-taken-out",
    "Log-sum-exp with the largest input taken out",
    apply(log, total(k, apply(exp, z[k]))),
    ("factor", apply(log, apply(exp, largest()) * total(k, apply(exp, z[k] - largest())))),
    ("log", largest() + apply(log, total(k, apply(exp, z[k] - largest())))),
    lead="Every exponent is 0 or less, so nothing overflows; one of them is 0, so the logarithm is of 1 or more.",
)

hessian = derivative(
    partial(J(), z[i]),
    z,
    facts=(Fact("the delta of the output layer", partial(J(), z[i]), p[i] - y[i]), *known, labels),
    name="log-likelihood-hessian",
    title="The Hessian",
    lead="The second derivative is the covariance of a class drawn with probabilities p: diag(p) − p pᵀ.",
)

v = Tensor("v", n)
H = Tensor("H", (n, n), body=((i, j), partial(partial(J(), z[i]), z[j])))
mean = Tensor("μ", body=((), total(k, p[k] * v[k])))
outputs = sums_to(p, name="the outputs sum to 1")
curvature = worked(
    "log-likelihood-curvature",
    "The Hessian has no negative direction",
    total((i, j), v[i] * H[i, j] * v[j]),
    ("lemma", total((i, j), v[i] * p[i] * (delta(i, j) - p[j]) * v[j]), "The Hessian, derived above."),
    ("pick", total(k, p[k] * v[k] ** 2) - total(k, p[k] * v[k]) ** 2),
    ("recognise", total(k, p[k] * v[k] ** 2) - mean() ** 2, "μ is the mean of v under p."),
    ("fact", total(k, p[k] * v[k] ** 2) - 2 * mean() ** 2 + mean() ** 2 * total(k, p[k]), outputs.name),
    ("recognise", total(k, p[k] * group(v[k] ** 2 - 2 * mean() * v[k] + mean() ** 2)), "One μ is Σ p v again."),
    ("square", total(k, p[k] * group(v[k] - mean()) ** 2), "A variance: weights times squares."),
    ("nonnegative", 0, "No weight is negative: p is an exponential over a sum of exponentials."),
    facts=(*known, outputs, labels),
    lead="vᵀ H v for any direction v, with H the matrix of second derivatives.",
)

x, W, b = Tensor("x", m), Tensor("W", (n, m)), Tensor("b", n)
logits = Tensor("z", n, body=((i,), total(r, W[i, r] * x[r]) + b[i]))
p_of, _, known_of = softmax(logits)
J_of = cross_entropy(p_of)
facts_of = (*known_of, labels)

told = {"through": (logits,), "called": {logits: "δ"}, "facts": facts_of}
weights = derivative(J_of, W, name="log-likelihood-W", title="The weights: δ xᵀ", **told)
biases = derivative(J_of, b, name="log-likelihood-b", title="The biases: δ itself", **told)

τ = Tensor("τ", positive=True)
cooled = Tensor("u", n, body=((i,), z[i] / τ()))
p_cool, _, known_cool = softmax(cooled)
temperature = derivative(
    cross_entropy(p_cool),
    z,
    facts=(*known_cool, labels),
    name="log-likelihood-temperature",
    title="With a temperature",
    lead="u = z/τ: a temperature τ divides the gradient once more than it divides the inputs.",
)

ε = Tensor("ε")
smooth = Tensor("q", n, body=((i,), (1 - ε()) * y[i] + ε() / size(n)))
smoothing = derivative(
    cross_entropy(p, smooth),
    z,
    facts=(*known, sums_to(smooth, name="the smoothed labels sum to 1"), labels),
    name="log-likelihood-smoothing",
    title="With label smoothing",
    lead="q = (1 − ε) y + ε/n sums to 1 again, so the delta is p − q.",
)

w = Tensor("w", n)
J_weighted = Tensor("J", body=((), -total(k, w[k] * y[k] * apply(log, p[k]))))
class_weights = derivative(
    J_weighted,
    z,
    facts=(*known, one_hot(y)),
    name="log-likelihood-weights",
    title="With class weights",
    lead="A weight for each class: what all classes share is the weight of the labels that are present.",
)

γ = Tensor("γ")
weight = apply(exp, γ() * apply(log, 1 - p[k]))  # (1 - p)^γ
focal_loss = Tensor("J", body=((), -total(k, y[k] * weight * apply(log, p[k]))))
focal_outputs = derivative(
    focal_loss,
    p,
    name="log-likelihood-focal-outputs",
    title="The focal loss, by the outputs",
    lead="Classes that are already right weigh less: a power of 1 − p stands in front of each logarithm.",
)
focal = derivative(
    focal_loss,
    z,
    through=(p,),
    facts=known,
    name="log-likelihood-focal",
    title="The focal loss, by the inputs",
    lead="p̄ is the derivative by the outputs, found above.",
)

page = Document(
    "softmax-log-likelihood",
    "Softmax with log-likelihood",
    "Softmax",
    "The delta is p − y for every class at once. No slope of an activation is left in it, and classes other than the "
    "true one learn too.",
    (soft, true_class, other_classes, weights, biases, log_sum_exp, taken_out),
)
variants = Document(
    "softmax-variants",
    "Temperature, smoothing, class weights, focal loss",
    "Softmax",
    "What common changes of the loss do to the delta p − y.",
    (temperature, smoothing, class_weights, focal_outputs, focal),
)
second_order = Document(
    "softmax-hessian",
    "The Hessian of softmax with log-likelihood",
    "Softmax",
    "diag(p) − p pᵀ has no negative direction, so the loss is convex in the logits.",
    (hessian, curvature),
)
DOCUMENTS = (page, variants, second_order)
