"""Expressions as plain text, for messages and for a debugger; pages have their own printers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.indexed.atoms import Apply, Atom, Attains, Delta, Greatest, Partial, Power, Ref, Scalar, Size, Slot, Where
from symgrad.indexed.names import Index, Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symgrad.indexed.canonical import Exponent
    from symgrad.indexed.expr import Expr
    from symgrad.indexed.term import Term

LETTERS = "klmnrstuvwabcdefgh"


def show(value: Expr, names: Mapping[Index, str] | None = None) -> str:
    """The expression as one line of text; bound indices get letters that nothing else has."""
    called = dict(names or {})
    called.update({i: i.name for i in value.free if i not in called})
    shown = sorted(((t.coefficient < 0, term_text(t, called)) for t in value.terms), key=lambda pair: pair[0])
    if not shown:
        return "0"
    text = "".join((" - " if minus else " + ") + body for minus, body in shown)
    return text[3:] if text.startswith(" + ") else f"-{text[3:]}"


def term_text(term: Term, names: Mapping[Index, str]) -> str:
    """A term without its sign."""
    called = with_letters(term.bound, names)
    factors = [factor_text(a, e, called) for a, e in sorted(term.atoms, key=lambda f: rank(f[0]))]
    number = abs(term.coefficient)
    words = [str(number)] * (number != 1 or not factors) + factors
    letters = ",".join(called[i] for i in sorted(term.bound, key=lambda i: called[i]))
    return f"Σ_{letters} {' '.join(words)}" if letters else " ".join(words)


def with_letters(bound: frozenset[Index], names: Mapping[Index, str]) -> dict[Index, str]:
    """Names for bound indices too: their own where nobody has it, else another letter."""
    found = dict(names)
    for i in sorted(bound, key=lambda i: i.token):
        taken = set(found.values())
        pool = (c for c in (i.name, *LETTERS, *(f"k{n}" for n in range(len(taken) + 1))) if c not in taken)
        found[i] = next(pool)
    return found


def rank(atom: Atom) -> tuple[int, str]:
    """Where a factor stands: numbers, then deltas, then the rest by name."""
    order = (Size, Scalar, Where, Delta, Ref, Apply, Power)
    return next((n for n, kind in enumerate(order) if isinstance(atom, kind)), len(order)), atom.token


def factor_text(atom: Atom, exponent: Exponent, names: Mapping[Index, str]) -> str:
    """A factor with its exponent."""
    text = atom_text(atom, names)
    if exponent == 1:
        return text
    return f"{text}^{exponent}" if exponent.denominator == 1 and exponent > 0 else f"{text}^({exponent})"


def atom_text(atom: Atom, names: Mapping[Index, str]) -> str:  # noqa: PLR0911 - one line for each kind
    """A factor."""
    match atom:
        case Ref():
            return atom.tensor.name + (
                f"[{','.join(slot_text(s, names) for s in atom.indices)}]" if atom.indices else ""
            )
        case Delta():
            return f"δ[{names[atom.left]},{names[atom.right]}]"
        case Where():
            return f"[{slot_text(atom.place, names)} {'=' if atom.equal else '>='} 0]"
        case Apply():
            marks = "'" * atom.order if len(atom.args) == 1 else f"_{atom.orders}" * bool(atom.order)
            name = getattr(atom.head, "glyph", None) or atom.head.__name__
            return f"{name}{marks}({', '.join(show(a, names) for a in atom.args)})"
        case Power():
            return f"({show(atom.base, names)})"
        case Size():
            return f"|{atom.dim.name}|"
        case Scalar():
            return str(atom.symbol)
        case Greatest() | Attains():
            called = with_letters(frozenset({atom.index}), names)
            body = f"{called[atom.index]} {show(atom.body, called)}"
            at = f"={slot_text(atom.at, names)}" if isinstance(atom, Attains) else ""
            return f"{'argmax' if at else 'max'}_{body}{at}" if not at else f"[argmax_{body} {at}]"
        case Partial():
            return f"∂({show(atom.expr, names)})/∂{atom_text(atom.ref, names)}"
    raise AssertionError(atom)


def slot_text(where: Slot, names: Mapping[Index, str]) -> str:
    """An index or a place."""
    if isinstance(where, Index):
        return names.get(where, where.name)
    return str(
        Place(
            tuple((Index(names.get(i, i.name), i.dim, i.token), c) for i, c in where.parts), where.constant, where.sizes
        )
    )
