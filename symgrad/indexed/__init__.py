"""Expressions with symbolic dimensions: any number of classes, any width, any batch.

Write a layer, and derive it::

    from sympy import exp
    from symgrad.deriver.indexed import backpropagate, definition_of, derivation
    from symgrad.indexed import *

    n, m = Dim("n"), Dim("m")                                  # sizes that stay letters
    i, k, r = Index("i", n), Index("k", n), Index("r", m)      # indices over them
    x, W, g = Tensor("x", m), Tensor("W", (n, m)), Tensor("g", n)
    z = Tensor("z", n, body=((i,), total(r, W[i, r] * x[r])))  # a name stands for its value
    S = Tensor("S", body=((), total(k, apply(exp, z[k]))))
    p = Tensor("p", n, body=((i,), apply(exp, z[i]) / S()))
    J = Tensor("J", body=((), total(i, g[i] * p[i])))          # or depends=(p,): any function of p
    for q in backpropagate(J, [p, z], [W, x], facts=[definition_of(p)], called={z: "delta"}):
        print(q.tensor, q.indices, q.result, q.derivation)     # a core.Derivation, which `settle` proves and checks

`derivation(partial(p[i], z[k]), name="softmax", facts=[definition_of(p)])` is a single chain. Facts are declared:
`sums_to(y)`, `one_hot(y)`, any `Fact(name, left, right, assumed=True)` about inputs; a fact about names (a lemma with a
`partial(...)` on its left, a definition solved for a factor) counts only once the prover has proved it.

Words: `total`, `mean`, `delta`, `size(n)`, `greatest` and `attains` (a maximum and where it is), `where(j, "<=", i)`,
`group` (brackets that stay), `apply(head, x, order=1)` for SymPy functions and catalogue heads, affine places
`x[2 * i + k - 1]` (outside its shape a tensor is 0), `partial(J(), W[i, r])` (a derivative left standing).

An `Expr` is a sum of terms, each a `Term` (coefficient, bound indices, atoms with exponents), multiplied out except
in brackets; two are equal up to the names of bound indices and the order of everything. `normal` contracts deltas and
opens brackets. In a `core.Derivation` of indexed expressions `lets` holds `Let(tensor, value)` for each name, in
order of definition, `domains` a `Variable(tensor)` for each input, and `facts` what was declared.
"""

from symgrad.indexed.atoms import Apply, Atom, Attains, Delta, Greatest, Partial, Power, Ref, Scalar, Size, Where
from symgrad.indexed.build import apply, attains, delta, greatest, group, mean, partial, size, total, where
from symgrad.indexed.contract import contract
from symgrad.indexed.conversion import from_formula, from_sympy, to_sympy
from symgrad.indexed.differentiate import differentiate
from symgrad.indexed.evaluate import Evaluation
from symgrad.indexed.expr import ZERO, Expr, expr, one
from symgrad.indexed.facts import Fact, one_hot, sums_to, using
from symgrad.indexed.mapping import carry_out, mapped, unfold
from symgrad.indexed.names import Dim, Index, Place, ShapeError, length
from symgrad.indexed.normal import normal
from symgrad.indexed.products import IndexedError
from symgrad.indexed.tensor import Tensor
from symgrad.indexed.term import Term
from symgrad.indexed.text import show

__all__ = [
    "ZERO",
    "Apply",
    "Atom",
    "Attains",
    "Delta",
    "Dim",
    "Evaluation",
    "Expr",
    "Fact",
    "Greatest",
    "Index",
    "IndexedError",
    "Partial",
    "Place",
    "Power",
    "Ref",
    "Scalar",
    "ShapeError",
    "Size",
    "Tensor",
    "Term",
    "Where",
    "apply",
    "attains",
    "carry_out",
    "contract",
    "delta",
    "differentiate",
    "expr",
    "from_formula",
    "from_sympy",
    "greatest",
    "group",
    "length",
    "mapped",
    "mean",
    "normal",
    "one",
    "one_hot",
    "partial",
    "show",
    "size",
    "sums_to",
    "to_sympy",
    "total",
    "unfold",
    "using",
    "where",
]
