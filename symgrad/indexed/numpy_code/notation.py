"""The notation of einsum for what has no matrix form: `einsum("ik,jl->ijkl", P, eye(e))`; nothing else of Python."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.indexed.atoms import Apply, Atom, Delta, Ref, Size
from symgrad.indexed.contract import contract
from symgrad.indexed.expr import Expr
from symgrad.indexed.names import Index
from symgrad.indexed.text import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.indexed.term import Term

LETTERS = "ijklmnpqrstuvwabcdefgh"
Factor = tuple[str, tuple[Index, ...]]  # an array's name, and what its axes run over


def einsum_notation(value: Expr, order: Sequence[Index]) -> str:
    """The expression as a sum of einsums, its axes in this order; "" where a part is no product of named arrays."""
    terms = sorted(contract(value).terms, key=lambda t: (t.coefficient < 0, show(Expr((t,)))))
    found = [of_term(t, order) for t in terms]
    if not found or not all(found):
        return ""
    text = "".join(f" {'-' if t.coefficient < 0 else '+'} {part}" for t, part in zip(terms, found, strict=True))
    return text[3:] if text.startswith(" + ") else f"-{text[3:]}"


def of_term(term: Term, order: Sequence[Index]) -> str:
    """One einsum with the numbers and sizes around it; "" where a factor is no array."""
    above, below, factors = [str(abs(term.coefficient.numerator))], [str(term.coefficient.denominator)], []
    for atom, exponent in term.atoms:
        if exponent.denominator != 1 or (exponent < 0 and not isinstance(atom, Size)):
            return ""
        if isinstance(atom, Size):
            (above if exponent > 0 else below).extend([atom.dim.name] * abs(int(exponent)))
        elif (factor := of_atom(atom)) is None:
            return ""
        else:
            factors += [factor] * int(exponent)
    every = dict.fromkeys([*order, *(i for _, axes in factors for i in axes)])
    if len(every) > len(LETTERS) or not factors or any(i not in {j for _, a in factors for j in a} for i in order):
        return ""
    letters = dict(zip(every, LETTERS, strict=False))
    spec = ",".join("".join(letters[i] for i in axes) for _, axes in factors)
    core = f'einsum("{spec}->{"".join(letters[i] for i in order)}", {", ".join(name for name, _ in factors)})'
    front = "".join(f"{part} * " for part in above if part != "1")
    return front + core + "".join(f" / {part}" for part in below if part != "1")


def of_atom(atom: Atom) -> Factor | None:
    """An array by its name, an identity matrix, a function of every entry of an array; None for all else."""
    match atom:
        case Ref() if all(isinstance(i, Index) for i in atom.indices):
            return atom.tensor.name, tuple(i for i in atom.indices if isinstance(i, Index))
        case Delta():
            return f"eye({atom.left.dim.name})", (atom.left, atom.right)
        case Apply() if len(atom.args) == 1 and len(atom.arg.terms) == 1:
            (term,) = atom.arg.terms
            inside = of_atom(term.atoms[0][0]) if term.coefficient == 1 and len(term.atoms) == 1 else None
            if inside is None or term.bound or term.atoms[0][1] != Fraction(1):
                return None
            name = getattr(atom.head, "spelling", atom.head.__name__)
            return f"{name}{'′' * atom.order}({inside[0]})", inside[1]
    return None
