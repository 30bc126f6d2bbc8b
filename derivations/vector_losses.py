"""Losses of vectors: sums of elementwise losses, divergences, similarities, contrasts."""

from fractions import Fraction

from sympy import exp, log

from symgrad import Document, activation, derivative, loss
from symgrad.deriver.indexed import definition_of
from symgrad.deriver.indexed.layers import softmax_facts
from symgrad.indexed import Dim, Fact, Index, Tensor, apply, sums_to, total
from symgrad.words import message

n = Dim("n")
i, k = Index("i", n), Index("k", n)
y, z = Tensor("y", n), Tensor("z", n)
σ, relu = activation("sigmoid").head, activation("relu").head
bce = loss("binary_cross_entropy").head
a = Tensor("a", n, body=((i,), apply(σ, z[i])))

multi_label = derivative(
    Tensor("J", body=((), total(k, apply(bce, a[k], y[k])))),
    z,
    facts=(
        Fact(
            "the slope of the sigmoid cancels",
            apply(bce, a[i], y[i], order=(1, 0)) * apply(σ, z[i], order=1),
            a[i] - y[i],
        ),
    ),
    name="multi-label",
    title="Many labels at once: a − y",
    lead="Every output is a yes or no of its own, with a sigmoid and a cross-entropy of its own.",
)
squared = derivative(
    Tensor("J", body=((), total(k, (a[k] - y[k]) ** 2) / 2)),
    z,
    name="squared-error-vector",
    title="Squared error: the slope stays",
    lead="$J = \\frac{1}{2}\\|a-y\\|^2$ with $a = \\sigma(z)$.",
)
sums = Document(
    "vector-losses",
    "Sigmoid outputs in vector form",
    "Vector losses",
    "A loss that is a sum over outputs has a delta that is worked out output by output.",
    (multi_label, squared),
)

q = Tensor("q", n)
S = Tensor("S", body=((), total(k, apply(exp, z[k]))))
p = Tensor("p", n, body=((i,), apply(exp, z[i]) / S()))
of_softmax = (definition_of(p), *softmax_facts(p, z), sums_to(q, name="the target sums to 1"))
forward = derivative(
    Tensor("J", body=((), total(k, q[k] * apply(log, q[k])) - total(k, q[k] * apply(log, p[k])))),
    z,
    facts=of_softmax,
    name="kl-forward",
    title="KL(q ‖ p): the target first",
    lead="The entropy of the target q is a constant, so the gradient is that of the log-likelihood.",
)
ratio = Tensor("d", n, body=((i,), apply(log, p[i]) - apply(log, q[i])))
backwards = Tensor("J", body=((), total(k, p[k] * ratio[k])))
reverse_outputs = derivative(
    backwards,
    p,
    name="kl-reverse-outputs",
    title="KL(p ‖ q), by the outputs",
    lead="d is the logarithm of p/q. Every entry of p stands under the logarithm and before it.",
)
reverse = derivative(
    backwards,
    z,
    facts=(*of_softmax, Fact("definition of J", total(k, p[k] * ratio[k]), backwards())),
    name="kl-reverse",
    title="KL(p ‖ q), by the inputs of the softmax",
    lead="A class gets its own log ratio less the mean of all, which is J itself. Where p = q all of them are 0.",
)
divergences = Document(
    "kl-divergence",
    "Kullback–Leibler divergence of vectors",
    "Vector losses",
    "The order of the two distributions matters: only one of them is a constant.",
    (forward, reverse_outputs, reverse),
)

x, v = Tensor("x", n), Tensor("y", n)
length = Tensor("r", body=((), total(k, x[k] ** 2) ** Fraction(1, 2)), positive=True)
other = Tensor("s", body=((), total(k, v[k] ** 2) ** Fraction(1, 2)), positive=True)
cosine_value = Tensor("c", body=((), total(k, x[k] * v[k]) / (length() * other())))
cosine = Document(
    "cosine-similarity",
    "Cosine similarity",
    "Vector losses",
    "c = xᵀy/(r s) with the lengths r and s of x and y. The gradient is what of y/s is at right angles to x, over r: "
    "a change of length changes nothing.",
    (
        derivative(
            cosine_value,
            x,
            facts=(
                definition_of(length),
                Fact("definition of c", total(k, x[k] * v[k]), cosine_value() * length() * other()),
            ),
            name="cosine-x",
            title="By one of the two vectors",
            lead="Not defined where one of the vectors is 0.",
        ),
    ),
)

anchor, positive, negative, margin = Tensor("x", n), Tensor("y", n), Tensor("w", n), Tensor("m")
gap = Tensor(
    "g", body=((), total(k, (anchor[k] - positive[k]) ** 2) - total(k, (anchor[k] - negative[k]) ** 2) + margin())
)
hinge = Tensor("J", body=((), apply(relu, gap())))
triplet = Document(
    "triplet-margin",
    "Triplet margin loss",
    "Vector losses",
    "J = max(0, ‖x − y‖² − ‖x − w‖² + m): y is to be nearer to x than w is, by a margin m. Where it is, nothing is "
    "learned: ReLU′ is 0 there.",
    tuple(
        derivative(hinge, t, name=f"triplet-{t.name}", title=title)
        for t, title in (
            (anchor, message("The anchor x")),
            (positive, message("The positive y")),
            (negative, message("The negative w")),
        )
    ),
    notes=("FaceNet (Schroff et al. 2015, eq. 2) uses squared distances, as here.",),
)

B, d = Dim("B"), Dim("d")
s, t, f = Index("s", B), Index("t", B), Index("f", d)
U, W, τ = Tensor("U", (B, d)), Tensor("W", (B, d)), Tensor("τ", positive=True)
A = Tensor("A", (B, B), body=((s, t), total(f, U[s, f] * W[t, f]) / τ()))
T = Tensor("S", (B,), body=((s,), total(t, apply(exp, A[s, t]))))
P = Tensor("P", (B, B), body=((s, t), apply(exp, A[s, t]) / T[s]))
nce = Tensor("J", body=((), -total(s, apply(log, P[s, s]))))
contrast = {"facts": (definition_of(P), *softmax_facts(P, A)), "called": {A: "D"}}
infonce = Document(
    "infonce",
    "Contrastive loss (InfoNCE)",
    "Vector losses",
    "Row s of U belongs to row s of W. The scores A = U Wᵀ/τ go through a softmax by rows, and the diagonal is to win.",
    (
        derivative(nce, A, name="infonce-scores", title="The scores: P − I", **contrast),
        derivative(nce, U, through=(A,), name="infonce-U", title="The first embeddings", **contrast),
        derivative(nce, W, through=(A,), name="infonce-W", title="The second embeddings", **contrast),
    ),
    notes=("van den Oord et al. 2018, Representation learning with contrastive predictive coding, eq. 4.",),
)
DOCUMENTS = (sums, divergences, cosine, triplet, infonce)
