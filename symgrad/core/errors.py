"""What can go wrong, each error naming its mend."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from symgrad.words import message, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.words import Message

WIDTH = 60  # of the part of a text that an error shows


class SymgradError(Exception):
    """A mistake in the input; its message tells how to mend it. The command line prints it and exits with 2."""

    def __init__(self, what: str = "", /, **values: Any) -> None:
        super().__init__(message(what, **values))

    @property
    def told(self) -> Message:
        """What it says, in no language yet."""
        found: Message = self.args[0]
        return found

    def __str__(self) -> str:
        return say(self.told)


class DuplicateNameError(SymgradError):
    """Two entries of one catalogue share a name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "the name {name} is used twice in one catalogue; rename one of the two entries", name=repr(name)
        )


class UnknownNameError(SymgradError):
    """A name that no catalogue entry has."""

    def __init__(self, kind: str, name: str, near: Sequence[str] = (), known: str = "") -> None:
        self.kind, self.name, self.near = kind, name, tuple(near)
        hint = (
            did_you_mean(near) if near else message(known) if known else message("`symgrad list` shows what is known")
        )
        super().__init__(
            message("no {kind} is called {name}; {hint}", kind=message(kind), name=repr(name[:80]), hint=hint)
        )


def did_you_mean(near: Sequence[str]) -> Message:
    """A hint at the names that a misspelt one may have meant."""
    names = reduce(lambda one, other: message("{one} or {other}", one=one, other=other), map(message, near))
    return message("did you mean {names}?", names=names)


class DeclaredError(SymgradError):
    """A definition that says of itself what its formula refutes."""

    def __init__(self, name: str, said: str) -> None:
        super().__init__(
            "the definition of {name} says {said}, which its formula refutes; correct the definition",
            name=name,
            said=said,
        )


class RelationError(SymgradError):
    """A line that is joined to the one before it by something else than =, or by > or ≥ where that is not the end."""

    def __init__(self, relation: object) -> None:
        super().__init__(
            "{relation} can't stand before this line; write =, or before the last line of a chain > or ≥",
            relation=repr(relation),
        )


class GapError(SymgradError):
    """A chain in which one step does not begin where the one before it ended."""

    def __init__(self, number: int, ended: object, began: object) -> None:
        self.number = number
        super().__init__(
            "step {number} ends at {ended} but step {next} begins at {began}; insert the missing "
            "step, or correct one of the two",
            number=number,
            ended=ended,
            next=number + 1,
            began=began,
        )


class EmptyDerivationError(SymgradError):
    """A derivation without a single step."""

    def __init__(self, name: str) -> None:
        super().__init__("the derivation {name} has no steps; give it at least one", name=repr(name))


class LetError(SymgradError):
    """Named quantities that are not defined one after another."""

    def __init__(self, symbol: object) -> None:
        super().__init__(
            "the name {symbol} is defined twice, or by itself or a name that comes later; define "
            "each name once, after the names that it uses",
            symbol=symbol,
        )


class DomainError(SymgradError):
    """A domain in which nothing lies."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__("{what} is empty: {mend}", what=what, mend=mend)


class PairError(SymgradError):
    """An activation whose outputs leave the domain of the loss it was paired with."""


class UnsupportedError(SymgradError):
    """An expression outside what symgrad can work on; the message names the part and what to use instead."""


class ParseError(SymgradError):
    """Text that is not an expression of the grammar: what is wrong, where, and what was expected."""

    def __init__(self, what: str, text: str = "", position: int = 0, **values: Any) -> None:
        self.text, self.position = text, position
        shown, told = excerpt(text, position), message(what, **values)
        super().__init__(message("{what}\n{where}", what=told, where=shown) if shown else told)


class FunctionError(SymgradError):
    """A function handed in for a numeric check misbehaves; `name` says which one it is."""

    def __init__(self, name: str, what: str, mend: str) -> None:
        self.name = name
        super().__init__(message("{name} {what}; {mend}", name=message(name), what=message(what), mend=message(mend)))


class FunctionRaisedError(FunctionError):
    """It raised an exception of its own."""


class FunctionShapeError(FunctionError):
    """It returned an array of another shape than it should; `why` is what that comes from, where it is known."""

    def __init__(self, name: str, what: str, mend: str, why: str = "") -> None:
        self.what = what
        super().__init__(name, message("{what}: {why}", what=message(what), why=why) if why else what, mend)


class FunctionTypeError(FunctionError):
    """It returned something that is not made of numbers, such as None."""


class FunctionComplexError(FunctionError):
    """It returned complex numbers."""


class FunctionRandomError(FunctionError):
    """It returned different values for the same input."""


class FunctionMixesError(FunctionError):
    """It was called elementwise, but its value at one point depends on the other points."""


class FunctionStateError(FunctionError):
    """It changed what the numbers of the check itself depend on."""


class FunctionTimeError(FunctionError):
    """It did not finish within the time limit."""


class NoPointsError(SymgradError):
    """There is nothing to check: no point, or no parameter."""


def excerpt(text: str, position: int) -> str:
    """The part of `text` around `position`, with a caret under it; unprintable characters are shown as `�`."""
    if not text:
        return ""
    start = max(0, min(position - WIDTH // 2, len(text) - WIDTH))
    part = "".join(c if c.isprintable() else "\ufffd" for c in text[start : start + WIDTH])
    return f"  {part}\n  {' ' * (position - start)}^"
