"""What inputs that are all positive do to the gradients of a neuron's weights."""

from symgrad import Document, derivative
from symgrad.definitions.claims import CLAIMS
from symgrad.indexed import Dim, Index, Tensor, total

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
page = Document(
    "zero-centred-inputs",
    "Zero-centred inputs and the signs of gradients",
    "Saturation",
    "The outputs of a sigmoid are all positive, and they are the inputs of the next layer. With one example at a time "
    "that forces the gradients of all weights of a neuron to one sign.",
    (one, batch),
    claims=(CLAIMS["A15"],),
)
