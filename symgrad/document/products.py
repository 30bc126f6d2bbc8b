"""Products: what goes above the fraction bar, what below, and what needs fences or a dot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sympy import Add, Integer, Mul, Number, Piecewise, Pow, Rational, S, Symbol, exp
from sympy.core.function import AppliedUndef

from symgrad.document.boxes import Box, Cancel, Diff, Fence, Fn, Frac, Mark, Num, Op, Root, Row, fenced, row
from symgrad.document.order import factors
from symgrad.functions import D

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.document.from_sympy import Writer


@dataclass(frozen=True, slots=True)
class Product:
    """Factors above and below the bar, and a rational number in front; `whole` is one unbreakable factor."""

    above: tuple[Any, ...]
    below: tuple[Any, ...] = ()
    number: Any = S.One
    whole: bool = False


def split(expr: Mul) -> Product:
    """An evaluated product with its factors in reading order, roots of the number's denominator drawn together."""
    number, _ = expr.as_coeff_Mul()
    above: list[Any] = []
    below: list[Any] = []
    for factor in factors(expr):
        if isinstance(factor, Number):
            continue
        if is_reciprocal(factor):
            below.append(reciprocal(factor))
        else:
            above.append(factor)
    return rooted(Product(tuple(above), tuple(below), number))


def grouped(every: tuple[Any, ...]) -> list[Product]:
    """Factors where they stand, gathered into fractions: each reciprocal goes under what comes before it."""
    groups: list[Product] = []
    for factor in every:
        last = groups[-1] if groups and not groups[-1].whole else None
        if below := reciprocals(factor):
            start = last if last is not None else Product(())
            groups[len(groups) - (last is not None) :] = [replace(start, below=(*start.below, *below))]
        elif isinstance(factor, Mul):
            groups.append(Product((factor,), whole=True))
        elif last is not None and not last.below:
            groups[-1] = replace(last, above=(*last.above, factor))
        else:
            groups.append(Product((factor,)))
    return groups


def reciprocals(factor: Any) -> tuple[Any, ...]:
    """What a factor divides by, where it does nothing but divide."""
    if is_reciprocal(factor):
        return (reciprocal(factor),)
    if isinstance(factor, Mul) and all(map(is_reciprocal, factor.args)):
        return tuple(map(reciprocal, factors(factor)))
    return ()


def is_reciprocal(factor: Any) -> bool:
    """Whether a factor is a negative power."""
    return isinstance(factor, Pow) and bool(factor.exp.is_number and factor.exp.is_negative)


def reciprocal(power: Pow) -> Any:
    """What stands below the bar for a negative power."""
    return power.base if power.exp == -1 else Pow(power.base, -power.exp, evaluate=False)


def rooted(product: Product) -> Product:
    """√2/2 is written 1/√2, √2·√π below the bar √(2π), and √2/√π as √(2/π)."""
    number, above = product.number, list(product.above)
    radicands = [f.base for f in product.below if is_number_root(f)]
    rest = [f for f in product.below if not is_number_root(f)]
    for factor in product.above:
        if is_number_root(factor) and isinstance(factor.base, Integer) and number.q % factor.base == 0:
            above.remove(factor)
            number *= factor.base
            radicands.append(factor.base)
    tops = [f for f in above if is_number_root(f)]
    if radicands and tops:
        above = [
            Pow(Mul(*(t.base for t in tops)) / Mul(*radicands), S.Half, evaluate=False),
            *(f for f in above if f not in tops),
        ]
    elif radicands:
        rest.insert(0, Pow(Mul(*radicands), S.Half, evaluate=False))
    return replace(product, above=tuple(above), below=tuple(rest), number=number)


def is_number_root(factor: Any) -> bool:
    """√2, √π."""
    return isinstance(factor, Pow) and factor.exp == S.Half and not factor.base.free_symbols


def assemble(product: Product, writer: Writer, *, alone: bool = True) -> Box:
    """The box of a product: a fraction where anything stands below the bar."""
    p, q = halves(product.number) if isinstance(product.number, Rational) else (Integer(1), Integer(1))
    above, below = list(product.above), list(product.below)
    if q != 1 and not below and not all(map(is_short, above)):
        return row(Frac(Num(digits(p)), Num(digits(q))), side_by_side(above, writer, above=True, alone=False))
    behind = [f for f in above if isinstance(f, D) and not isinstance(f.expr, AppliedUndef)] if below else []
    if behind and len(behind) < len(above):
        above = [f for f in above if f not in behind]
    else:
        behind = []
    top = [p, *above] if p != 1 or not above else above
    bottom = [q, *below] if q != 1 else below
    if bottom and writer.points_at(above, below):
        whole = assemble(replace(product, above=tuple(above)), writer.unpointed(), alone=alone)
        return row(Mark(whole, writer.notation.tone), *trailing(behind, writer))
    upper = side_by_side(top, writer, above=True, alone=alone or bool(bottom))
    if not bottom:
        return upper
    return row(Frac(upper, side_by_side(bottom, writer, above=False)), *trailing(behind, writer))


def trailing(behind: list[Any], writer: Writer) -> tuple[Box, ...]:
    """Derivatives that stand behind the fraction rather than on top of it."""
    return (Op("·"), side_by_side(behind, writer, above=True, alone=False)) if behind else ()


def decimal(number: Any) -> str:
    """A fraction with a long denominator as the decimal that it is exactly: 0.044715; "" for any other."""
    if not isinstance(number, Rational) or number.q < LONG:
        return ""
    places = next((n for n in range(2, DIGITS if number.q > FINE else 10) if (number * 10**n).is_integer), 0)
    if not places:
        return ""
    digits = str(abs(number.p) * 10**places // number.q).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


def halves(number: Rational) -> tuple[Rational, Rational]:
    """What stands above the bar and below it: 1.7159 · 2/3 is 3.4318/3, not 17159/15000, and its inverse 3/3.4318."""
    top, below = Integer(number.p), Integer(number.q)
    if decimal(number) or min(abs(number.p), number.q) < LONG**2 / 10:
        return (number, Integer(1)) if decimal(number) else (top, below)
    k = next((k for k in THIRDS if decimal(number * k)), 0)
    if k:
        return number * k, Integer(k)
    k = next((k for k in THIRDS if decimal(k / number)), 0)
    return (Integer(k), k / number) if k else (top, below)


def digits(number: Rational) -> str:
    """A whole number, or a decimal."""
    return decimal(number) or str(number)


THIRDS = (1, 2, 3, 7, 9)  # above or below a decimal
FINE = 10**9  # a measured number, or the end of an interval around it
DIGITS = 25
LONG = 100  # a denominator from here on is not read as a fraction


def is_short(factor: Any) -> bool:
    """Whether a factor may stand above a plain number: z/2, but ½(a − y)²."""
    base = factor.base if isinstance(factor, Pow) else factor
    return isinstance(base, Symbol | Number) or not base.free_symbols or isinstance(base, exp)


def side_by_side(every: Sequence[Any], writer: Writer, *, above: bool, alone: bool = True) -> Box:
    """Factors in a row, with fences round sums and dots where two would run together."""
    parts: list[Box] = []
    for n, factor in enumerate(every):
        struck = writer.strikes.take(factor, above=above)
        box = writer.write(factor)
        if not alone or len(every) > 1:
            box = as_factor(box, factor, last=n == len(every) - 1)
        if not above and writer.within is not None and Pow(factor, -1) in writer.pointed:
            box = Mark(box, writer.notation.tone)
        if parts and (needs_dot(parts[-1], box) or factor == every[n - 1]):
            parts.append(Op("·"))
        parts[-1:] = joined(parts[-1:], Cancel(box) if struck else box)
    return row(*parts) if parts else Num("1")


def joined(before: list[Box], box: Box) -> list[Box]:
    """A factor after the one before it; two that are both crossed out, or both marked, become one."""
    match before, box:
        case [Cancel(left)], Cancel(right):
            return [Cancel(row(left, right))]
        case [Mark(left, tone)], Mark(right, other) if tone == other:
            return [Mark(row(left, right), tone)]
        case _:
            return [*before, box]


def as_factor(box: Box, factor: Any, *, last: bool) -> Box:
    """A factor with the fences that it needs among others."""
    bare = box.body if isinstance(box, Mark) else box
    signed = isinstance(bare, Row) and bare.kids and isinstance(bare.kids[0], Op)
    opens = isinstance(factor, D) and isinstance(bare, Row) and not last
    if (isinstance(factor, Add) and has_sum(bare)) or signed or opens or (isinstance(factor, Piecewise) and not last):
        return Mark(fenced(bare), box.tone) if isinstance(box, Mark) else fenced(box)
    return box


def needs_dot(left: Box, right: Box) -> bool:
    """Whether two factors would be misread without a dot between them."""
    before, after = inner(left, last=True), inner(right, last=False)
    if isinstance(after, Num) or (isinstance(after, Diff) and after.of is not None):
        return True
    if isinstance(before, Fn) and not isinstance(before.argument, Fence):
        return True
    return isinstance(before, Frac | Diff | Root) and isinstance(after, Frac | Diff | Root)


def inner(box: Box, *, last: bool) -> Box:
    """The outermost character of a box on one side."""
    match box:
        case Mark(body) | Cancel(body):
            return inner(body, last=last)
        case Row(kids) if kids:
            return inner(kids[-1 if last else 0], last=last)
        case _:
            return box


def inline(box: Box) -> Box:
    """Fractions laid flat with a slash, for an exponent: e^{−z²/2}."""
    match box:
        case Row(kids):
            beside = [*kids[1:], Op("")]  # 1/2 z would be 1 over 2z
            return row(
                *(
                    fenced(inline(kid)) if isinstance(kid, Frac) and not isinstance(after, Op) else inline(kid)
                    for kid, after in zip(kids, beside, strict=True)
                )
            )
        case Frac(top, bottom):
            over = Fence(top) if has_sum(top) else top
            under = Fence(bottom) if has_sum(bottom) or isinstance(bottom, Row) else bottom
            return row(inline(over), Op("/"), inline(under))
        case Fence(body, left, right):
            flat = inline(body)
            return fenced(flat, left, right)
        case Fn(head, argument):
            return Fn(head, inline(argument))
        case _:
            return box


def has_sum(box: Box) -> bool:
    """Whether a row has a plus or minus of its own."""
    return isinstance(box, Row) and any(isinstance(k, Op) and k.glyph in "+−" for k in box.kids)
