"""Backpropagation in index and in matrix form: one layer for good, a batch, two layers, shared weights."""

from sympy import Function, exp, log

from symgrad import Document, activation, derivative
from symgrad.core import LayerInduction
from symgrad.deriver.indexed import definition_of
from symgrad.deriver.indexed.layers import softmax_facts
from symgrad.indexed import Dim, Index, Tensor, apply, mean, sums_to, total
from symgrad.words import message

φ, σ = Function("φ"), activation("sigmoid").head  # any differentiable function; one that is written out

# One layer between any two: n_{l-1} inputs, n_l neurons, n_{l+1} neurons behind.
before, here, behind = (Dim(f"n_{t}", rf"n_{{{t}}}") for t in ("l-1", "l", "l+1"))
i, j, k = Index("i", here), Index("j", before), Index("k", behind)
a0 = Tensor("a", before, tex=r"a^{l-1}")
W, b = Tensor("W", (here, before), tex="W^{l}"), Tensor("b", here, tex="b^{l}")
z = Tensor("z", here, body=((i,), total(j, W[i, j] * a0[j]) + b[i]), tex="z^{l}")
a = Tensor("a", here, body=((i,), apply(φ, z[i])), tex="a^{l}")
W1, b1 = Tensor("W", (behind, here), tex="W^{l+1}"), Tensor("b", behind, tex="b^{l+1}")
z1 = Tensor("z", behind, body=((k,), total(i, W1[k, i] * a[i]) + b1[k]), tex="z^{l+1}")
J = Tensor("J", depends=(z1,))

delta = derivative(
    J,
    z,
    through=(z1,),
    called={z1: "δ^{l+1}"},
    name="backpropagation-delta",
    title="From one delta to the one before",
    lead="φ is any differentiable function. J is any loss that depends on this layer through z of the next one only.",
)
told = {"through": (z1, z), "called": {z1: "δ^{l+1}", z: "δ^{l}"}}
weights = derivative(J, W, name="backpropagation-W", title="The weights", **told)
biases = derivative(J, b, name="backpropagation-b", title="The biases", **told)
inputs = derivative(J, a0, name="backpropagation-a", title="What reaches the layer's input", **told)

# The last layer, with as many classes as there are neurons.
classes = Dim("n_L", "n_{L}")
t, q0, r0 = Index("i", classes), Index("k", classes), Index("r", classes)
z_last, labels = Tensor("z", classes, tex="z^{L}"), Tensor("y", classes)
S_last = Tensor("S", body=((), total(q0, apply(exp, z_last[q0]))))
p_last = Tensor("p", classes, body=((t,), apply(exp, z_last[t]) / S_last()))
output = derivative(
    Tensor("J", body=((), -total(r0, labels[r0] * apply(log, p_last[r0])))),
    z_last,
    facts=(definition_of(p_last), *softmax_facts(p_last, z_last), sums_to(labels, name="the labels sum to 1")),
    name="backpropagation-output",
    title="The delta of the last layer",
    lead="Where the recursion begins: softmax with log-likelihood. Any other output may stand here.",
)

page = Document(
    "backpropagation",
    "Backpropagation: one layer for all",
    "Backpropagation",
    "Widths and depth stay letters: the step from δ of layer l + 1 to δ of layer l is derived once and holds for every "
    "layer. With the delta of the last layer, they are what textbooks call the equations of backpropagation.",
    (output, delta, weights, biases, inputs),
    notes=("The cost of one layer does not depend on how many follow.",),
    inductions=(LayerInduction("Induction over the layers", output, delta),),
)

# A batch, rows are examples, as in PyTorch: Z = X Wᵀ + 1 bᵀ.
B, n, m = Dim("B"), Dim("n"), Dim("m")
e, r, c = Index("e", B), Index("r", m), Index("c", n)
X, V, v = Tensor("X", (B, n)), Tensor("W", (m, n)), Tensor("b", m)
Z = Tensor("Z", (B, m), body=((e, r), total(c, X[e, c] * V[r, c]) + v[r]))
L = Tensor("J", depends=(Z,))
rows = {"through": (Z,), "called": {Z: "D"}}
batch = Document(
    "backpropagation-batch",
    "Backpropagation for a batch",
    "Backpropagation",
    "With one example a row, sums over the batch appear by themselves: the weights and the biases collect what all "
    "examples send back.",
    (
        derivative(L, V, name="batch-W", title="The weights: Dᵀ X", **rows),
        derivative(L, v, name="batch-b", title="The biases: the column sums of D", **rows),
        derivative(L, X, name="batch-X", title="The inputs: D W", **rows),
    ),
    layout="row-batch",
)

# Where the 1/N goes.
Y, P = Tensor("Y", (B, m)), Tensor("A", (B, m))
squares = {
    message("Sum"): total((e, r), (P[e, r] - Y[e, r]) ** 2) / 2,
    message("Mean over the batch"): mean(e, total(r, (P[e, r] - Y[e, r]) ** 2)) / 2,
    message("Mean over all entries"): mean(e, mean(r, (P[e, r] - Y[e, r]) ** 2)),
}
reductions = Document(
    "reductions",
    "Sum or mean: where the 1/N goes",
    "Backpropagation",
    "A mean over the batch divides every delta by the batch size once, at the loss, and nowhere else. PyTorch's "
    "MSELoss divides by the number of all entries.",
    tuple(
        derivative(Tensor("J", body=((), value)), P, name=f"reduction-{words.lower().replace(' ', '-')}", title=words)
        for words, value in squares.items()
    ),
    layout="row-batch",
)

# Two layers, written out.
d, h, o = Dim("d"), Dim("h"), Dim("n")
s, u, q = Index("s", d), Index("u", h), Index("q", o)
x, y = Tensor("x", d), Tensor("y", o)
A1, c1, A2, c2 = Tensor("W1", (h, d)), Tensor("b1", h), Tensor("W2", (o, h)), Tensor("b2", o)
y1 = Tensor("z1", h, body=((u,), total(s, A1[u, s] * x[s]) + c1[u]))
h1 = Tensor("a1", h, body=((u,), apply(σ, y1[u])))
y2 = Tensor("z2", o, body=((q,), total(u, A2[q, u] * h1[u]) + c2[q]))
S = Tensor("S", body=((), total(q, apply(exp, y2[q]))))
p = Tensor("p", o, body=((q,), apply(exp, y2[q]) / S()))
E = Tensor("J", body=((), -total(q, y[q] * apply(log, p[q]))))
known = (definition_of(p), *softmax_facts(p, y2), sums_to(y, name="the labels sum to 1"))
both = {"facts": known, "called": {y2: "δ2", y1: "δ1"}}
two_layers = Document(
    "two-layer-network",
    "A network with two layers, written out",
    "Backpropagation",
    "Sigmoid in the hidden layer, softmax with log-likelihood at the output: every delta and every gradient, from the "
    "loss to the first weight.",
    (
        derivative(E, y2, name="two-layers-delta2", title="The delta of the output layer", **both),
        derivative(E, A2, through=(y2,), name="two-layers-W2", title="The weights of the output layer", **both),
        derivative(E, c2, through=(y2,), name="two-layers-b2", title="The biases of the output layer", **both),
        derivative(E, y1, through=(y2,), name="two-layers-delta1", title="The delta of the hidden layer", **both),
        derivative(E, A1, through=(y2, y1), name="two-layers-W1", title="The weights of the hidden layer", **both),
        derivative(E, c1, through=(y2, y1), name="two-layers-b1", title="The biases of the hidden layer", **both),
    ),
)

# One weight matrix used twice.
f, g, w = Index("f", n), Index("g", n), Tensor("W", (n, n))
x0 = Tensor("x", n)
t1 = Tensor("z1", n, body=((f,), total(g, w[f, g] * x0[g])))
r1 = Tensor("a1", n, body=((f,), apply(σ, t1[f])))
t2 = Tensor("z2", n, body=((f,), total(g, w[f, g] * r1[g])))
K = Tensor("J", depends=(t2,))
tied = Document(
    "tied-weights",
    "A weight used twice: the gradients add",
    "Backpropagation",
    "Where two layers share their weights, or one layer is applied twice, W is reached along two ways, and the chain "
    "rule adds what comes along each.",
    (
        derivative(K, t1, through=(t2,), called={t2: "δ2"}, name="tied-delta", title="The delta of the first use"),
        derivative(K, w, through=(t2, t1), called={t2: "δ2", t1: "δ1"}, name="tied-W", title="The shared weights"),
    ),
)

# Weight decay.
λ, J0 = Tensor("λ"), Tensor("J0", depends=(V,))  # V has any number of rows and of columns
decay = Document(
    "weight-decay",
    "Weight decay",
    "Backpropagation",
    "A penalty λ/2 times the squared weights adds λ W to the gradient: every step shrinks the weights by a factor.",
    (
        derivative(
            Tensor("J", body=((), J0() + λ() * total((r, c), V[r, c] ** 2) / 2)),
            V,
            name="weight-decay-W",
            title="The weights",
            lead="J0 is the loss without the penalty.",
        ),
    ),
)
DOCUMENTS = (page, batch, reductions, two_layers, tied, decay)
