"""The words of the grammar: which names are functions, which are constants, and which may be symbols."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sympy import (
    Abs,
    E,
    Eq,
    Expr,
    Max,
    Min,
    Ne,
    Pow,
    S,
    Symbol,
    acosh,
    asinh,
    atan,
    atanh,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    log,
    pi,
    sign,
    sin,
    sinh,
    tan,
    tanh,
)
from sympy.logic.boolalg import Boolean

from symgrad.core.catalogue import nearest
from symgrad.core.errors import did_you_mean
from symgrad.definitions.activations import ACTIVATIONS
from symgrad.definitions.arithmetic import TERMS, Refused, extreme, real, require_tame
from symgrad.definitions.lookup import ALIASES, spelled
from symgrad.definitions.losses import LOSSES
from symgrad.definitions.meaning import outside
from symgrad.definitions.tokens import greek
from symgrad.functions import held
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.core import Definition


@dataclass(frozen=True, slots=True)
class Word:
    """A function of the grammar with the number of arguments it takes."""

    apply: Callable[..., Any]
    least: int = 1
    most: int = 1
    tame: bool = False  # safe to apply to a number of any size


PLAIN = {
    "abs": Word(Abs, tame=True),
    "acosh": Word(acosh),
    "arctan": Word(atan),
    "asinh": Word(asinh),
    "atan": Word(atan),
    "atanh": Word(atanh),
    "cos": Word(cos),
    "cosh": Word(cosh),
    "erf": Word(erf),
    "erfc": Word(erfc),
    "exp": Word(exp),
    "expm1": Word(lambda x: held(exp, x) - 1),
    "ln": Word(log, tame=True),
    "log": Word(log, tame=True),
    "log1p": Word(lambda x: log(1 + x), tame=True),
    "max": Word(extreme(Max), 1, TERMS, tame=True),
    "min": Word(extreme(Min), 1, TERMS, tame=True),
    "sign": Word(sign, tame=True),
    "sin": Word(sin),
    "sinh": Word(sinh),
    "sqrt": Word(lambda x: held(Pow, x, S.Half), tame=True),
    "tan": Word(tan),
    "tanh": Word(tanh),
    "Eq": Word(Eq, 2, 2, tame=True),
    "Ne": Word(Ne, 2, 2, tame=True),
}
SYMPY_SPELLING = {"Abs": "abs", "Max": "max", "Min": "min"}
CONSTANTS: dict[str, Expr] = {"pi": pi, "e": E, "E": E}
GREEK = {greek(chr(code)) for code in range(ord("α"), ord("ω") + 1)}  # alpha to omega
LETTER = "|".join(["[A-Za-z]", *sorted(GREEK), *sorted(name.capitalize() for name in GREEK)])
SYMBOL = re.compile(rf"(?:{LETTER})(?:[0-9]{{1,4}}|_[A-Za-z0-9]{{1,8}})?")


def word(name: str) -> Word | None:
    """The function of this name, an alias (LeakyReLU) included."""
    plain = PLAIN.get(SYMPY_SPELLING.get(name, name))
    entry = ACTIVATIONS.get(spelled(name, ACTIVATIONS)) or LOSSES.get(spelled(name, LOSSES))
    return plain or (applied(entry) if entry else None)


def call(known: Word, arguments: list[Expr]) -> Any:
    """A function of the vocabulary, applied."""
    if not known.tame:
        for argument in arguments:
            require_tame(argument)
    found = held(known.apply, *arguments)
    return found if isinstance(found, Boolean) else real(found)


def applied(entry: Definition) -> Word:
    """A catalogue entry as a function of the grammar."""
    least = len(entry.variables)

    def apply(*arguments: Expr) -> Expr:
        if wrong := outside(entry.head, arguments):
            raise Refused(wrong)
        return entry.head(*arguments)

    return Word(apply, least, least + len(entry.parameters))


def symbol(name: str) -> Symbol | None:
    """The real symbol of this name, where it is a letter with or without an index: z, alpha, W_2."""
    return Symbol(name, real=True) if SYMBOL.fullmatch(name) and name != "I" else None


def near(name: str) -> str:
    """A hint at the functions that a misspelt name may have meant."""
    known = [*PLAIN, *ACTIVATIONS, *LOSSES, *ALIASES]
    found = nearest(name, known)
    return did_you_mean(found) if found else message("`symgrad list` shows the functions that are known")
