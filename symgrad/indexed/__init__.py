"""Expressions with symbolic dimensions: any number of classes, any width, any batch.

Values
    n = Dim("n"); i, k = Index("i", n), Index("k", n)            a size that stays a letter; indices over it
    z = Tensor("z", (n,)); z[i]; Tensor("b")()                    an input; an entry; a tensor without indices
    p = Tensor("p", (n,), body=((i,), apply(exp, z[i]) / S()))    a name: stands for its value until a proof looks inside
    J = Tensor("J", (), depends=(a,))                             an unknown function of a
    total(k, y[k] * log(p[k])), mean(k, ...), delta(i, k), size(n), greatest(k, z[k]), where(k, "<=", i),
    group(...)  a sum in brackets that products do not multiply out
    apply(head, x), apply(head, x, order=1)                       any SymPy function or catalogue head, and its derivative
    x[2 * o + k - 1]                                              affine places; outside its shape a tensor reads 0
    partial(J(), W[i, j])                                         the derivative, not carried out yet

An `Expr` is an expanded sum of `Term`s (coefficient, bound indices, atoms with exponents); equality is up to the
names of bound indices. Nothing is simplified behind your back, except that like terms and like factors merge;
`normal` contracts deltas and multiplies brackets out. In a `core.Derivation` of indexed expressions `lets` holds
`Let(symbol=tensor, value=its body's expression)` for each name, in order of definition (`lets_of` makes them), and
`domains` holds `Variable(tensor)` for each input.
"""

from symgrad.indexed.atoms import Apply, Atom, Attains, Delta, Greatest, Partial, Power, Ref, Scalar, Size, Where
from symgrad.indexed.build import apply, attains, delta, greatest, group, mean, partial, size, total, where
from symgrad.indexed.conversion import from_formula, from_sympy, to_sympy
from symgrad.indexed.differentiate import differentiate
from symgrad.indexed.evaluate import Evaluation
from symgrad.indexed.facts import Fact, one_hot, sums_to, using
from symgrad.indexed.expr import ZERO, Expr, IndexedError, Term, expr, one
from symgrad.indexed.contract import contract
from symgrad.indexed.mapping import carry_out, mapped, unfold
from symgrad.indexed.normal import normal
from symgrad.indexed.names import Dim, Index, Place, ShapeError, length
from symgrad.indexed.tensor import Tensor
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
    "carry_out",
    "contract",
    "attains",
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
